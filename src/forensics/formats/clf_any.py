"""Anything built around ``[time] "request" status bytes``: hosts and address lists before it, whatever the server was told to add after it.

For the lines that no exact format reads. What stands where is told by its looks: an address list in quotes is a forwarded-for, a number
with three decimals is nginx' request time, a number with a unit is a duration; what cannot be told goes to ``extra`` as it is, and so
does a bare whole number, which may be seconds, milliseconds, microseconds or bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import polars as pl

from forensics.formats import fields, values
from forensics.formats.assemble import assemble, outcomes
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.clf_durations import with_seconds
from forensics.formats.clf_parts import SURE, after, asked_by, whose
from forensics.formats.instants import to_instant
from forensics.formats.parts import in_parts

_CLOCK = r"\d\d:\d\d:\d\d(?:[.,]\d+)?"
_DAY = r"(?:\d{1,2}/\p{L}{3,5}\.?/\d{4}[: ]|\d\d/\d\d/\d{4}[: ]|\d{4}[/-]\d\d[/-]\d\d[T ])"
ZONED = rf"(?:{_DAY}|[A-Z][a-z]{{2}}, \d{{1,2}} [A-Z][a-z]{{2}} \d{{4}} ){_CLOCK} ?(?:[+-]\d\d:?\d\d|Z|GMT|UTC)|\d{{10}}\.\d{{3}}"
"""The last is nginx' $msec."""
LOCAL = rf"{_DAY}{_CLOCK}|[A-Z][a-z]{{2}} [A-Z][a-z]{{2}} [ \d]\d \d\d:\d\d:\d\d \d{{4}}"
_HINT = (
    r'["\[](?:\d{1,2}/\p{L}{3,5}\.?/\d{4}|\d\d/\d\d/\d{4}|\d{4}[/-]\d\d[/-]\d\d)[T: ]\d\d:|\[[A-Z][a-z]{2},? |\[\d{10}\.\d{3}\]'
    r'| \d\d/[A-Z][a-z]{2}/\d{4}:[\d:]+ [+-]\d{4} "'
)
_OPEN = r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}"
"""The common log format's own time where it stands without brackets (WebSEAL)."""
_SERVERS = r"(?: +(?:\d+\.\d+\.\d+\.\d+:\d+|unix:[^\s\",]+|-|:),?){0,7}?"
"""Servers behind, as nginx' $upstream_addr lists them."""
_PAUSED = r"(?: +\((?P<paused>\d+) s\))?"
_BETWEEN = _PAUSED + r'(?P<between>(?: +[^\s"]+){0,3}?)(?: +"(?P<site>[^"]*)")?'
_MORE_BETWEEN = _PAUSED + rf'(?P<between>(?: +[^\s"]+){{0,3}}?{_SERVERS})(?P<site>(?: +"[^"]*"){{0,3}})'
"""What few have between time and request: it makes the matcher slower, and is tried on the lines that are left."""
_NAMED = r"(?: +(?:(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?|to: \d+\.\d+\.\d+\.\d+:\d+:?))?"
_STATUS = rf"(?P<asked>{_NAMED})" + r"(?: +(?P<ahead>\d+\.\d{3}))? +(?P<status>\d{3}|-|0)(?:(?: +(?P<early>\d+\.\d+))? +(?P<bytes>\d+|-))?"


_STATED = r'(?:\d+\.\d{3} +|- +)?(?:"?\d{3}"?|-|0)(?:[ \t]|$)'


