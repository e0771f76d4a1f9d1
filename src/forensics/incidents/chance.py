"""How load falls and rises when nothing is wrong: visits come by chance and bring several requests each, and the whole level wavers.

The requests of a stretch are taken as ``clump`` times a count of visits; visits are Poisson about a level that wavers with relative
variance ``wobble`` (gamma), which makes the count negative binomial. Both are read from the log itself, downwards and upwards apart,
where load is high (there wobble shows) and where it is low (there clumps show): at night a few missing visits are usual, at noon not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, gammaincc, log_ndtr

from forensics.incidents.series import Bools, Floats, Ints

GROUPS = 8
"""Levels of load that are looked at apart, each with as many stretches."""
FEWEST = 25
"""Stretches that a level needs."""
LEAST_WOBBLE = 1e-4
QUANTILES = ((0.8, 0.8416), (0.9, 1.2816), (0.95, 1.6449), (0.99, 2.3263))
"""Quantiles of deviations, and where a normal distribution has them."""
BEYOND = 4
"""Stretches beyond a quantile that it needs: the few that are no chance must not set the measure of chance."""
BOUND = 0.85
"""Share of the expected load up to which a fall is taken at its word; load cannot fall below nothing."""

MOST_UNLIKE = 2.0
"""Mean square over mean of the sizes of visits, in means: that of exponential ones. Sizes more unlike each other are not relied on."""
DOUBT = 2.5, 30.0
"""Orders of improbability, by visits of one size, between which it matters of how many sizes they are."""

NEAR = 0.1
"""Deviations from the mean below which a saddlepoint says nothing, and half of all sums are as low."""


@dataclass(frozen=True)
class Chance:
    """``clump``: requests of one visit as a request sees it (mean square over mean); ``visit``: as a visit sees it (mean), 0 where unknown.

    ``wobble``: relative variance of the level of stretches of one width. Of two logs whose sums scatter alike, the one with visits of many
    sizes has more of them, and it is less likely that nearly all stay away.
    """

    clump: float
    wobble: float
    visit: float = 0.0

    def few(self, seen: Floats, wanted: Floats) -> Floats:
        """Decimal orders (at most 300) by which so few requests or fewer are improbable where ``wanted`` are usual."""
        size = 1.0 / self.wobble
        score = _orders(betainc(size, seen / self.clump + 1.0, size / (size + wanted / self.clump)))
        if self._mean < self.clump:
            reach = np.sqrt(80.0 / size) + 40.0 / size
            steps = np.linspace(-reach, reach, 121)
            open_to = np.flatnonzero((score >= DOUBT[0]) & (score < DOUBT[1]))
            score[open_to] = self._over_levels(seen[open_to], wanted[open_to], steps, size * (steps - np.exp(steps) + 1.0))
        return score

    def lull(self, seen: Floats, wanted: Floats) -> Floats:
        """Return the same for a level that wavers log-normally: it hardly ever falls to next to nothing, as one that wavers by gamma may.

        The distribution of visits, averaged over the level (trapezoids over seven deviations to each side).
        """
        sigma = np.sqrt(np.log1p(self.wobble))
        steps = np.linspace(-7.0, 7.0, 85)
        return self._over_levels(seen, wanted, sigma * steps - 0.5 * sigma**2, -0.5 * steps**2)

    @property
    def _mean(self) -> float:
        """The mean visit: of sizes no more unlike each other than exponential ones are (mean square over mean is then twice the mean)."""
        return min(max(self.visit, self.clump / MOST_UNLIKE), self.clump) if self.visit else self.clump

    def _over_levels(self, seen: Floats, wanted: Floats, levels: Floats, weights: Floats) -> Floats:
        """Orders of improbability averaged over levels (natural logarithms) with weights (likewise, up to a constant)."""
        due = wanted[:, None] * np.exp(levels)
        tails = np.exp(few_visits(seen[:, None], due, self.clump, self._mean))
        share = np.exp(weights - weights.max())
        return _orders(tails @ (share / share.sum()))

    def many(self, seen: Floats, wanted: Floats) -> Floats:
        """Decimal orders (at most 300) by which so many requests or more are improbable where ``wanted`` are usual."""
        size, visits = 1.0 / self.wobble, wanted / self.clump
        return _orders(betainc(np.maximum(seen / self.clump, 1e-9), size, visits / (size + visits)))


def of_one(orders: Callable[[Floats, Floats], Floats], seen: float, wanted: float) -> float:
    """Return what ``Chance.few``, ``lull`` or ``many`` say of a single sum."""
    return float(orders(np.array([seen]), np.array([wanted]))[0])


def few_visits(seen: Floats, wanted: Floats, clump: float, visit: float) -> Floats:
    """Natural logarithm of how likely so few requests or fewer are in visits of gamma-distributed sizes that come by chance.

    ``clump``: mean square over mean of the sizes, ``visit`` their mean (at least half of it). The compound Poisson distribution's tail by
    its saddlepoint: Barndorff-Nielsen (1986), Inference on full or partial parameters, Biometrika 73; here it has a closed form.
    """
    visits = wanted / visit
    if clump < 1.01 * visit:
        return np.asarray(np.log(np.maximum(gammaincc(seen / visit + 1.0, visits), 1e-300)), dtype=float)
    shape = 1.0 / (clump / visit - 1.0)
    middle = seen + max(visit - clump / 2, 0.0)  # sizes that are nearly alike make steps: half a step is added, as for whole numbers
    middle = np.clip(middle, 1e-9 * wanted, 0.999999 * wanted)
    root = (wanted / middle) ** (1.0 / (shape + 1.0))
    exponent = np.maximum(visits * (1.0 - root**-shape) - middle * shape * (root - 1.0) / visit, 1e-12)
    deviate = np.sqrt(2.0 * exponent)
    slope = (root - 1.0) * shape / visit * np.sqrt(visits * visit**2 * (shape + 1.0) / shape * root ** -(shape + 2.0))
    tail = np.where(deviate > NEAR, log_ndtr(-deviate - np.log(slope / deviate) / deviate), np.log(0.5))
    return np.asarray(np.maximum(tail, -visits), dtype=float)  # that nobody comes is as likely as that


def _orders(tail: Floats) -> Floats:
    scores: Floats = -np.log10(np.maximum(tail, 1e-300))
    return scores


def swings(seen: Floats, wanted: Floats, least_clump: float, visit: float = 0.0) -> tuple[Chance, Chance]:
    """Fit to what sums over stretches of one width fall short of, and to what they exceed; ``least_clump`` where little is known.

    For each level of load the variance of deviations over the load is ``clump + wobble * load``: a straight line.
    """
    load, size, relative = _levels(seen, wanted)
    down = -np.stack([_quantile(relative, size, 1 - q) for q, _ in QUANTILES], axis=1)
    up = np.stack([_quantile(relative, size, q) for q, _ in QUANTILES], axis=1)
    return _chance(load, size, down, BOUND, least_clump, visit), _chance(load, size, up, np.inf, least_clump, visit)


def _levels(seen: Floats, wanted: Floats) -> tuple[Floats, Ints, Floats]:
    """Cut the stretches into levels of load: of each the load, how many there are, and a row of relative deviations, ascending, padded."""
    count = len(wanted)
    groups = max(1, min(GROUPS, count // FEWEST))
    size = np.full(groups, count // groups) + (np.arange(groups) < count % groups)
    if not count:
        return np.zeros(0), size[:0], np.zeros((0, 0))
    order = np.argsort(wanted, kind="stable")
    start = np.cumsum(size) - size
    load = np.add.reduceat(wanted[order], start) / size
    spread = np.maximum(np.sqrt(wanted[order] * np.repeat(load, size)), 1e-9)
    rows = np.full((groups, int(size[0])), np.inf)
    rows[np.arange(size[0]) < size[:, None]] = (seen - wanted)[order] / spread
    rows.sort(axis=1)
    return load, size, rows


def _quantile(rows: Floats, size: Ints, q: float) -> Floats:
    """Quantile of each row's first ``size`` values, which ascend; between two of them in a straight line."""
    place = (size - 1) * q
    low = np.floor(place).astype(np.int64)
    each = np.arange(len(rows))
    below, above = rows[each, low], rows[each, np.minimum(low + 1, size - 1)]
    picked: Floats = below + (above - below) * (place - low)
    return picked


