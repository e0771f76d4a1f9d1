"""Fill ``incidents``, ``phases`` and ``incident_minutes``."""

from __future__ import annotations

from forensics.case.case import Case


def detect(case: Case) -> None:
    """Fill ``incidents``, ``phases`` and ``incident_minutes``."""