_ASKED_APART = r'\] ([A-Z]{3,16}) "([^"\s]*)" (HTTP/[\d.]+) '
"""A request with only its target in quotes."""
_ASKED_BEFORE = r'(?:^|")([A-Z]{3,16} [^"]* HTTP/[\d.]+)(?:"|$)'
"""A request before another field in quotes (Apache's ``"%q"``, a host)."""
_INSIDE = r'(?:^|[^\\])"[A-Z]{3,16} [^"\s]+ HTTP/[\d.]+" '
"""A whole request among what stands between quotes: they are those of other fields (proxies write the user first)."""
_TIMED_REQUEST = r'\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "'
"""A time and a request behind it: of two in one line the second is another's, whose beginning ran into this one when the log was cut."""
_TABBED = r'"\t\d{3}\t|^\S+\t(?:\S+\t){1,3}\[\d\d/'
"""Tabs between the fields, where others write blanks."""
_ANSWER_QUOTED = r'(\](?:[^"]*"[^"]*")??[^"]*"[^"]*") +(?:"(\d{3})" +"(\d+|-)"|(\d{3}) +"(\d+)")( |$)'
"""Status and bytes in quotes, or the bytes alone."""
_SINGLY = r"\] '[^'\"]*' \d{3} [^\"]*$"
_ANSWER_DASHED = r'^(.*?") - (\d{3}) - (\d+) -( ".*)$'
"""Dashes between the fields."""
_FIRST = rf"(?:^|\s)({SURE})(?::\d+)?(?:\s|$)"
_LATER = rf"^ *{SURE}(?::\d+)? - (\S+)"
"""The client and the user, as the common log format has them, behind the time."""
_POD = r"^[a-z0-9][a-z0-9.-]* [a-z][a-z0-9-]*$"
"""The names of a pod and its container before a line."""
_SITE = r"(?:^|\s)((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}|localhost)(?::\d+)?(?:\s|$)"
"""An address, and a host's full name, among words."""


def line_of(time: str, between: str = _BETWEEN) -> str:
    """Return the regular expression of lines whose time looks like ``time``: the known fields, and the rest."""
    quoted = rf'"(?P<request>.*?)"{_STATUS}(?P<rest>(?: .*)?)$'
    return rf'^(?P<before>.*?) ?(?:(?:\[|")(?P<time>{time})(?:\]|")|(?P<open>{_OPEN})){between} *{quoted}'


def bare_line_of(time: str) -> str:
    """Return the regular expression of lines whose request is not in quotes."""
    return rf"^(?P<before>.*?) ?\[(?P<time>{time})\] +(?P<request>[A-Z]{{3,16}} \S+ HTTP/[\d.]+){_STATUS}(?P<rest>(?: .*)?)$"


def fitting(time: str) -> str:
    """Return the regular expression, quick to try, of lines that may be read with that time."""
    return rf'(?:(?:\[|")(?:{time})(?:\]|")| {_OPEN} ").*[ \t][^ ]*(?:"|\'|HTTP/[\d.]+){_NAMED}(?: +|\t){_STATED}'


def opener(time: str) -> Callable[[ReadOptions], Parser]:
    """Return what ``Format.open`` wants, for lines whose time looks like ``time``."""
    line, longer, bare = line_of(time), line_of(time, _MORE_BETWEEN), bare_line_of(time)

    def open_(options: ReadOptions) -> Parser:
        def parse(lines: pl.DataFrame) -> pl.DataFrame:
            tabbed = lines["raw"].str.contains(_TABBED).any()
            raw = pl.col("raw").str.replace_all("\t", " ", literal=True) if tabbed else pl.col("raw")
            raw = _doubly_quoted(lines["raw"], raw).str.replace(_ASKED_APART, '] "$1 $2 $3" ')
            plain = lines.with_columns(_plain_answer(lines["raw"], raw).alias("plain"))
            known = _told(plain, line)
            left = known["time"].is_null() | known["request"].str.contains('" "', literal=True)
            if left.any():
                known = pl.concat([known.filter(~left), _told(plain.filter(left), longer)]).sort("line")
            if known["site"].str.contains(_ASKED_BEFORE).any():
                asked = pl.when(~pl.col("request").str.contains(r" HTTP/\d")).then(pl.col("site").str.extract(_ASKED_BEFORE))
                known = known.with_columns(pl.coalesce(asked, "request").alias("request"))
            if known["time"].null_count():
                known = _with_bare(known, bare)
            return _events(with_seconds(known), options.time_zone)

        return in_parts(parse)

    return open_


