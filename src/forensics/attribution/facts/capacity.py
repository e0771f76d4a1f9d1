"""How much the service can bear: from the highest load it carried in health, and the lowest at which it failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forensics.attribution.facts.comers import LATEST
from forensics.attribution.windows import MINUTE, Window

HEALTHY_RATIO = 0.02
"""A minute is healthy when no more of its requests fail than this, or than three times what is usual for the service."""
SLOW, TIMED = 4.0, 20
"""Nor is one healthy in which so many times the usual was taken for an answer, on average of so many answers at least."""
ONSET = timedelta(minutes=10)
SENT_AWAY = 0.2
"""Of a minute of which so much more than usual was refused, answers and errors say nothing about its load."""


@dataclass(frozen=True)
class Capacity:
    """Load per minute: the most that was carried in health, and the load at which the impact began."""

    healthy: float
    """Third highest load of a healthy minute (single minutes are healthy by luck), the ramp included."""
    elsewhere: NDArray[np.float64]
    """Loads of all healthy minutes outside every incident and its ramp, ascending."""
    failing: float | None
    """Highest load of the first minutes that failed; None when none did."""

    @property
    def estimate(self) -> float:
        """The level to stay under: the highest healthy load, or the load at which it failed where that is lower."""
        return min(self.healthy, self.failing) if self.failing is not None else self.healthy

    @property
    def usual(self) -> float:
        """Third highest healthy load outside every incident."""
        return float(self.elsewhere[-min(3, len(self.elsewhere))]) if len(self.elsewhere) else 0.0

    def minutes_at(self, load: float) -> int:
        """Return how many healthy minutes outside every incident had at least this load."""
        return int(len(self.elsewhere) - np.searchsorted(self.elsewhere, load, side="left"))


def admitted(minutes: pl.DataFrame, accepted: float) -> NDArray[np.float64]:
    """Return the load of each minute (load, refused) without what was refused of it beyond an accepted share.

    Who is sent away at the door (a ban, a limit, a lost login) is no load that the service carried. Some refusals always are: they are
    load on both sides of a comparison.
    """
    load = minutes["load"].to_numpy().astype(float)
    result: NDArray[np.float64] = load - np.maximum(0.0, minutes["refused"].to_numpy().astype(float) - accepted * load)
    return result


def refusals(minutes: pl.DataFrame) -> NDArray[np.float64]:
    """Return the share of each minute's load that was refused."""
    shares: NDArray[np.float64] = minutes["refused"].to_numpy().astype(float) / np.maximum(minutes["load"].to_numpy().astype(float), 1e-9)
    return shares


def capacity(minutes: pl.DataFrame, masked: Sequence[Window], impact: datetime) -> Capacity | None:
    """Estimate from service minutes (minute, requests, failed, timed, duration_ms, load, refused); None when no minute was healthy.

    ``masked``: every incident from its ramp to its end; ``impact``: start of the impact of the one that is looked at. Load counts without
    the refusals that are more than usual, and more than right before the impact.
    """
    at = minutes["minute"].to_numpy()
    ratio = minutes["failed"].to_numpy() / np.maximum(minutes["requests"].to_numpy().astype(float), 1.0)
    inside = np.zeros(len(at), dtype=bool)
    for window in masked:
        inside |= (at >= np.datetime64(window.start)) & (at < np.datetime64(window.end))
    usual = float(np.median(ratio[~inside])) if not inside.all() else 0.0
    before = minutes.filter(pl.col("minute").is_between(impact - ONSET, impact, closed="left"))
    accepted = float(before["refused"].sum()) / max(float(before["load"].sum()), 1e-9)
    load = admitted(minutes, max(accepted, float(np.median(refusals(minutes)[~inside])) if not inside.all() else 0.0))
    fine = (ratio <= max(HEALTHY_RATIO, 3.0 * usual)) & ~_slow(minutes, inside)
    healthy = fine & (~inside | (at < np.datetime64(impact)))
    if not healthy.any():
        return None
    highest = np.sort(load[healthy])
    onset = (at >= np.datetime64(impact)) & (at < np.datetime64(impact + ONSET)) & (ratio > 0.1)
    failing = float(load[onset].max()) if onset.any() else None
    return Capacity(float(highest[-min(3, len(highest))]), np.sort(load[fine & ~inside]), failing)


def _slow(minutes: pl.DataFrame, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the minutes whose answers took much longer than in most minutes outside every incident; none without times in the logs."""
    timed = minutes["timed"].to_numpy().astype(float)
    known = timed >= TIMED
    taken = minutes["duration_ms"].fill_null(0.0).to_numpy().astype(float) / np.maximum(timed, 1.0)
    usual = float(np.median(taken[known & ~inside])) if (known & ~inside).any() else 0.0
    result: NDArray[np.bool_] = known & (taken > SLOW * usual) & (usual > 0)
    return result


def until_the_fall(near: pl.DataFrame, window: Window, impact: Window, errors: datetime | None, *, there_before: bool) -> pl.DataFrame:
    """Return the minutes of the load that may have broken the service: up to the first that fails, if soon.

    Later there are retries, too; and in that minute already, where the blamed were there long before it (``there_before``).
    """
    soon = errors if errors is not None and errors <= impact.start + LATEST else window.end - MINUTE
    started = near.filter(pl.col("minute").is_between(window.start, max(window.start, soon)))
    calm = started.filter(pl.col("minute") < errors) if there_before and errors is not None else started
    return calm if len(calm) else started


def rest_peak(started: pl.DataFrame, errors: datetime | None) -> float:
    """Return the highest load of a minute without the blamed: of the minutes before the first that fails, where the load had come by then.

    What a balancer refuses in the minute of the fall often names nobody (the application never saw it): it is not the others' load.
    """
    before = started.filter(pl.col("minute") < errors) if errors is not None else started
    come = len(before) > 0 and float(before["blamed"].max()) >= 0.5 * float(started["blamed"].max() or 0)  # type: ignore[arg-type]
    chosen = before if come else started
    return float((chosen["load"] - chosen["blamed"]).max() or 0)  # type: ignore[arg-type]