def _chance(load: Floats, size: Ints, values: Floats, bound: float, least_clump: float, visit: float) -> Chance:
    """The line through the levels; one of which chance alone may take all of the load says nothing."""
    enough = size[:, None] * (1 - np.array([q for q, _ in QUANTILES])) >= BEYOND
    enough[:, 0] = True
    told = enough & (values < bound)
    scale = np.where(told, values / np.array([z for _, z in QUANTILES]), 0.0).max(axis=1, initial=0.0)
    known = told.any(axis=1)
    if not known.any():
        return Chance(max(least_clump, 2.0), 0.1, visit)
    slope, level = _line(load[known], (scale**2 * load)[known])
    return Chance(max(level, least_clump, 1.0), max(slope, LEAST_WOBBLE), visit)


def _line(load: Floats, ratio: Floats) -> tuple[float, float]:
    """Slope and level of the least-squares line, neither below zero; of a single level of load each gets half."""
    if len(load) == 1 or np.ptp(load) < 0.2 * load.max():
        half = float(ratio.mean()) / 2
        return half / max(float(load.mean()), 1e-9), half
    weight = 1.0 / np.maximum(ratio, 1e-3 * max(float(ratio.max()), 1e-9)) ** 2
    x, y = np.average(load, weights=weight), np.average(ratio, weights=weight)
    slope = float((weight * (load - x) * (ratio - y)).sum() / max(float((weight * (load - x) ** 2).sum()), 1e-12))
    level = float(y - slope * x)
    if slope < 0:
        return 0.0, float(ratio.mean())
    if level < 0:
        return float((ratio / load).max()), 0.0
    return float(slope), float(level)


def unmasked(seen: Floats, wanted: Floats, masked: Bools, width: int) -> tuple[Floats, Floats]:
    """Sums over stretches of ``width`` minutes that follow each other, without those that touch a masked minute."""
    count = len(seen) // width
    clean = ~masked[: count * width].reshape(count, width).any(axis=1)
    first, second = (values[: count * width].reshape(count, width).sum(axis=1)[clean] for values in (seen, wanted))
    return first, second