def _told(plain: pl.DataFrame, pattern: str) -> pl.DataFrame:
    """Return lines with the named groups of a pattern; ``time`` is the time wherever it stood."""
    known = plain.with_columns(pl.col("plain").str.extract_groups(pattern).alias("g")).unnest("g")
    return known.with_columns(pl.coalesce("time", "open").alias("time"))


def _doubly_quoted(logged: pl.Series, raw: pl.Expr) -> pl.Expr:
    """Return lines whose fields stand in single quotes with double ones."""
    if not logged.str.contains("] '", literal=True).any():
        return raw
    return pl.when(pl.lit(logged.str.contains(_SINGLY))).then(raw.str.replace_all("'", '"', literal=True)).otherwise(raw)


def _plain_answer(logged: pl.Series, raw: pl.Expr) -> pl.Expr:
    """Return lines with status and bytes between blanks, as servers write them that were not told otherwise."""
    if logged.str.contains(_ANSWER_QUOTED).any():
        raw = raw.str.replace(_ANSWER_QUOTED, "$1 ${2}${4} ${3}${5}$6")
    if logged.str.contains(_ANSWER_DASHED).any():
        dashed = raw.str.replace(_ANSWER_DASHED, "$1 $2 $3") + raw.str.extract(_ANSWER_DASHED, 4).str.replace_all('" - "', '" "')
        raw = pl.coalesce(dashed, raw)
    return raw


def _with_bare(known: pl.DataFrame, bare: str) -> pl.DataFrame:
    """Give the lines without a quoted request a second chance."""
    left = known["time"].is_null()
    again = known.filter(left).select("line", pl.col("raw").str.extract_groups(bare).alias("g")).unnest("g")
    return known.update(again, on="line", how="left")


def _events(known: pl.DataFrame, time_zone: str) -> pl.DataFrame:
    asked = fields.request_columns(known["request"])
    client, more = _with_between(whose(known["before"]), known), after(known)
    timestamp = to_instant(known["time"], time_zone)
    found = {
        **{name: client[name] for name in ("client", "user")},
        **{name: asked[name] for name in ("method", "path", "query")},
        **_answered(known),
        "host": values.first_of(
            values.of(client["host"], values.present(values.V)).str.replace(r":\d+$", ""),
            _host_asked(known["request"]),
            more.host,
        ),
        "referrer": more.referrer,
        "user_agent": more.user_agent,
    }
    started = pl.DataFrame({"t": timestamp, "d": more.duration_ms}).select(values.before(pl.col("t"), pl.col("d"))).to_series()
    times = {"timestamp": timestamp, "started_at": started, "duration_ms": more.duration_ms}
    extra = {"ident": client["ident"], "request_id": client["id"], **more.extra}
    extra["forwarded_for"] = values.first_of(extra["forwarded_for"], client["forwarded"])
    closed = (known["before"].str.count_matches('"', literal=True) % 2 == 0) & ~known["request"].str.contains(_INSIDE)
    closed = closed & (known["raw"].str.count_matches(_TIMED_REQUEST) < 2)
    read = (
        closed & known["time"].is_not_null() & more.fits & (client["fits"] | known["before"].str.contains(r"^(?:[- ]|\d+\.\d+(?: |$))*$"))
    ).fill_null(value=False)
    frame = assemble(known.select("line", "raw"), found, times=times, extra=extra, outcome=outcomes(read, timestamp))
    event = pl.col("outcome") == "event"  # what is no request, and the protocol, stay as they were logged
    return frame.with_columns(pl.when(event).then(asked[name]).alias(name) for name in ("request", "protocol"))


