"""How load falls and rises when nothing is wrong: visits come by chance and bring several requests each, and the whole level wavers.

The requests of a stretch are taken as ``clump`` times a count of visits; visits are Poisson about a level that wavers with relative
variance ``wobble`` (gamma), which makes the count negative binomial. Both are read from the log itself, downwards and upwards apart,
where load is high (there wobble shows) and where it is low (there clumps show): at night a few missing visits are usual, at noon not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, gammaincc

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


@dataclass(frozen=True)
class Chance:
    """``clump``: requests of one visit; ``wobble``: relative variance of the level of stretches of one width."""

    clump: float
    wobble: float

    def few(self, seen: Floats, wanted: Floats) -> Floats:
        """Decimal orders (at most 300) by which so few requests or fewer are improbable where ``wanted`` are usual."""
        size = 1.0 / self.wobble
        return _orders(betainc(size, seen / self.clump + 1.0, size / (size + wanted / self.clump)))

    def lull(self, seen: Floats, wanted: Floats) -> Floats:
        """Return the same for a level that wavers log-normally: it hardly ever falls to next to nothing, as one that wavers by gamma may.

        The Poisson distribution of visits, averaged over the level (trapezoids over seven deviations to each side).
        """
        sigma = np.sqrt(np.log1p(self.wobble))
        steps = np.linspace(-7.0, 7.0, 85)
        weight = np.exp(-0.5 * steps**2)
        level = np.exp(sigma * steps - 0.5 * sigma**2)
        tails = gammaincc(seen[:, None] / self.clump + 1.0, wanted[:, None] / self.clump * level)
        return _orders(tails @ (weight / weight.sum()))

    def many(self, seen: Floats, wanted: Floats) -> Floats:
        """Decimal orders (at most 300) by which so many requests or more are improbable where ``wanted`` are usual."""
        size, visits = 1.0 / self.wobble, wanted / self.clump
        return _orders(betainc(np.maximum(seen / self.clump, 1e-9), size, visits / (size + visits)))


def _orders(tail: Floats) -> Floats:
    scores: Floats = -np.log10(np.maximum(tail, 1e-300))
    return scores


def swings(seen: Floats, wanted: Floats, least_clump: float) -> tuple[Chance, Chance]:
    """Fit to what sums over stretches of one width fall short of, and to what they exceed; ``least_clump`` where little is known.

    For each level of load the variance of deviations over the load is ``clump + wobble * load``: a straight line.
    """
    load, size, relative = _levels(seen, wanted)
    down = -np.stack([_quantile(relative, size, 1 - q) for q, _ in QUANTILES], axis=1)
    up = np.stack([_quantile(relative, size, q) for q, _ in QUANTILES], axis=1)
    return _chance(load, size, down, BOUND, least_clump), _chance(load, size, up, np.inf, least_clump)


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


def _chance(load: Floats, size: Ints, values: Floats, bound: float, least_clump: float) -> Chance:
    """The line through the levels; one of which chance alone may take all of the load says nothing."""
    enough = size[:, None] * (1 - np.array([q for q, _ in QUANTILES])) >= BEYOND
    enough[:, 0] = True
    told = enough & (values < bound)
    scale = np.where(told, values / np.array([z for _, z in QUANTILES]), 0.0).max(axis=1, initial=0.0)
    known = told.any(axis=1)
    if not known.any():
        return Chance(max(least_clump, 2.0), 0.1)
    slope, level = _line(load[known], (scale**2 * load)[known])
    return Chance(max(level, least_clump, 1.0), max(slope, LEAST_WOBBLE))


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
