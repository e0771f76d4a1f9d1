"""Fill ``links``, ``actors`` and ``actor_accounts``."""

from __future__ import annotations

from forensics.case.case import Case


def link(case: Case) -> None:
    """Fill ``links``, ``actors`` and ``actor_accounts``."""
