"""Silence: minutes (in a busy log half a minute) without a single line, ranked by the requests that should have come, not by their length.

Nightly quiet is no incident, and two minutes at noon may be one. How improbable it is that none of so many requests came, is read from
how load falls and how long empty stretches last in this log: traffic in bursts needs more missing requests than steady traffic.
"""

from __future__ import annotations

import numpy as np

from forensics.incidents.absences import comes_daily
from forensics.incidents.baseline import WIDTHS, missing
from forensics.incidents.chance import of_one
from forensics.incidents.detectors.collapse import HOUR, crowd_stayed_away
from forensics.incidents.look import View
from forensics.incidents.series import Floats, Ints, Series
from forensics.incidents.windows import Window, joined, runs

LEAST_SCORE = 6.0
"""Decimal orders of improbability."""
LEAST_MISSING = 20.0
"""Requests that should have come."""
SEAM = 0.5
"""Minutes of a pause across two minutes that both hold requests from which it may be an outage; a writer of logs may pause for seconds."""
NEARBY = 5
"""Minutes on either side of it that show what should have come in such a pause."""
BUSY = 1.0
"""Expected requests per minute below which the silence of a single route says nothing."""


def detect(view: View) -> list[Window]:
    """Find runs of empty minutes inside the scope's own log; ``size`` is the number of requests that should have come."""
    requests = view.series.requests
    if view.series.scope.part in ("route", "program") and requests.mean() < BUSY:
        return []
    # A run at either end is no silence: the log begins later or ends earlier, and that is its coverage.
    inside = [(first, last) for first, last in runs(requests == 0) if first > 0 and last < len(requests) - 1]
    inside += _seams(view.series)
    if not inside:
        return []
    wanted = _missing(view, np.array(inside))
    found = []
    for place in np.flatnonzero(wanted >= LEAST_MISSING):
        (first, last), short = inside[place], float(wanted[place])
        score = improbable(view, first, last, short)
        whole = min(short, float(view.baseline.expected[first : last + 1].sum()))  # a job may begin in the minute before
        if score >= LEAST_SCORE + view.search and not comes_daily(view.axis, requests, first, last, whole):
            found.append(Window("silence", view.series.scope, first, last, score, short))
    return _of_no_holiday(view, found)


def improbable(view: View, first: int, last: int, wanted: float) -> float:
    """Return the orders of improbability that none of so many requests come in these minutes.

    What a level wavers like is measured over an hour at most; over longer it would have to be next to nothing all the time.
    """
    chance = view.baseline.emptiness(first, last)
    orders = chance.few if last - first < WIDTHS[-1] else chance.lull
    return of_one(orders, 0.0, wanted)


def _of_no_holiday(view: View, found: list[Window]) -> list[Window]:
    """Drop pauses between the requests of hours in which hardly anybody is there, as on other days: it is they who are few."""
    requests, hours = view.series.requests, joined([(w.first, w.last) for w in sorted(found, key=lambda w: w.first)], HOUR)
    rests = [(a, b) for a, b in hours if requests[a : b + 1].any() and crowd_stayed_away(view, a, b)]
    return [w for w in found if not any(a <= w.first <= b for a, b in rests)]


def _seams(series: Series) -> list[tuple[int, int]]:
    """Pairs of minutes between whose requests lies a pause that fills neither of them: in a busy log half a minute is an outage."""
    pause = series.after[:-1] + series.before[1:]
    there = (series.requests[:-1] > 0) & (series.requests[1:] > 0) & (pause >= SEAM)
    return [(int(first), int(first) + 1) for first in np.flatnonzero(there)]


def _missing(view: View, stretches: Ints) -> Floats:
    """Requests that should have come: in a pair of minutes that a pause joins, what the pause is of them.

    No more than came in the minutes on either side: a rhythm is not known to the minute, and where a job ends, less is asked.
    """
    series, expected, (first, last) = view.series, view.baseline.expected, stretches.T
    total = np.concatenate(([0.0], np.cumsum(series.requests)))
    before = total[first] - total[np.maximum(first - NEARBY, 0)]
    after = total[np.minimum(last + 1 + NEARBY, len(expected))] - total[last + 1]
    most = np.minimum(before, after) / NEARBY
    pause = series.after[first] * np.minimum(expected[first], most) + series.before[last] * np.minimum(expected[last], most)
    return np.where(series.requests[first] > 0, pause, missing(series, expected, first, last))
