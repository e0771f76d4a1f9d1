"""How errors and latency answer to load: an isotonic curve, learnt outside the incidents, that refuses to speak beyond what it saw.

Errors and latency can only grow with load, so the fit is isotonic (Robertson, Wright and Dykstra, "Order Restricted Statistical
Inference", 1988). The interval is that of single minutes: nine of ten minutes at such a load lay within it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

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
    middle, low, high = (isotonic_regression(values, weights=weights).x for values in levels)
    return Curve(knots, middle, np.minimum(low, middle), np.maximum(high, middle), float(load.max()))
