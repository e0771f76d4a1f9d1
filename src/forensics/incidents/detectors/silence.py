"""Silence: minutes without a single line, ranked by the requests that should have come, not by their length.

Nightly quiet is no incident, and two minutes at noon may be one. Chance: exp(-expected / lulls), where lulls says how much longer than a
Poisson process' the usual empty stretches of this log are: traffic in bursts needs more missing requests than steady traffic.
"""

from __future__ import annotations

import numpy as np

from forensics.incidents.look import View
from forensics.incidents.windows import Window, runs

LEAST_SCORE = 9.0
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
    total = np.concatenate(([0.0], np.cumsum(expected)))
    found = []
    for first, last in runs(requests == 0):
        if first == 0 or last == len(requests) - 1:
            continue  # the log begins later or ends earlier: its coverage, not its silence
        missing = float(total[last + 1] - total[first])
        score = missing / view.baseline.lulls / np.log(10)
        if score >= LEAST_SCORE and missing >= LEAST_MISSING:
            found.append(Window("silence", view.series.scope, first, last, min(score, 300.0), missing))
    return found
