"""Any other text that tells of one request a line: a time, ``METHOD target``, a status beside it, and what can be told by its looks.

For the logs that frameworks print (Gin, chi, uWSGI, uvicorn, ...) and whatever nobody described. A time without a zone is in the zone
given. Lines of error logs and lines whose quotes do not pair are never read so, nor lines that another format left over.
"""

from __future__ import annotations

import polars as pl

from forensics.formats import values
from forensics.formats.assemble import assemble, outcomes
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.clf_parts import SURE, asked_by
from forensics.formats.instants import to_instant
from forensics.formats.parts import in_parts

_METHOD = r"GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS|CONNECT|TRACE|PROPFIND|REPORT|MKCOL|SEARCH"
_ASKED = (
    rf'"?(?P<method>{_METHOD}) +"?(?P<target>(?:/|https?://|\*)[^\s"]*)"?(?: (?P<protocol>HTTP/[\d.]+)| (?P<version>[123](?:\.[01])?)")?"?'
)
"""What was asked; Python's frameworks know the protocol's version by its number alone."""
_HINT = rf'(?:^|[\s"|\]])(?:{_METHOD})(?: +"?| *\| *| - )(?:/|https?://|\*)'
_CLOCK = r"\d\d:\d\d:\d\d(?:[.,]\d+)?"
_TIMES = (
    rf"\d{{4}}-\d\d-\d\d[T ]{_CLOCK}(?: ?(?:Z|[+-]\d\d:?\d\d))?",
    rf"\d{{4}}/\d\d/\d\d(?: -)? {_CLOCK}",
    rf"\d{{1,2}}/[A-Z][a-z]{{2}}/\d{{4}}[: ]{_CLOCK}(?: ?[+-]\d{{4}})?",
    rf"[A-Z][a-z]{{2}} [A-Z][a-z]{{2}} [ \d]\d {_CLOCK} \d{{4}}",
    rf"[A-Z][a-z]{{2}} [A-Z][a-z]{{2}} \d\d \d{{4}} {_CLOCK} GMT[+-]\d{{4}}(?: \([A-Za-z ]+\))?",  # JavaScript's dates
    rf"[A-Z][a-z]{{2}}, \d\d [A-Z][a-z]{{2}} \d{{4}} {_CLOCK} GMT",
    rf"\d\d-[A-Z][a-z]{{2}}-\d{{4}} {_CLOCK}",
    rf"\d{{6}} {_CLOCK}",  # Tornado
    r"^\d{10}\.\d{3} ",
    r"\[\d{10}\.\d{3}\]",  # seconds since 1970, as HAProxy's %Ts.%ms and nginx' $msec
)
_TIME = f"({'|'.join(_TIMES)})"
_ADDRESS = rf'(?:(?:^|\s)/|^|[\s\[("|=@])({SURE})(?::\d+)?(?:[\s\]),|"]|$)'
_CODE = r"[1-35]\d\d|4[0-35-9]\d|44[0-24-9]"
"""A status, and no port 443."""
_STATUS = (
    (rf'^[\s"\]|:,=>(-]*(?:(?:from|for) \S+ -? ?)?({_CODE})(?:[\s,;|)\]"]|$)', "tail"),
    (r"\(HTTP/[\d.]+ ([1-5]\d\d)\)", "tail"),
    (r"^ responded ([1-5]\d\d) in \d", "tail"),  # Serilog
    (r'(?i)\bstatus(?:_?code)?[ =:"]+([1-5]\d\d)\b', "tail"),
    (r"\| *([1-5]\d\d) *\|", "head"),
    (r"(?:^|[\s\])])([1-5]\d\d) *$", "head"),
    (r"\[([1-5]\d\d)\]: *$", "head"),  # PHP's own server
)
_TIMERS = r"(?:^|\s)(?:-?\d+/){3,5}\+?(?P<took>\d+) (?:(?P<status>[1-5]\d\d) \+?(?P<bytes>\d+)|[A-Za-z-]{4})\s"
"""HAProxy's timers in a ``log-format`` of one's own: the last is the whole time, status and bytes or the state of the end follow."""
_SOCKET = rf"(?:^|\s)- /{SURE}:\d+ $"
"""An address as Java writes that of a connection, behind the dash of its loggers' layout."""
_MILLIS = r'^"? [1-5]\d\d (\d+)$'
"""What follows there in the logs of TorchServe, DJL Serving and MXNet's server: the status and milliseconds, and no bytes
(https://pytorch.org/serve/logging.html)."""
_TIMED = r'^[\s"\]|:,=>-]*[1-5]\d\d ?(?:ms|s|us|[µμ]s|sec|milli|micro|nano)'
_BYTES = r"(?:generated (\d+) bytes|[1-5]\d\d (?:[A-Z][A-Za-z ]* )?(\d+) ?(?:B|bytes)?(?:[\s,;|]|$))"
_DASHED_BYTES = r"^ [1-5]\d\d [\d.]+ ms - (\d+) *$"
"""Behind the time, as morgan's ``dev`` writes them (https://github.com/expressjs/morgan#predefined-formats)."""
_NAMED_BYTES = r"(?i)\b(?:resp(?:onse)?_?(?:size|bytes|length)|(?:body_)?bytes_sent)[=:] ?\+?(\d+)\b"
_TOOK = r"(?:^|[\s|=(])(\d+(?:\.\d+)?) ?(ns|us|[µμ]s|micros|ms|msecs?|s|secs?|(?:nano|micro|milli)?seconds)(?:[\s|,;)]|$)"
_LONG = r"(?:^|[\s|=(])((?:\d+h)?\d+m\d+(?:\.\d+)?s)(?:[\s|,;)\]]|$)"
"""What Go prints of a minute and more."""
_NAMED_TIME = r'(?i)\b(?:request_?time|rt)(?:[=:] ?| )"?(\d+\.\d{3})\b'
_UPSTREAM = r'(?i)\bupstream\S*[ =:]+"?[\d.]+'
"""What took place in a server behind."""
_CELL_BYTES = r'^[\s"]*[1-5]\d\d (\d+)(?: +[^\d\s]| +\d+\.| +\d+ ?[a-zµ]| *$)'
"""The only whole number behind the status: of two the first may be the request's length."""
_CELL_STATUS = r"\s([1-5]\d\d)\s"
_CELLS = 6
"""So many bars, tabs or dashes between blanks make cells of a line without quotes."""
_APART = rf'"({_METHOD})" "((?:/|https?://|\*)[^"]*)"(?: "(HTTP/[\d.]+)")?'
_SECONDS = r'[\s"]\d{1,4}\.\d{3}(?:[\s"]|$)'
"""As nginx writes $request_time."""
_LAST = r'" (\d{1,4}\.\d{6})$'
"""As Actix writes the seconds behind the user agent."""
_AHEAD = rf"(?:^|[\s\[])({_CODE})(?:[\s\]]|$)"
"""A status before the request."""
_PARTY = r"(?:^|\s)\[pid: \d+\|.*?\] \S+ \(([^()]+)\) \{\d+ vars in "
"""Whom uWSGI names behind the address."""
_CALLED = rf"(?:^|\s){SURE}(?::\d+)? - (\S+) +(?:\S+ +)?$"
"""The user behind the address, as the common log format has both."""
_NAMED_PAGE = r'(?i)\b(?:http_)?referr?er[=:] ?"?([a-z][a-z-]*://[^\s"]+)'
_NAMED_AGENT = r'(?i)\b(?:http_)?user_?agent[=:] ?"([^"]+)"'
_ALONE = r'^ *(\d+) +"'
"""A number between request and referrer: the bytes, where the status stood before the request."""
_STAMP = r"\bmsec \d{10}\.\d{3}"
"""nginx' $msec behind its name: no unit of the number before it."""
_RECORD = r'^\s*\{"[^"]*": ?["\d{]'
"""A record in JSON, whose values mean what their names say, or nothing."""
_ERRORS = r"^\d{4}/\d\d/\d\d [\d:]+ \[\w+\] \d+#|^\s*\[\w{3} \w{3} +\d+ [\d:.]+ \d{4}\] \[[\w-]*:?[a-z]+\d?\]"
_HEADLESS = rf"^\d{{4}}-\d\d-\d\d [\d:]+ (?:\S+ ){{0,3}}(?:{_METHOD}) \S+ \S+ \d{{2,5}} \S+ (?:{SURE}|-) "
"""A line of IIS whose header was lost: its port is no status, and the server's address stands before the client's."""
_VERSIONED = rf"(?:{_METHOD}) \S+ HTTP/\d"
"""Where IIS has the query and the port."""
_BETWEEN = (
    r"^\[[^\]]+ \d{4}\] (?:\S+:\d+ (?:Accepted|Closing|Closed without sending a request\b.*)|PHP .* Development Server .*)$|"
    rf"(?:^|\s)<-- (?:{_METHOD}) /\S*$"
)
"""What PHP's own server prints between the requests, and Hono and koa-logger where one begins."""
_OUTGOING = r"(?:^|\s)https?://\S+ $"
"""The server before what was asked of it, as urllib3 logs what a program asks of others."""
_UNITS = {
    **{"nanoseconds": "ns", "micros": "us", "microseconds": "us"},
    **{"msec": "ms", "msecs": "ms", "milliseconds": "ms", "sec": "s", "secs": "s", "seconds": "s"},
}


