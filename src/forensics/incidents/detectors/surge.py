"""Surge: several times the load that the hour should bring, and more than the busiest hour of any usual day.

A crawler at night is several times the usual for the hour, and no trouble: the service bears more every noon.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from forensics.incidents.baseline import FEWEST_SUMS, dispersion, rolling
from forensics.incidents.chance import unmasked
from forensics.incidents.detectors.collapse import load_likelihood
from forensics.incidents.look import View
from forensics.incidents.recurring import comes_again
from forensics.incidents.series import Bools, Floats
from forensics.incidents.windows import SHARPEN, Window, bounded_runs, height, joined, marked, runs, trimmed

WIDTHS = (15, 60)
LEAST_TIMES = 1.8
"""Times the expected load."""
OVER_PEAK = 1.3
"""Times the peak of a usual day."""
LEAST_SCORE = 7.0
"""Decimal orders of improbability, by how load rises when nothing is wrong."""
UNHEARD_OF, FEWEST_DAYS = 1.5, 7
"""... or so many times the busiest stretch of all other days, of so many: how load usually wavers says little of what it never did."""
LEAST_SURPLUS = 200.0
SHORTEST = 5
"""Minutes that a surge lasts at least."""
LEAST_COMPARED = 40
"""Minutes with requests, outside the surge, that it takes to know what is usual."""
AROUND = 90
STATES = np.array([1.0, 2.0, 4.0, 10.0])


def detect(view: View) -> list[Window]:
    """Find stretches of surplus load (everything, hosts and backends; a busy route alone is a fashion); ``size`` is the surplus."""
    series, expected = view.series, view.baseline.expected
    if series.scope.part in ("route", "program"):
        return []
    candidates, score, unheard_of = _scan(view)
    found = []
    likelihood = load_likelihood(series.requests, expected, STATES, _spread(view, candidates))
    stretches = bounded_runs(candidates, AROUND, likelihood)
    stretches += [(a, b) for a, b in joined(runs(unheard_of), SHARPEN) if not any(a <= last and first <= b for first, last in stretches)]
    stretches.sort()
    free = 0
    for (first, last), (following, _) in pairwise([*stretches, (len(expected), len(expected))]):
        first, last = height(series.requests, expected, first, last, (free, following - 1))
        free = last + 1
        span = slice(first, last + 1)
        seen, surplus = float(series.requests[span].sum()), float(series.requests[span].sum() - expected[span].sum())
        if comes_again(series.requests, first, last, seen - surplus / 2):
            continue
        if last - first + 1 >= SHORTEST and surplus >= LEAST_SURPLUS and _compared(view, first, last) >= LEAST_COMPARED:
            found.append(trimmed(Window("surge", series.scope, first, last, float(score[span].max()), surplus), series.requests > 0))
    return found


def _spread(view: View, candidates: Bools) -> float:
    """Dispersion outside the candidates: a surge of hours in a log of days must not pass for how load usually scatters."""
    if not candidates.any():
        return view.baseline.spread(15)
    sums = unmasked(view.series.requests, view.baseline.expected, view.masked | candidates, 15)
    return dispersion(*sums) if len(sums[0]) >= FEWEST_SUMS else view.baseline.spread(15)


def _compared(view: View, first: int, last: int) -> int:
    """Minutes beside a stretch for which something was logged: without them the logs do not show what is usual."""
    known = (view.series.requests > 0) & ~view.masked
    return int(known.sum() - known[first : last + 1].sum())


def usual_peak(view: View, width: int) -> float:
    """The busiest ``width`` minutes of a usual day: the median of the days' peaks outside masked minutes, at least that of expectation."""
    peaks = _peaks(view, width)
    expected = float(rolling(view.baseline.expected, width).max())
    return max(float(np.median(peaks[peaks > 0])) if len(peaks) >= 3 and (peaks > 0).any() else 0.0, expected)


def _peaks(view: View, width: int) -> Floats:
    """Requests in the busiest ``width`` minutes of each day, outside masked minutes."""
    sums = np.where(rolling(view.masked, width) > 0, 0.0, rolling(view.series.requests, width))
    days = -(-len(sums) // 1440)
    padded = np.zeros(days * 1440)
    padded[: len(sums)] = sums
    highest: Floats = padded.reshape(days, 1440).max(axis=1)
    return highest


def _never_seen(view: View, seen: Floats, width: int) -> Bools:
    """Whether so much came within ``width`` minutes on no other day, by far."""
    peaks, day = _peaks(view, width), np.arange(len(seen)) // 1440
    if len(peaks) <= FEWEST_DAYS:
        return np.zeros(len(seen), dtype=bool)
    second, highest = np.sort(peaks)[-2:]
    flags: Bools = seen >= UNHEARD_OF * np.where(peaks == highest, second, highest)[day]
    return flags


def _scan(view: View) -> tuple[Bools, Floats, Bools]:
    """Return which minutes may be of a surge, orders of improbability, and where more came than ever does, however that is by chance."""
    requests, expected = view.series.requests, view.baseline.expected
    candidates, unheard_of, best = (np.zeros(len(requests), dtype=kind) for kind in (bool, bool, float))
    for width in WIDTHS:
        seen, wanted = rolling(requests, width), rolling(expected, width)
        hits = (seen >= LEAST_TIMES * wanted) & (seen >= OVER_PEAK * usual_peak(view, width))
        score = np.zeros(len(requests))
        score[hits] = view.baseline.rise(width).many(seen[hits], wanted[hits])
        unheard_of |= marked(hits & _never_seen(view, seen, width), width)
        candidates |= marked(score >= LEAST_SCORE, width)
        best = np.maximum(best, score)
    return (candidates | unheard_of) & (requests > 1.5 * expected), best, unheard_of
