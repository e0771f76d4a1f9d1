"""Surge: several times the load that the hour should bring, and more than the busiest hour of any usual day.

A crawler at night is several times the usual for the hour, and no trouble: the service bears more every noon.
"""

from __future__ import annotations

import numpy as np

from forensics.incidents.baseline import rolling
from forensics.incidents.detectors.collapse import load_likelihood
from forensics.incidents.look import View
from forensics.incidents.series import Bools, Floats
from forensics.incidents.windows import Window, bounded_runs, marked, sharpened, trimmed

WIDTHS = (15, 60)
LEAST_TIMES = 3.0
"""Times the expected load."""
OVER_PEAK = 1.3
"""Times the peak of a usual day."""
LEAST_Z = 8.0
LEAST_SURPLUS = 200.0
LEAST_COMPARED = 60
"""Minutes with requests, outside the surge, that it takes to know what is usual."""
AROUND = 90
STATES = np.array([1.0, 2.0, 4.0, 10.0])


def detect(view: View) -> list[Window]:
    """Find stretches of surplus load (everything, hosts and backends; a busy route alone is a fashion); ``size`` is the surplus."""
    series, expected = view.series, view.baseline.expected
    if series.scope.part == "route":
        return []
    candidates, score = _scan(view)
    found = []
    likelihood = load_likelihood(series.requests, expected, STATES, view.baseline.spread(15))
    for first, last in bounded_runs(candidates, AROUND, likelihood):
        first, last = sharpened(series.requests, *_edges(series.requests - expected, first, last))
        span = slice(first, last + 1)
        surplus = float(series.requests[span].sum() - expected[span].sum())
        if last - first >= 9 and surplus >= LEAST_SURPLUS and _compared(view, first, last) >= LEAST_COMPARED:
            found.append(trimmed(Window("surge", series.scope, first, last, float(score[span].max()), surplus), series.requests > 0))
    return found


def _compared(view: View, first: int, last: int) -> int:
    """Minutes beside a stretch for which something was logged: without them the logs do not show what is usual."""
    known = (view.series.requests > 0) & ~view.masked
    return int(known.sum() - known[first : last + 1].sum())


def _edges(surplus: Floats, first: int, last: int) -> tuple[int, int]:
    """Cut a surge to where ten minutes hold a third of what it holds at its height: what trails behind is a lively evening."""
    ahead, behind = rolling(surplus[::-1], 10)[::-1][first : last + 1], rolling(surplus, 10)[first : last + 1]
    level = max(0.35 * float(np.quantile(behind, 0.8)), 0.1 * float(behind.max()))  # the height of a short burst is no quantile
    from_here, to_here = ahead >= level, behind >= level
    if not from_here.any() or not to_here.any():
        return first, last
    return first + int(np.argmax(from_here)), last - int(np.argmax(to_here[::-1]))


def usual_peak(view: View, width: int) -> float:
    """The busiest ``width`` minutes of a usual day: the median of the days' peaks outside masked minutes, at least that of expectation."""
    sums = np.where(rolling(view.masked, width) > 0, 0.0, rolling(view.series.requests, width))
    days = -(-len(sums) // 1440)
    padded = np.zeros(days * 1440)
    padded[: len(sums)] = sums
    peaks = padded.reshape(days, 1440).max(axis=1)
    expected = float(rolling(view.baseline.expected, width).max())
    return max(float(np.median(peaks[peaks > 0])) if days >= 3 and (peaks > 0).any() else 0.0, expected)


def _scan(view: View) -> tuple[Bools, Floats]:
    requests, expected = view.series.requests, view.baseline.expected
    candidates, best = np.zeros(len(requests), dtype=bool), np.zeros(len(requests))
    for width in WIDTHS:
        seen, wanted = rolling(requests, width), rolling(expected, width)
        z = (seen - wanted) / np.sqrt(np.maximum(wanted * view.baseline.spread(width), 1.0))
        hits = (seen >= LEAST_TIMES * wanted) & (z >= LEAST_Z) & (seen >= OVER_PEAK * usual_peak(view, width))
        candidates |= marked(hits, width) & (requests > 1.5 * expected)
        best = np.maximum(best, np.where(hits, np.minimum(z**2 / 4.6, 300.0), 0.0))
    return candidates, best
