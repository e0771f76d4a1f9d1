"""What a minute should have looked like: a level that moves slowly, times the usual rhythm of the day.

The rhythm is the median over days of each time of day (weekdays and weekends apart when both are there often enough), the level the
running median over a day of what is left; minutes that are masked (incidents already found) count for neither, so a fit after masking
is not bent by what it is to measure. Scale: quasi-Poisson dispersion from the residuals' middle and upper quantiles, for each width.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forensics.incidents.series import Axis, Bools, Floats

WIDTHS = (1, 5, 15, 30, 60)
"""Widths in minutes for which dispersion is measured."""
FEWEST_SUMS = 8
"""Sums of a width without which its dispersion is not measured."""
FEWEST_DAYS = 3.0
"""Days that a rhythm of the day needs."""
FEWEST_DAYS_OF_WEEK = 14.0
"""Days that a difference between weekdays and weekends needs."""


@dataclass(frozen=True)
class Baseline:
    """Expected requests of each minute; ``dispersion`` = variance over mean by width in minutes; ``days`` it was learned from.

    Load falls otherwise than it rises: ``dips`` is the spread of the logarithm of seen over expected, below, by width; ``lulls`` the
    mean number of expected requests by which empty stretches outlast their median (1 for a Poisson process).
    """

    expected: Floats
    dispersion: dict[int, float]
    dips: dict[int, float]
    lulls: float
    days: float
    rhythm: str
    error_ratio: float
    slowness: float
    slowness_scale: float

    def spread(self, width: int) -> float:
        """Dispersion of sums over ``width`` minutes: that of the nearest width that was measured, upwards."""
        return self.dispersion[_measured(width)]

    def dip(self, width: int) -> float:
        """Spread of dips over ``width`` minutes."""
        return self.dips[_measured(width)]


def _measured(width: int) -> int:
    return next((w for w in WIDTHS if w >= width), WIDTHS[-1])


def rolling(values: Floats | Bools, width: int) -> Floats:
    """Sums over the ``width`` minutes that end with each minute (shorter at the beginning)."""
    total: Floats = np.cumsum(values, dtype=float)
    sums = total.copy()
    sums[width:] -= total[:-width]
    return sums


def fit(axis: Axis, requests: Floats, masked: Bools) -> tuple[Floats, str]:
    """Return the expected requests per minute and a word on how they were found."""
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
        fitted, rhythm = _rhythmic(binned, weekend, per_day, known_days)
    centres = (np.arange(len(binned)) + 0.5) * width - offset % width - 0.5
    expected = np.interp(np.arange(axis.minutes), centres, fitted)
    return np.maximum(expected, 1e-6), rhythm


def _bin_width(requests: Floats, masked: Bools) -> int:
    """Minutes per bin: the narrowest that usually holds ten requests, so that medians mean something."""
    rate = float(np.mean(requests[~masked])) if (~masked).any() else 0.0
    return next((width for width in (15, 30, 60, 120) if rate * width >= 10), 240)


def _binned(axis: Axis, requests: Floats, masked: Bools, width: int, offset: int) -> tuple[Floats, Bools]:
    """Requests per minute in bins aligned to midnight, NaN where less than a third of the bin is known; and which bins are weekends."""
    lead = offset % width
    bins = (axis.minutes + lead + width - 1) // width
    place = (np.arange(axis.minutes) + lead) // width
    known = np.bincount(place, weights=(~masked).astype(float), minlength=bins)
    total = np.bincount(place, weights=np.where(masked, 0.0, requests), minlength=bins)
    with np.errstate(divide="ignore", invalid="ignore"):
        binned = np.where(known >= max(1.0, width / 3), total / known, np.nan)
    day = (np.arange(bins) * width - lead + offset) // 1440 + axis.start.weekday()
    return binned, np.isin(day % 7, (5, 6))


def _rhythmic(binned: Floats, weekend: Bools, per_day: int, days: float) -> tuple[Floats, str]:
    by_week = days >= FEWEST_DAYS_OF_WEEK
    group = weekend.astype(int) if by_week else np.zeros(len(binned), dtype=int)
    slot = np.arange(len(binned)) % per_day
    floor = max(float(np.nanmean(binned)) * 0.02, 1e-6) if np.isfinite(binned).any() else 1e-6
    profile = np.ones((2, per_day))
    for _ in range(3):
        level = _running_median(binned / profile[group, slot], per_day // 2)
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


def _running_median(values: Floats, half: int) -> Floats:
    """Centred running median over ``2 * half + 1`` values, ignoring NaN; gaps without any value are bridged in a straight line."""
    padded = np.concatenate((np.full(half, np.nan), values, np.full(half, np.nan)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1)
    step = 20_000_000 // (2 * half + 1) + 1
    found = np.concatenate([_quantiles(windows[i : i + step].T, 0.5) for i in range(0, len(windows), step)])
    known = np.isfinite(found)
    if not known.any():
        return np.zeros(len(values))
    bridged: Floats = np.interp(np.arange(len(values)), np.flatnonzero(known), found[known])
    return bridged


def spreads(requests: Floats, expected: Floats, masked: Bools) -> tuple[dict[int, float], dict[int, float]]:
    """Return ``Baseline.dispersion`` and ``Baseline.dips``: how sums scatter about what was expected, outside masked minutes."""
    dispersions: dict[int, float] = {}
    dips: dict[int, float] = {}
    for width in WIDTHS:
        clean = rolling(masked, width) == 0
        seen, wanted = rolling(requests, width)[clean][::width], rolling(expected, width)[clean][::width]
        enough = len(seen) >= FEWEST_SUMS
        dispersions[width] = _dispersion(seen, wanted) if enough else max(dispersions.values(), default=1.0)
        dips[width] = _dip(seen, wanted) if enough else 0.5
    return dispersions, dips


def _dispersion(seen: Floats, wanted: Floats) -> float:
    """Variance over mean, from the middle and the 98 % quantile of residuals; at least 1 (Poisson)."""
    residual = np.abs(seen - wanted) / np.sqrt(np.maximum(wanted, 0.5))
    middle, high = np.quantile(residual, (0.5, 0.98))
    return max(1.0, max(float(middle) / 0.6745, float(high) / 2.326) ** 2)


def _dip(seen: Floats, wanted: Floats) -> float:
    """Spread of ln(seen / expected) below zero: the 2 % quantile as that of a normal distribution."""
    logs = np.log((seen + 1.0) / (wanted + 1.0))
    return max(0.05, -float(np.quantile(logs, 0.02)) / 2.054)


def lulls(requests: Floats, expected: Floats, masked: Bools) -> float:
    """Mean excess, in expected requests, of empty stretches over their median; at least 1.

    For a Poisson process the requests that an empty stretch should have brought are exponential with mean 1 whatever the rate; bursts
    and sessions make it longer. The mean excess over a threshold is the scale of an exponential tail.
    """
    empty = (requests == 0) & ~masked
    edges = np.diff(np.concatenate(([0], empty.astype(np.int8), [0])))
    first, after = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    if len(first) < 30:
        return 1.5
    total = np.concatenate(([0.0], np.cumsum(expected)))
    missing = total[after] - total[first]
    above = missing[missing >= np.median(missing)] - np.median(missing)
    return max(1.0, float(above.mean()))
