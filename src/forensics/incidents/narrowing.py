"""Which one route, backend or host an incident happened in, where the rest stayed healthy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import betainc

from forensics.incidents.episodes import Found, of_part
from forensics.incidents.look import View
from forensics.incidents.series import Bools, Floats, Scope
from forensics.incidents.windows import Window

CONCENTRATED = 0.85
"""Share of the failures (of the slowness) in one part that makes the part the scope, when the rest is healthy."""
MOST_OF_LOAD = 0.8
"""Share of the requests above which a part is as good as everything."""
HEALTHY_TIMES = 1.5
"""Times the usual duration up to which the rest is not slow."""
NO_CHANCE = 1e-3
"""How likely it is at most that so few of the rest fail by chance, if they failed as those of the part do."""


def narrowed(found: Found, whole: View, parts: Mapping[Scope, View], windows: Sequence[Window]) -> Found:
    """Name the one part that nearly all of it happened in; what is slow there only is bounded as the part's own ``windows`` are."""
    slow = {w.signal for w in found.windows} == {"latency"}
    if found.scope.part != "everything" or not (slow or found.kind in ("errors", "collapse", "silence")):
        return found
    span = np.zeros(whole.axis.minutes, dtype=bool)
    for first, last in found.episodes:
        span[first : last + 1] = True
    harm = _harm(whole, span, found)
    best = max(parts.values(), key=lambda v: (_harm(v, span, found), v.series.scope.name), default=None)
    if best is None or harm <= 0:
        return found
    share_of_load = best.baseline.expected[span].sum() / max(whole.baseline.expected[span].sum(), 1e-9)
    concentrated = _harm(best, span, found) >= CONCENTRATED * harm and share_of_load <= MOST_OF_LOAD
    if not concentrated or not _rest_is_healthy(whole, best, span, found):
        return found
    return of_part(found, best.series.scope, windows)


def _harm(view: View, span: Bools, found: Found) -> float:
    if found.kind == "latency":
        return float(_slowness(view)[span].sum())
    if found.kind != "errors":
        return float((view.baseline.expected - view.series.requests)[span].sum())
    bad, usual = _bad(view, found)
    return float(bad[span].sum() - usual * view.series.answered[span].sum())


def _slowness(view: View) -> Floats:
    """By how much (natural logarithms) the requests of each minute took longer than usual, added up."""
    added: Floats = np.nan_to_num(view.series.slowness - view.baseline.slowness) * view.series.timed
    return added


def _bad(view: View, found: Found) -> tuple[Floats, float]:
    """The bad answers of an incident, minute by minute, and their usual share."""
    if found.refusing:
        return view.series.refused, view.baseline.refused_ratio
    return view.series.failed, view.baseline.error_ratio


def _rest_is_healthy(whole: View, part: View, span: Bools, found: Found) -> bool:
    if found.kind == "latency":
        timed = (whole.series.timed - part.series.timed)[span].sum()
        return bool((_slowness(whole) - _slowness(part))[span].sum() <= np.log(HEALTHY_TIMES) * max(timed, 1.0))
    rest = (whole.series.requests - part.series.requests)[span].sum()
    if found.kind == "errors":
        (bad, usual), (inside, _) = _bad(whole, found), _bad(part, found)
        outside, ratio = (bad - inside)[span].sum(), inside[span].sum() / max(part.series.answered[span].sum(), 1.0)
        others = (whole.series.answered - part.series.answered)[span].sum()
        by_chance = betainc(others - outside, outside + 1.0, 1.0 - min(ratio, 0.99)) if others > outside else 1.0
        return bool(outside <= max(0.1, 2 * usual) * max(rest, 1.0) and by_chance <= NO_CHANCE)
    return bool(rest >= 0.5 * (whole.baseline.expected - part.baseline.expected)[span].sum())
