"""Counts of requests by the minute or the hour, as dashboards and queries give them: none of their rows tells of one request."""

from __future__ import annotations

import polars as pl

COUNTS = (
    "count", "cnt", "count_", "_count", "count(*)", "count()", "count_star()", "requests", "request_count", "requests_count",
    "count_requests", "num_requests", "number_of_requests", "total_requests", "hits", "total_hits", "doc_count",
)  # fmt: skip
"""What queries call how many requests a row stands for."""
FEWEST = 4
"""Rows of a sample below which whole minutes may be chance."""
GRIDS = (("1m", FEWEST), ("10s", 6))
"""Steps of time at which sums are told, and the rows below which it may be chance that all are at one."""


def of_many(read: pl.DataFrame) -> bool:
    """Whether sampled rows, read as events, are sums: by a count that is not always one, at whole minutes (or ten seconds) all of them."""
    return counted_by(read) is not None


def counted_by(read: pl.DataFrame) -> str | None:
    """Return what says of how many requests each of the sampled rows is the sum, None where they are none."""
    events = read.filter(pl.col("outcome") == "event").select("timestamp", "extra")
    at = events["timestamp"]
    if not any(len(at) >= fewest and (at.dt.truncate(step) == at).all() for step, fewest in GRIDS):
        return None
    told = events.select(pl.col("extra").list.explode(keep_nulls=False, empty_as_null=False)).unnest("extra")
    said = told.filter(pl.col("key").str.to_lowercase().is_in(COUNTS))
    counts = said["value"].str.replace_all(",", "").cast(pl.Float64, strict=False)  # 100.0, and 1,100 in quotes
    if len(counts) < len(events) or counts.has_nulls() or not (counts == counts.floor()).all() or not (counts > 1).any():
        return None
    return str(said["key"][0])
