"""Fill ``automation``."""

from __future__ import annotations

from forensics.case.case import Case


def score(case: Case) -> None:
    """Fill ``automation``."""
