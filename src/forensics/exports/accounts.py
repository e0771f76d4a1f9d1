"""Fill ``accounts``, ``payments`` and ``account_aliases``."""

from __future__ import annotations

from forensics.case.case import Case


def resolve(case: Case) -> None:
    """Fill ``accounts``, ``payments`` and ``account_aliases``."""
