"""HAProxy: ``option httplog`` (and ``httpslog``), its ``clf`` variant and ``option tcplog``, with or without the prefix
that syslog gave them.

``Tt``, the last of the timers, is the whole time in milliseconds; the time in brackets is that of the accepted connection. Notices
(connections without a request, failed handshakes, servers going up and down) are no requests and are skipped.
"""

from __future__ import annotations

import polars as pl

from forensics.formats import values
from forensics.formats.assemble import assemble, outcomes
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.instants import to_instant
from forensics.formats.parts import in_parts

_PREFIX = r'^ *(?:[^"{]{0,200}?haproxy\[[0-9]+\]: )?'
_PEER = r"([^ ]+):[0-9]+ \[([^\]]+)\] "
_HTTP = (
    _PREFIX + _PEER + r"([^ ]+) ([^ ]+?)/([^ ]*)(?: [^ /]+)*? "
    r"(-?[0-9]+/-?[0-9]+/-?[0-9]+/(?:-?[0-9]+/)?\+?-?[0-9]+) +(-1|0|[0-9]{3}) \+?([0-9]+) ([^ ]+) ([^ ]+) ([A-Za-z-]{4}) "
)
_TCP = _PREFIX + _PEER + r"([^ ]+) ([^ ]+?)/([^ ]*) (-?[0-9]+/-?[0-9]+/\+?-?[0-9]+) \+?([0-9]+) ([A-Za-z-]{2}) [0-9/+]+ [0-9/]+(.*)$"
_CLF = (
    _PREFIX + r'([^ ]+) - [^ ]+ \[([^\]]+)\] "(.*?)" (-1|[0-9]{3}) \+?([0-9]+) "[^"]*" "[^"]*" [0-9]+ ([0-9]{1,3}) '
    r'"?([^ "]+)"? "?([^ "]+)"? "?([^ "]+)"? (-?[0-9]+ -?[0-9]+ -?[0-9]+ -?[0-9]+ \+?-?[0-9]+) "?([A-Za-z-]{4})"? [0-9 +]+(?: |$)'
)
_CLF_FIELDS = ("client", "time", "request", "status", "bytes", "fraction", "frontend", "backend", "server", "timers", "termination")
_NOTICE = (
    r"^(?:.{0,200}?haproxy\[[0-9]+\]: )?(?:Connect from |[^ ]+:[0-9]+ \[[^\]]+\] [^ ]+/[^ ]*: )"
    r"|^.{0,200}?haproxy\[[0-9]+\]: (?:Server |Backend |Proxy |backend |Health check|Stopping |New worker|\[|Reexec|Pausing |Enabling )"
    r"|^\[(?:WARNING|ALERT|NOTICE|INFO)\] +(?:[0-9/]+ )?\([0-9]+\) : "
)
_TOLD = (
    (r"Server .* is DOWN|going DOWN|Health check for .* failed", "a notice of HAProxy: a server went down"),
    (r"has no server available", "a notice of HAProxy: a backend has no server left"),
    (r"Server .* is UP|going UP|Health check for .* succeeded", "a notice of HAProxy: a server came up"),
    (r"SSL handshake failure|Connection closed during|Timeout during|Received something", "a connection to HAProxy without a request"),
)
"""What notices say that a responder should hear of."""
_ASKED = r'^([^"]*? HTTP/[0-9.]+)"(.*)$|^(.*)"(.*)$'
"""The request, up to the quote that closes it, and what a ``log-format`` adds behind it, which may hold quotes of its own."""
_SECURED = r"^ *(?:[0-9]+/[0-9A-Fa-f]+/[0-9/]+ +(?:[^ /]*/)?|[0-9/]+ [^ ]*?/)?((?:TLS|SSL)v[0-9.]+)(?:/([^ ]+))? *"
"""What ``option httpslog`` adds: the states of the handshake, the name that was asked for, version and cipher."""
_NAMED = {
    "referrer": r'(?i)(?:^| )[\w.-]*referr?er="?([^" ]+)',
    "user_agent": r'(?i)(?:^| )[\w.-]*user[_-]?agent(?:\.original)?=(?:"([^"]+)"|[^" ]+)',
}
"""What the rest calls by its name."""
_BROWSER = r"(?:^|\|)(Mozilla/\d[^|]*)"
_PROGRAM = r"(?:^|\|)([A-Za-z][\w.+-]*/v?\d[^|]*)"
_NO_PROGRAM = r"(?:^|\|)(?:HTTP|TLS|SSL)/"
"""The user agent among captured headers: a browser's looks like nothing else, a program's as the ``Server`` of a response does."""
_HTTP_FIELDS = ("client", "time", "frontend", "backend", "server", "timers", "status", "bytes", "cookie1", "cookie2", "termination")
_TCP_FIELDS = ("client", "time", "frontend", "backend", "server", "timers", "bytes", "termination", "added")

