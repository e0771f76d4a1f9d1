"""What came first: the actor's load or the errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_LAG = 30
BLOCK = 10
DRAWS = 200


@dataclass(frozen=True)
class LeadLag:
    """By how many minutes errors follow the load (negative: they come first), with a 90 % interval, and the correlation there."""

    lag: int
    low: int
    high: int
    correlation: float


def lead_lag(load: Floats, errors: Floats, seed: int = 1) -> LeadLag | None:
    """Return the lag of the highest cross-correlation of two minute series; None when either does not vary.

    The interval is a moving block bootstrap of the pairs (Künsch 1989) with a fixed seed; blocks of ten minutes.
    """
    if len(load) < 3 * BLOCK or np.ptp(load) == 0 or np.ptp(errors) == 0:
        return None
    most = min(MOST_LAG, len(load) // 3)
    lags = np.arange(-most, most + 1)
    pairs = [_pairs(load, errors, int(lag)) for lag in lags]
    observed = np.array([_correlation(a, b) for a, b in pairs])
    best = int(np.argmax(observed))
    shortest = min(len(a) for a, _ in pairs)
    first, second = (np.stack([pair[side][:shortest] for pair in pairs]) for side in (0, 1))
    rng = np.random.default_rng(seed)
    draws = [_draw(first, second, rng) for _ in range(DRAWS)]
    low, high = np.quantile(lags[draws], [0.05, 0.95], method="nearest")
    return LeadLag(int(lags[best]), int(low), int(high), float(observed[best]))


def _pairs(load: Floats, errors: Floats, lag: int) -> tuple[Floats, Floats]:
    """Pair each minute's load with the errors ``lag`` minutes later."""
    if lag >= 0:
        return load[: len(load) - lag], errors[lag:]
    return load[-lag:], errors[:lag]


def _correlation(a: Floats, b: Floats) -> float:
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / scale if scale > 0 else 0.0


def _draw(load: Floats, errors: Floats, rng: np.random.Generator) -> int:
    """Return the place of the best lag in one resampling of the pairs; ``load`` and ``errors``: a row per lag, a column per minute."""
    minutes = load.shape[1]
    starts = rng.integers(0, minutes - BLOCK + 1, -(-minutes // BLOCK))
    index = (starts[:, None] + np.arange(BLOCK)).ravel()
    first, second = np.take(load, index, axis=1), np.take(errors, index, axis=1)
    first -= first.mean(axis=1, keepdims=True)
    second -= second.mean(axis=1, keepdims=True)
    scale = np.sqrt((first * first).sum(axis=1) * (second * second).sum(axis=1))
    return int(np.argmax((first * second).sum(axis=1) / np.maximum(scale, 1e-12)))


def onset(load: Floats, expected: float, share: float = 0.1) -> int | None:
    """Return the first minute at which a series has made ``share`` of its whole excess over ``expected`` per minute."""
    over = np.maximum(load - expected, 0.0)
    total = over.sum()
    if total <= 0:
        return None
    return int(np.argmax(np.cumsum(over) >= share * total))
