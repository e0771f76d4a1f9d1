"""Azure Storage Analytics logs: some thirty fields between semicolons; texts that hold semicolons are quoted and HTML-encoded."""

from __future__ import annotations

import polars as pl

from forensics.formats import values
from forensics.formats.assemble import assemble, outcomes
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.instants import to_instant
from forensics.formats.parts import in_parts

_FIELDS = (
    *(
        "version",
        "time",
        "operation",
        "result",
        "status",
        "taken",
        "server",
        "authenticated",
        "user",
        "owner",
        "service",
        "target",
        "object",
    ),
    *("request_id", "operations", "client", "api", "header_in", "packet_in", "header_out", "packet_out", "length", "md5_in", "md5", "etag"),
    *("modified", "conditions", "user_agent", "referrer", "client_request_id"),
)
_READ = frozenset(
    {"time", "taken", "operation", "result", "status", "user", "target", "request_id", "client", "packet_out", "user_agent", "referrer"}
)
_LINE = r"^[12]\.0;\d{4}-\d\d-\d\dT[\d:.]+Z;[A-Za-z]+;"
_FIELD = r'(?:"[^"]*"|[^;"]*)(?:;|$)'
OPERATION = r"^(Get|Put|Delete|List)"
METHODS = {"Get": "GET", "Put": "PUT", "Delete": "DELETE", "List": "GET"}
"""What an operation's name begins with, and by which method such operations are asked for."""


def open_azure_storage(options: ReadOptions) -> Parser:
    """Return the parser of Storage Analytics logs (versions 1.0 and 2.0)."""
    del options

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        cut = lines.select(pl.col("raw").str.extract_all(_FIELD).alias("f"))
        t = cut.select(
            pl.col("f").list.get(index, null_on_oob=True).str.strip_suffix(";").str.strip_chars('"').alias(name)
            for index, name in enumerate(_FIELDS)
            if name in _READ
        ).with_columns(
            pl.col("target", "user_agent", "referrer").str.replace_all("&amp;", "&", literal=True).str.replace_all("&quot;", '"')
        )
        timestamp, duration = to_instant(t["time"]), values.to_milliseconds(t["taken"], "ms")
        asked = pl.col("operation").str.extract(OPERATION).replace_strict(METHODS, default=None, return_dtype=pl.String)
        found = {name: t[name] for name in ("client", "user", "status", "target", "user_agent", "referrer")}
        found |= {"method": t.select(asked).to_series(), "bytes": t["packet_out"]}
        extra = {"request_id": t["request_id"], "operation": t["operation"], "error": values.of(t["result"], _failure())}
        times = {"timestamp": timestamp, "duration_ms": duration}
        read = lines["raw"].str.contains(_LINE) & t["client"].is_not_null() & t["packet_out"].str.contains(r"^\d*$")
        return assemble(lines, found, times=times, extra=extra, outcome=outcomes(read.fill_null(value=False), timestamp))

    return in_parts(parse)


def _failure() -> pl.Expr:
    return pl.when(~values.V.str.contains("Success$")).then(values.V)


FORMATS: tuple[Format, ...] = (
    Format(
        name="azure_storage",
        title="Azure Storage Analytics log",
        reference="https://learn.microsoft.com/rest/api/storageservices/storage-analytics-log-format",
        open=open_azure_storage,
        tier="application",
        rank=20,
        hint=_LINE,
        samples=(
            Sample(
                line='1.0;2026-03-02T00:00:01.2500000Z;GetBlob;AnonymousSuccess;200;18;10;anonymous;;acct;blob;"https://acct.blob.example'
                '/c/a.jpg?sv=1&amp;x=2";"/acct/c/a.jpg";fb65;0;203.0.113.9:53542;2009-09-19;283;0;354;512;0;;;"0x8C";Monday, 02-Mar-26 '
                '00:00:00 GMT;;"Mozilla/5.0 (X; Y)";"https://www.example.com/";',
                expected={
                    "timestamp": "2026-03-02T00:00:01.250Z",
                    "client_ip": "203.0.113.9",
                    "method": "GET",
                    "host": "acct.blob.example",
                    "path": "/c/a.jpg",
                    "query": "sv=1&x=2",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 18.0,
                    "user_agent": "Mozilla/5.0 (X; Y)",
                    "referrer": "https://www.example.com/",
                    "extra": {"operation": "GetBlob", "request_id": "fb65", "error": None},
                },
            ),
        ),
    ),
)
