"""Fastify's own log, a request in two lines (``halves``)."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from forensics.formats import json_general
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.halves import BEGINNING, Halves
from forensics.formats.json_format import Record, record_events
from forensics.formats.json_text import JsonReader

_ASKED = ("req>method", "req>url", "req>headers>host", "req>host", "req>hostname", "req>remoteAddress")
_WHOSE = ("hostname", "pid", "reqId")
"""What numbers a request; each process counts for itself."""

KEYS = replace(
    json_general.KEYS,
    requires=(("reqId",), ("time",), ("res>statusCode",), ("responseTime",)),
    others={"msg": (r"^incoming request$", BEGINNING)},
    other_kind=(("reqId",), ("err>type", "err>message")),  # the error of a request, which is told again where it ends
)


def open_fastify(options: ReadOptions) -> Parser:
    """Return the parser; it remembers what was asked by requests that have not ended."""
    reader = JsonReader(sorted({*KEYS.paths(), *_WHOSE, *_ASKED}), KEYS.names())
    halves = Halves(_ASKED)

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        read = reader.read(lines["raw"])
        nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(lines))
        missing = [name for name in (*_WHOSE, *_ASKED, "responseTime") if name not in read.found.columns]
        found = pl.DataFrame([*read.found, *(nothing.alias(name) for name in missing)])
        begun, ended = pl.col("req>method").is_not_null(), pl.col("responseTime").is_not_null()
        whose = pl.concat_str(_WHOSE, separator=" ", ignore_nulls=True).alias("whose")
        asked = halves.asked(found.select(whose, begun.alias("begun"), (ended & ~begun).alias("ended"), *_ASKED))
        found = found.with_columns(pl.coalesce(pl.col(name), asked[name]) for name in _ASKED)
        return record_events(lines, Record(KEYS, found, read.lists, len(lines)), read.good, options, "request end")

    return parse


_ENDED = (
    '{"level":30,"time":1709337602500,"pid":7,"hostname":"web-1","reqId":"req-1","res":{"statusCode":503},"responseTime":2500,'
    '"msg":"request completed"}'
)

FORMATS: tuple[Format, ...] = (
    Format(
        name="fastify",
        title="Fastify's log (JSON, two lines a request)",
        reference="https://fastify.dev/docs/latest/Reference/Logging/",
        samples=(
            Sample(line=_ENDED, expected={"timestamp": "2024-03-02T00:00:02.5Z", "status": 503, "duration_ms": 2500.0, "path": None}),
        ),
        open=open_fastify,
        time_basis="request end",
        tier="application",
        hint=r'"reqId"\s*:.*"responseTime"\s*:',
        rank=20,
    ),
)
