"""The counterfactual: what each minute would have been without one actor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forensics.attribution.curve import Curve, fit
from forensics.attribution.facts.capacity import SENT_AWAY, refusals
from forensics.attribution.scene import Scene
from forensics.attribution.setting import PACKAGE
from forensics.attribution.windows import MINUTE, floor_minute
from forensics.case.case import Case

Floats = NDArray[np.float64]

LONGEST = timedelta(days=7)
"""Minutes that are computed for one incident at most, from the ramp on."""
OWN_SHARE = 0.05
"""Minutes in which the actor made more than this share of the load are not what the curve is learnt from."""
LEARNT = (
    "Load without the actor is exact. Errors and latency are read off the curve learnt in {count} minutes without it, "
    "outside every incident"
)
AS_SEEN = LEARNT + ", at the load that the others made."
RETRIES = LEARNT + (
    "; from the impact on, what the others sent is itself a consequence (retries, or silence), so the usual load of these "
    "hours is assumed where it is higher."
)
REFUSED = "Load without the actor is exact. Nothing is said of errors and latency: the service was never seen in health at such a load."
UNKNOWN = "Load without the actor is exact. Nothing is said of errors and latency: there are too few healthy minutes to learn from."

SCHEMA: dict[str, Any] = {
    "actor_id": pl.String, "minute": pl.Datetime("us"), "requests": pl.Float64, "failed": pl.Float64, "failed_low": pl.Float64,
    "failed_high": pl.Float64, "latency_ms": pl.Float64, "latency_low": pl.Float64, "latency_high": pl.Float64, "basis": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class Learnt:
    """Curves of error ratio and mean latency over load, and the number of minutes they were learnt from."""

    errors: Curve | None
    latency: Curve | None
    minutes: int


def without(case: Case, scene: Scene, actor_id: str) -> pl.DataFrame:
    """Return one row per minute from the ramp to the end of the incident (columns of ``counterfactuals`` without incident_id)."""
    minutes = scene.minutes
    own = case.frame(PACKAGE, "actor_load", actor_id=actor_id)
    table = minutes.join(own, on="minute", how="left", maintain_order="left").with_columns(pl.col("own").fill_null(0))
    learnt = learn(table, scene)
    start, end = scene.window.start, min(scene.whole.end, scene.window.start + LONGEST)
    axis = pl.DataFrame({"minute": pl.datetime_range(start, end - MINUTE, "1m", time_unit="us", eager=True)})
    rows = axis.join(table, on="minute", how="left", maintain_order="left").with_columns(pl.col("requests", "failed", "own").fill_null(0))
    left = (rows["requests"] - rows["own"]).to_numpy().astype(float)
    after = (rows["minute"] >= floor_minute(scene.incident["started_at"])).to_numpy()
    assumed = np.where(after, np.maximum(left, usual_load(minutes, scene, axis["minute"])), left)
    return _rows(actor_id, axis["minute"], left, assumed, after, learnt)


def learn(table: pl.DataFrame, scene: Scene) -> Learnt:
    """Fit both curves to the minutes outside every incident in which the actor did next to nothing, and few were sent away."""
    inside = pl.lit(False)
    for window in scene.masked:
        inside = inside | ((pl.col("minute") >= window.start) & (pl.col("minute") < window.end))
    calm = table.filter(~inside & (pl.col("own") <= OWN_SHARE * pl.col("requests")))
    turned_away = refusals(calm)
    calm = calm.filter(turned_away <= (float(np.median(turned_away)) if len(calm) else 0.0) + SENT_AWAY)
    load = calm["requests"].to_numpy().astype(float)
    ratio = calm["failed"].to_numpy() / np.maximum(load, 1.0)
    timed = calm["timed"].to_numpy().astype(float)
    mean = np.where(timed > 0, calm["duration_ms"].fill_null(0.0).to_numpy() / np.maximum(timed, 1.0), np.nan)
    return Learnt(fit(load, ratio), fit(load, mean), len(calm))


def usual_load(minutes: pl.DataFrame, scene: Scene, axis: pl.Series) -> Floats:
    """Return the mean load of the same minutes of the days that the incident is compared with; 0 where there are none."""
    if not scene.shifts:
        return np.zeros(len(axis))
    first = scene.covered.start
    length = int((scene.covered.end - first) / MINUTE)
    load, usable = np.zeros(length), np.ones(length)
    load[((minutes["minute"] - first).dt.total_minutes()).to_numpy()] = minutes["requests"].to_numpy()
    for window in scene.masked:
        usable[max(0, int((window.start - first) / MINUTE)) : max(0, int((window.end - first) / MINUTE))] = 0.0
    index = (axis - first).dt.total_minutes().to_numpy()[:, None] + np.array([int(s / MINUTE) for s in scene.shifts])[None, :]
    known = (index >= 0) & (index < length)
    index = np.where(known, index, 0)
    weight = usable[index] * known
    result: Floats = (load[index] * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1.0)
    return result


def _rows(actor_id: str, axis: pl.Series, left: Floats, assumed: Floats, after: NDArray[np.bool_], learnt: Learnt) -> pl.DataFrame:
    nothing = np.full(len(left), np.nan)
    middle, low, high = learnt.errors.at(assumed) if learnt.errors else (nothing, nothing, nothing)
    latency, fast, slow = learnt.latency.at(assumed) if learnt.latency else (nothing, nothing, nothing)
    spoken = (AS_SEEN.format(count=f"{learnt.minutes:,}"), RETRIES.format(count=f"{learnt.minutes:,}"))
    if learnt.errors is None:
        basis = [UNKNOWN] * len(left)
    else:
        basis = [REFUSED if np.isnan(m) else spoken[int(a)] for m, a in zip(middle, after, strict=True)]
    frame = pl.DataFrame({
        "actor_id": [actor_id] * len(left), "minute": axis, "requests": left, "failed": np.round(middle * left, 3),
        "failed_low": np.round(low * left, 3), "failed_high": np.round(high * left, 3), "latency_ms": np.round(latency, 3),
        "latency_low": np.round(fast, 3),
        "latency_high": np.round(slow, 3), "basis": basis,
    })  # fmt: skip
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None)).select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
