"""Long absences: stretches without requests that a level which moves with the day would follow, and so take for usual.

A service that is off for a day and a half (a storm, a move) has no load to be measured by in all that time. Against the median of the
whole week it stands out; once it is known it teaches the daily level nothing, and is found as silence like any other.
"""

from __future__ import annotations

import numpy as np

from forensics.incidents.baseline import FEWEST_DAYS, FEWEST_DAYS_OF_WEEK, fit, lulls, spreads
from forensics.incidents.series import Axis, Bools, Floats, Series
from forensics.incidents.windows import runs

DAY = 1440
LEVEL_DAYS = 7.0
SHORTEST = 180
"""Minutes that a level of one day hardly follows."""
NIGHT = 840
"""Minutes that no night lasts: where no other night is known, only longer emptiness is strange."""
LEAST_SCORE = 12.0
"""Decimal orders of improbability."""
FEWEST_ALIKE, OFTEN, EMPTY_SHARE = 2, 0.34, 0.3
"""Other days that it takes to know closing time, the share of them that are as slack, and the share of the load that is slack."""
WEEKEND_SHARE = 0.6
"""Share of a stretch within Saturday and Sunday (UTC) that makes it a weekend's."""


def long_absences(axis: Axis, series: Series, masked: Bools) -> Bools:
    """Return the minutes of stretches without any request that are improbable by the level of the whole week."""
    requests, flags = series.requests, np.zeros(axis.minutes, dtype=bool)
    empty = [(a, b) for a, b in runs(requests == 0) if b - a + 1 >= SHORTEST and a > 0 and b < axis.minutes - 1]
    if not empty:
        return flags
    unknown = masked.copy()
    for first, last in empty:
        unknown[first : last + 1] |= last - first + 1 >= NIGHT
    if unknown.all():
        return flags
    expected, _ = fit(axis, requests, unknown, LEVEL_DAYS)
    usual = spreads(requests, expected, unknown, lulls(series, expected, unknown))[1][60]
    total = np.concatenate(([0.0], np.cumsum(expected)))
    few_days = axis.days < FEWEST_DAYS
    for first, last in empty:
        if comes_daily(axis, requests, first, last, float(total[last + 1] - total[first])):
            continue
        score = float(usual.few(np.zeros(1), np.array([total[last + 1] - total[first]]))[0])
        known_night = few_days and last - first + 1 < NIGHT
        if score >= LEAST_SCORE and not known_night:
            flags[first : last + 1] = True
    return flags


def _weekend(axis: Axis, first: int, last: int) -> bool:
    """Whether a stretch is a weekend's rest."""
    minutes = np.arange(first, last + 1) + axis.start.hour * 60 + axis.start.minute
    day = (minutes // 1440 + axis.start.weekday()) % 7
    return bool(np.isin(day, (5, 6)).mean() >= WEEKEND_SHARE)


def comes_daily(axis: Axis, requests: Floats, first: int, last: int, wanted: float) -> bool:
    """Whether the same hours of other days (a week to each side) are as empty often enough: closing time is no incident."""
    shifts = [DAY * day for day in range(-7, 8) if day and first + DAY * day >= 0 and last + DAY * day < len(requests)]
    slack = {s: bool(requests[first + s : last + 1 + s].sum() <= EMPTY_SHARE * wanted) for s in shifts}
    if axis.days < FEWEST_DAYS_OF_WEEK and last - first + 1 >= DAY and _weekend(axis, first, last):
        return all(slack[s] for s in shifts if abs(s) == 7 * DAY)  # of a log of few weeks nobody knows what its weekends are like
    return len(shifts) >= FEWEST_ALIKE and sum(slack.values()) >= OFTEN * len(shifts)