NO_SERVER = "<NOSRV>"
"""What stands for the server where none was chosen: none was up, the queue was full, or the proxy answered by itself. The request then has
a ``backend`` that it was meant for, and no upstream."""


def _total(timers: pl.Series) -> pl.Series:
    return values.to_milliseconds(timers.str.extract(r"/\+?(-?[0-9]+)$", 1), "ms")


def _extra(t: pl.DataFrame) -> dict[str, pl.Series]:
    parts = pl.col("timers").str.split("/").list
    served = pl.col("server") != NO_SERVER
    more = t.select(
        upstream=pl.when(served).then(pl.col("backend") + "/" + pl.col("server")),
        backend=pl.when(~served).then("backend"),
        error=pl.when(~pl.col("termination").str.contains(r"^-+$")).then("termination"),
        waited=parts.get(1, null_on_oob=True),
        response=pl.when(parts.len() == 5).then(parts.get(3, null_on_oob=True)),
    )
    return {
        "upstream": more["upstream"],
        "backend": more["backend"],
        "error": more["error"],
        "route": t["frontend"].str.strip_chars_end("~"),
        "queue_ms": values.of(more["waited"], pl.when(~values.V.is_in(["0", "-1"])).then(values.V)),
        "upstream_duration_ms": values.of(more["response"], pl.when(values.V != "-1").then(values.V)),
    }


def _outcome(raw: pl.Series, read: pl.Series, timestamp: pl.Series) -> tuple[pl.Series, pl.Series]:
    if read.all():
        return outcomes(read, timestamp)
    notice = raw.str.contains(_NOTICE).fill_null(False) & ~read
    outcome, reason = outcomes(read, timestamp, notice, "a notice of HAProxy, no request")
    told = pl.lit(None, pl.String)
    for pattern, name in reversed(_TOLD):
        told = pl.when(values.V.str.contains(pattern)).then(pl.lit(name)).otherwise(told)
    named = values.of(raw, told)
    return outcome, pl.select(pl.when(notice).then(pl.coalesce(named, reason)).otherwise(reason)).to_series()


def open_http(options: ReadOptions) -> Parser:
    """Return the parser of HAProxy's HTTP log."""

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        pieces = pl.col("raw").str.splitn('"', 2).struct
        t = lines.select(
            pieces[0].str.extract_groups(_HTTP).struct.rename_fields(list(_HTTP_FIELDS)).alias("f"),
            pieces[1].alias("behind"),
            pieces[1].str.extract_groups(_ASKED).alias("asked"),
            pieces[0].str.extract_groups(r"(?:\{([^}]*)\} )?\{([^}]*)\} $").struct.rename_fields(["first", "last"]).alias("captured"),
        ).unnest("f", "captured", "asked")
        t = t.with_columns(request=pl.coalesce("1", "3", "behind"), added=pl.coalesce("2", "4"))
        added = _added(t["added"])
        timestamp = to_instant(t["time"], options.time_zone)
        read = t["status"].is_not_null() & t["request"].is_not_null()
        status = values.of(t["status"], pl.when(values.V != "-1").then(values.V))
        found = {"client": t["client"], "request": t["request"], "status": status, "bytes": t["bytes"]}
        found |= {name: added.pop(name) for name in _NAMED if name in added}
        agent = _agent(t)
        found["user_agent"] = values.first_of(found.get("user_agent", agent), agent)
        times = {"timestamp": timestamp, "duration_ms": _total(t["timers"])}
        captured = t.select(
            captured_headers=pl.coalesce("first", "last"), captured_response_headers=pl.when(pl.col("first").is_not_null()).then("last")
        )
        extra = {**_extra(t), **added, **captured.select(pl.when(~pl.all().str.contains(r"^\|*$")).then(pl.all())).to_dict()}
        return assemble(lines, found, times=times, extra=extra, outcome=_outcome(lines["raw"], read, timestamp))

    return in_parts(parse)


def _agent(t: pl.DataFrame) -> pl.Series:
    """Return the user agent among the captured headers: those of the request alone where there are two lists, else of either."""
    browser = t.select(pl.coalesce("first", "last").str.extract(_BROWSER)).to_series()
    others = t["first"].set(browser.is_not_null(), None)
    programs = pl.when(~pl.lit(others).str.contains(_NO_PROGRAM)).then(pl.lit(others).str.extract(_PROGRAM))
    return browser if others.null_count() == len(others) else pl.select(pl.coalesce(browser, programs)).to_series()