def _answered(known: pl.DataFrame) -> dict[str, pl.Series]:
    """Return status and bytes: behind the names of a protocol and a cipher stand the bytes alone (mod_ssl's ssl_request_log)."""
    secure = pl.concat_str("before", pl.lit(" "), "between", ignore_nulls=True).str.contains(r"(?:^|\s)(?:TLSv[\d.]+|SSLv\d) \S+ *$")
    alone = secure & pl.col("bytes").is_null() & (pl.col("rest").fill_null("") == "")
    told = known.select(status=pl.when(~alone).then("status"), bytes=pl.when(alone).then("status").otherwise("bytes"))
    for second in (_sent_by_grpc(known), _sent_behind_state(known)):
        told = told if second is None else told.with_columns(bytes=second)
    return {"status": told["status"], "bytes": told["bytes"]}


def _sent_by_grpc(known: pl.DataFrame) -> pl.Series | None:
    """Return the bytes of a log that has gRPC's status between HTTP's and them, None of any other.

    It is so where that number stands for requests of gRPC alone (POST over HTTP/2; ``-`` for the others) and is no greater than the
    last of its statuses, and sometimes nought.
    """
    second = known["rest"].str.extract(r"^ (\d+|-)(?: |$)")
    if second.null_count() or not (known["bytes"] == "0").any():
        return None
    grpc = known["request"].str.contains(r"^POST \S+ HTTP/2")
    fits = ((known["bytes"] == "-") & ~grpc) | (grpc & known["bytes"].str.contains(r"^(?:\d|1[0-6])$"))
    return second if fits.all() else None


def _sent_behind_state(known: pl.DataFrame) -> pl.Series | None:
    """Return the bytes of a log that has the connection's state between the status and them (Apache's ``%X``: ``+``, ``-`` or ``X``).

    ``+`` or ``X`` in some line tell of it: then ``-`` is the state, too, and no count of bytes.
    """
    state = known["rest"].str.extract_groups(r"^ ([+X]) (\d+|-)(?: |$)").struct
    if not (state.field("2").is_not_null() & known["bytes"].is_null()).any():
        return None
    second = values.first_of(state.field("2"), known["rest"].str.extract(r"^ (\d+|-)(?: |$)"))
    closed = known["bytes"].is_null() | (known["bytes"] == "-")
    return pl.select(pl.when(pl.lit(closed)).then(pl.lit(second)).otherwise(pl.lit(known["bytes"]))).to_series()


