"""Bunny's CDN log: twelve fields between bars, time in milliseconds since 1970."""

from __future__ import annotations

import polars as pl

from forensics.formats.assemble import assemble, outcomes
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.instants import to_instant
from forensics.formats.parts import in_parts

_FIELDS = ("cache", "status", "time", "bytes", "zone", "client", "referrer", "target", "edge", "user_agent", "request_id", "country")
_LINE = r"^[A-Z-]+\|(?:\d{3}|-|0)\|\d{13}\|\d+\|\d+\|[^|]*\|[^|]*\|https?://"


def open_bunny(options: ReadOptions) -> Parser:
    """Return the parser of Bunny's CDN log."""
    del options

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        split = pl.col("raw").str.split_exact("|", len(_FIELDS)).struct
        t = lines.select(split[index].alias(name) for index, name in enumerate(_FIELDS))
        timestamp = to_instant(t["time"])
        read = lines["raw"].str.contains(_LINE) & t["country"].is_not_null()
        found = {name: t[name] for name in ("client", "status", "bytes", "referrer", "target", "user_agent")}
        extra = {"cache_status": t["cache"], "edge_location": t["edge"], "request_id": t["request_id"], "country": t["country"]}
        outcome = outcomes(read.fill_null(value=False), timestamp)
        return assemble(lines, found, times={"timestamp": timestamp}, extra={**extra, "site": t["zone"]}, outcome=outcome)

    return in_parts(parse)


FORMATS: tuple[Format, ...] = (
    Format(
        name="bunny",
        title="Bunny CDN log",
        reference="https://docs.bunny.net/docs/cdn-log-format",
        open=open_bunny,
        tier="edge",
        rank=20,
        hint=_LINE,
        samples=(
            Sample(
                line="HIT|206|1772409600250|512|1024|203.0.113.9|-|https://cdn.example.com/v/1.mp4?x=1|DE|curl/8 (x)|9f1|US",
                expected={
                    "timestamp": "2026-03-02T00:00:00.250Z",
                    "client_ip": "203.0.113.9",
                    "host": "cdn.example.com",
                    "path": "/v/1.mp4",
                    "query": "x=1",
                    "status": 206,
                    "bytes_sent": 512,
                    "referrer": None,
                    "user_agent": "curl/8 (x)",
                    "extra": {"cache_status": "HIT", "edge_location": "DE", "country": "US", "request_id": "9f1"},
                },
            ),
        ),
    ),
)