def _added(text: pl.Series) -> dict[str, pl.Series]:
    """Return what stands behind the request: TLS version and cipher, what is called by its name, and the rest as ``fields``."""
    if not text.str.contains(r"\S").any():
        return {}
    secured = text.str.extract_groups(_SECURED).struct.rename_fields(["tls_version", "tls_cipher"]).struct.unnest().to_dict()
    rest = text.str.replace(_SECURED, "").str.strip_chars()
    return {**secured, **{name: rest.str.extract(pattern) for name, pattern in _NAMED.items()}, "fields": rest}


def open_clf(options: ReadOptions) -> Parser:
    """Return the parser of HAProxy's common log format: the milliseconds of the time and the timers stand behind the bytes."""

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        t = lines.select(pl.col("raw").str.extract_groups(_CLF).struct.rename_fields(list(_CLF_FIELDS)).alias("f")).unnest("f")
        t = t.with_columns(pl.col("timers").str.replace_all(" ", "/", literal=True))
        fraction = pl.duration(milliseconds=pl.lit(t["fraction"].cast(pl.Int64, strict=False)))
        timestamp = pl.select(to_instant(t["time"], options.time_zone) + fraction).to_series()
        status = values.of(t["status"], pl.when(values.V != "-1").then(values.V))
        found = {"client": t["client"], "request": t["request"], "status": status, "bytes": t["bytes"]}
        times = {"timestamp": timestamp, "duration_ms": _total(t["timers"])}
        return assemble(lines, found, times=times, extra=_extra(t), outcome=outcomes(t["termination"].is_not_null(), timestamp))

    return in_parts(parse)


def open_tcp(options: ReadOptions) -> Parser:
    """Return the parser of HAProxy's TCP log: sessions, not requests."""

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        t = lines.select(pl.col("raw").str.extract_groups(_TCP).struct.rename_fields(list(_TCP_FIELDS)).alias("f")).unnest("f")
        timestamp = to_instant(t["time"], options.time_zone)
        times = {"timestamp": timestamp, "duration_ms": _total(t["timers"])}
        found = {"client": t["client"], "bytes": t["bytes"]}
        outcome = _outcome(lines["raw"], t["bytes"].is_not_null(), timestamp)
        return assemble(lines, found, times=times, extra={**_extra(t), "fields": t["added"].str.strip_chars()}, outcome=outcome)

    return in_parts(parse)


