"""Fill ``timeline``."""

from __future__ import annotations

from forensics.case.case import Case


def build(case: Case) -> None:
    """Fill ``timeline``."""
