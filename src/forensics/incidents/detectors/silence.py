"""Silence: minutes without a single line, ranked by the requests that should have come, not by their length.

Nightly quiet is no incident, and two minutes at noon may be one. How improbable it is that none of so many requests came, is read from
how load falls and how long empty stretches last in this log: traffic in bursts needs more missing requests than steady traffic.
"""

from __future__ import annotations

import numpy as np

from forensics.incidents.absences import comes_daily
from forensics.incidents.baseline import WIDTHS, missing
from forensics.incidents.look import View
from forensics.incidents.windows import Window, runs

LEAST_SCORE = 7.0
"""Decimal orders of improbability."""
LEAST_MISSING = 20.0
"""Requests that should have come."""
BUSY = 1.0
"""Expected requests per minute below which the silence of a single route says nothing."""


def detect(view: View) -> list[Window]:
    """Find runs of empty minutes inside the scope's own log; ``size`` is the number of requests that should have come."""
    requests, expected = view.series.requests, view.baseline.expected
    if view.series.scope.part == "route" and requests.mean() < BUSY:
        return []
    # A run at either end is no silence: the log begins later or ends earlier, and that is its coverage.
    inside = [(first, last) for first, last in runs(requests == 0) if first > 0 and last < len(requests) - 1]
    if not inside:
        return []
    wanted = missing(view.series, expected, *np.array(inside).T)
    found = []
    for place in np.flatnonzero(wanted >= LEAST_MISSING):
        (first, last), short = inside[place], float(wanted[place])
        chance = view.baseline.emptiness(first, last)
        # What a level wavers like is measured over an hour at most; over longer it would have to be next to nothing all the time.
        orders = chance.few if last - first < WIDTHS[-1] else chance.lull
        score = float(orders(np.zeros(1), wanted[place : place + 1])[0])
        if score >= LEAST_SCORE and not comes_daily(view.axis, requests, first, last, short):
            found.append(Window("silence", view.series.scope, first, last, score, short))
    return found
