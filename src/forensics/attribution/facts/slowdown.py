"""Whether answers became slow with the load: too much of it is seen in service times, before requests fail and in what is still served.

A dead machine and a bad version are not.
"""

from __future__ import annotations

from datetime import datetime

from forensics.attribution.scene import Scene
from forensics.attribution.setting import PACKAGE
from forensics.attribution.windows import MINUTE, Window, bounds
from forensics.case.case import Case

BEFORE = 5 * MINUTE
LAST_APART = 3 * MINUTE
WITHIN = 5 * MINUTE
"""How much of the impact is looked at for what was still served."""
FEWEST = 50
FEWEST_SERVED = 30
"""Timed requests below which nothing is said."""

Times = dict[int, tuple[int, float]]
"""route_id -> (timed requests, mean service time in ms)."""


def slowdown(case: Case, scene: Scene, errors: datetime | None, load_at: datetime | None) -> float | None:
    """Return how many times as long as usual requests took in the five minutes before the first errors, for the same mix of routes.

    What is usual is each route's mean in the windows of comparison. Where the load had risen (``load_at``) some minutes before, the last
    minute is left out: in it begins what fails in the next, whatever its cause is, and under too much load answers are slow before.
    None without durations, or with too few of them.
    """
    if errors is None:
        return None
    end = errors - MINUTE if load_at is not None and errors - load_at >= LAST_APART else errors
    return _times_usual(case, scene, _times(case, [Window(errors - BEFORE, end)]), FEWEST)


def served_slower(case: Case, scene: Scene, errors: datetime | None) -> float | None:
    """Return the same for what was still served in the first minutes of failure; None, too, where hardly anything was."""
    if errors is None:
        return None
    rows = case.rows(PACKAGE, "served_times", start=errors, end=errors + WITHIN)
    return _times_usual(case, scene, {row["route_id"]: (row["timed"], row["mean_ms"]) for row in rows}, FEWEST_SERVED)


def _times_usual(case: Case, scene: Scene, now: Times, fewest: int) -> float | None:
    usual = _times(case, scene.others)
    known = [(timed, mean, usual[route][1]) for route, (timed, mean) in now.items() if route in usual]
    expected = sum(timed * before for timed, _, before in known)
    if sum(timed for timed, _, _ in known) < fewest or expected <= 0:
        return None
    return float(sum(timed * mean for timed, mean, _ in known) / expected)


def _times(case: Case, windows: list[Window]) -> Times:
    rows = case.rows(PACKAGE, "route_costs", **bounds(windows)) if windows else []
    return {row["route_id"]: (row["timed"], row["mean_ms"]) for row in rows if row["timed"] and row["mean_ms"]}
