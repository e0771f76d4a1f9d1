"""OpenStack Swift's proxy log: blanks between fields that are percent-encoded each, times as seconds with fractions."""

from __future__ import annotations

import polars as pl

from forensics.formats import values
from forensics.formats.assemble import assemble, outcomes
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.instants import to_instant
from forensics.formats.parts import in_parts
from forensics.formats.percent import percent_decoded

_FIELDS = (
    *("client", "peer", "day", "method", "target", "protocol", "status", "referrer", "user_agent", "token", "received", "bytes", "etag"),
    *("request_id", "headers", "taken", "source", "info", "start", "end"),
)
_LINE = r"^\S+ \S+ \d\d/[A-Z][a-z]{2}/\d{4}/\d\d/\d\d/\d\d [A-Z]+ \S+ HTTP/[\d.]+ \d{3} (?:\S+ ){5}\S+ tx\S+ "
_ASKED = r"%3[Ff]"
"""The question mark: where the query begins."""


def open_swift(options: ReadOptions) -> Parser:
    """Return the parser of Swift's proxy log."""
    del options

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        split = pl.col("raw").str.splitn(" ", len(_FIELDS) + 1).struct
        t = lines.select(split[index].alias(name) for index, name in enumerate(_FIELDS))
        found = {name: t[name] for name in ("client", "method", "protocol", "status", "bytes")}
        found |= {name: percent_decoded(t[name], rounds=1) for name in ("referrer", "user_agent")}
        found["path"] = t["target"].str.replace(rf"{_ASKED}.*$", "")
        found["query"] = percent_decoded(t["target"].str.extract(rf"{_ASKED}(.*)$"), rounds=1)
        timestamp, duration = to_instant(t["end"]), values.to_milliseconds(t["taken"], "s")
        return assemble(
            lines,
            found,
            times={"timestamp": timestamp, "started_at": values.first_of(to_instant(t["start"]), timestamp), "duration_ms": duration},
            extra={"request_id": t["request_id"]},
            outcome=outcomes(lines["raw"].str.contains(_LINE).fill_null(value=False), timestamp),
        )

    return in_parts(parse)


FORMATS: tuple[Format, ...] = (
    Format(
        name="swift",
        title="OpenStack Swift proxy log",
        reference="https://docs.openstack.org/swift/latest/logs.html",
        open=open_swift,
        tier="application",
        time_basis="request end",
        rank=20,
        hint=_LINE,
        samples=(
            Sample(
                line="203.0.113.9 10.0.0.1 02/Mar/2026/00/00/01 GET /v1/AUTH_ab/c/a%20b%3Fa%3Djson%26n%3D1 HTTP/1.0 200 - client%20x - - "
                "512 - tx0f1e-65e2 - 0.0123 - - 1772409601.123456 1772409601.135756 0",
                expected={
                    "timestamp": "2026-03-02T00:00:01.135756Z",
                    "started_at": "2026-03-02T00:00:01.123456Z",
                    "client_ip": "203.0.113.9",
                    "method": "GET",
                    "path": "/v1/AUTH_ab/c/a%20b",
                    "query": "a=json&n=1",
                    "protocol": "HTTP/1.0",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 12.3,
                    "referrer": None,
                    "user_agent": "client x",
                    "extra": {"request_id": "tx0f1e-65e2"},
                },
            ),
            Sample(
                line="- - 02/Mar/2026/00/00/02 HEAD /healthcheck HTTP/1.0 503 - - - - - - tx0f1e-65e3 - 0.0003 - - "
                "1772409602.5 1772409602.5003 -",
                expected={"client_ip": None, "path": "/healthcheck", "query": None, "status": 503, "bytes_sent": None},
            ),
        ),
    ),
)
