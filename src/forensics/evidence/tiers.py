"""Fill ``tiers``."""

from __future__ import annotations

from forensics.case.case import Case


def assign_tiers(case: Case) -> None:
    """Fill ``tiers``."""
