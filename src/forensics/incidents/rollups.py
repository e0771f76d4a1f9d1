"""Fill ``routes``, ``route_masks``, ``agents``, ``service_minutes`` and ``subject_minutes``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from forensics.case.case import Case
from forensics.incidents.routes import routes_of

MOST_REQUESTS = 2_000_000
"""Requests that are counted at a time: a few hundred megabytes."""


def count(case: Case) -> None:
    """Count the counted requests by minute: the only stage before attribution that touches every event."""
    case.execute("incidents", "macros")
    case.execute("incidents", "askers")
    routes, masks = routes_of(case.frame("incidents", "masks"))
    case.replace("routes", routes)
    case.replace("route_masks", masks)
    case.execute("incidents", "known_paths")
    for stretch in _stretches(case):
        case.execute("incidents", "minutes", **stretch)


def _stretches(case: Case) -> list[dict[str, Any]]:
    """Return stretches of time with so many requests; all time where the case has no more."""
    if case.rows("incidents", "parsed")[0]["parsed"] <= MOST_REQUESTS:
        return [{"low": datetime.min, "high": datetime.max}]
    return case.rows("incidents", "slices", most=MOST_REQUESTS)
