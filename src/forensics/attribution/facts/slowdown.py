"""Whether answers became slow with the load: too much of it is seen in service times, before requests fail and in what is still served.

A dead machine and a bad version are not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from forensics.attribution.scene import Scene, times_of
from forensics.attribution.setting import PACKAGE
from forensics.attribution.windows import MINUTE, bounds
from forensics.case.case import Case

BEFORE = 5 * MINUTE
LAST_APART = 3 * MINUTE
WITHIN = 5 * MINUTE
"""How much of the impact is looked at for what was still served."""
FEWEST, FEW = 30, 5
"""Timed requests below which nothing is said; so many that came last tell whether what was slow had passed."""
SLOW, NO_SLOWER = 1.5, 1.2
"""Times the usual from which answers are slow, and below which they are not."""


def slowdown(case: Case, scene: Scene, errors: datetime | None, load_at: datetime | None) -> float | None:
    """Return how many times as long as usual requests took in the five minutes before the first errors, for the same mix of routes.

    What is usual is each route's mean in the windows of comparison. Under too much load answers stay slow until they fail: what was slow
    once and passed (a single answer that took minutes) is not counted, where enough came after it; where only few came, and were not slow,
    nothing is said of a single slow minute. Where the load had risen (``load_at``) some minutes before, the last minute is left out: in it
    begins what fails in the next, whatever its cause is, and under too much load answers are slow before. None without durations, or with
    too few of them.
    """
    if errors is None:
        return None
    end = errors - MINUTE if load_at is not None and errors - load_at >= LAST_APART else errors
    usual = _usual(case, scene)
    rows = case.rows(PACKAGE, "route_minutes", start=errors - BEFORE, end=end)
    took = [(row["minute"], (row["route_id"], row["timed"], row["duration_ms"])) for row in rows]
    since = [[answers for minute, answers in took if minute >= at] for at in sorted({minute for minute, _ in took})]
    found = min((times for part in since if (times := _times_usual(part, usual)) is not None), default=None)
    last = [times for part in since if (times := _times_usual(part, usual, FEW)) is not None]
    return None if found is not None and found >= SLOW > last[-1] and _slow_minutes(took, usual) <= 1 else found


def _slow_minutes(took: Sequence[tuple[datetime, tuple[int, int, float]]], usual: Mapping[int, float]) -> int:
    each = [[answers for minute, answers in took if minute == at] for at in {minute for minute, _ in took}]
    return sum((_times_usual(part, usual, 1) or 0.0) >= SLOW for part in each)


def served_slower(case: Case, scene: Scene, errors: datetime | None) -> float | None:
    """Return the same for what was still served in the first minutes of failure; None, too, where hardly anything was."""
    if errors is None:
        return None
    rows = case.rows(PACKAGE, "served_times", start=errors, end=errors + WITHIN)
    return _times_usual([(row["route_id"], row["timed"], row["timed"] * row["mean_ms"]) for row in rows], _usual(case, scene))


def _usual(case: Case, scene: Scene) -> dict[int, float]:
    """Return route_id -> mean service time (ms) in the windows of comparison, or at any other time where too few were asked for in them."""
    if not scene.others:
        return {}
    compared = times_of(case.rows(PACKAGE, "route_costs", **bounds(scene.others)))
    known = {route: found for route, found in compared.items() if found[0] >= FEWEST}
    return {route: mean for route, (_, mean) in (compared | scene.ordinary.times | known).items()}


def _times_usual(took: Sequence[tuple[int, int, float]], usual: Mapping[int, float], fewest: int = FEWEST) -> float | None:
    """Return how many times as long as usual answers took: (route_id, timed, ms in all); None where there are too few of them."""
    known = [(timed, ms, timed * usual[route]) for route, timed, ms in took if route in usual and timed and ms]
    expected = sum(before for _, _, before in known)
    if sum(timed for timed, _, _ in known) < fewest or expected <= 0:
        return None
    return float(sum(ms for _, ms, _ in known) / expected)
