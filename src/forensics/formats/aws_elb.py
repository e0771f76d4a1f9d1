"""AWS load balancers: Application Load Balancer, the classic Elastic Load Balancer, and Network Load Balancer (TLS listeners).

An ALB logs when it has answered, and when the request was created; the three durations (request, target, response) are -1 where a part
did not happen, and the time between creation and answer is then the duration (a gateway time-out took as long as it took).
A classic load balancer logs when the request arrived.
"""

from __future__ import annotations

import polars as pl

from forensics.formats import values
from forensics.formats.assemble import assemble, outcomes
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.instants import to_instant
from forensics.formats.parts import in_parts
from forensics.formats.quoted import tokens

_NETWORK = (
    r"^tls [0-9.]+ (\d{4}-\d\d-\d\dT[\d:.]+) [^ ]+ [^ ]+ ([^ ]+:\d+) ([^ ]+) (-|\d+) (?:-|\d+) (?:-|\d+) (-|\d+) "
    r"([^ ]+) [^ ]+ [^ ]+ ([^ ]+) ([^ ]+) [^ ]+ ([^ ]+) .*? (\d{4}-\d\d-\d\dT[\d:.]+)$"
)
_NETWORK_FIELDS = ("time", "client", "upstream", "took", "bytes", "alert", "cipher", "version", "host", "created")
_TIME = r"^\d{4}-\d\d-\d\dT"


def _total(parts: list[pl.Series]) -> pl.Series:
    """Return the sum of the parts in ms; NULL where one of them is -1 or no number."""
    first, second, third = (values.to_milliseconds(part, "s") for part in parts)
    return (first + second + third).round(9)


def _peer(ported: pl.Series) -> pl.Series:
    """Return addresses without the port that always stands behind them: IPv6 has no brackets here, so only its place tells the port."""
    return values.of(ported, values.V.str.replace(r"^([^\[]*:[^\[]*):\d+$", "$1"))


def _nothing_asked(request: pl.Series) -> pl.Series:
    """Return request lines, NULL for those of connections without a request (``- - -``)."""
    return values.of(request, pl.when(~values.V.str.contains(r"^[- ]*$")).then(values.V))


def open_alb(options: ReadOptions) -> Parser:
    """Return the parser of ALB logs."""

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        t = tokens(lines["raw"], "w" * 12 + "qqwwwqqqwwqqq", 14)
        timestamp, created = to_instant(t["t1"]), to_instant(t["t21"])
        between = (timestamp - created).dt.total_microseconds() / 1000.0
        between = values.of(between, pl.when(values.V.is_between(0, values.ENDLESS_MS, closed="left")).then(values.V))
        created = pl.select(pl.when(pl.lit(between).is_not_null()).then(pl.lit(created))).to_series()
        duration = values.first_of(_total([t["t5"], t["t6"], t["t7"]]), between)
        started = values.first_of(created, pl.select(values.before(pl.lit(timestamp), pl.lit(duration))).to_series())
        read = (t["t1"].str.contains(_TIME) & t["t0"].str.contains(r"^(?:https?|h2|wss?|grpcs?)$") & t["t12"].is_not_null()).fill_null(
            False
        )
        found = {
            "client": _peer(t["t3"]),
            "request": _nothing_asked(t["t12"]),
            "user_agent": t["t13"],
            "status": t["t8"],
            "bytes": t["t11"],
        }
        extra = {
            "upstream": t["t4"],
            "upstream_status": t["t9"],
            "upstream_duration_ms": values.to_milliseconds(t["t6"], "s").cast(pl.String),
            "tls_cipher": t["t14"],
            "tls_version": t["t15"],
            "trace_id": t["t17"],
            "error": t["t24"],
        }
        times = {"timestamp": timestamp, "started_at": started, "duration_ms": duration}
        return assemble(lines, found, times=times, extra=extra, outcome=outcomes(read, timestamp))

    return in_parts(parse)


def open_classic(options: ReadOptions) -> Parser:
    """Return the parser of classic ELB logs."""

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        t = tokens(lines["raw"], "w" * 11 + "qqww", 12)
        timestamp = to_instant(t["t0"])
        read = (t["t0"].str.contains(_TIME) & t["t2"].str.contains(r":\d+$") & t["t10"].str.contains(r"^(?:\d+|-1)$")).fill_null(False)
        read = read & t["t11"].is_not_null()
        sent = values.of(t["t10"], pl.when(values.V != "-1").then(values.V))
        found = {"client": _peer(t["t2"]), "request": _nothing_asked(t["t11"]), "user_agent": t["t12"], "status": t["t7"], "bytes": sent}
        extra = {
            "upstream": t["t3"],
            "upstream_status": t["t8"],
            "upstream_duration_ms": values.to_milliseconds(t["t5"], "s").cast(pl.String),
            "tls_cipher": t["t13"],
            "tls_version": t["t14"],
        }
        times = {"timestamp": timestamp, "duration_ms": _total([t["t4"], t["t5"], t["t6"]])}
        return assemble(lines, found, times=times, extra=extra, outcome=outcomes(read, timestamp))

    return in_parts(parse)


