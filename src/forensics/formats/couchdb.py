"""CouchDB's log: a line for each request among the server's own messages, host and peer side by side, milliseconds at the end.

Releases before 2.0 write another order, with neither host nor duration. ``undefined`` and ``-`` are nobody.
"""

from __future__ import annotations

import polars as pl

from forensics.formats import values
from forensics.formats.assemble import assemble, outcomes
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.instants import to_instant
from forensics.formats.parts import in_parts

_AT = r"\d{4}-\d\d-\d\dT[\d:.]+Z?"
_MESSAGE = rf"^\[\w+\] {_AT} \S+@\S+ <[\d.]+>|^\[\w{{3}}, \d\d \w{{3}} \d{{4}} [\d:]+ GMT\] \[\w+\] \[<[\d.]+>\]"
_NOW = (
    rf"^\[\w+\] ({_AT}) \S+ <[\d.]+> (\S+) (\S+) (\S+) (\S+) ([A-Z]+) (\S+) (\d{{3}}) \S+ (\d+)$",
    ("time", "request_id", "host", "client", "user", "method", "target", "status", "taken"),
)
_BEFORE = (
    r"^\[(\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT)\] \[\w+\] \[<[\d.]+>\] (\S+) - (\S+) ([A-Z]+) (\S+) (\d{3})$",
    ("time", "client", "user", "method", "target", "status"),
)


def open_couchdb(options: ReadOptions) -> Parser:
    """Return the parser of CouchDB's log."""

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        raw = pl.col("raw")
        groups = {name: raw.str.extract_groups(pattern).struct for name, (pattern, _) in (("now", _NOW), ("before", _BEFORE))}
        first = {name: groups["now"][index] for index, name in enumerate(_NOW[1])}
        second = {name: groups["before"][index] for index, name in enumerate(_BEFORE[1])}
        t = lines.select(pl.coalesce(first[name], *([second[name]] if name in second else [])).alias(name) for name in _NOW[1])
        t = t.with_columns(user=pl.when(pl.col("user") != "undefined").then("user"))
        timestamp, duration = to_instant(t["time"], "UTC"), values.to_milliseconds(t["taken"], "ms")
        started = pl.DataFrame({"t": timestamp, "d": duration}).select(values.before(pl.col("t"), pl.col("d"))).to_series()
        found = {name: t[name] for name in ("client", "user", "method", "target", "status", "host")}
        times = {"timestamp": timestamp, "started_at": started, "duration_ms": duration}
        asked = t["status"].is_not_null()
        said = lines["raw"].str.contains(_MESSAGE).fill_null(value=False) & ~asked
        outcome = outcomes(asked, timestamp, said, "a message of the server, no request")
        return assemble(lines, found, times=times, extra={"request_id": t["request_id"]}, outcome=outcome)

    return in_parts(parse)


FORMATS: tuple[Format, ...] = (
    Format(
        name="couchdb",
        title="CouchDB log",
        reference="https://docs.couchdb.org/en/stable/config/logging.html",
        open=open_couchdb,
        tier="application",
        time_basis="request end",
        rank=15,
        hint=_MESSAGE,
        samples=(
            Sample(
                line="[notice] 2026-03-02T00:00:14.470000Z couchdb@10.0.0.1 <0.8925.6176> 5f4d 10.0.0.1:5984 203.0.113.9 kim GET "
                "/db/_all_docs?x=1 200 ok 20",
                expected={
                    "timestamp": "2026-03-02T00:00:14.470Z",
                    "started_at": "2026-03-02T00:00:14.450Z",
                    "client_ip": "203.0.113.9",
                    "user_name": "kim",
                    "host": "10.0.0.1:5984",
                    "method": "GET",
                    "path": "/db/_all_docs",
                    "query": "x=1",
                    "status": 200,
                    "duration_ms": 20.0,
                    "extra": {"request_id": "5f4d"},
                },
            ),
            Sample(
                line="[error] 2026-03-02T00:00:15.000000Z couchdb@10.0.0.1 <0.8925.6176> -------- CRASH REPORT Process with 0 neighbors",
                expected={"outcome": "skipped"},
            ),
            Sample(
                line="[Mon, 02 Mar 2026 00:00:11 GMT] [info] [<0.404.0>] 203.0.113.9 - - DELETE /db/a?rev=2 200",
                expected={
                    "timestamp": "2026-03-02T00:00:11Z",
                    "client_ip": "203.0.113.9",
                    "user_name": None,
                    "path": "/db/a",
                    "status": 200,
                },
            ),
            Sample(line="[Mon, 02 Mar 2026 00:00:11 GMT] [info] [<0.31.0>] Apache CouchDB has started", expected={"outcome": "skipped"}),
        ),
    ),
)
