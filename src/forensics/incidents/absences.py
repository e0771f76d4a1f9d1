"""Long absences: stretches without requests, or with few, that a level which moves with the day would follow, and so take for usual.

A service that is off for a day and a half (a storm, a move) has no load to be measured by in all that time. Against the median of the
whole week it stands out; once it is known it teaches the daily level nothing, and is found as silence like any other.
"""

from __future__ import annotations

import numpy as np

from forensics.incidents.baseline import FEWEST_DAYS, FEWEST_DAYS_OF_WEEK, FEWEST_LULLS, fit, lulls, missing, rolling, spreads
from forensics.incidents.chance import Chance, of_one
from forensics.incidents.series import Axis, Bools, Floats, Series
from forensics.incidents.windows import deepest, joined, runs

DAY = 1440
LEVEL_DAYS = 7.0
SHORTEST = 180
"""Minutes that a level of one day hardly follows."""
NIGHT = 840
"""Minutes that no night lasts: where no other night is known, only longer emptiness is strange."""
LEAST_SCORE = 12.0
"""Decimal orders of improbability."""
UNHEARD_OF = 4.0
"""So many times the longest of the usual empty stretches, in expected requests, is no usual one."""
FEWEST_ALIKE, OFTEN, EMPTY_SHARE = 2, 0.34, 0.3
"""Other days that it takes to know closing time, the share of them that are as slack, and the share of the load that is slack."""
HOUR, LACKING = 60, 0.35
"""Minutes over which load is compared, and the share of the expected load below which most of it is missing."""
EDGE, STILL_THERE, BLOW = 20, 0.5, 3.0
"""Minutes on either side of an end, the share of the load that is still there beside it, and the orders of improbability of the fall."""
BUSY, FRACTION = 60.0, 0.25
"""Requests of so many minutes that make a service busy, and the share of them that is left where it was cut off."""
WEEKEND_SHARE, OF_A_KIND = 0.6, 0.1
"""Share of a stretch within Saturday and Sunday (UTC) that makes it a weekend's; and by which those of stretches of one kind may differ."""


def long_absences(axis: Axis, series: Series, masked: Bools) -> Bools:
    """Return the minutes of stretches with few requests, or none, that are improbable by the level of the whole week."""
    requests, flags = series.requests, np.zeros(axis.minutes, dtype=bool)
    empty = [(a, b) for a, b in runs(requests == 0) if b - a + 1 >= SHORTEST and a > 0 and b < axis.minutes - 1]
    unknown = masked.copy()
    for first, last in empty:
        unknown[first : last + 1] |= last - first + 1 >= NIGHT
    if unknown.all():
        return flags
    expected, _ = fit(axis, requests, unknown, LEVEL_DAYS)
    usual = spreads(requests, expected, unknown, lulls(series, expected, unknown))[1][60]
    total = np.concatenate(([0.0], np.cumsum(expected)))
    few_days = axis.days < FEWEST_DAYS
    unheard_of = UNHEARD_OF * _longest(series, expected, unknown)
    for first, last in empty:
        if comes_daily(axis, requests, first, last, float(total[last + 1] - total[first])):
            continue
        wanted = float(total[last + 1] - total[first])
        score = of_one(usual.lull, 0.0, wanted)  # a level hardly ever wavers to nothing
        known_night = few_days and last - first + 1 < NIGHT
        if (score >= LEAST_SCORE or wanted >= unheard_of) and not known_night:
            flags[first : last + 1] = True
    for first, last in _lacking(axis, series, expected, unknown):
        flags[first : last + 1] = True
    return flags


def _longest(series: Series, expected: Floats, unknown: Bools) -> float:
    """Return how many expected requests the longest empty stretches last (the third: one or two may be absences); endless if unknown.

    Of thousands of exponential stretches the third longest is some seven times the mean: four times as much is no chance.
    """
    stretches = runs((series.requests == 0) & ~unknown)
    if len(stretches) < FEWEST_LULLS:
        return float("inf")
    return float(np.sort(missing(series, expected, *np.array(stretches).T))[-3])


