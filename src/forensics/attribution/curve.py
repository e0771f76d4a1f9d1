"""How errors and latency answer to load: an isotonic curve, learnt outside the incidents, that refuses to speak beyond what it saw.

Errors and latency can only grow with load, so the fit is isotonic (Robertson, Wright and Dykstra, "Order Restricted Statistical
Inference", 1988). The interval is that of single minutes: nine of ten minutes at such a load lay within it.

The fit itself is a few lines here: to import ``scipy.optimize`` for forty points takes longer than any attribution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FEWEST_MINUTES = 60
BINS = 40


@dataclass(frozen=True)
class Curve:
    """Knots of the fitted curve: load (per minute, ascending), middle, low and high of the response there."""

    load: Floats
    middle: Floats
    low: Floats
    high: Floats
    largest: float
    """The highest load that was seen; beyond it nothing is said."""

    def at(self, load: Floats) -> tuple[Floats, Floats, Floats]:
        """Return middle, low and high at each load; NaN beyond the range that was seen (below it, the lowest knot holds)."""
        outside = load > self.largest
        return tuple(np.where(outside, np.nan, np.interp(load, self.load, values)) for values in (self.middle, self.low, self.high))  # type: ignore[return-value]


def fit(load: Floats, response: Floats) -> Curve | None:
    """Fit a response (error ratio, mean latency) of each minute to its load; None with fewer than an hour of minutes."""
    known = np.isfinite(response) & (load > 0)
    load, response = load[known], response[known]
    if len(load) < FEWEST_MINUTES:
        return None
    order = np.lexsort((response, load))
    parts = np.array_split(order, min(BINS, len(order) // 20))
    knots = np.array([load[p].mean() for p in parts])
    weights = np.array([float(len(p)) for p in parts])
    levels: list[Any] = [np.array([response[p].mean() for p in parts])]
    levels += [np.array([np.quantile(response[p], q) for p in parts]) for q in (0.05, 0.95)]
    middle, low, high = (isotonic(values, weights) for values in levels)
    return Curve(knots, middle, np.minimum(low, middle), np.maximum(high, middle), float(load.max()))


def isotonic(values: Floats, weights: Floats) -> Floats:
    """Return the closest values, by weighted squares, that never fall.

    Values that fall are pooled into blocks of their weighted mean, first with what follows, then with what came before (F. M. T. A.
    Busing, "Monotone Regression: A Simple and Fast O(n) PAVA Implementation", Journal of Statistical Software 102, 2022).
    """
    points = [(float(value), float(weight)) for value, weight in zip(values, weights, strict=True)]
    blocks: list[tuple[float, float, int]] = []  # mean, weight, points
    place = 0
    while place < len(points):
        (mean, weight), many = points[place], 1
        if blocks and blocks[-1][0] >= mean:
            before, heavy, held = blocks.pop()
            total = heavy * before + weight * mean
            weight, many = weight + heavy, many + held
            mean = total / weight
            while place + 1 < len(points) and mean >= points[place + 1][0]:
                place += 1
                total += points[place][1] * points[place][0]
                weight, many = weight + points[place][1], many + 1
                mean = total / weight
            while blocks and blocks[-1][0] >= mean:
                before, heavy, held = blocks.pop()
                total += heavy * before
                weight, many = weight + heavy, many + held
                mean = total / weight
        blocks.append((mean, weight, many))
        place += 1
    return np.repeat([block[0] for block in blocks], [block[2] for block in blocks])