def open_text(options: ReadOptions) -> Parser:
    """Return the parser of texts that tell of requests."""

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        t = _parts(lines)
        timestamp, duration = to_instant(t["time"], options.time_zone), values.to_milliseconds(t["took"], "ms")
        started = pl.DataFrame({"t": timestamp, "d": duration}).select(values.before(pl.col("t"), pl.col("d"))).to_series()
        names = ("client", "user", "method", "target", "protocol", "status", "bytes", "referrer", "user_agent")
        times = {"timestamp": timestamp, "started_at": started, "duration_ms": duration}
        read = t["read"] & t["status"].is_not_null()
        between = lines["raw"].str.contains(_BETWEEN) & ~read  # a client may write as much where an agent stands last
        outcome = outcomes(read, timestamp, between, "tells of a connection, or of a request that has no answer yet")
        return assemble(lines, {name: t[name] for name in names}, times=times, extra={}, outcome=outcome)

    return in_parts(parse)


def _parts(lines: pl.DataFrame) -> pl.DataFrame:
    """Return what each line says, by its looks."""
    t = _cut(lines)
    tail, head = pl.col("tail"), pl.col("head")
    status = pl.coalesce(
        pl.when(~tail.str.contains(_TIMED)).then(pl.col(part).str.extract(pattern)) if part == "tail" else head.str.extract(pattern)
        for pattern, part in _STATUS
    )
    status = pl.coalesce(status, pl.when("barred").then(head.str.extract(_CELL_STATUS)))
    ahead = pl.when(tail.str.contains(_ALONE)).then(head.str.extract(_AHEAD)) if t["tail"].str.contains(_ALONE).any() else pl.lit(None)
    clocked = t["rest"].str.contains(_SECONDS).any()
    timers = head.str.extract_groups(_TIMERS).struct
    took = pl.when(tail.str.contains(_TOOK)).then(tail).otherwise(head).str.extract_groups(_TOOK).struct
    longer = pl.coalesce(tail.str.extract(_LONG), head.str.extract(_LONG))
    millis = pl.when(head.str.contains(_SOCKET)).then(tail.str.extract(_MILLIS))
    sent = tail.str.replace_all(_TOOK, " ").str.extract_groups(_BYTES).struct
    client = pl.coalesce(head.str.extract(_ADDRESS), tail.str.extract(r"from (\S+)"), tail.str.extract(_ADDRESS))
    others = head.str.contains(_OUTGOING) | (pl.col("target").str.starts_with("http") & pl.col("protocol").is_null())
    asked = pl.col("method").is_not_null() & ~(client.is_null() & others)  # a whole URL that nobody asks for is asked of somebody else
    return t.select(
        (pl.col("told") & asked).fill_null(value=False).alias("read"),
        *("time", "method", "target"),
        pl.coalesce("protocol", pl.lit("HTTP/") + pl.col("version"), tail.str.extract(r"\((HTTP/[\d.]+) \d{3}\)")).alias("protocol"),
        client.alias("client"),
        pl.coalesce(head.str.extract(_PARTY), asked_by(head.str.extract(_CALLED))).alias("user"),
        pl.coalesce(timers.field("status"), ahead, status).alias("status"),
        pl.when("barred")
        .then(tail.str.extract(_CELL_BYTES))
        .otherwise(
            pl.coalesce(
                timers.field("bytes"),
                tail.str.extract(_NAMED_BYTES),
                pl.when(ahead.is_not_null()).then(tail.str.extract(_ALONE)),
                tail.str.extract(_DASHED_BYTES),
                pl.when(millis.is_null()).then(pl.coalesce(sent.field("1"), sent.field("2"))),
            )
        )
        .alias("bytes"),
        pl.coalesce(
            timers.field("took") + "ms",
            millis + "ms",
            tail.str.extract(_NAMED_TIME) + "s",
            took.field("1") + took.field("2").replace(_UNITS),
            longer,
            pl.coalesce(_longest(tail), _longest(head)) + "s" if clocked else pl.lit(None),
            tail.str.extract(_LAST) + "s",
        ).alias("took"),
        pl.coalesce(tail.str.extract(_NAMED_PAGE), tail.str.extract(r'"(https?://[^"]*)"')).alias("referrer"),
        pl.coalesce(tail.str.extract(_NAMED_AGENT), tail.str.extract(r'"([A-Za-z][^"/]*/\d[^"]*)"')).alias("user_agent"),
    )


