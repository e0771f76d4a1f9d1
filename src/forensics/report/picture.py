"""The picture of an incident as aligned series, thinned to what a screen can show, and of a long one's onset minute by minute."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from forensics.report.document import OTHERS, Layer, Picture, Strip
from forensics.report.frames import Frames
from forensics.report.tables import plain

POINTS = 1_500
"""At most so many points; longer incidents are averaged over several minutes, and the picture says over how many."""

EVERYTHING = "everything"

BORNE = frozenset({"collection", "surge"})
"""Kinds of incident that the service bore: where it stops bearing is not known from them."""

DRAWN = 6
"""Incidents that are drawn, the worst first."""

STRIPS = 200
"""Further ones that are drawn in small."""

STRETCHES = 60
"""Points of a small picture."""

LAYERS = 5
"""Layers of attributed actors, the largest first; where there are more, the last one is the others together: not "everybody else"."""


ONSET = timedelta(minutes=30)
"""Shown of the time before the ramp and after the impact, where the onset is drawn by itself."""

LONG = 3
"""An onset is drawn by itself when the whole is so many times as long: there it is a line of a few pixels."""

SOON = timedelta(hours=1)
"""A peak that comes so soon after the impact belongs to the onset."""

Incident = tuple[str, str, str | None, datetime | None, datetime, datetime | None]
"""Id, kind, scope, start of the ramp and of the impact, peak."""


def pictures(frames: Frames) -> tuple[Picture, ...]:
    """Return a picture for each of the worst incidents that has minutes, in the order of the incidents."""
    return tuple(_picture(incident, minutes, frames) for incident, minutes in _drawn(frames))


def onsets(frames: Frames) -> tuple[Picture, ...]:
    """Return, for those of the same incidents that last long, a picture of the ramp and the onset alone, a value for each minute."""
    near = [(incident, _near_onset(incident, minutes)) for incident, minutes in _drawn(frames)]
    return tuple(_picture(incident, minutes, frames) for incident, minutes in near if minutes is not None)


def strips(frames: Frames) -> tuple[Strip, ...]:
    """Return the incidents beyond those that have pictures, the worst first, in small."""
    drawn = {incident[0] for incident, _ in _drawn(frames)}
    rank = frames["incidents"].select("incident_id").filter(~pl.col("incident_id").is_in(drawn)).head(STRIPS)
    if rank.is_empty():
        return ()
    nth = pl.int_range(pl.len()).over("incident_id") * STRETCHES // pl.max_horizontal(pl.len().over("incident_id"), STRETCHES)
    per_minute = pl.col("requests", "failed").cast(pl.Float64).mean().round(1)
    stretches = (
        frames["minutes"].join(rank, on="incident_id").sort("incident_id", "minute").with_columns(nth.alias("nth"))
        .group_by("incident_id", "nth").agg(pl.col("minute").min().alias("first"), pl.col("minute").max().alias("last"), per_minute)
        .sort("incident_id", "nth").group_by("incident_id").agg(pl.col("first").min(), pl.col("last").max(), "requests", "failed")
    )  # fmt: skip
    return tuple(
        Strip(incident_id, plain(first), plain(last), tuple(requests), tuple(failed))
        for incident_id, first, last, requests, failed in rank.join(stretches, on="incident_id", maintain_order="left").iter_rows()
    )


def _drawn(frames: Frames) -> list[tuple[Incident, pl.DataFrame]]:
    minutes = frames["minutes"].partition_by("incident_id", as_dict=True)
    known = frames["incidents"].select("incident_id", "kind", "scope", "ramp_started_at", "started_at", "peaked_at").iter_rows()
    return [(incident, minutes[incident[0],]) for incident in known if (incident[0],) in minutes][:DRAWN]


def _near_onset(incident: Incident, minutes: pl.DataFrame) -> pl.DataFrame | None:
    """Return the minutes from before the ramp until after the impact; None where they are much of the whole picture."""
    *_, ramp, impact, peak = incident
    first = min(ramp or impact, impact)
    last = peak if peak is not None and impact <= peak <= impact + SOON else impact
    near = minutes.filter(pl.col("minute").is_between(first - ONSET, last + ONSET))
    return near if 0 < LONG * near.height <= minutes.height else None


def _picture(incident: Incident, minutes: pl.DataFrame, frames: Frames) -> Picture:
    incident_id, kind, scope = incident[:3]
    step = -(-minutes.height // POINTS)
    axis = _thinned(minutes.drop("incident_id"), step)
    load = frames["actor_load"].filter(incident_id=incident_id)
    whole = scope in (None, EVERYTHING)
    loading = frames.where("actors", pl.col("actor_id").is_in(load["actor_id"].implode()))
    layers = _layers(axis, load, dict(loading.select("actor_id", "label").iter_rows()), step)
    without = frames["counterfactuals"].filter(incident_id=incident_id)
    if layers:
        without = without.filter(actor_id=layers[0].actor_id)
    estimated = without if whole else without.clear()  # the estimate is of the whole service: no line beside those of a part
    unknown = (None,) * axis.height
    return Picture(
        incident_id=incident_id,
        step=step,
        scope=scope or EVERYTHING,
        load_scope=EVERYTHING if whole or not load.is_empty() else str(scope),
        times=tuple(plain(value) for value in axis["minute"]),
        requests=_series(axis["requests"]) if whole or load.is_empty() else _aligned(axis, load, "requests", step),
        failed=_series(axis["failed"]),
        latency_ms=_series(axis["latency_ms"]),
        expected=_series(axis["expected_requests"]) if whole or load.is_empty() else unknown,
        capacity=_series(axis["capacity_requests"]) if layers and kind not in BORNE else unknown,
        without=_aligned(axis, without, "requests", step),
        failed_without=_aligned(axis, estimated, "failed", step),
        failed_low=_aligned(axis, estimated, "failed_low", step),
        failed_high=_aligned(axis, estimated, "failed_high", step),
        latency_without=_averaged(axis, estimated, "latency_ms", step),
        layers=layers,
    )


def _layers(axis: pl.DataFrame, load: pl.DataFrame, labels: dict[str, str | None], step: int) -> tuple[Layer, ...]:
    """Return the load of the actors that made most of it, the largest first, and of the others together."""
    own = load.filter(pl.col("actor_id").is_not_null())
    largest = own.group_by("actor_id").agg(pl.col("requests").sum()).sort(["requests", "actor_id"], descending=[True, False])
    alone = largest["actor_id"].head(LAYERS if largest.height <= LAYERS else LAYERS - 1).to_list()
    layers = [(actor, labels.get(actor) or actor, own.filter(actor_id=actor)) for actor in alone]
    if largest.height > len(alone):
        others = own.filter(~pl.col("actor_id").is_in(alone)).group_by("minute").agg(pl.col("requests").sum())
        layers.append((OTHERS, f"{largest.height - len(alone)} others of them", others))
    return tuple(Layer(actor, label, tuple(v or 0.0 for v in _aligned(axis, load, "requests", step))) for actor, label, load in layers)


def _thinned(frame: pl.DataFrame, step: int) -> pl.DataFrame:
    """Mean per minute over windows of ``step`` minutes."""
    return frame.sort("minute").group_by_dynamic("minute", every=f"{step}m", start_by="datapoint").agg(pl.all().cast(pl.Float64).mean())


def _aligned(axis: pl.DataFrame, frame: pl.DataFrame, column: str, step: int) -> tuple[float | None, ...]:
    """Sum of ``column`` in each window of the axis, as a mean per minute; None where the frame has no value."""
    return _binned(axis, frame, column, step, pl.col(column).cast(pl.Float64).sum() / step)


def _averaged(axis: pl.DataFrame, frame: pl.DataFrame, column: str, step: int) -> tuple[float | None, ...]:
    """Mean of ``column`` in each window of the axis; None where the frame has no value."""
    return _binned(axis, frame, column, step, pl.col(column).cast(pl.Float64).mean())


def _binned(axis: pl.DataFrame, frame: pl.DataFrame, column: str, step: int, value: pl.Expr) -> tuple[float | None, ...]:
    if frame.is_empty():
        return (None,) * axis.height
    start = axis["minute"][0]
    window = (pl.col("minute") - start).dt.total_minutes() // step
    binned = frame.filter(pl.col(column).is_not_null()).group_by(window.alias("window")).agg(value)
    rows = axis.with_columns(window.alias("window")).join(binned, on="window", how="left", maintain_order="left")
    return _series(rows[column if column not in axis.columns else f"{column}_right"])


def _series(values: pl.Series) -> tuple[float | None, ...]:
    return tuple(values.cast(pl.Float64).round(3).to_list())
