"""JFrog Artifactory's request log: fields between bars, the duration in milliseconds at the end of the request."""

from __future__ import annotations

import polars as pl

from forensics.formats import values
from forensics.formats.assemble import assemble, outcomes
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.instants import to_instant
from forensics.formats.parts import in_parts

_FIELDS = ("time", "trace", "client", "user", "method", "target", "status", "received", "bytes", "taken", "user_agent")
_LINE = r"^\d{4}-\d\d-\d\dT[\d:.]+Z\|[0-9a-fA-F]*\|[^|]*\|[^|]*\|[A-Z]+\|[^|]*\|\d{3}\|-?\d+\|-?\d+\|-?\d+\|"


def open_artifactory(options: ReadOptions) -> Parser:
    """Return the parser of Artifactory's request log."""

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        split = pl.col("raw").str.splitn("|", len(_FIELDS)).struct
        t = lines.select(split[index].alias(name) for index, name in enumerate(_FIELDS))
        timestamp, duration = to_instant(t["time"], options.time_zone), values.to_milliseconds(t["taken"], "ms")
        started = pl.DataFrame({"t": timestamp, "d": duration}).select(values.before(pl.col("t"), pl.col("d"))).to_series()
        found = {name: t[name] for name in ("client", "user", "method", "target", "status", "bytes", "user_agent")}
        times = {"timestamp": timestamp, "started_at": started, "duration_ms": duration}
        outcome = outcomes(lines["raw"].str.contains(_LINE).fill_null(value=False), timestamp)
        return assemble(lines, found, times=times, extra={"trace_id": t["trace"]}, outcome=outcome)

    return in_parts(parse)


FORMATS: tuple[Format, ...] = (
    Format(
        name="artifactory",
        title="JFrog Artifactory request log",
        reference="https://jfrog.com/help/r/jfrog-platform-administration-documentation/request-log",
        open=open_artifactory,
        tier="application",
        time_basis="request end",
        rank=20,
        hint=_LINE,
        samples=(
            Sample(
                line="2026-03-02T00:00:01.250Z|9f1c|203.0.113.9|kim|GET|/api/repo/a.jar?x=1|200|-1|512|250|curl/8 (x)",
                expected={
                    "timestamp": "2026-03-02T00:00:01.250Z",
                    "started_at": "2026-03-02T00:00:01Z",
                    "client_ip": "203.0.113.9",
                    "user_name": "kim",
                    "method": "GET",
                    "path": "/api/repo/a.jar",
                    "query": "x=1",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 250.0,
                    "user_agent": "curl/8 (x)",
                },
            ),
        ),
    ),
)
