"""Fill ``taken``."""

from __future__ import annotations

from forensics.case.case import Case


def count(case: Case) -> None:
    """Fill ``taken``."""
