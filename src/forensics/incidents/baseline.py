"""What a minute should have looked like: a level that moves slowly, times the usual rhythm of the day.

The rhythm is the median over days of each time of day (weekdays and weekends apart when both are there often enough), the level the
running median over a day of what is left; minutes that are masked (incidents already found) count for neither, so a fit after masking
is not bent by what it is to measure. Scale: quasi-Poisson dispersion from the residuals' middle and upper quantiles, for each width.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forensics.incidents.chance import MOST_UNLIKE, Chance, swings, unmasked
from forensics.incidents.clockwork import by_the_clock
from forensics.incidents.series import Axis, Bools, Floats, Ints, Series

Chances = dict[int, Chance]
"""By width in minutes."""
WIDTHS = (1, 5, 15, 30, 60)
"""Widths in minutes for which dispersion is measured."""
FEWEST_SUMS = 8
"""Sums of a width without which its dispersion is not measured."""
FEWEST_DAYS = 3.0
"""Days that a rhythm of the day needs."""
MOST_EMPTY = 0.02
"""Share of the bins of the busier half of the day that may be empty."""
SLACK_DAY = 0.25
"""Share of a usual day's load below which a day (a weekend in an office) says nothing of how narrow the bins of the others may be."""
LEAST_WEIGHT = 0.1
"""Share of the usual weight that a level rests on at least."""
FEWEST_LULLS = 60
VISIT, APART = 5, 10
"""Minutes within which the requests of a visit follow each other; and by which two minutes are apart that the same visit hardly reaches."""
FEWEST_MINUTES = 1440
"""Minutes without which it is not measured how those next to each other rise and fall together."""
AT_ONCE, FAR, A_FEW, LITTLE = 5, 1.8, 3, 0.25
"""Minutes over which load departs from what is usual, by how many times, how often it may, and the share of a log that this may take."""
BUSIEST = 2.0
"""Times the mean expected load from which an hour is one of the busiest."""
FEWEST_DAYS_OF_WEEK = 14.0
"""Days that a difference between weekdays and weekends needs."""
MOST_SORTED = 20_000_000
"""Values that are sorted at a time."""


@dataclass(frozen=True)
class Baseline:
    """Expected requests of each minute; ``dispersion`` = variance over mean by width in minutes; ``days`` it was learned from.

    Load falls otherwise than it rises: ``falls`` and ``rises`` say how, by width; ``lulls`` is how many expected requests
    empty stretches outlast their median by (1 for a Poisson process; 0 where there are too few), ``busy_lulls`` in the busiest hours alone,
    ``bursts`` how many requests come together within one minute, two, and so on, where hardly a minute is empty.
    """

    expected: Floats
    dispersion: dict[int, float]
    falls: Chances
    rises: Chances
    lulls: float
    busy_lulls: float
    bursts: Floats
    days: float
    rhythm: str
    error_ratio: float
    refused_ratio: float
    slowness: float
    slowness_scale: float

    def spread(self, width: int) -> float:
        """Dispersion of sums over ``width`` minutes: that of the nearest width that was measured, upwards."""
        return self.dispersion[_measured(width)]

    def fall(self, width: int) -> Chance:
        """How sums over ``width`` minutes fall: that of the nearest width that was measured, upwards."""
        return self.falls[_measured(width)]

    def emptiness(self, first: int, last: int) -> Chance:
        """How requests stay away altogether in these minutes: empty stretches tell the size of a visit best.

        Of a night of which little is known they last long; that says nothing of the hours in which everybody is at work. Where hardly a
        minute is empty, what comes together within the time of the silence (and the parts of minutes beside it) is missing at once; a
        mean visit is half of that at least.
        """
        busy = self.busy_lulls > 0 and float(self.expected[first : last + 1].mean()) >= BUSIEST * float(self.expected.mean())
        lasting = self.busy_lulls if busy else self.lulls
        together = float(self.bursts[min(last - first + 1, len(self.bursts) - 1)])
        least = together / MOST_UNLIKE if np.isfinite(together) else 1.0
        return Chance(max(lasting or min(max(self.fall(15).clump, least), together), 1.0), self.fall(last - first + 1).wobble)

    def rise(self, width: int) -> Chance:
        """How sums over ``width`` minutes rise."""
        return self.rises[_measured(width)]


