"""Fill ``identifiers``."""

from __future__ import annotations

from forensics.case.case import Case


def collect(case: Case) -> None:
    """Fill ``identifiers``."""
