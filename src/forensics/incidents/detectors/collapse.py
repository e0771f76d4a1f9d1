"""Collapse: far fewer requests than the hour should bring, though not none."""

from __future__ import annotations

import numpy as np

from forensics.incidents.baseline import rolling
from forensics.incidents.look import View
from forensics.incidents.series import Bools, Floats
from forensics.incidents.windows import Window, bounded_runs, marked, sharpened

MOST_SHARE = 0.4
"""Share of the expected load below which it has collapsed."""
LEAST_Z = {5: 4.5, 15: 4.5, 30: 4.5, 60: 5.0, 240: 5.0}
"""Times the usual spread of dips, as logarithms; slack hours are more usual than slack minutes."""
LEAST_CHANCE = 6.0
"""Standard deviations of a Poisson count."""
LEAST_MISSING = 30.0
BUSY = 1.0
AROUND = 120
MOST_SPREAD = 6.0
"""Bursts upwards say nothing of dips: the boundaries of a collapse do not drown in them."""
STATES = np.array([1.0, 0.5, 0.2, 0.02])


def detect(view: View) -> list[Window]:
    """Find stretches of missing load; ``size`` is the number of requests that should have come."""
    series, expected = view.series, view.baseline.expected
    if series.scope.part == "route" and series.requests.mean() < BUSY:
        return []
    candidates, score = _scan(view)
    spread = min(view.baseline.spread(15), MOST_SPREAD)
    found = []
    for first, last in bounded_runs(candidates, AROUND, load_likelihood(series.requests, expected, STATES, spread)):
        first, last = sharpened(series.requests, *_edges(series.requests, expected, first, last))
        span = slice(first, last + 1)
        wanted, seen = float(expected[span].sum()), float(series.requests[span].sum())
        leads = first == 0 or last == len(expected) - 1 or not series.requests[:first].any() or not series.requests[last + 1 :].any()
        if seen <= MOST_SHARE * wanted and wanted - seen >= LEAST_MISSING and not leads:
            found.append(Window("collapse", series.scope, first, last, float(score[span].max()), wanted - seen))
    return found


def _edges(requests: Floats, expected: Floats, first: int, last: int) -> tuple[int, int]:
    """Cut a collapse to where five minutes bring no more than half: a slack hour before or after is none of it."""
    ahead = rolling(requests[::-1], 5)[::-1] <= 0.5 * rolling(expected[::-1], 5)[::-1]
    behind = rolling(requests, 5) <= 0.5 * rolling(expected, 5)
    ahead, behind = ahead[first : last + 1], behind[first : last + 1]
    if not ahead.any() or not behind.any():
        return first, last
    return first + int(np.argmax(ahead)), last - int(np.argmax(behind[::-1]))


def _scan(view: View) -> tuple[Bools, Floats]:
    requests, expected = view.series.requests, view.baseline.expected
    candidates, best = np.zeros(len(requests), dtype=bool), np.zeros(len(requests))
    for width in LEAST_Z:
        seen, wanted = rolling(requests, width), rolling(expected, width)
        chance = (wanted - seen) / np.sqrt(np.maximum(wanted, 1.0))
        z = -np.log((seen + 1.0) / (wanted + 1.0)) / view.baseline.dip(width)
        hits = (seen <= MOST_SHARE * wanted) & (z >= LEAST_Z[width]) & (chance >= LEAST_CHANCE) & (wanted - seen >= LEAST_MISSING)
        candidates |= marked(hits, width) & (requests < 0.7 * expected)
        best = np.maximum(best, np.where(hits, np.minimum(z**2 / 4.6, 300.0), 0.0))
    return candidates, best


def load_likelihood(requests: Floats, expected: Floats, states: Floats, spread: float) -> Floats:
    """Quasi-Poisson log-likelihood of each minute's requests when the load is so many times what is expected."""
    rate = np.maximum(expected, 1e-3)[:, None] * states
    scores: Floats = (requests[:, None] * np.log(rate) - rate) / max(spread, 1.0)
    return scores
