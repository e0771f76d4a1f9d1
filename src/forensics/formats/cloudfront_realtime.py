"""CloudFront's real-time logs, as Kinesis delivers them: fields between tabs in the order of the documentation, without a header.

Fields that were added to the documentation later come last, so a shorter record is the beginning of a longer one. A configuration that
leaves out fields in the middle cannot be told by its lines; one that leaves out the request's id can (by the time taken, a field earlier).
"""

from __future__ import annotations

import polars as pl

from forensics.formats import values
from forensics.formats.assemble import assemble, outcomes
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.instants import to_instant
from forensics.formats.parts import in_parts
from forensics.formats.percent import percent_decoded

_FIRST = (
    *("time", "client", "first_byte", "status", "bytes", "method", "scheme", "host", "path", "received", "edge_location"),
    *("request_id", "distribution", "taken", "protocol", "ip_version", "user_agent", "referrer", "cookie", "query", "response_result"),
    *("forwarded_for", "tls_version", "tls_cipher", "cache_status", "encrypted_fields", "encryption_status", "content_type", "length"),
    *("range_start", "range_end", "port", "detailed_result", "country", "accept_encoding", "accept", "behavior", "headers", "header_names"),
    *("headers_count", "primary_id", "primary_name", "origin_first", "origin_last", "asn"),
)
_BEGINNING = r"^\d{9,10}(?:\.\d{1,6})?\t[0-9A-Fa-f.:]+\t(?:[\d.]+|-)\t\d{3}\t\d+\t[A-Z-]+\t(?:https?|wss?)\t[^\t]+\t[^\t]+\t\d+\t[A-Z]{3}\d"
_WITH_ID = _BEGINNING + r"[^\t]*\t[^\t]+\t[^\t]+\t[\d.]+\tHTTP/"
_WITHOUT_ID = _BEGINNING + r"[^\t]*\t[^\t]+\t[\d.]+\tHTTP/"
_EXTRA = ("edge_location", "request_id", "forwarded_for", "tls_version", "tls_cipher", "cache_status", "country", "asn")


def open_realtime(options: ReadOptions) -> Parser:
    """Return the parser of CloudFront's real-time logs."""
    del options

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        raw = pl.col("raw")
        place = _FIRST.index("request_id")
        cut = lines.select(
            raw.str.split("\t").alias("f"), raw.str.contains(_WITH_ID).alias("whole"), raw.str.contains(_WITHOUT_ID).alias("no_id")
        )
        wanted = [name for name in _FIRST if name in _EXTRA or name in _READ]
        field = {name: _FIRST.index(name) for name in wanted}
        t = cut.select(
            "whole",
            "no_id",
            *(_at(index, shifted=index > place, absent=name == "request_id").alias(name) for name, index in field.items()),
        )
        agents = percent_decoded(values.of(t["user_agent"], values.present(values.V)))
        found = {name: t[name] for name in ("client", "status", "bytes", "method", "host", "path", "query", "protocol", "referrer")}
        timestamp = to_instant(t["time"])
        duration = values.to_milliseconds(t["taken"], "s")
        started = pl.DataFrame({"t": timestamp, "d": duration}).select(values.before(pl.col("t"), pl.col("d"))).to_series()
        return assemble(
            lines,
            found | {"user_agent": agents},
            times={"timestamp": timestamp, "started_at": started, "duration_ms": duration},
            extra={name: t[name] for name in _EXTRA},
            outcome=outcomes((t["whole"] | t["no_id"]).fill_null(value=False), timestamp),
        )

    return in_parts(parse)


_READ = ("time", "client", "status", "bytes", "method", "host", "path", "taken", "protocol", "user_agent", "referrer", "query")


def _at(index: int, *, shifted: bool, absent: bool) -> pl.Expr:
    """Return the field at an index of the whole record; one earlier where the request's id is left out."""
    whole = pl.col("f").list.get(index, null_on_oob=True)
    if absent:
        return pl.when("whole").then(whole)
    return pl.when("whole").then(whole).otherwise(pl.col("f").list.get(index - 1, null_on_oob=True)) if shifted else whole


_LINE = (
    "1772409600.087\t203.0.113.64\t0.000\t304\t322\tGET\thttps\twww.example.com\t/speakers/?x=1\t637\tSEA19-C2\teRwgLa8bQ==\t"
    "d111111abcdef8.cloudfront.net\t0.140\tHTTP/2.0\tIPv4\tMozilla/5.0%20(X;%20Y)\thttps://www.example.com/a/\t-\tx=1\tRefreshHit\t"
    "203.0.113.9\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tRefreshHit\t-\t-\t-\t-\t-\t-\t10485\tRefreshHit\tUS\tgzip\ttext/html\t/a/*\t"
    "host:www.example.com%0A\thost%0A\t1"
)

FORMATS: tuple[Format, ...] = (
    Format(
        name="cloudfront_realtime",
        title="Amazon CloudFront real-time log (fields in the documented order, no header)",
        reference="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/real-time-logs.html",
        open=open_realtime,
        tier="edge",
        time_basis="request end",
        rank=11,
        hint=_BEGINNING,
        assumption="the fields are those of the documentation, in its order, as far as each line goes",
        samples=(
            Sample(
                line=_LINE,
                expected={
                    "timestamp": "2026-03-02T00:00:00.087Z",
                    "started_at": "2026-03-01T23:59:59.947Z",
                    "client_ip": "203.0.113.64",
                    "method": "GET",
                    "host": "www.example.com",
                    "path": "/speakers/",
                    "query": "x=1",
                    "protocol": "HTTP/2.0",
                    "status": 304,
                    "bytes_sent": 322,
                    "duration_ms": 140.0,
                    "referrer": "https://www.example.com/a/",
                    "user_agent": "Mozilla/5.0 (X; Y)",
                    "extra": {"cache_status": "RefreshHit", "country": "US", "edge_location": "SEA19-C2", "forwarded_for": "203.0.113.9"},
                },
            ),
            Sample(
                line=_LINE.replace("\teRwgLa8bQ==", "") + "\t-\t-\t0.010\t0.020\t64496",
                expected={"duration_ms": 140.0, "status": 304, "extra": {"asn": "64496", "request_id": None, "country": "US"}},
            ),
        ),
    ),
)
