"""Fill ``routes``, ``route_masks``, ``agents``, ``service_minutes`` and ``subject_minutes``."""

from __future__ import annotations

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
    for stretch in case.rows("incidents", "slices", most=MOST_REQUESTS):
        case.execute("incidents", "minutes", **stretch)
