"""Rails' own log, a request in two lines (``halves``): ``Started GET "/a" for ADDRESS at TIME`` and ``Completed 200 OK in 12ms``.

Lines of one request carry its id where Rails is told to tag them (it is, in production); else those of one process are told apart by
their order alone, and where two requests overlap nothing is said of what was asked.
"""

from __future__ import annotations

import polars as pl

from forensics.formats.assemble import NO_TIME, NOT_UNDERSTOOD, assemble
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.halves import BEGINNING, Halves
from forensics.formats.instants import to_instant
from forensics.formats.values import before

_PREFIX = r"^(?:[DIWEFA], \[(?P<at>\d{4}-\d\d-\d\dT[\d:.]+) (?P<process>#\d+)\] +[A-Z]+ -- [^:]*: )?(?P<tags>(?:\[[^\]]*\] )*)(?P<said>.*)$"
_STARTED = r'^Started (?P<method>[A-Z]+) "(?P<target>[^"]*)" for (?P<client>\S+) at (?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4})$'
_COMPLETED = r"^Completed (?P<status>\d{3}) .*?in (?P<duration>[\d.]+)ms"
_NO_ROUTE = r"^ActionController::RoutingError \(No route matches"
_SAID = r"^(?:Processing by|  Parameters|  Render|Render|Redirected to|Filter chain|Sent (?:file|data)|Completed|Can't verify|\s*$)"
_ASKED = ("method", "target", "client", "time")


def open_rails(options: ReadOptions) -> Parser:
    """Return the parser; it remembers what was asked by requests that have not ended."""
    halves = Halves(_ASKED)

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        told = _told(lines["raw"])
        asked = halves.asked(told.select("whose", "begun", "ended", *_ASKED))
        duration = told["duration"].cast(pl.Float64)
        ended = _ended(to_instant(told["at"], options.time_zone), to_instant(asked["time"]), duration)
        started = pl.select(before(pl.lit(ended), pl.lit(duration))).to_series()
        times = {"timestamp": ended, "started_at": started, "duration_ms": duration}
        found = {name: asked[name] for name in ("method", "target", "client")} | {"status": told["status"]}
        extra = {"request_id": told["tags"].str.extract(r"\[([0-9a-f-]{16,})\]")}
        return assemble(lines, found, times=times, extra=extra, outcome=_outcomes(told, ended))

    return parse


def _ended(written: pl.Series, began: pl.Series, duration: pl.Series) -> pl.Series:
    """Return when requests ended, by the time that stands before the line; its zone is that which the beginning tells.

    Where no time stands there, it is so long after the beginning as the request took.
    """
    times = pl.DataFrame({"written": written, "began": began, "duration": duration})
    quarters = ((pl.col("began") - pl.col("written")).dt.total_seconds() / 900).round()
    zoned = pl.col("written") + pl.duration(minutes=15 * quarters.fill_null(0).cast(pl.Int64))
    after = pl.col("began") + pl.duration(microseconds=(pl.col("duration").fill_null(0.0) * 1000).cast(pl.Int64))
    return times.select(pl.coalesce(zoned, after)).to_series()


def _told(raw: pl.Series) -> pl.DataFrame:
    """Return what lines say: whose they are, whether they begin or end a request, and their values (NULL where they have none)."""
    lines = pl.DataFrame({"raw": raw}).with_columns(pl.col("raw").str.extract_groups(_PREFIX).alias("p")).unnest("p")
    said = lines.select(
        "at", "process", "tags", "said", s=pl.col("said").str.extract_groups(_STARTED), c=pl.col("said").str.extract_groups(_COMPLETED)
    )
    told = said.unnest("s", "c").with_columns(
        pl.when(pl.col("said").str.contains(_NO_ROUTE)).then(pl.lit("404")).otherwise("status").alias("status"),
        pl.when(pl.col("tags") == "").then(pl.col("process").forward_fill()).otherwise("tags").fill_null("").alias("whose"),
    )
    return told.with_columns(pl.col("method").is_not_null().alias("begun"), pl.col("status").is_not_null().alias("ended"))


def _outcomes(told: pl.DataFrame, ended: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return outcome and reason of each line: what is said of a request between its two lines is skipped."""
    between = pl.col("at").is_not_null() | (pl.col("tags") != "") | pl.col("said").str.contains(_SAID)
    reason = (
        pl.when("begun")
        .then(pl.lit(BEGINNING))
        .when(pl.col("ended") & pl.col("known"))
        .then(None)
        .when("ended")
        .then(pl.lit(NO_TIME))
        .when(between)
        .then(pl.lit("what the application says of a request"))
        .otherwise(pl.lit(NOT_UNDERSTOOD))
    )
    outcome = (
        pl.when(pl.col("reason").is_null())
        .then(pl.lit("event"))
        .when(pl.col("reason").is_in([NO_TIME, NOT_UNDERSTOOD]))
        .then(pl.lit("rejected"))
        .otherwise(pl.lit("skipped"))
    )
    result = told.with_columns(ended.is_not_null().alias("known")).select(reason.alias("reason")).with_columns(outcome.alias("outcome"))
    return result["outcome"], result["reason"]


FORMATS: tuple[Format, ...] = (
    Format(
        name="rails",
        title="Rails' log (two lines a request)",
        reference="https://guides.rubyonrails.org/debugging_rails_applications.html#the-logger",
        samples=(
            Sample(
                line="I, [2024-03-02T00:00:02.530412 #7]  INFO -- : [8f2c1d3e-aaaa-4bbb-8ccc-0123456789ab] Completed 503 Service "
                "Unavailable in 2500ms (Views: 0.3ms | Allocations: 1402)",
                expected={"timestamp": "2024-03-02T00:00:02.530412Z", "status": 503, "duration_ms": 2500.0, "path": None},
            ),
        ),
        open=open_rails,
        time_basis="request end",
        zoned=False,
        tier="application",
        hint=r'(?:^|\] |: )Started [A-Z]+ "|Completed \d{3} .*in [\d.]+ms',
        rank=20,
    ),
)