def _measured(width: int) -> int:
    return next((w for w in WIDTHS if w >= width), WIDTHS[-1])


def rolling(values: Floats | Bools, width: int) -> Floats:
    """Sums over the ``width`` minutes that end with each minute (shorter at the beginning)."""
    total: Floats = np.cumsum(values, dtype=float)
    sums = total.copy()
    sums[width:] -= total[:-width]
    return sums


def fit(axis: Axis, requests: Floats, masked: Bools, level_days: float = 1.0) -> tuple[Floats, str]:
    """Return the expected requests per minute and a word on how they were found; the level is a median over ``level_days``."""
    masked = masked.copy()
    masked[[0, -1]] = len(masked) > 2  # the first and the last minute are seen in part
    width = _bin_width(requests, masked)
    offset = axis.start.hour * 60 + axis.start.minute
    binned, weekend = _binned(axis, requests, masked, width, offset)
    per_day = 1440 // width
    known_days = np.sum(~masked) / 1440
    if known_days < FEWEST_DAYS:
        level = _running_median(binned, max(3, min(per_day // 8, len(binned) // 2)))
        rhythm = "no rhythm of the day (less than three days)"
        fitted = level
    else:
        fitted, rhythm = _rhythmic(binned, weekend, per_day, known_days, round(per_day * level_days / 2))
    expected = np.maximum(_at_minutes(axis, fitted, width, offset), 1e-6)
    if known_days < FEWEST_DAYS:
        return expected, rhythm
    place = np.arange(axis.minutes)
    kinds = (
        weekend[(place + offset % width) // width].astype(int) if known_days >= FEWEST_DAYS_OF_WEEK else np.zeros(axis.minutes, dtype=int)
    )
    return by_the_clock(requests, expected, masked, (place + offset) % 1440, kinds), rhythm


def _at_minutes(axis: Axis, fitted: Floats, width: int, offset: int) -> Floats:
    centres = (np.arange(len(fitted)) + 0.5) * width - offset % width - 0.5
    found: Floats = np.interp(np.arange(axis.minutes), centres, fitted)
    return found


def _bin_width(requests: Floats, masked: Bools) -> int:
    """Minutes per bin: the narrowest that usually holds ten requests, and in the busier half of them some nearly always."""
    return next((width for width in (15, 30, 60, 120) if _filled(requests, masked, width)), 240)


def _filled(requests: Floats, masked: Bools, width: int) -> bool:
    count, per_day = len(requests) // width, 1440 // width
    known = np.flatnonzero(~masked[: count * width].reshape(count, width).any(axis=1))
    if not len(known):  # an hour with an outage in it: what is known of the minutes has to do
        return bool((~masked).any() and requests[~masked].mean() * width >= 10)
    sums = requests[: count * width].reshape(count, width).sum(axis=1)[known]
    slots, day = known % per_day, known // per_day
    load = np.bincount(day, weights=sums) / np.maximum(np.bincount(day), 1)
    worked = (load >= SLACK_DAY * np.median(load[np.unique(day)]))[day]
    sums, slots = sums[worked], slots[worked]
    if sums.mean() < 10:
        return False
    busy = (np.bincount(slots, weights=sums) / np.maximum(np.bincount(slots), 1))[slots]
    return bool(np.mean(sums[busy >= np.median(busy)] == 0) <= MOST_EMPTY)


def _binned(axis: Axis, requests: Floats, masked: Bools, width: int, offset: int) -> tuple[Floats, Bools]:
    """Requests per minute in bins aligned to midnight, NaN where less than a third of the bin is known; and which bins are weekends."""
    lead = offset % width
    bins = (axis.minutes + lead + width - 1) // width
    place = (np.arange(axis.minutes) + lead) // width
    known = np.bincount(place, weights=(~masked).astype(float), minlength=bins)
    total = np.bincount(place, weights=np.where(masked, 0.0, requests), minlength=bins)
    with np.errstate(divide="ignore", invalid="ignore"):
        binned = np.where(known >= max(1.0, width / 3), total / known, np.nan)
    of_day = np.arange(bins) * width - lead + offset
    day = (of_day - _quietest(binned, width)) // 1440 + axis.start.weekday()
    return binned, np.isin(day % 7, (5, 6))


def _quietest(binned: Floats, width: int) -> int:
    """Minute of the UTC day (-720 to 719) at which people's day begins: logs know no time zone of those who ask, but all sleep."""
    per_day = 1440 // width
    slot = np.arange(len(binned)) % per_day
    known = np.isfinite(binned)
    usual = np.bincount(slot[known], weights=binned[known], minlength=per_day) / np.maximum(np.bincount(slot[known], minlength=per_day), 1)
    around = np.arange(-(180 // width), 180 // width + 1)
    smooth = usual[(np.arange(per_day)[:, None] + around) % per_day].mean(axis=1)
    minute = int(np.argmin(smooth)) * width
    return minute if minute < 720 else minute - 1440


def _rhythmic(binned: Floats, weekend: Bools, per_day: int, days: float, half: int) -> tuple[Floats, str]:
    by_week = days >= FEWEST_DAYS_OF_WEEK
    group = weekend.astype(int) if by_week else np.zeros(len(binned), dtype=int)
    slot = np.arange(len(binned)) % per_day
    floor = max(float(np.nanmean(binned)) * 0.02, 1e-6) if np.isfinite(binned).any() else 1e-6
    profile = np.ones((2, per_day))
    for _ in range(3):
        level = _running_median(binned / profile[group, slot], half, profile[group, slot])
        for g in np.unique(group):
            profile[g] = _profile(np.where(group == g, binned / np.maximum(level, floor), np.nan), per_day, profile[g])
    shape = "weekdays and weekends apart" if by_week else "all days alike"
    return np.maximum(profile[group, slot] * level, floor / 4), f"rhythm of the day, {shape}"


def _profile(ratios: Floats, per_day: int, before: Floats) -> Floats:
    """The usual ratio of each time of day: a median over days, smoothed over neighbouring bins."""
    padded = np.full(-(-len(ratios) // per_day) * per_day, np.nan)
    padded[: len(ratios)] = ratios
    found = _median(padded.reshape(-1, per_day), before)
    smooth = (np.roll(found, 1) + 2 * found + np.roll(found, -1)) / 4
    return np.maximum(smooth, 0.02 * max(float(smooth.mean()), 1e-9))


def _median(days: Floats, otherwise: Floats) -> Floats:
    """Medians of columns; for few or small values the mean of the middle half, which does not jump between whole numbers."""
    low, high = _quantiles(days, 0.25), _quantiles(days, 0.75)
    middle = np.where((days >= low) & (days <= high), days, np.nan)
    count = np.sum(np.isfinite(middle), axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        means: Floats = np.where(count > 0, np.nansum(middle, axis=0) / count, otherwise)
    return means


def _quantiles(rows: Floats, q: float) -> Floats:
    """Quantiles of columns that may hold NaN, or nothing else."""
    ordered = np.sort(rows, axis=0)
    count = np.sum(np.isfinite(rows), axis=0)
    rank = np.maximum(np.rint(q * (count - 1)), 0).astype(int)
    picked: Floats = np.take_along_axis(ordered, rank[None, :], axis=0)[0]
    return picked


def _running_median(values: Floats, half: int, weights: Floats | None = None) -> Floats:
    """Centred running median over ``2 * half + 1`` values, ignoring NaN; gaps without any value are bridged in a straight line.

    With weights, values that stand for little (the small hours) decide little: beside a hole of a day and a half they decide nothing.
    """
    weights = np.where(np.isfinite(values), 1.0 if weights is None else weights, 0.0)
    found, weight = _weighted_medians(values, weights, half)
    found[weight < LEAST_WEIGHT * np.median(weight)] = np.nan
    known = np.isfinite(found)
    if not known.any():
        return np.zeros(len(values))
    bridged: Floats = np.interp(np.arange(len(values)), np.flatnonzero(known), found[known])
    return bridged


def _weighted_medians(values: Floats, weights: Floats, half: int) -> tuple[Floats, Floats]:
    """Median of the values around each, each with its weight, NaN where none has weight; and what they weigh together.

    What is sorted around each value is the ranks of all, which are small whole numbers, and take a tenth of the time.
    """
    order = np.argsort(values)
    ascending, heavy = np.append(values[order], np.nan), np.append(weights[order], 0.0)
    ranks = np.full(len(values) + 2 * half, len(values), dtype=np.min_scalar_type(len(values)))  # beyond either end: after all others
    ranks[half + order] = np.arange(len(values))
    around = np.lib.stride_tricks.sliding_window_view(ranks, 2 * half + 1)
    step = MOST_SORTED // (2 * half + 1) + 1
    parts = [_middles(np.sort(around[i : i + step], axis=1), heavy) for i in range(0, len(values), step)]
    middle, weight = (np.concatenate(each) for each in zip(*parts, strict=True))
    return np.where(weight > 0, ascending[middle], np.nan), weight


def _middles(rows: Ints, weights: Floats) -> tuple[Ints, Floats]:
    """Return of each row of ranks the one at which half of its weight is reached, and its weight."""
    total = np.cumsum(weights[rows], axis=1)
    place = np.argmax(total >= total[:, -1:] / 2, axis=1)
    return np.take_along_axis(rows, place[:, None], axis=1)[:, 0], total[:, -1]


def once(requests: Floats, expected: Floats) -> Bools:
    """Flag minutes of a short log in which far more or far less came than usual, where that happened a few times and in little of it.

    What happens once in a log is no measure of chance; what happens all the time is.
    """
    around = np.roll(rolling(requests, AT_ONCE), -(AT_ONCE // 2)), np.roll(rolling(expected, AT_ONCE), -(AT_ONCE // 2))
    departing = (around[0] < around[1] / FAR) | (around[0] > around[1] * FAR)
    times = int((np.diff(np.flatnonzero(departing)) > AT_ONCE).sum()) + 1
    return departing if times <= A_FEW and departing.mean() <= LITTLE else np.zeros(len(requests), dtype=bool)


def spreads(
    requests: Floats, expected: Floats, masked: Bools, lulls: float, bursts: Floats | None = None
) -> tuple[dict[int, float], Chances, Chances]:
    """Return ``Baseline.dispersion``, ``falls`` and ``rises``: how sums scatter about what was expected, outside masked minutes.

    No visit is smaller than empty stretches (``lulls``), what comes together (half of ``bursts``) or narrower sums show; nor does a level
    waver less over half an hour than it would if its quarters had nothing to do with each other.
    """
    together = np.ones(VISIT + 1) if bursts is None else np.where(np.isfinite(bursts), bursts / MOST_UNLIKE, 1.0)
    scatter: dict[int, float] = {}
    down: Chances = {}
    up: Chances = {}
    clump, narrower = lulls, 0
    for width in WIDTHS:
        sums = unmasked(requests, expected, masked, width)
        scatter[width] = dispersion(*sums) if len(sums[0]) >= FEWEST_SUMS else max(scatter.values(), default=1.0)
        clump = max(clump, float(together[min(width, VISIT + 1) - 1]))
        down[width], up[width] = swings(*sums, clump, lulls)
        if narrower and len(sums[1]):
            down[width] = _wavering(down[width], down[narrower].wobble * narrower / width, clump, float(sums[1].mean()))
        clump, narrower = max(clump, down[width].clump), width if width > 1 else 0
    return scatter, down, up


def _wavering(chance: Chance, wobble: float, clump: float, load: float) -> Chance:
    """Return a chance that lets sums of the mean load scatter as much at least as visits of such a clump about a level that wavers so."""
    lacking = clump + wobble * load - (chance.clump + chance.wobble * load)
    return replace(chance, wobble=chance.wobble + max(lacking, 0.0) / max(load, 1e-9))


def dispersion(seen: Floats, wanted: Floats) -> float:
    """Variance over mean, from the middle and the 98 % quantile of residuals; at least 1 (Poisson)."""
    residual = np.abs(seen - wanted) / np.sqrt(np.maximum(wanted, 0.5))
    middle, high = np.quantile(residual, (0.5, 0.98))
    return max(1.0, max(float(middle) / 0.6745, float(high) / 2.326) ** 2)


def missing(series: Series, expected: Floats, first: Ints, last: Ints) -> Floats:
    """Requests that should have come in empty stretches, with what is empty of the minutes beside them."""
    total = np.concatenate(([0.0], np.cumsum(expected)))
    ahead, behind = np.maximum(first - 1, 0), np.minimum(last + 1, len(expected) - 1)
    beside: Floats = np.where(first > 0, expected[ahead] * series.after[ahead], 0.0)
    return total[last + 1] - total[first] + beside + np.where(last + 1 < len(expected), expected[behind] * series.before[behind], 0.0)


def busy_lulls(series: Series, expected: Floats, masked: Bools) -> float:
    """Return ``lulls`` of the busiest hours."""
    return lulls(series, expected, masked | (expected < BUSIEST * expected.mean()))


def bursts(requests: Floats, expected: Floats, masked: Bools) -> Floats:
    """Return how many requests come together within one minute, two, up to those of a visit, as one sees it (mean square over mean).

    The variance of sums over so many minutes, over their mean; less what minutes have in common with those so far from them that a level
    which wavers moves both, and hardly a visit does. A visit lasts for minutes: in a shorter time only a part of it can be missing.
    Infinity where too little is known.
    """
    known = ~masked
    if known.sum() < FEWEST_MINUTES:
        return np.full(VISIT + 1, np.inf)
    residual = np.where(known, requests - expected, 0.0)

    def common(lag: int) -> float:
        ahead, behind = slice(None, len(residual) - lag), slice(lag, None)
        return float((residual[ahead] * residual[behind]).sum() / max((known[ahead] & known[behind]).sum(), 1))

    apart = common(APART)
    near = np.array([common(0) - apart, *(2 * max(common(lag) - apart, 0.0) for lag in range(1, VISIT + 1))])
    widths, lags = np.arange(1, VISIT + 2)[:, None], np.arange(VISIT + 1)
    within: Floats = (np.maximum(1.0 - lags / widths, 0.0) * near).sum(axis=1)
    within[-1] = near.sum()
    return np.maximum(1.0, within / max(float(expected[known].mean()), 1e-9))


def lulls(series: Series, expected: Floats, masked: Bools) -> float:
    """Usual excess, in expected requests, of empty stretches over their median; at least 1, and 0 where there are too few of them.

    For a Poisson process the requests that an empty stretch should have brought are exponential with mean 1 whatever the rate; bursts
    and sessions make it longer. The excess over a threshold has the scale of an exponential tail, read from its median and its upper
    fifth, so that the few stretches which are no chance do not hide themselves.
    """
    empty = (series.requests == 0) & ~masked
    edges = np.diff(np.concatenate(([0], empty.astype(np.int8), [0])))
    first, last = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
    if len(first) < FEWEST_LULLS:
        return 0.0
    short = missing(series, expected, first, last)
    above = short[short >= np.median(short)] - np.median(short)
    return float(max(1.0, np.median(above) / np.log(2.0), np.quantile(above, 0.8) / np.log(5.0)))
