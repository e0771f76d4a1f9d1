"""Fill ``duplicates``."""

from __future__ import annotations

from forensics.case.case import Case


def find_duplicates(case: Case) -> None:
    """Fill ``duplicates``."""
