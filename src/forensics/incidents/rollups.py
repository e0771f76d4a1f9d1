"""Fill ``routes``, ``agents``, ``service_minutes`` and ``subject_minutes``."""

from __future__ import annotations

from forensics.case.case import Case


def count(case: Case) -> None:
    """Fill ``routes``, ``agents``, ``service_minutes`` and ``subject_minutes``."""
