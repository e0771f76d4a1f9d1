"""How much the service can bear: from the highest load it carried in health, and the lowest at which it failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from forensics.attribution.windows import Window

HEALTHY_RATIO = 0.02
"""A minute is healthy when no more of its requests fail than this, or than three times what is usual for the service."""
RECENT = timedelta(hours=6)


@dataclass(frozen=True)
class Capacity:
    """Requests per minute: the most that was carried in health, and the least that failed as the impact began (None: not seen)."""

    healthy: float
    failing: float | None
    last_healthy: float | None
    """Load of the last healthy minute before the impact."""

    @property
    def estimate(self) -> float:
        """The level to stay under: the highest healthy load, or the load at which it failed where that is lower."""
        return min(self.healthy, self.failing) if self.failing is not None else self.healthy


def capacity(minutes: pl.DataFrame, whole: Window, impact: Any) -> Capacity | None:
    """Estimate from service minutes (minute, requests, failed); None when no minute was healthy.

    Single minutes that were healthy by luck are not believed: the healthy level is the third highest, where there are as many.
    """
    frame = minutes.sort("minute")
    load = frame["requests"].to_numpy().astype(float)
    ratio = frame["failed"].to_numpy() / np.maximum(load, 1.0)
    before = (frame["minute"] < impact).to_numpy()
    outside = before | (frame["minute"] >= whole.end).to_numpy()
    usual = float(np.median(ratio[outside])) if outside.any() else 0.0
    healthy = (ratio <= max(HEALTHY_RATIO, 3.0 * usual)) & outside
    if not healthy.any():
        return None
    highest = np.sort(load[healthy])[::-1]
    last = load[healthy & before]
    onset = ((frame["minute"] >= impact) & (frame["minute"] < impact + timedelta(minutes=10))).to_numpy() & (ratio > 0.1)
    failing = float(load[onset].max()) if onset.any() else None
    return Capacity(float(highest[min(2, len(highest) - 1)]), failing, float(last[-1]) if len(last) else None)
