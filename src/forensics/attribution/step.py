"""Failures that begin at once under a load that was borne before: more than any queue could have held back.

Too much load is kept waiting before it is turned away. A service that bore a load for ten minutes without a failure has answered it, but
for what was still in line then; so of the same load no more can fail at first, for the load alone, than is in a line that long over these
ten minutes. Where nine tenths fail from one minute to the next, nine minutes of load would have had to wait, and no service lets anybody
wait so long: something else happened, or something ran full.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import log2

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forensics.attribution.capacity import GROWN, HEALTHY_RATIO, SAME_LOAD, SAME_OWN, SMOOTH
from forensics.attribution.windows import MINUTE

Floats = NDArray[np.float64]

LINE, NO_LINE = 1.5, 0.5
"""Minutes of load that a queue may hold: what waits longer is given up by clients and proxies (a minute is their usual limit). And what
it may hold where answers are known to come as fast as ever: nobody waited a minute before the fall."""


@dataclass(frozen=True)
class Step:
    """How failures began under a load that did not grow."""

    minutes: int
    """For how long that load was borne before."""
    failed: float
    """Share of the requests of the first whole minute of failure that failed."""

    @property
    def waiting(self) -> float:
        """How many minutes of load would have had to be in line, if the load alone had broken the service."""
        return self.minutes * self.failed

    def doublings(self, line: float = LINE) -> float:
        """Return how many times the longest line would have had to be doubled (0 where the line may have held it)."""
        return max(0.0, log2(self.waiting / line)) if self.waiting > 0 else 0.0


def step(near: pl.DataFrame, carried: int, errors: datetime | None) -> Step | None:
    """Look at consecutive minutes (minute, requests, failed, load, blamed); None where nothing failed, or the load had just come.

    ``carried``: healthy minutes at that load, up to shortly before the first errors, as ``capacity.carried`` finds them in long stretches.
    """
    if errors is None:
        return None
    borne = max(lately(near.filter(pl.col("minute") < errors)), carried + SMOOTH if carried else 0)
    first = near.filter(pl.col("minute") == errors + MINUTE)
    return Step(borne, float(first["failed"].sum()) / max(float(first["requests"].sum()), 1.0)) if borne else None


def lately(before: pl.DataFrame) -> int:
    """Return how many minutes without failures up to the last had as much load, and of the blamed, as the last; 0 if it is no stretch."""
    own, load, requests, failed = (before[name].to_numpy().astype(float) for name in ("blamed", "load", "requests", "failed"))
    like = (failed <= HEALTHY_RATIO * np.maximum(requests, 1.0 / HEALTHY_RATIO)) & _as_last(own, SAME_OWN) & _as_last(load, SAME_LOAD)
    other = np.flatnonzero(~like)
    length = len(like) - (int(other[-1]) + 1 if len(other) else 0)
    while length >= 2 * SMOOTH and any(_grown(part[-length:]) for part in (own, load)):
        length //= 2
    return length if length >= SMOOTH and own[-SMOOTH:].sum() > 0 else 0


def _as_last(values: Floats, share: float) -> NDArray[np.bool_]:
    """Return which minutes have such a share of the last ones, but for chance."""
    last = float(values[-SMOOTH:].mean()) if len(values) else 0.0
    result: NDArray[np.bool_] = values >= share * last - 2.0 * last**0.5
    return result


def _grown(values: Floats) -> bool:
    middle = len(values) // 2
    return bool(values[middle:].mean() > GROWN * values[:middle].mean())