def _with_between(client: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return ``client`` with what stands around the request: the host, and where the time comes first the client, too."""
    between = known.select(
        pl.concat_str("between", pl.lit(" "), pl.col("site").str.replace_all('"', ""), pl.lit(" "), "asked", ignore_nulls=True)
    ).to_series()
    if not between.str.contains(r"[.:]|localhost").any():
        return client
    asked = pl.DataFrame({"before": known["before"], "first": between.str.extract(_FIRST, 1)})
    asks = asked.select(pl.when(pl.col("before") == "").then("first")).to_series()
    pod = pl.col("before").str.contains(_POD) & ~pl.col("before").str.contains(rf"^{SURE} ")
    named = asked.select(pl.when(pod).then("first")).to_series()  # whose client follows the time
    user = asked_by(pl.when(pl.lit(known["before"] == "")).then(pl.lit(between).str.extract(_LATER)))
    return client.with_columns(
        pl.coalesce(named, "client", asks).alias("client"),
        pl.coalesce(pl.when(pl.lit(named.is_null())).then("user"), user).alias("user"),
        pl.coalesce(values.present(pl.col("host")), between.str.extract(_SITE, 1)).alias("host"),
    )


def _host_asked(request: pl.Series) -> pl.Series:
    """Return the host of first lines that name a whole URL or a tunnel."""
    return values.of(request.str.extract(r"^[A-Z]+ (\S+)", 1), fields.hosts(values.V))


REFERENCE = "https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#examples"

FORMATS = (
    Format(
        name="clf",
        title="Common log format with other fields around it",
        reference=REFERENCE,
        samples=(
            Sample(
                line="shop.example.com 198.18.0.7 - req-00017 ann [02/Mar/2024:00:00:02 +0000] "
                '"GET /a?b=1 HTTP/1.1" 200 512 "-" "curl/8.5.0" '
                '"203.0.113.9, 198.18.0.1" 0.250 .',
                expected={
                    "timestamp": datetime(2024, 3, 2, 0, 0, 2),
                    "started_at": datetime(2024, 3, 2, 0, 0, 1, 750000),
                    "host": "shop.example.com",
                    "client_ip": "198.18.0.7",
                    "user_name": "ann",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 250.0,
                    "user_agent": "curl/8.5.0",
                    "extra": {"request_id": "req-00017", "forwarded_for": "203.0.113.9, 198.18.0.1"},
                },
            ),
            Sample(
                line="198.18.0.7 - ann lee [02/Mar/2024:00:00:02 +0530] "
                '"POST /a HTTP/1.1" 200 512 198.18.1.5 + 400 "http://a.example/" "curl/8.5.0" '
                'X-Forwarded-For="203.0.113.9"',
                expected={
                    "timestamp": datetime(2024, 3, 1, 18, 30, 2),
                    "user_name": "ann lee",
                    "duration_ms": 400.0,
                    "referrer": "http://a.example/",
                    "extra": {"forwarded_for": "203.0.113.9"},
                },
            ),
            Sample(
                line='198.18.0.7 - [203.0.113.9] - - [02/Mar/2024:00:00:02 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8" 89 0.250 '
                "[shop-web-80] 198.18.1.5:80, 198.18.1.6:80 0, 512 0.100, 0.150 502, 200",
                expected={
                    "client_ip": "198.18.0.7",
                    "duration_ms": 250.0,
                    "extra": {
                        "forwarded_for": "203.0.113.9",
                        "proxy_upstream_name": "shop-web-80",
                        "upstream": "198.18.1.5:80, 198.18.1.6:80",
                        "upstream_status": "502, 200",
                    },
                },
            ),
            Sample(
                line='203.0.113.9, 10.0.0.1 - ann [02/Mar/2024:00:00:02 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8"',
                expected={
                    "client_ip": "203.0.113.9",
                    "host": None,
                    "user_name": "ann",
                    "extra": {"forwarded_for": "203.0.113.9, 10.0.0.1"},
                },
            ),
            Sample(
                line='198.18.0.7 (203.0.113.9, 198.18.0.1) - ann [02/Mar/2024:00:00:02 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8"',
                expected={
                    "client_ip": "198.18.0.7",
                    "host": None,
                    "user_name": "ann",
                    "extra": {"forwarded_for": "203.0.113.9, 198.18.0.1"},
                },
            ),
            Sample(
                line='198.18.0.7 - [198.18.0.9] - ann [02/Mar/2024:00:00:02 +0000] "GET /a HTTP/1.1" 200 512 0.250 "-" "curl/8.5.0" x',
                expected={"client_ip": "198.18.0.7", "user_name": "ann", "duration_ms": 250.0, "user_agent": "curl/8.5.0"},
            ),
            Sample(
                line='- - - [02/Mar/2024:00:00:02 +0000] (3 s) "CONNECT a.example:443 HTTP/1.1" 200 - "-" "203.0.113.4" '
                '"http://a.example/" "curl/8"',
                expected={"client_ip": None, "duration_ms": 3000.0, "method": "CONNECT", "path": "a.example:443", "bytes_sent": None},
            ),
            Sample(  # Gunicorn behind a Unix socket knows no client, and who asked all the same
                line='- - ann [02/Mar/2024:00:00:02 +0000] "GET /a HTTP/1.1" 200 5 "-" "curl/8"',
                expected={"client_ip": None, "user_name": "ann", "path": "/a", "user_agent": "curl/8"},
            ),
            Sample(
                line='198.18.0.7 - - [02/Mar/2024:00:00:02 +0000] "shop.example" "GET /a HTTP/1.1" 200 5 "-" "curl/8" 1709337602.133 0.012',
                expected={"host": "shop.example", "user_agent": "curl/8", "duration_ms": 12.0},
            ),
            Sample(
                line='198.18.0.7 - - [02/Mar/2024:00:00:02 +0000] "GET /a HTTP/1.1" shop.example 404 39 "-" "-" '
                "upstream_time 0.004 request_time 0.003",
                expected={"host": "shop.example", "status": 404, "bytes_sent": 39, "duration_ms": 3.0},
            ),
            Sample(
                line='198.18.0.7 - ann 02/Mar/2024:00:00:02 +0200 "POST /a HTTP/1.1" 200 58 -',
                expected={"timestamp": datetime(2024, 3, 1, 22, 0, 2), "client_ip": "198.18.0.7", "user_name": "ann", "bytes_sent": 58},
            ),
            Sample(
                line='0.001 [02/Mar/2024:00:00:02 +0000] GET /a HTTP/1.1 304 0 "shop" "https://a.example/" "Mozilla/5.0 (X11)" "-"',
                expected={"client_ip": None, "referrer": "https://a.example/", "user_agent": "Mozilla/5.0 (X11)", "status": 304},
            ),
            Sample(
                line='[02/Mar/2024:00:00:02 +0000] 198.18.0.7 -> shop.example "GET /a HTTP/1.1" 200 512 "-" "curl/8"',
                expected={"client_ip": "198.18.0.7", "host": "shop.example", "path": "/a", "user_agent": "curl/8"},
            ),
            Sample(
                line='198.18.0.7 - - [02/Mar/2024:00:00:02 +0000] shop.example:90 "GET /a HTTP/1.1" 200 20 0.010 "-" "curl/8"',
                expected={"client_ip": "198.18.0.7", "host": "shop.example", "duration_ms": 10.0},
            ),
            Sample(
                line='shop.example 198.18.0.7 [02/Mar/2024:00:00:02 +0000] GET "/a?b=1" HTTP/1.1 200 "-" "curl/8" "/i.php" 1.357',
                expected={
                    "client_ip": "198.18.0.7",
                    "host": "shop.example",
                    "method": "GET",
                    "path": "/a",
                    "status": 200,
                    "bytes_sent": None,
                },
            ),
            Sample(
                line='10.0.0.1 203.0.113.66, 203.0.113.9 - [02/Mar/2024:00:00:02 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8"',
                expected={"client_ip": "10.0.0.1", "user_name": None, "extra": {"forwarded_for": "203.0.113.66, 203.0.113.9"}},
            ),
            Sample(
                line="198.18.0.7 - - [02/Mar/2024:00:00:02 +0000] GET /a?b=c HTTP/1.1 200 137 0.012",
                expected={"path": "/a", "query": "b=c", "status": 200, "bytes_sent": 137, "duration_ms": 12.0},
            ),
        ),
        open=opener(ZONED),
        time_basis="request end",
        hint=_HINT,
        pattern=fitting(ZONED),
        rank=5,
        assumption="other fields were told by looks; a whole number after an address or + X - is taken as ms (Tomcat's %D before 10), any "
        "other is of no known unit and kept as extra['fields'] (--log-format '... %D' says what it is)",
    ),
    Format(
        name="clf_local",
        title="Common log format whose time has no zone (Python's and Django's servers and others)",
        reference="https://docs.python.org/3/library/http.server.html#http.server.BaseHTTPRequestHandler.log_date_time_string",
        samples=(
            Sample(
                line='198.18.0.7 - - [02/Mar/2024 15:04:05] "GET /x?a=b HTTP/1.1" 200 -',
                expected={"timestamp": datetime(2024, 3, 2, 15, 4, 5), "client_ip": "198.18.0.7", "path": "/x", "bytes_sent": None},
            ),
            Sample(
                line='[02/Mar/2024 15:04:05] "GET /admin/ HTTP/1.1" 200 1234',
                expected={"timestamp": datetime(2024, 3, 2, 15, 4, 5), "client_ip": None, "path": "/admin/", "bytes_sent": 1234},
            ),
        ),
        open=opener(LOCAL),
        time_basis="request end",
        zoned=False,
        hint=_HINT,
        pattern=fitting(LOCAL),
        rank=4,
    ),
)
