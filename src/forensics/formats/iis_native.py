"""The IIS log file format (``.inl``/``inetsv``): fifteen fields between commas, times of the server's own zone."""

from __future__ import annotations

import polars as pl

from forensics.formats import values
from forensics.formats.assemble import assemble, outcomes
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.instants import to_instant
from forensics.formats.parts import in_parts

_FIELDS = (
    *("client", "user", "date", "time", "service", "server", "server_ip", "taken", "received", "bytes", "status", "win32", "method"),
    *("path", "query"),
)


def _stamps(date: pl.Series, time: pl.Series) -> pl.Series:
    """Return ``YYYY-MM-DD HH:MM:SS`` from month/day/year (two digits: 1970 to 2069) and a time whose hour may lack its zero."""
    parts = pl.col("date").str.extract_groups(r"^(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})$").struct
    short = parts[2].cast(pl.Int32, strict=False)
    year = pl.when(short >= 100).then(short).when(short >= 70).then(short + 1900).otherwise(short + 2000)
    day = pl.concat_str(year.cast(pl.String), parts[0].str.zfill(2), parts[1].str.zfill(2), separator="-")
    return pl.DataFrame({"date": date, "time": time}).select(day + " " + pl.col("time").str.zfill(8)).to_series()


def open_iis_native(options: ReadOptions) -> Parser:
    """Return the parser of the IIS log file format."""

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        split = pl.col("raw").str.splitn(", ", len(_FIELDS)).struct
        t = lines.select(split[index].str.strip_chars(" ").alias(name) for index, name in enumerate(_FIELDS))
        query = t["query"].str.strip_chars(" ").str.strip_suffix(",")
        timestamp = to_instant(_stamps(t["date"], t["time"]), options.time_zone)
        duration = values.to_milliseconds(t["taken"], "ms")
        read = (timestamp.is_not_null() & t["status"].str.contains(r"^\d+$") & t["query"].is_not_null()).fill_null(False)
        read = read & ~t["client"].str.contains(" ", literal=True)  # of a line that wraps this one
        started = pl.DataFrame({"t": timestamp, "d": duration}).select(values.before(pl.col("t"), pl.col("d"))).to_series()
        found = {name: t[name] for name in ("client", "user", "bytes", "status", "method", "path")} | {"query": query}
        return assemble(
            lines,
            found,
            times={"timestamp": timestamp, "started_at": started, "duration_ms": duration},
            extra={"upstream": t["server"], "site": t["service"]},
            outcome=outcomes(read, timestamp),
        )

    return in_parts(parse)


FORMATS: tuple[Format, ...] = (
    Format(
        name="iis_native",
        hint=r"^[^,]+, [^,]*, \d{1,2}/\d{1,2}/\d{2,4}, ",
        title="IIS log file format",
        reference="https://learn.microsoft.com/previous-versions/iis/6.0-sdk/ms525807(v=vs.90)",
        open=open_iis_native,
        time_basis="request end",
        zoned=False,
        rank=10,
        samples=(
            Sample(
                line="192.168.114.201, -, 03/02/26, 7:55:20, W3SVC2, SALES1, 172.21.13.45, 4502, 163, 3223, 200, 0, GET, /Logo.gif, a=1,",
                expected={
                    "timestamp": "2026-03-02T07:55:20Z",
                    "started_at": "2026-03-02T07:55:15.498Z",
                    "client_ip": "192.168.114.201",
                    "user_name": None,
                    "method": "GET",
                    "path": "/Logo.gif",
                    "query": "a=1",
                    "status": 200,
                    "bytes_sent": 3223,
                    "duration_ms": 4502.0,
                },
            ),
            Sample(
                line="::1, -, 3/2/2026, 15:44:03, W3SVC1, SRV, ::1, 2, 769, 143, 304, 0, GET, /a,b.gif, -,",
                expected={"path": "/a,b.gif", "query": None},
            ),
            Sample(
                line="::1, kim, 3/2/2026, 15:44:03, W3SVC1, SRV, ::1, 2, 769, 143, 304, 0, GET, /, -,",
                expected={"timestamp": "2026-03-02T15:44:03Z", "user_name": "kim", "query": None},
            ),
        ),
    ),
)
