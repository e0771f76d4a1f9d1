"""Silence: minutes without a single line, ranked by the requests that should have come, not by their length.

Nightly quiet is no incident, and two minutes at noon may be one. How improbable it is that none of so many requests came, is read from
how load falls and how long empty stretches last in this log: traffic in bursts needs more missing requests than steady traffic.
"""

from __future__ import annotations

import numpy as np

from forensics.incidents.absences import comes_daily
from forensics.incidents.baseline import missing
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
    found = []
    for first, last in runs(requests == 0):
        if first == 0 or last == len(requests) - 1:
            continue  # the log begins later or ends earlier: its coverage, not its silence
        short = missing(view.series, expected, np.array([first]), np.array([last]))
        score = float(view.baseline.emptiness(last - first + 1).few(np.zeros(1), short)[0])
        if score >= LEAST_SCORE and short[0] >= LEAST_MISSING and not comes_daily(view.axis, requests, first, last, float(short[0])):
            found.append(Window("silence", view.series.scope, first, last, score, float(short[0])))
    return found