FORMATS: tuple[Format, ...] = (
    Format(
        name="haproxy_http",
        hint=r":\d+ \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d\.\d{1,6}\]|^Connect from |haproxy",
        title="HAProxy HTTP log",
        reference="https://docs.haproxy.org/3.0/configuration.html#8.2.3",
        open=open_http,
        tier="gateway",
        zoned=False,
        rank=11,
        samples=(
            Sample(
                line="Mar  2 00:00:14 lb haproxy[14389]: 198.51.100.2:33317 [02/Mar/2026:00:00:14.655] https-in~ st/srv1 10/0/30/69/109 "
                '200 2750 - - ---- 1/1/1/1/0 0/0 {a.example|curl/8} {} "GET /index.html?a=1 HTTP/1.1"',
                expected={
                    "timestamp": "2026-03-02T00:00:14.655Z",
                    "client_ip": "198.51.100.2",
                    "method": "GET",
                    "path": "/index.html",
                    "query": "a=1",
                    "protocol": "HTTP/1.1",
                    "status": 200,
                    "bytes_sent": 2750,
                    "duration_ms": 109.0,
                    "user_agent": "curl/8",
                    "extra": {"route": "https-in", "upstream": "st/srv1", "upstream_duration_ms": "69", "error": None},
                },
            ),
            Sample(  # one list may be the response's, whose server looks as programs do
                line="198.51.100.2:33317 [02/Mar/2026:00:00:15.000] fe st/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {nginx/1.18} "
                '"GET /a HTTP/1.1"',
                expected={"user_agent": None, "extra": {"captured_headers": "nginx/1.18"}},
            ),
            Sample(
                line="198.51.100.2:33317 [02/Mar/2026:00:00:15.000] fe st/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 "
                '{Mozilla/5.0 (X11)|https://a.example/} "GET /a HTTP/1.1"',
                expected={"user_agent": "Mozilla/5.0 (X11)", "path": "/a", "status": 200},
            ),
            Sample(
                line='2001:db8::2:33318 [02/Mar/2026:00:00:15.000] fe be/<NOSRV> -1/-1/-1/-1/6001 -1 212 - - cR-- 1/1/0/0/0 0/0 "<BADREQ>"',
                expected={
                    "client_ip": "2001:db8::2",
                    "method": None,
                    "request": "<BADREQ>",
                    "status": None,
                    "duration_ms": 6001.0,
                    "extra": {"error": "cR--", "backend": "be", "upstream": None},
                },
            ),
            Sample(
                line='198.51.100.2:44 [02/Mar/2026:00:00:15.2] fe be/srv 0/0/0/69/109 404 99 - - ---- 0/0/0/0/0 0/1 "GET /a HTTP/1.1"',
                expected={"timestamp": "2026-03-02T00:00:15.200Z", "status": 404, "duration_ms": 109.0, "extra": {"upstream": "be/srv"}},
            ),
            Sample(
                line='198.51.100.2:33319 [02/Mar/2026:00:00:15.000] fe~ be/srv 0/0/1/1/23 200 99 - - ---- 9/8/0/0/0 0/0 "GET /a HTTP/2.0" '
                '0/0000000000000000/0/0/0 a.example/TLSv1.3/TLS_AES_128_GCM_SHA256 referrer="https://a.example/?b=c" agent=""',
                expected={
                    "referrer": "https://a.example/?b=c",
                    "path": "/a",
                    "query": None,
                    "protocol": "HTTP/2.0",
                    "extra": {
                        "tls_version": "TLSv1.3",
                        "tls_cipher": "TLS_AES_128_GCM_SHA256",
                        "fields": 'referrer="https://a.example/?b=c" agent=""',
                    },
                },
            ),
            Sample(  # no stream was ever made for it
                line='198.51.100.2:33320 [02/Mar/2026:00:00:15.000] fe~ fe/<NOSRV> -1/-1/-1/-1/0 0 0 - - PR-- 1/1/0/0/0 0/0 "<BADREQ>"',
                expected={"method": None, "request": "<BADREQ>", "status": 0, "bytes_sent": 0, "extra": {"error": "PR--"}},
            ),
            Sample(
                line="198.51.100.2:33321 [02/Mar/2026:00:00:15.000] fe be/srv 0/0/1/1/23 200 99 - - ---- 9/8/0/0/0 0/0 "
                '"CONNECT a.example:443 HTTP/1.1"',
                expected={"method": "CONNECT", "path": "a.example:443", "host": "a.example"},
            ),
            Sample(
                line="Mar  2 00:00:16 lb haproxy[8]: Server st/srv1 is DOWN, reason: Layer4 timeout, check duration: 2001ms. 0 active "
                "and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.",
                expected={"outcome": "skipped", "reason": "a notice of HAProxy: a server went down"},
            ),
            Sample(
                line="[ALERT] 060/000016 (8) : backend 'st' has no server available!",
                expected={"outcome": "skipped", "reason": "a notice of HAProxy: a backend has no server left"},
            ),
            Sample(
                line="Connect from 198.51.100.2:49780 to 198.51.100.3:443 (fe/HTTP)",
                expected={"outcome": "skipped", "timestamp": None},
            ),
        ),
    ),
    Format(
        name="haproxy_clf",
        hint=r'"[^"]*" "[^"]*" \d+ \d{1,3} "?[^ "]+"? "?[^ "]+"? "?[^ "]+"? -?\d+ -?\d+ -?\d+ -?\d+ \+?-?\d+ ',
        title="HAProxy HTTP log in the common log format",
        reference="https://docs.haproxy.org/3.0/configuration.html#4.2-option%20httplog",
        open=open_clf,
        tier="gateway",
        rank=11,
        samples=(
            Sample(
                line='Mar  2 00:00:14 lb haproxy[8]: 198.51.100.2 - - [02/Mar/2026:00:00:14 +0100] "GET https://a.example/t?x=1 HTTP/2.0" '
                '200 7473 "" "" 40054 025 "fe~" "be" "srv" 1 0 0 62 63 ---- 1 1 0 0 0 0 0 "" "" "curl/8" ""',
                expected={
                    "timestamp": "2026-03-01T23:00:14.025Z",
                    "client_ip": "198.51.100.2",
                    "host": "a.example",
                    "path": "/t",
                    "query": "x=1",
                    "status": 200,
                    "bytes_sent": 7473,
                    "duration_ms": 63.0,
                    "extra": {"route": "fe", "upstream": "be/srv", "upstream_duration_ms": "62", "error": None},
                },
            ),
        ),
    ),
    Format(
        name="haproxy_tcp",
        hint=r":\d+ \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d\.\d{1,6}\]",
        title="HAProxy TCP log",
        reference="https://docs.haproxy.org/3.0/configuration.html#8.2.2",
        open=open_tcp,
        tier="gateway",
        zoned=False,
        rank=10,
        samples=(
            Sample(
                line="haproxy[14387]: 198.51.100.2:33313 [02/Mar/2026:00:00:16.443] fnt bck/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0",
                expected={
                    "timestamp": "2026-03-02T00:00:16.443Z",
                    "client_ip": "198.51.100.2",
                    "method": None,
                    "status": None,
                    "bytes_sent": 212,
                    "duration_ms": 5007.0,
                    "extra": {"upstream": "bck/srv1"},
                },
            ),
        ),
    ),
)
