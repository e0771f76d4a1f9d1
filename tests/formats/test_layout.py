"""Format strings of Apache, nginx, HAProxy, Squid: compiled, refused where they cannot be meant; what they would have written is read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.errors import UsageError
from forensics.formats.base import ReadOptions
from forensics.formats.registry import all_formats
from forensics.formats.schema import EVENTS, LINES, OUTCOME
from forensics.formats.strings import compile_string, format_of_string

AT = "[02/Mar/2024:00:00:02 +0100]"
UTC_AT = datetime(2024, 3, 1, 23, 0, 2)


def read(pattern: str, *raw: str, **options: Any) -> list[dict[str, Any]]:
    lines = pl.DataFrame({"line": range(1, len(raw) + 1), "raw": raw}, schema=LINES)
    found = format_of_string(pattern).open(ReadOptions(**options))(lines)
    assert dict(found.schema) == {**EVENTS, **OUTCOME}
    rows = found.to_dicts()
    for row in rows:
        row["extra"] = {entry["key"]: entry["value"] for entry in row["extra"] or ()}
    return rows


HAPROXY = "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r"
SQUID = '%>a %[ui %[un [%tl] "%rm %ru HTTP/%rv" %>Hs %<st "%{Referer}>h" "%{User-Agent}>h" %Ss:%Sh'


@pytest.mark.parametrize(
    ("pattern", "line", "expected"),
    [
        (
            f'log-format "{HAPROXY}"',
            "::1:33317 [01/Mar/2024:23:00:02.000] fe~ st/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {a.example|c 8} "
            '"GET /a HTTP/1.1"',
            {
                "client_ip": "::1",
                "duration_ms": 109.0,
                "bytes_sent": 2750,
                "path": "/a",
                "extra": {
                    "captured_headers": "{a.example|c 8}",
                    "queue_ms": "0",
                    "route": "fe",
                    "termination_state": "----",
                    "upstream": "st/srv1",
                    "upstream_duration_ms": "69",
                },
            },
        ),
        (
            HAPROXY,
            '::1:3 [01/Mar/2024:23:00:02.000] fe fe/<NOSRV> -1/-1/-1/-1/+50 -1 +187 - - PR-- 1/1/0/0/0 0/0 "<BADREQ>"',
            {"status": None, "duration_ms": 50.0, "bytes_sent": 187, "request": "<BADREQ>"},
        ),
        (
            '%{+Q}o %{-Q}ci - - [%trg] %r %ST %B \\"\\" \\"\\" %cp %ms %ft %b %s %TR %Tw %Tc %Tr %Ta %tsc',
            '::1 - - [01/Mar/2024:23:00:02 +0000] "GET /a?b=1 HTTP/2.0" 200 5 "" "" 33313 146 "fe" "be" "srv" 0 0 1 2 3 ----',
            {"query": "b=1", "duration_ms": 3.0, "bytes_sent": 5, "protocol": "HTTP/2.0"},
        ),
        (
            "%ci %Ts %HM %HU %HV %ST %Tt %sslv host=%[capture.req.hdr(0)] agent=%{+Q}[req.hdr(User-Agent)]",
            '::1 1709334002 GET /a?b=1 HTTP/1.1 200 7 TLSv1.3 host=a.example agent="curl/8 (x)"',
            {"method": "GET", "path": "/a", "duration_ms": 7.0, "user_agent": "curl/8 (x)", "protocol": "HTTP/1.1"},
        ),
        (
            f"logformat combined {SQUID}",
            f'::1 - ann {AT} "GET http://a.example:8080/a?b=1 HTTP/1.1" 200 512 "-" "curl/8" TCP_MISS:HIER_DIRECT',
            {"host": "a.example", "path": "/a", "query": "b=1", "user_name": "ann", "user_agent": "curl/8"},
        ),
        (
            "%ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %[un %Sh/%<a %mt %{X-Forwarded-For}>h",
            "1709334002.000    107 ::1 TCP_HIT/200 512 GET http://a.example/a?b=1 - HIER_NONE/- text/html 203.0.113.9",
            {
                "duration_ms": 107.0,
                "host": "a.example",
                "path": "/a",
                "user_name": None,
                "extra": {
                    "cache_status": "TCP_HIT",
                    "content_type": "text/html",
                    "forwarded_for": "203.0.113.9",
                    "upstream": "HIER_NONE/-",
                },
            },
        ),
        (
            '[%{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t] %h "%r" %>s %O %T/%D',
            '[02/Mar/2024 00:00:02.000 +0100] ::1 "GET / HTTP/1.1" 200 55 0/123456',
            {"duration_ms": 123.456, "bytes_sent": 55},
        ),
        ('%{sec}t.%{usec_frac}t %h "%r" %{tid}P', '1709334002.000000 ::1 "GET / HTTP/1.1" 77', {"path": "/"}),
        (
            '%{yyyy-MM-dd HH:mm:ss.SSS Z}t %{org.apache.catalina.AccessLog.RemoteAddr}r "%r" %s %F %I',
            '2024-03-02 00:00:02.000 +0100 ::1 "GET /a HTTP/1.1" 200 3 http-nio-8080-exec-1',
            {"status": 200, "extra": {"commit_ms": "3", "thread": "http-nio-8080-exec-1"}},
        ),
        (
            "$msec|$remote_addr|$request_method|$scheme://$host:$server_port$request_uri|$status|$mapped|$http_user_agent",
            "1709334002.000|::1|GET|https://a.example:8443/a?b=1|200|two words|curl/8",
            {"host": "a.example", "path": "/a", "query": "b=1", "user_agent": "curl/8", "extra": {"mapped": "two words"}},
        ),
        (
            '$remote_addr [$time_local] "$request_method $uri$is_args$args $server_protocol" $status',
            f'::1 {AT} "GET /a?b=1 HTTP/1.1" 200',
            {"method": "GET", "path": "/a", "query": "b=1", "protocol": "HTTP/1.1"},
        ),
        ('%h %t "%r" %>s', f'::1 {AT} "CONNECT a.example:443 HTTP/1.1" 200', {"method": "CONNECT", "host": "a.example"}),
        ('%h %l %u %t "%r" %>s %b %D', f'::1 - ann {AT} "GET /a HTTP/1.1" 200 - 1500', {"duration_ms": 1.5, "bytes_sent": None}),
        ('%h %u %t "%r" %s %B %T', f'::1 ann {AT} "GET /a HTTP/1.1" 200 5 2', {"duration_ms": 2000.0, "bytes_sent": 5}),
        ('%a %t "%r" %s %O %{ms}T', f'::1 {AT} "GET /a HTTP/1.1" 200 5 2', {"duration_ms": 2.0, "client_ip": "::1"}),
        ("%h %t %m %U%q %H %>s", f"::1 {AT} GET /a?b=1 HTTP/1.1 200", {"method": "GET", "path": "/a", "query": "b=1", "status": 200}),
        ("%h [%{%Y-%m-%d %H:%M:%S %z}t] %>s", "::1 [2024-03-02 00:00:02 +0100] 200", {}),
        ("%h %{msec}t %>s", "::1 1709334002000 200", {}),
        ('%v:%p %h %t "%r" %>s', f'a.example:443 ::1 {AT} "GET /a HTTP/1.1" 200', {"host": "a.example", "extra": {"port": "443"}}),
        (
            '%h %t "%r" %>s "%{X-Forwarded-For}i" "%{Set-Cookie}o" %{SSL_PROTOCOL}x',
            f'::1 {AT} "GET /a HTTP/1.1" 200 "203.0.113.9, 10.0.0.1" "a=b; c" TLSv1.3',
            {"extra": {"forwarded_for": "203.0.113.9, 10.0.0.1", "sent_set_cookie": "a=b; c", "tls_protocol": "TLSv1.3"}},
        ),
        ('LogFormat "%h %t \\"%r\\" %>s" mine', f'::1 {AT} "GET /a HTTP/1.1" 200', {"path": "/a"}),
        ('$remote_addr [$time_local] "$request" $status $request_time', f'::1 {AT} "GET /a HTTP/1.1" 200 0.250', {"duration_ms": 250.0}),
        ("$time_iso8601|$remote_addr|$request_uri|$status", "2024-03-02T00:00:02+01:00|::1|/a?b=1|200", {"path": "/a", "query": "b=1"}),
        (
            "$remote_addr $http_user_agent $request $http_x_forwarded_for $status [$time_local]",
            f"::1 - GET /a?b=1 HTTP/1.1 203.0.113.9 200 {AT}",
            {"method": "GET", "path": "/a", "query": "b=1", "extra": {"forwarded_for": "203.0.113.9"}},
        ),
        ("$msec ${remote_addr} $host $status", "1709334002.000 ::1 a.example 200", {"host": "a.example"}),
        (
            "log_format mine '$remote_addr [$time_local] '\n '\"$request\" $status $upstream_addr $upstream_status';",
            f'::1 {AT} "GET /a HTTP/1.1" 200 10.0.0.1:80, 10.0.0.2:80 502, 200',
            {"extra": {"upstream": "10.0.0.1:80, 10.0.0.2:80", "upstream_status": "502, 200"}},
        ),
        (  # a redirect to another group of servers; and a list that holds what stands for its spaces while it is cut
            '$remote_addr [$time_local] "$request" $status $upstream_addr $upstream_status',
            f'::1 {AT} "GET /a HTTP/1.1" 200 10.0.0.1:80 : 10.0.0.2:80, \x1f 502 : 404, 200',
            {"extra": {"upstream": "10.0.0.1:80 : 10.0.0.2:80, \x1f", "upstream_status": "502 : 404, 200"}},
        ),
    ],
)
def test_format_strings(pattern: str, line: str, expected: dict[str, Any]) -> None:
    row = read(pattern, line)[0]
    assert (row["outcome"], row["timestamp"], row["client_ip"]) == ("event", UTC_AT, "::1")
    assert {key: row[key] for key in expected} == expected


def test_times_without_a_zone_take_the_given_one() -> None:
    row = read("%h [%{%d.%m.%Y %H:%M:%S}t] %>s", "::1 [02.03.2024 00:00:02] 200", time_zone="Europe/Berlin")[0]
    assert row["timestamp"] == UTC_AT


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("%h %Z %t", "position 4"),
        ("%h %t 100% of", "position 10"),
        ("%h %>s", "no time"),
        ("$remote_addr$status $time_local", "nothing between"),
    ],
)
def test_strings_that_cannot_be_meant_are_refused_with_the_place(pattern: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        compile_string(pattern)


SAFE = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters='"\\ \u0085\u2028\u2029'), min_size=1, max_size=12
)
PHRASE = st.lists(SAFE, min_size=1, max_size=4).map(" ".join)
ESCAPED = st.lists(st.one_of(PHRASE, st.sampled_from(['\\"', "\\\\", "\\x22"])), min_size=1, max_size=4).map("".join)


@settings(max_examples=60, deadline=None)
@given(
    user=SAFE.filter(lambda text: text.strip() == text and text != "-"),
    path=SAFE.filter(lambda text: "?" not in text),
    query=SAFE,
    referrer=ESCAPED.filter(lambda text: text != "-"),
    agent=ESCAPED.filter(lambda text: text != "-"),
    status=st.integers(100, 599),
    size=st.integers(0, 2**40),
    at=st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),
)
def test_what_a_server_writes_is_read_back(
    user: str, path: str, query: str, referrer: str, agent: str, status: int, size: int, at: datetime
) -> None:
    line = f'198.18.0.7 - {user} [{at:%d/%b/%Y:%H:%M:%S} +0000] "GET /{path}?{query} HTTP/1.1" {status} {size} "{referrer}" "{agent}"'
    row = read('%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"', line)[0]
    assert row["outcome"] == "event"
    found = (row["user_name"], row["path"], row["query"], row["referrer"], row["user_agent"], row["status"], row["bytes_sent"])
    assert found == (user, f"/{path}", query if query != "-" else None, referrer, agent, status, size)
    assert row["timestamp"] == at.replace(microsecond=0, tzinfo=None)


def test_a_time_in_quotes_behind_the_agent_is_no_forwarded_address() -> None:
    main = next(entry for entry in all_formats() if entry.name == "nginx_main").open(ReadOptions())
    last = ["0.500", "0.001561", "13.301561", "-", "203.0.113.9", "2001:db8::7", "203.0.113.9, 198.18.0.1", "unknown"]
    lines = [f'198.18.0.7 - - {AT} "GET /a HTTP/1.1" 200 512 "-" "curl/8" "{one}"' for one in last]
    rows = main(pl.DataFrame({"line": range(len(lines)), "raw": lines}, schema=LINES))
    assert rows["outcome"].to_list() == ["rejected"] * 3 + ["event"] * 5


def test_a_gzip_ratio_behind_the_agent_is_no_time() -> None:
    formats = {entry.name: entry for entry in all_formats()}
    start = f'198.18.0.7 - - {AT} "GET /a HTTP/1.1" 200 512'
    for name, between in (("combined_time", '"-" "curl/8"'), ("nginx_main_time", '"-" "curl/8" "-"')):
        lines = [f"{start} {between} {last}" for last in ("-", "1.45", "10.12", "0.145", "12.000")]
        rows = formats[name].open(ReadOptions())(pl.DataFrame({"line": range(1, 6), "raw": lines}, schema=LINES)).to_dicts()
        assert [row["outcome"] for row in rows] == ["event", "rejected", "rejected", "event", "event"]
        assert [row["duration_ms"] for row in rows] == [None, None, None, 145.0, 12000.0]
    rows = formats["gitlab_nginx"].open(ReadOptions())(
        pl.DataFrame({"line": [1, 2], "raw": [f'{start} "-" "a" {last}' for last in ("1.45", "0.145")]}, schema=LINES)
    )
    assert rows["outcome"].to_list() == ["event", "rejected"]
