"""Counts of requests by the minute or the hour, as dashboards and queries give them: none of their rows tells of one request."""

from __future__ import annotations

import polars as pl

COUNTS = (
    "count", "cnt", "count_", "_count", "count(*)", "count()", "count_star()", "requests", "request_count", "requests_count",
    "num_requests", "number_of_requests", "total_requests", "hits", "total_hits", "doc_count",
)  # fmt: skip
"""What queries call how many requests a row stands for."""
FEWEST = 4
"""Rows of a sample below which whole minutes may be chance."""


def of_many(read: pl.DataFrame) -> bool:
    """Whether sampled rows, read as events, are sums: by a count that is not always one, at whole minutes all of them."""
    events = read.filter(pl.col("outcome") == "event").select("timestamp", "extra")
    if len(events) < FEWEST or not (events["timestamp"].dt.truncate("1m") == events["timestamp"]).all():
        return False
    told = events.select(pl.col("extra").list.explode(keep_nulls=False, empty_as_null=False)).unnest("extra")
    counts = told.filter(pl.col("key").str.to_lowercase().is_in(COUNTS))["value"].cast(pl.Int64, strict=False)
    return len(counts) >= len(events) and not counts.has_nulls() and bool((counts > 1).any())