def _lacking(axis: Axis, series: Series, expected: Floats, unknown: Bools) -> list[tuple[int, int]]:
    """Stretches of hours in which most of the load is missing, lost or regained at one blow; chance is what the other minutes show.

    One may last to the end of the log; of one that was there when the log began nobody knows how it began.
    """
    requests, other = series.requests, unknown.copy()
    low = np.roll(rolling(requests, HOUR) <= LACKING * rolling(expected, HOUR), -HOUR // 2)
    stretches = [(a, b) for a, b in joined(runs(low), HOUR) if b - a + 1 >= SHORTEST and a > 0]
    for first, last in stretches:
        other[first : last + 1] = True
    if not stretches or other.all():
        return []
    falls, found = spreads(requests, expected, other, lulls(series, expected, other))[1], []
    for place in stretches:
        first, last = deepest(requests, expected, *place, falls[60].clump)
        seen, wanted = (float(values[first : last + 1].sum()) for values in (requests, expected))
        strange = seen <= LACKING * wanted and of_one(falls[60].few, seen, wanted) >= LEAST_SCORE
        blow = _blow(requests, expected, first, falls[15]) or _blow(requests[::-1], expected[::-1], axis.minutes - 1 - last, falls[15])
        if strange and blow and not comes_daily(axis, requests, first, last, wanted):
            found.append((first, last))
    return found


def _blow(requests: Floats, expected: Floats, first: int, usual: Chance) -> bool:
    """Whether, by what came right before a minute, chance does not bring so little right after it."""
    before, after = slice(max(0, first - EDGE), first), slice(first, first + EDGE)
    level = float(requests[before].sum() / max(expected[before].sum(), 1e-9))
    wanted = min(level, 1.0) * float(expected[after].sum())
    return level >= STILL_THERE and of_one(usual.few, float(requests[after].sum()), max(wanted, 1e-9)) >= BLOW


def _weekend(axis: Axis, first: int, last: int) -> float:
    """Return the share of a stretch that is weekend."""
    minutes = np.arange(first, last + 1) + axis.start.hour * 60 + axis.start.minute
    day = (minutes // 1440 + axis.start.weekday()) % 7
    return float((day >= 5).mean())  # Saturday is 5


def _dropped(requests: Floats, first: int) -> bool:
    """Whether a busy service fell to a fraction of its load within a minute, as it does on no other day: nobody goes to rest like that."""
    before, after = float(requests[max(0, first - EDGE) : first].sum()), float(requests[first + 1 : first + 1 + EDGE].sum())
    if before < BUSY or after > FRACTION * before:
        return False
    others = [first + DAY * day for day in range(-7, 8) if day and SHORTEST <= first + DAY * day < len(requests) - SHORTEST]
    closes = [requests[at + 1 : at + 1 + SHORTEST].sum() <= EMPTY_SHARE * requests[at - SHORTEST : at].sum() for at in others]
    return bool(sum(closes) < OFTEN * len(closes))


def comes_daily(axis: Axis, requests: Floats, first: int, last: int, wanted: float) -> bool:
    """Whether the same hours of other days (a week to each side) are as empty often enough: closing time is no incident.

    A log of weeks shows it on days of the same kind: that nobody works at weekends says nothing of a Wednesday, nor of a Friday on which
    nobody came from the morning to the Sunday. Or on the same weekday.
    """
    shifts = [DAY * day for day in range(-7, 8) if day and first + DAY * day >= 0 and last + DAY * day < len(requests)]
    slack = {s: bool(requests[first + s : last + 1 + s].sum() <= EMPTY_SHARE * wanted) for s in shifts}
    weekend, weekly = _weekend(axis, first, last), [slack[s] for s in shifts if abs(s) == 7 * DAY]
    if axis.days >= FEWEST_DAYS_OF_WEEK:
        alike = [slack[s] for s in shifts if abs(_weekend(axis, first + s, last + s) - weekend) <= OF_A_KIND] or list(slack.values())
        return len(shifts) >= FEWEST_ALIKE and (sum(alike) >= max(OFTEN * len(alike), 1) or (all(weekly) and bool(weekly)))
    rest = last - first + 1 >= DAY and weekend >= WEEKEND_SHARE
    if rest and not (_dropped(requests, first) or _dropped(requests[::-1], len(requests) - 1 - last)):
        return all(weekly)  # of a log of few weeks nobody knows what its weekends are like
    return len(shifts) >= FEWEST_ALIKE and sum(slack.values()) >= OFTEN * len(shifts)
