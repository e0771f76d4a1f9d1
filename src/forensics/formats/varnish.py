"""Varnish (``varnishncsa`` without ``-F``): combined log lines whose first line names the whole URL, host and all."""

from __future__ import annotations

import polars as pl

from forensics.formats.apache import compile_apache
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.combined import COMBINED

_HOST = r'\] "[A-Z]+ https?://[^/"? ]'


def open_varnish(options: ReadOptions) -> Parser:
    """Return the parser: combined, with the host of the URL; lines without one are left to the combined format."""
    combined = compile_apache(COMBINED).opener(options)

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        read = combined(lines)
        event = (pl.col("outcome") == "event") & lines["raw"].str.contains(_HOST)
        blank = [pl.when(event).then(pl.col(name)).alias(name) for name in read.columns if name not in ("line", "outcome", "reason")]
        outcome = pl.when(event).then(pl.lit("event")).otherwise(pl.lit("rejected"))
        reason = pl.when(~event).then(pl.coalesce("reason", pl.lit("no host in its first line")))
        return read.with_columns(*blank, outcome.alias("outcome"), reason.alias("reason"))

    return parse


FORMATS: tuple[Format, ...] = (
    Format(
        name="varnish",
        title="Varnish (varnishncsa)",
        reference="https://varnish-cache.org/docs/trunk/reference/varnishncsa.html",
        open=open_varnish,
        tier="edge",
        rank=35,
        hint=_HOST,
        samples=(
            Sample(
                line='203.0.113.9 - kim [02/Mar/2026:01:00:40 +0100] "GET http://www.example.com:6081/a?b=c HTTP/1.1" 200 512 "-" "curl/8"',
                expected={
                    "timestamp": "2026-03-02T00:00:40Z",
                    "client_ip": "203.0.113.9",
                    "user_name": "kim",
                    "method": "GET",
                    "host": "www.example.com",
                    "path": "/a",
                    "query": "b=c",
                    "status": 200,
                    "bytes_sent": 512,
                    "user_agent": "curl/8",
                },
            ),
        ),
    ),
)
