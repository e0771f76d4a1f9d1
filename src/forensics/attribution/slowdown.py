"""Whether answers became slow before requests failed: too much load is seen in service times first, a dead machine is not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from forensics.attribution.scene import PACKAGE, Scene
from forensics.attribution.windows import MINUTE
from forensics.case.case import Case

BEFORE = 5 * MINUTE
FEWEST = 50
"""Timed requests below which nothing is said."""


def slowdown(case: Case, scene: Scene, errors: datetime | None) -> float | None:
    """Return how many times as long as usual requests took in the five minutes before the first errors, for the same mix of routes.

    What is usual is each route's mean in the windows of comparison. None without durations, or with too few of them.
    """
    if errors is None:
        return None
    now = _times(case, [errors - BEFORE], [errors])
    usual = _times(case, [w.start for w in scene.others], [w.end for w in scene.others])
    known = [(timed, mean, usual[route][1]) for route, (timed, mean) in now.items() if route in usual]
    expected = sum(timed * before for timed, _, before in known)
    if sum(timed for timed, _, _ in known) < FEWEST or expected <= 0:
        return None
    return float(sum(timed * mean for timed, mean, _ in known) / expected)


def _times(case: Case, starts: list[Any], ends: list[Any]) -> dict[int, tuple[int, float]]:
    """Return route_id -> (timed requests, mean service time in ms) in some stretches."""
    rows = case.rows(PACKAGE, "route_costs", starts=starts, ends=ends) if starts else []
    return {row["route_id"]: (row["timed"], row["mean_ms"]) for row in rows if row["timed"] and row["mean_ms"]}