def _cut(lines: pl.DataFrame) -> pl.DataFrame:
    """Return lines cut at what was asked: ``told`` (may tell of a request), ``barred``, ``time``, ``head``, the request, ``tail``."""
    raw = pl.col("raw")
    headed = lines["raw"].str.starts_with("#Fields:").any()  # whose rows mean what the header says, or nothing
    told = (
        pl.lit(not headed)
        & ~raw.str.contains(_RECORD)
        & ~raw.str.contains(_ERRORS)
        & (~raw.str.contains(_HEADLESS) | raw.str.contains(_VERSIONED))
        & (raw.str.count_matches('"', literal=True) % 2 == 0)
    )
    bare = ~lines["raw"].str.contains('"', literal=True)
    dashed = bare & (lines["raw"].str.count_matches(" - ", literal=True) >= _CELLS)
    raw = pl.when(pl.lit(dashed)).then(raw.str.replace_all(" - ", " | ", literal=True)).otherwise(raw) if dashed.any() else raw
    barred = pl.lit(bare) & (raw.str.count_matches(r"[|\t]") >= _CELLS) if bare.any() else pl.lit(value=False)
    if lines.select(barred.any()).item():
        raw = pl.when(barred).then(_quoted_cells(raw)).otherwise(raw)
    cut = lines.select(
        told.alias("told"),
        barred.alias("barred"),
        raw.str.extract(_TIME).str.strip_chars("[] ").alias("time"),
        raw.str.replace(_TIME, " ").alias("rest"),
    )
    split = pl.col("rest").str.extract_groups(rf"^(?P<head>|.*?[^\w-]){_ASKED}(?P<tail>.*)$")
    t = cut.with_columns(split.alias("g")).unnest("g")
    bare_head = pl.when("barred").then(pl.col("head").str.replace_all('"', " ", literal=True)).otherwise("head")
    return t.with_columns(pl.col("tail").str.replace_all(_STAMP, " "), bare_head.alias("head"))


