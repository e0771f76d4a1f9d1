"""Fill ``response``."""

from __future__ import annotations

from forensics.case.case import Case


def plan(case: Case) -> None:
    """Fill ``response``."""