def open_network(options: ReadOptions) -> Parser:
    """Return the parser of Network Load Balancer logs: TLS connections, not requests."""

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        t = lines.select(pl.col("raw").str.extract_groups(_NETWORK).struct.rename_fields(list(_NETWORK_FIELDS)).alias("f")).unnest("f")
        timestamp, created = to_instant(t["time"]), to_instant(t["created"])
        extra = {"upstream": t["upstream"], "tls_cipher": t["cipher"], "tls_version": t["version"], "error": t["alert"]}
        found = {"client": _peer(t["client"]), "host": t["host"], "bytes": t["bytes"]}
        times = {"timestamp": timestamp, "started_at": created, "duration_ms": values.to_milliseconds(t["took"], "ms")}
        return assemble(lines, found, times=times, extra=extra, outcome=outcomes(t["client"].is_not_null(), timestamp))

    return in_parts(parse)


FORMATS: tuple[Format, ...] = (
    Format(
        name="aws_alb",
        hint=r"\d\d:\d\d:\d\d\.\d+Z app/",
        title="AWS Application Load Balancer",
        reference="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html",
        open=open_alb,
        tier="gateway",
        time_basis="request end",
        rank=10,
        samples=(
            Sample(
                line="https 2026-03-02T00:00:10.250000Z app/lb/50dc 203.0.113.39:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 0 57 "
                '"GET https://api.example.com:443/v1/jobs?page=2 HTTP/1.1" "curl/8.5.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 '
                'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/t/1 "Root=1-58" "api.example.com" "arn:aws:acm:x" 1 '
                '2026-03-02T00:00:10.050000Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-"',
                expected={
                    "timestamp": "2026-03-02T00:00:10.250Z",
                    "started_at": "2026-03-02T00:00:10.050Z",
                    "client_ip": "203.0.113.39",
                    "method": "GET",
                    "host": "api.example.com",
                    "path": "/v1/jobs",
                    "query": "page=2",
                    "protocol": "HTTP/1.1",
                    "status": 200,
                    "bytes_sent": 57,
                    "duration_ms": 171.0,
                    "user_agent": "curl/8.5.0",
                    "extra": {"tls_version": "TLSv1.2", "trace_id": "Root=1-58", "upstream": "10.0.0.1:80", "upstream_duration_ms": "48.0"},
                },
            ),
            Sample(
                line="h2 2026-03-02T00:00:20.000000Z app/lb/50dc [2001:db8::1]:4711 10.0.0.1:80 -1 -1 -1 504 - 125 308 "
                '"GET https://api.example.com:443/slow HTTP/2.0" "-" - - arn:aws:t "Root=1-59" "-" "-" 0 '
                '2026-03-02T00:00:10.000000Z "forward" "-" "-"',
                expected={"client_ip": "2001:db8::1", "status": 504, "duration_ms": 10000.0, "started_at": "2026-03-02T00:00:10Z"},
            ),
            Sample(
                line="h2 2026-03-02T00:00:15.186641Z app/lb/50dc 203.0.113.9:2817 10.0.0.1:80 0.001 0.002 0.003 200 200 34 55 "
                r'"GET https://a.example:443/p HTTP/2.0" "say \"hi\" x" ECDHE TLSv1.2 arn:aws:x "Root=1-5" "a.example" "arn" 0 '
                '2026-03-02T00:00:15.180000Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-"',
                expected={
                    "started_at": "2026-03-02T00:00:15.180Z",
                    "user_agent": r"say \"hi\" x",
                    "extra": {"tls_version": "TLSv1.2", "trace_id": "Root=1-5"},
                },
            ),
            Sample(  # created years before it was answered: no time of this request
                line="http 2026-03-02T00:00:20.000000Z app/lb/50dc 203.0.113.39:2817 10.0.0.1:80 0.000 0.500 0.000 200 200 34 366 "
                '"GET http://api.example.com:80/ HTTP/1.1" "curl/8" - - arn:aws:t "Root=1-59" "-" "-" 0 2018-07-02T22:22:48.364000Z '
                '"forward" "-" "-"',
                expected={"duration_ms": 500.0, "started_at": "2026-03-02T00:00:19.5Z"},
            ),
            Sample(
                line="http 2026-03-02T00:00:20.500000Z app/lb/50dc 2001:db8:4538:1:bcf4:5264:e01c:f215:50718 10.0.0.1:80 0.0 0.5 0.0 "
                '200 200 34 366 "GET http://a.example:80/ HTTP/1.1" "curl/8" - - - "-" "-" "-" 0 2026-03-02T00:00:20.000000Z "-" "-" "-"',
                expected={"client_ip": "2001:db8:4538:1:bcf4:5264:e01c:f215", "status": 200},
            ),
            Sample(
                line='http 2026-03-02T00:00:21.000000Z app/lb/50dc 203.0.113.40:2817 - -1 -1 -1 400 - 0 0 "- - -" "-" - - - "-" "-" "-" 0 '
                '2026-03-02T00:00:20.900000Z "-" "-" "-"',
                expected={"method": None, "path": None, "request": None, "status": 400, "duration_ms": 100.0},
            ),
        ),
    ),
    Format(
        name="aws_elb_classic",
        hint=r"^\d{4}-\d\d-\d\dT[0-9:.]+Z [^ ]+ [^ ]+:\d+ ",
        title="AWS classic Elastic Load Balancer",
        reference="https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html",
        open=open_classic,
        tier="gateway",
        rank=10,
        samples=(
            Sample(
                line="2026-03-02T00:00:11.945958Z lb-1 203.0.113.41:2817 10.0.0.1:80 0.000086 0.001048 0.001337 200 200 0 57 "
                '"GET https://www.example.com:443/a?b HTTP/1.1" "curl/8.5.0" DHE-RSA-AES128-SHA TLSv1.2',
                expected={
                    "timestamp": "2026-03-02T00:00:11.945958Z",
                    "client_ip": "203.0.113.41",
                    "method": "GET",
                    "host": "www.example.com",
                    "path": "/a",
                    "query": "b",
                    "status": 200,
                    "bytes_sent": 57,
                    "duration_ms": 2.471,
                    "user_agent": "curl/8.5.0",
                    "extra": {"tls_cipher": "DHE-RSA-AES128-SHA", "upstream": "10.0.0.1:80"},
                },
            ),
            Sample(
                line='2026-03-02T00:00:12.318250Z lb 203.0.113.42:4 10.0.1.184:80 0.001004 0.00001 0.000015 - - 17 343 "- - - " "-" - -',
                expected={"method": None, "status": None, "bytes_sent": 343, "request": None, "duration_ms": 1.029},
            ),
            Sample(
                line='2026-03-02T00:00:12.500000Z lb 2001:db8::17:50718 10.0.0.1:80 .1 .2 .3 200 200 0 29 "GET http://a.example/ HTTP/1"',
                expected={"client_ip": "2001:db8::17"},
            ),
            Sample(
                line='2026-03-02T00:00:13.000000Z lb 203.0.113.43:1 10.0.0.1:80 .1 .2 .3 200 200 0 29 "GET http://a.example:80/ HTTP/1.1"',
                expected={"path": "/", "user_agent": None, "duration_ms": 600.0},
            ),
        ),
    ),
    Format(
        name="aws_nlb",
        hint=r"^tls \d",
        title="AWS Network Load Balancer (TLS connections)",
        reference="https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html",
        open=open_network,
        tier="gateway",
        time_basis="request end",
        rank=10,
        samples=(
            Sample(
                line="tls 2.0 2026-03-02T00:00:10 net/lb/c6e7 g3d4 203.0.113.51:2817 10.0.0.1:80 5250 2 98 246 - arn:aws:acm:x - "
                'ECDHE-RSA-AES128-SHA tlsv12 - api.example.com h2 h2 "h2","http/1.1" 2026-03-02T00:00:04',
                expected={
                    "timestamp": "2026-03-02T00:00:10Z",
                    "started_at": "2026-03-02T00:00:04Z",
                    "client_ip": "203.0.113.51",
                    "method": None,
                    "host": "api.example.com",
                    "status": None,
                    "bytes_sent": 246,
                    "duration_ms": 5250.0,
                    "extra": {"upstream": "10.0.0.1:80", "tls_cipher": "ECDHE-RSA-AES128-SHA", "tls_version": "tlsv12", "error": None},
                },
            ),
            Sample(
                line="tls 2.0 2026-03-02T00:00:10 net/lb/c6e7 g3d4 2001:db8:1d0c:29b7:c9b2:7b5a:e7d0:2380:55932 2001:db8::1:443 35 2 9 24 "
                "- - - TLS_AES_128_GCM_SHA256 tlsv13 x25519 example.com - - - 2026-03-02T00:00:09",
                expected={"client_ip": "2001:db8:1d0c:29b7:c9b2:7b5a:e7d0:2380", "duration_ms": 35.0},
            ),
            Sample(
                line="tls 2.0 2026-03-02T00:00:11 net/lb/c6e7 g3d4 203.0.113.52:2817 10.0.0.1:80 0 - 0 0 - - - - - - - - - - "
                "2026-03-02T00:00:11",
                expected={"client_ip": "203.0.113.52", "bytes_sent": 0, "duration_ms": 0.0, "host": None},
            ),
        ),
    ),
)