def _quoted_cells(raw: pl.Expr) -> pl.Expr:
    """Return lines of cells divided by bars or tabs with quotes around each that is no number, and method and target in one."""
    cells = pl.lit('"') + raw.str.replace_all(r" *\|+ *|\t", '" "') + pl.lit('"')
    return cells.str.replace_all(r'"([\d.]*(?: ?[nuµm]?s)?|-)"', "$1").str.replace(_APART, '"$1 $2 $3"')


def _longest(text: pl.Expr) -> pl.Expr:
    """Return the longest of nginx' times, none of which is longer than the request's."""
    told = text.str.replace_all(_UPSTREAM, " ").str.replace_all(r"\s", "  ").str.extract_all(_SECONDS)
    return told.list.eval(pl.element().str.strip_chars(' "').cast(pl.Float64)).list.max().cast(pl.String)


FORMATS: tuple[Format, ...] = (
    Format(
        name="text",
        title="Text that tells of one request a line (Gin, chi, uWSGI, uvicorn and others)",
        reference="https://uwsgi-docs.readthedocs.io/en/latest/LogFormat.html",
        open=open_text,
        time_basis="request end",
        zoned=False,
        rank=-30,
        main_only=True,
        hint=_HINT,
        assumption="method, target, status and the rest were told by their looks; describe the format with --log-format to be sure",
        samples=(
            Sample(
                line='[GIN] 2026/03/02 - 15:04:05 | 404 |     12.345µs |  2001:db8::1 | POST     "/nope?x=1"',
                expected={
                    "timestamp": "2026-03-02T15:04:05Z",
                    "client_ip": "2001:db8::1",
                    "method": "POST",
                    "path": "/nope",
                    "query": "x=1",
                    "status": 404,
                    "duration_ms": 0.012345,
                },
            ),
            Sample(
                line='[GIN] 2026/03/02 - 15:04:05 | 200 |     1m2s |  203.0.113.9 | GET      "/slow"',
                expected={"path": "/slow", "user_name": None, "status": 200, "duration_ms": 62000.0},
            ),
            Sample(
                line='2026/03/02 15:04:05 [h/abc-01] "GET http://a.example:3333/x?a=b HTTP/1.1" from 203.0.113.9:52366 - 200 23B in 1.5ms',
                expected={
                    "client_ip": "203.0.113.9",
                    "host": "a.example",
                    "path": "/x",
                    "status": 200,
                    "bytes_sent": 23,
                    "duration_ms": 1.5,
                },
            ),
            Sample(
                line="[pid: 12|app: 0|req: 7/7] 203.0.113.9 (ann) {40 vars in 1000 bytes} [Mon Mar  2 15:04:05 2026] GET /x => generated "
                "512 bytes in 56 msecs (HTTP/1.1 200) 3 headers in 100 bytes (1 switches on core 0)",
                expected={
                    "timestamp": "2026-03-02T15:04:05Z",
                    "started_at": "2026-03-02T15:04:04.944Z",
                    "client_ip": "203.0.113.9",
                    "user_name": "ann",
                    "path": "/x",
                    "protocol": "HTTP/1.1",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 56.0,
                },
            ),
            Sample(
                line="2026-03-02 15:04:05,250 - 203.0.113.9 - - - GET - /x?a=b - 404 - 512 - 12ms",
                expected={
                    "timestamp": "2026-03-02T15:04:05.250Z",
                    "client_ip": "203.0.113.9",
                    "path": "/x",
                    "query": "a=b",
                    "status": 404,
                    "bytes_sent": 512,
                    "duration_ms": 12.0,
                },
            ),
            Sample(
                line='2026-03-02T15:04:05.250+01:00 INFO:     203.0.113.9:52328 - "GET /x HTTP/1.1" 200 OK',
                expected={"timestamp": "2026-03-02T14:04:05.250Z", "client_ip": "203.0.113.9", "status": 200, "bytes_sent": None},
            ),
        ),
    ),
)
