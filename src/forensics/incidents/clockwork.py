"""What happens by the clock: jobs that begin every day in the same minute, which a smooth rhythm of the day washes out.

A rhythm is learned in bins of a quarter of an hour or more and smoothed: it begins to rise well before a nightly job does, and the quiet
minutes before the job look like a collapse, its first minutes like a surge. Where nearly every day departs from the rhythm in the same
minutes and in the same direction, by far more than chance, those minutes are expected as the days have them.
"""

from __future__ import annotations

import numpy as np

from forensics.incidents.series import Bools, Floats, Ints

WIDTH = 5
"""Minutes that are summed to see a departure."""
FEWEST_DAYS = 4
LEAST_SIGMAS = 6.0
"""Deviations by which the days together depart."""
LEAST_CHANGE = 1.25
"""Times by which three days of four depart, at least."""
BUSY = 8.0
"""Requests in a minute from which that minute is told by itself, not with its neighbours."""


def by_the_clock(requests: Floats, expected: Floats, masked: Bools, minute: Ints, groups: Ints) -> Floats:
    """Return the expected requests, by the minute of the day where the days agree on that.

    ``minute`` is the minute of the day (0 to 1439) of each minute, ``groups`` the kind of its day (small numbers), both of one length.
    """
    found = expected.copy()
    seen, wanted, known = (_around(values, ~masked) for values in (requests, expected, np.ones(len(requests))))
    known_enough = known >= WIDTH / 2
    for group in np.unique(groups):
        there = np.flatnonzero((groups == group) & known_enough)
        slots = _departing(seen[there], wanted[there], minute[there])
        if len(slots):
            mine = np.flatnonzero((groups == group) & ~masked)
            factor = _factors(slots, requests[mine], expected[mine], seen[mine], wanted[mine], minute[mine])
            all_of_group = groups == group
            found[all_of_group] *= factor[minute[all_of_group]]
    return found


def _around(values: Floats, known: Bools) -> Floats:
    """Sums over the minutes around each, of those that are known."""
    total = np.concatenate(([0.0], np.cumsum(np.where(known, values, 0.0))))
    place = np.arange(len(values))
    half = WIDTH // 2
    sums: Floats = total[np.minimum(place + half + 1, len(values))] - total[np.maximum(place - half, 0)]
    return sums


def _departing(seen: Floats, wanted: Floats, minute: Ints) -> Ints:
    """Return the minutes of the day in which the days together, and three of four of them alone, depart from what was expected."""
    days = np.bincount(minute, minlength=1440)
    all_seen, all_wanted = (np.bincount(minute, weights=values, minlength=1440) for values in (seen, wanted))
    scatter = max(1.0, float(np.median((seen - wanted) ** 2 / np.maximum(wanted, 0.5))) / 0.455)  # the median of a squared deviate
    sigmas = (all_seen - all_wanted) / np.sqrt(scatter * np.maximum(np.minimum(all_wanted, all_seen + 1.0), 1.0))
    slots = np.flatnonzero((days >= FEWEST_DAYS) & (np.abs(sigmas) >= LEAST_SIGMAS))
    low, _, high = _quarters(seen / np.maximum(wanted, 1e-9), minute, slots)
    return slots[(low > LEAST_CHANGE) | (high < 1.0 / LEAST_CHANGE)]


def _factors(slots: Ints, requests: Floats, expected: Floats, seen: Floats, wanted: Floats, minute: Ints) -> Floats:
    """Return what the expectation of each minute of the day is multiplied by."""
    factor = np.ones(1440)
    edges = np.unique((slots[:, None] + np.arange(-(WIDTH // 2), WIDTH // 2 + 1)) % 1440)  # a sum departs before its middle does
    usual = _quarters(requests, minute, edges)[1]
    alone = _quarters(requests / np.maximum(expected, 1e-9), minute, edges)[1]
    together = _quarters(seen / np.maximum(wanted, 1e-9), minute, edges)[1]
    wanted_there = _quarters(expected, minute, edges)[1]
    busy = np.maximum(usual, wanted_there) >= BUSY
    factor[edges] = np.where(busy, alone, np.where(np.isin(edges, slots), together, 1.0))
    return np.maximum(np.nan_to_num(factor, nan=1.0), 0.02)


def _quarters(values: Floats, minute: Ints, slots: Ints) -> tuple[Floats, Floats, Floats]:
    """Return the lower quartile, median and upper quartile over days of each slot; NaN for one that no day knows."""
    place = np.full(1440, -1)
    place[slots] = np.arange(len(slots))
    inside = np.flatnonzero(place[minute] >= 0)
    order = inside[np.lexsort((values[inside], place[minute[inside]]))]
    count = np.bincount(place[minute[order]], minlength=len(slots))
    first = np.concatenate(([0], np.cumsum(count)[:-1]))
    ranked = values[order]

    def at(share: float) -> Floats:
        picked = np.full(len(slots), np.nan)
        known = count > 0
        picked[known] = ranked[(first + np.rint(share * (count - 1)).astype(int))[known]]
        return picked

    return at(0.25), at(0.5), at(0.75)
