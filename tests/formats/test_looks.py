"""Lines that no exact format reads are told apart by their looks: what surrounds the common log format, named values, other texts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import polars as pl
import pytest

from forensics.evidence.line_reader import LineReader
from forensics.evidence.recognise import plan_for
from forensics.formats.base import ReadOptions

REQUEST = '"GET /a?b=1 HTTP/1.1" 200 512'
AT = "[02/Mar/2024:00:00:02 +0000]"


def rows_of(*raw: str) -> list[dict[str, Any]]:
    """Read lines as a file of their own would be read."""
    lines = pl.DataFrame({"line": list(range(1, len(raw) + 1)), "raw": list(raw)}, schema={"line": pl.Int64, "raw": pl.String})
    reader = LineReader(replace(plan_for(lines, ReadOptions()), whole=True), ReadOptions())
    rows = [*reader.read(lines).read.to_dicts(), *reader.finish().read.to_dicts()]
    return [row | {"extra": {entry["key"]: entry["value"] for entry in row["extra"] or ()}} for row in rows]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("198.18.0.7 - - ", {"client_ip": "198.18.0.7", "user_name": None, "host": None}),
        ("198.18.0.7 - [198.18.0.7] - ann ", {"client_ip": "198.18.0.7", "user_name": "ann"}),
        ("198.18.0.7 - [198.18.0.7] - - ", {"client_ip": "198.18.0.7", "user_name": None}),
        ("a.example:443 2001:DB8:0::7 - ann ", {"client_ip": "2001:db8::7", "user_name": "ann", "host": "a.example"}),
        ("web1 tag 198.18.0.7 x y ann ", {"client_ip": "198.18.0.7", "user_name": "ann"}),
        ("198.18.0.7 a.example - ", {"client_ip": "198.18.0.7", "user_name": None}),
        ("198.18.0.7 ", {"client_ip": "198.18.0.7", "user_name": None}),
        ("203.0.113.9, 198.18.0.9 198.18.0.7 - ann ", {"client_ip": "198.18.0.7", "user_name": "ann", "host": None}),
        ("203.0.113.9 - 198.18.0.7 - ann ", {"client_ip": "203.0.113.9", "user_name": "ann"}),
        ("203.0.113.9 - 198.18.0.7 - ann ", {"extra": {"fields": "x", "forwarded_for": "198.18.0.7"}}),
        (
            "203.0.113.9 - 198.18.0.7, 10.0.0.1 - ann ",
            {"user_name": "ann", "extra": {"fields": "x", "forwarded_for": "198.18.0.7, 10.0.0.1"}},
        ),
        ("203.0.113.9 - 10.0.0.1:8080 - ann ", {"user_name": "ann", "extra": {"fields": "x"}}),
        ("198.18.0.7 - 10.0.0.9:8080 ", {"client_ip": "198.18.0.7", "user_name": None}),
        ('web1 https a.example 443 "10.0.0.9:80" [0.012|"0.011"|"200"] 198.18.0.7 - ann ', {"client_ip": "198.18.0.7", "user_name": "ann"}),
        ("", {"client_ip": None, "user_name": None}),
        ("198.18.0.7 - kim shop.example.com ", {"client_ip": "198.18.0.7", "user_name": "kim", "host": "shop.example.com"}),
        ("shop.example 198.18.0.7 - - shop.example ", {"client_ip": "198.18.0.7", "user_name": None, "host": "shop.example"}),
        ("198.18.0.7 - 7f9c0a1b2d shop.example.com ", {"user_name": None, "host": "shop.example.com"}),
        ("a.example 443 198.18.0.7 - ann ", {"client_ip": "198.18.0.7", "user_name": "ann", "host": "a.example"}),
        ("198.18.0.7 - first.last ", {"user_name": "first.last"}),
        ("198.18.0.7 - ann lee ", {"user_name": "ann lee"}),
        (
            '198.18.0.7 "CN=edi.a.example,O=Ann Lee GmbH,C=DE" ',
            {"client_ip": "198.18.0.7", "user_name": "CN=edi.a.example,O=Ann Lee GmbH,C=DE"},
        ),
        ('198.18.0.7 - - "CN=a b c d e, O=Ann Lee GmbH" ', {"client_ip": "198.18.0.7", "user_name": "CN=a b c d e, O=Ann Lee GmbH"}),
        ('a.example 198.18.0.7 - "Ann Lee" ', {"client_ip": "198.18.0.7", "user_name": "Ann Lee", "host": "a.example"}),
        ('198.18.0.7 - - "203.0.113.9, 10.0.0.1" ', {"client_ip": "198.18.0.7"}),
        ("198.18.0.7 -> 10.0.0.9:80, 10.0.0.10 ", {"client_ip": "198.18.0.7", "user_name": None}),
        ("198.18.0.7 - (shop.example.com) - ", {"client_ip": "198.18.0.7", "user_name": None, "host": "shop.example.com"}),
        ("198.18.0.7 www.shop.example kim/acme ", {"client_ip": "198.18.0.7", "user_name": "kim/acme", "host": "www.shop.example"}),
        ('[twisted.python.log#info] "198.18.0.7" - - ', {"client_ip": "198.18.0.7", "user_name": None, "host": None}),
        ("198.18.0.7 - (ann) ", {"user_name": None, "host": None}),
        ("198.18.0.7 <<6113>> ", {"client_ip": "198.18.0.7", "user_name": None}),
        ("198.18.0.7 - - ann ", {"user_name": "ann"}),
        ("a.example kfr3RdqIeZ4V - - ", {"client_ip": "kfr3RdqIeZ4V", "user_name": None, "host": "a.example"}),
        ("a.example:80  - - - ", {"client_ip": None, "user_name": None, "host": "a.example"}),
        ("client.example - - ", {"client_ip": "client.example", "user_name": None}),
        ('"198.18.0.7" a.example - - ', {"client_ip": "198.18.0.7", "user_name": None}),
        ("198.18.0.7, 10.0.0.1 ", {"client_ip": "198.18.0.7", "extra": {"fields": "x", "forwarded_for": "198.18.0.7, 10.0.0.1"}}),
    ],
)
def test_who_asked_is_found_before_the_time(before: str, expected: dict[str, Any]) -> None:
    (row,) = rows_of(f'{before}{AT} {REQUEST} "-" "curl/8" x')
    assert row["outcome"] == "event"
    assert {name: row[name] for name in expected} == expected


def test_tabs_stand_between_the_fields_as_blanks_do() -> None:
    first, second = rows_of(
        f'198.18.0.7\t-\tann\t{AT}\t"GET /a?b=1 HTTP/1.1"\t200\t512\t"-"\t"curl/8"',
        f'198.18.0.7\t-\t-\t{AT}\t"GET /a HTTP/1.1"\t404\t512\thttps://a.example/\tMozilla/5.0 (X11; Y)\t0.015',
    )
    told = {"client_ip": "198.18.0.7", "user_name": "ann", "query": "b=1", "status": 200, "bytes_sent": 512, "user_agent": "curl/8"}
    assert {name: first[name] for name in told} == told
    told = {"user_name": None, "path": "/a", "status": 404, "bytes_sent": 512, "user_agent": "Mozilla/5.0 (X11; Y)", "duration_ms": 15.0}
    assert {name: second[name] for name in told} == told
    (row,) = rows_of(f'198.18.0.7 - - {AT} {REQUEST} "-" "a\tb"')
    assert row["user_agent"] == "a\tb"


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (' 0.202 "-" "curl/8"', {"duration_ms": 202.0, "user_agent": "curl/8"}),
        (' "-" "curl/8" uct=0.001 rt=0.250 urt=0.240', {"duration_ms": 250.0}),
        (' "-" "curl/8" 12ms', {"duration_ms": 12.0}),
        (" (2424μs)", {"duration_ms": 2.424}),
        (' "-" "curl/8" upstream=198.18.0.9:80 upstream_time=0.014 time=0.015', {"duration_ms": 15.0}),
        (' "-" "curl/8" urt=0.014 0.015', {"duration_ms": 15.0}),
        (' "-" "curl/8" 0.014 0.015', {"duration_ms": 15.0}),
        (" 15 ?b=1 Mozilla/5.0 (X11; Linux) A/1 (K, B) 0.015", {"duration_ms": 15.0, "user_agent": "Mozilla/5.0 (X11; Linux) A/1 (K, B)"}),
        (" https://a.example/ Mozilla/5.0 (X11) 15", {"user_agent": "Mozilla/5.0 (X11)"}),
        (' "-" "curl/8" "0.015" "0.014"', {"duration_ms": 15.0}),
        (' 0.014 0.015 "-" "curl/8"', {"duration_ms": 15.0, "user_agent": "curl/8"}),
        (' "-" "curl/8" [upstream: 198.18.0.9:80] [request_time: 0.015]', {"duration_ms": 15.0}),
        (' "-" "curl/8" 0.015 "198.18.0.9:80"', {"duration_ms": 15.0, "extra": {"fields": '0.015 "198.18.0.9:80"'}}),
        (' "-" "curl/8" "203.0.113.4:5000" x', {"extra": {"fields": '"203.0.113.4:5000" x', "forwarded_for": "203.0.113.4:5000"}}),
        (' "-" "curl/8" 5.123 ms', {"duration_ms": 5.123}),
        (' ms:71 "-" "curl/8"', {"duration_ms": 71.0, "user_agent": "curl/8"}),
        (' "-" "curl/8" "2.75"', {"duration_ms": None, "user_agent": "curl/8"}),
        (' "-" "curl/8" 0.0123', {"duration_ms": 12.3}),
        (' "-" "curl/8" 1807', {"duration_ms": None, "user_agent": "curl/8"}),
        (' "203.0.113.4, 198.18.0.1" "https://a.example/" "curl/8" x', {"user_agent": "curl/8", "referrer": "https://a.example/"}),
        (' "curl/8" "https://a.example/" x', {"user_agent": "curl/8", "referrer": "https://a.example/"}),
        (' - 87 10 "curl/8 (x)" [qtp123-45]', {"user_agent": "curl/8 (x)"}),
        (' "https://a.example/" x', {"user_agent": None, "referrer": "https://a.example/"}),
        (' 2830 MISS "Mozilla/5.0 (X11)" "text/html"', {"user_agent": "Mozilla/5.0 (X11)", "referrer": None}),
        (' "https://a.example/" "application/json; charset=utf-8" x', {"user_agent": None, "referrer": "https://a.example/"}),
        (' 5 "203.0.113.4" "-" "x"', {"referrer": None, "user_agent": None, "extra": {"fields": '5 "x"', "forwarded_for": "203.0.113.4"}}),
        (' 5 "203.0.113.4" "https://a.example/" "x"', {"referrer": "https://a.example/", "user_agent": None}),
        (' "-" "curl/8" us:39317', {"duration_ms": 39.317}),
        (" 5 - Mozilla/5.0 (a; Monitor (www.a.example); X)", {"user_agent": "Mozilla/5.0 (a; Monitor (www.a.example); X)"}),
        (' shop.example "-" "curl/8"', {"host": "shop.example", "referrer": None, "user_agent": "curl/8"}),
        (' "shop.example" "-" "curl/8" x', {"host": "shop.example", "referrer": None, "user_agent": "curl/8"}),
        (' "-" "curl/8" "203.0.113.4" www.shop.example 0.015', {"host": "www.shop.example", "duration_ms": 15.0}),
        (' "-" "curl/8" cs=HIT host="shop.example"', {"host": "shop.example"}),
        (' "-" "curl/8" TLSv1.3 first.last text/html', {"host": None}),
        (' 2045 WEB1:9098 - "https://a.example/"', {"referrer": "https://a.example/", "user_agent": None}),
        (' "-" "curl/8" "other sentences"', {"extra": {"fields": '"other sentences"'}}),
    ],
)
def test_what_stands_after_the_bytes_is_told_by_its_looks(rest: str, expected: dict[str, Any]) -> None:
    (row,) = rows_of(f"198.18.0.7 - - {AT} {REQUEST}{rest}")
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("time", "at"),
    [
        ("[02/Mar/2024 15:04:05]", datetime(2024, 3, 2, 15, 4, 5)),
        ("[03/02/2024:15:04:05 -0000]", datetime(2024, 3, 2, 15, 4, 5)),
        ("[2024-03-02T15:04:05.250+01:00]", datetime(2024, 3, 2, 14, 4, 5, 250000)),
        ("[Sat Mar  2 15:04:05 2024]", datetime(2024, 3, 2, 15, 4, 5)),
        ("[Sat, 02 Mar 2024 15:04:05 GMT]", datetime(2024, 3, 2, 15, 4, 5)),
        ("[02/Mar/2024 15:04:05 +0530]", datetime(2024, 3, 2, 9, 34, 5)),
        ('"02/Mar/2024:15:04:05 +0100"', datetime(2024, 3, 2, 14, 4, 5)),
        ("[02/mars/2024:15:04:05 +0100]", datetime(2024, 3, 2, 14, 4, 5)),
        ("[2/sept./2015:00:11:31 +0000]", datetime(2015, 9, 2, 0, 11, 31)),
        ("[02/Dez/2024:15:04:05 +0000]", datetime(2024, 12, 2, 15, 4, 5)),
    ],
)
def test_the_time_may_be_in_any_usual_notation(time: str, at: datetime) -> None:
    (row,) = rows_of(f"198.18.0.7 - ann {time} {REQUEST}")
    assert (row["timestamp"], row["client_ip"], row["status"]) == (at, "198.18.0.7", 200)


def test_a_line_that_was_cut_off_inside_quotes_is_no_event() -> None:
    whole = f'198.18.0.7 - - {AT} {REQUEST} "-" "Mozilla/5.0 (compatible; x)" 0.250'
    rows = rows_of(whole, f'198.18.0.7 - - {AT} {REQUEST} "-" "Mozilla/5.0 (compa')
    assert [row["outcome"] for row in rows] == ["event", "rejected"]


NAMED = {"client_ip": "198.18.0.7", "method": "GET", "path": "/a", "query": "b=1", "status": 200, "bytes_sent": 512}


@pytest.mark.parametrize(
    "line",
    [
        "time=2024-03-02T00:00:02Z level=info method=GET uri=/a?b=1 status=200 bytes=512 remote_addr=198.18.0.7 duration=250ms",
        'ts="2024-03-02 00:00:02" msg="a \\"x\\"" remote_addr="198.18.0.7" method="GET" path="/a?b=1" status=200 size=512 time_ms=250',
        "I, [2024-03-02T00:00:02.000000 #12]  INFO -- : method=GET path=/a?b=1 ip=198.18.0.7 status=200 bytes=512 duration=250.0",
        "method=GET path=/a?b=1 ip=198.18.0.7 status=200 bytes=512 duration=250.0 time=2024-03-02 01:00:02 +0100 user=kim",
        "time:[02/Mar/2024:01:00:02 +0100]\thost:198.18.0.7\treq:GET /a?b=1 HTTP/1.1\tstatus:200\tsize:512\treqtime:0.250\tua:x",
    ],
    ids=["logfmt", "logfmt-quoted", "lograge", "lograge-time", "ltsv"],
)
def test_named_values_are_read_like_json(line: str) -> None:
    (row,) = rows_of(line)
    assert row["outcome"] == "event"
    assert {name: row[name] for name in NAMED} == NAMED
    assert (row["timestamp"], row["duration_ms"]) == (datetime(2024, 3, 2, 0, 0, 2), 250.0)


def test_other_texts_are_read_only_where_they_are_the_whole_file() -> None:
    text = '2024-03-02 00:00:02 INFO: 198.18.0.7:5000 - "GET /a HTTP/1.1" 200 OK'
    assert [row["outcome"] for row in rows_of(text, text)] == ["event", "event"]
    combined = f'198.18.0.7 - - {AT} {REQUEST} "-" "curl/8"'
    assert [row["outcome"] for row in rows_of(combined, combined, text)] == ["event", "event", "rejected"]


@pytest.mark.parametrize(
    "line",
    [
        '2024/03/02 00:00:02 [error] 9#9: *3 open() failed, client: 198.18.0.7, request: "GET /a HTTP/1.1", upstream: "http://198.18.0.1/"',
        "2024-03-02 00:00:02 INFO Processing GET /a took 200 ms",
        '[Sat Mar 02 00:00:02 2024] [core:error] [pid 9] [client 198.18.0.7:1] "GET /a HTTP/1.1" 200',
        "2024-03-02 00:00:02 198.18.0.7 M-POST /a 200",
    ],
)
def test_lines_of_other_logs_are_no_requests(line: str) -> None:
    assert not plan_for(pl.DataFrame({"line": [1], "raw": [line]}), ReadOptions()).ranked


@pytest.mark.parametrize("asked", ["GET /a?b=c", "GET /a?b=c "])
def test_a_request_without_a_protocol_is_one(asked: str) -> None:
    (row,) = rows_of(f'198.18.0.7 - - {AT} "{asked}" 200 17')
    assert [row[name] for name in ("method", "path", "query", "protocol", "request")] == ["GET", "/a", "b=c", None, None]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "2026-03-02 00:00:02 W3SVC2 web1 10.0.0.1 GET /a x=1 80 kim 198.18.0.7 HTTP/1.1 curl/8 - - a.example 200 0 0 346 306 15",
            {"client_ip": "198.18.0.7", "host": "a.example", "bytes_sent": 346, "duration_ms": 15.0, "user_name": "kim"},
        ),
        (
            "2026-03-02 00:00:02 10.0.0.1 GET /a - 443 - 198.18.0.7 curl/8 s=1 https://b.example/ 200 0 0 346 306 15 203.0.113.4",
            {"client_ip": "198.18.0.7", "referrer": "https://b.example/", "bytes_sent": 346, "duration_ms": 15.0},
        ),
        (
            "2026-03-02 00:00:02 10.0.0.1 GET /a - 443 - 198.18.0.7 curl/8 https://b.example/ 200 0 0 346 306 15",
            {"client_ip": "198.18.0.7", "referrer": "https://b.example/", "bytes_sent": 346, "duration_ms": 15.0},
        ),
        (
            "2026-03-02 00:00:02 FRA1 224 198.18.0.7 GET d1.example /a 200 - curl/8 - - Miss id== a.example https 88 0.036 "
            "- TLSv1.2 ECDHE Hit",
            {"client_ip": "198.18.0.7", "host": "a.example", "bytes_sent": 224, "duration_ms": 36.0},
        ),
    ],
    ids=["iis-all", "iis-cookie", "iis-bytes", "cloudfront-2016"],
)
def test_columns_that_are_written_by_default_need_no_header(line: str, expected: dict[str, Any]) -> None:
    raw = line.replace(" ", "\t") if "FRA1" in line else line
    (row,) = rows_of(raw)
    assert {name: row[name] for name in expected} == expected
    assert (row["path"], row["status"], row["user_agent"]) == ("/a", 200, "curl/8")


def test_a_long_row_between_tabs_may_lack_its_last_fields() -> None:
    names = "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status " + " ".join(f"x-{n}" for n in range(20))
    row = ["2026-03-02", "00:00:02", "FRA1", "5", "198.18.0.7", "GET", "a.example", "/a", "200", *"-" * 18]
    whole, short, shorter = rows_of("#Fields: " + names, "\t".join(row), "\t".join(row[:-10]))
    assert (whole["outcome"], short["outcome"], shorter["outcome"]) == ("skipped", "event", "rejected")
    assert (short["client_ip"], short["status"]) == ("198.18.0.7", 200)


def test_ids_that_are_named_after_the_bytes_are_kept_as_ids() -> None:
    (row,) = rows_of(
        f'198.18.0.7 - ann {AT} {REQUEST} "-" "curl/8" "203.0.113.4, 198.18.0.1" rt=0.250 req_id=9f1c2d3e4a5b '
        'trace="bfddfb2a77ad6ae1a996e43f61c3f181/15459757809372722774;o=0"'
    )
    assert (row["duration_ms"], row["extra"]["request_id"]) == (250.0, "9f1c2d3e4a5b")
    assert row["extra"]["trace_id"] == "bfddfb2a77ad6ae1a996e43f61c3f181/15459757809372722774;o=0"


@pytest.mark.parametrize("tail", ["", ' "-" "-" NONE_NONE:HIER_NONE'])
def test_what_squid_logs_where_nothing_was_asked_is_no_request(tail: str) -> None:
    asked = "- error:transaction-end-before-headers HTTP/0.0"
    (row,) = rows_of(f'198.18.0.7 - - {AT} "{asked}" 0 0{tail}')
    assert [row[name] for name in ("method", "path", "protocol", "request", "status")] == [None, None, None, asked, 0]


def test_a_status_may_stand_behind_a_caches_word() -> None:
    header = "#Fields: timestamp time-taken c-ip filesize s-ip s-port sc-status sc-bytes cs-method cs-uri-stem - rs-bytes c-referrer"
    asked = 'TCP_HIT/200 512 GET http://cdn.example/a.jpg - 0 "http://a.example/" "Mozilla/5.0 (X11)"'
    row = rows_of(f"{header} c-user-agent", f"1772409601 12 203.0.113.9 100 198.51.100.7 80 {asked}")[1]
    told = ("status", "host", "path", "referrer", "user_agent")
    assert tuple(row[name] for name in told) == (200, "cdn.example", "/a.jpg", "http://a.example/", "Mozilla/5.0 (X11)")


def test_a_status_of_zeros_says_that_nothing_was_answered() -> None:
    rows = rows_of(*(f'198.18.0.7 - - {AT} "GET /a HTTP/1.1" {status} 0 "-" "curl/8"' for status in ("000", "0", "-", "200")))
    assert [row["status"] for row in rows] == [0, 0, None, 200]


def test_quotes_inside_a_text_of_a_delivery_network_are_kept() -> None:
    (row,) = rows_of(
        '[19/Jun/2026:01:58:09 +0800] 203.0.113.15 10.0.0.1 2 "https://a.example/" "HEAD https://b.example/a b" 404 1 2 HIT '
        '"say "hi"" "text/html"'
    )
    told = {"client_ip": "203.0.113.15", "host": "b.example", "path": "/a b", "referrer": "https://a.example/", "user_agent": 'say "hi"'}
    assert {name: row[name] for name in told} == told


def test_several_blanks_before_the_time_are_one() -> None:
    (row,) = rows_of('198.18.0.7 -  ann  [02/août/2024:00:00:02 +0200] "GET /a HTTP/1.1" 401 1382 ')
    assert (row["client_ip"], row["user_name"], row["timestamp"]) == ("198.18.0.7", "ann", datetime(2024, 8, 1, 22, 0, 2))
    rows = rows_of(f"198.18.0.7 - - {AT} {REQUEST}", f"198.18.0.7 - - [02/Foo/2024:00:00:02 +0000] {REQUEST}")
    assert [row["outcome"] for row in rows] == ["event", "rejected"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("[Sat Mar  2 15:04:05 2024] 198.18.0.7:5000 [200]: GET /a?b=1", {"client_ip": "198.18.0.7", "status": 200}),
        (
            "[02/Mar/2024:15:04:05 +0000] 198.18.0.7 - - - a.example to: 10.0.0.1:80: GET /a?b=1 HTTP/1.1 200 upstream_response_time 0.014 "
            "msec 1709391845.123 request_time 0.015",
            {"client_ip": "198.18.0.7", "status": 200, "duration_ms": 15.0},
        ),
        (
            "[Sat Mar  2 15:04:05 2024] [2001:db8::7]:5000 [404]: GET /a?b=1 - No such file or directory",
            {"client_ip": "2001:db8::7", "status": 404},
        ),
        ("2024-03-02 15:04:05.000 +00:00 [INF] HTTP GET /a?b=1 responded 200 in 45.2341 ms", {"status": 200, "duration_ms": 45.2341}),
        ("2024/03/02 15:04:05 | 404 |  15.1ms | 198.18.0.7 | GET     | /a?b=1       | -", {"status": 404, "duration_ms": 15.1}),
        ("[I 240302 15:04:05 web:2246] 200 GET /a?b=1 (198.18.0.7) 15.10ms", {"status": 200, "duration_ms": 15.1}),
        ("[I 2024-03-02 15:04:05.000 ServerApp] 304 GET /a?b=1 (kim@198.18.0.7) 1.10ms", {"status": 304, "client_ip": "198.18.0.7"}),
        (
            "2024/03/02 15:04:05 HTTPRequest [I] router: completed GET /a?b=1 for 198.18.0.7:5000, 404 Not Found in 15.1ms @ a.go:1(b)",
            {"client_ip": "198.18.0.7", "status": 404, "duration_ms": 15.1},
        ),
        (
            '[2024-03-02T15:04:05Z INFO  actix_web::middleware::logger] 198.18.0.7 "GET /a?b=1 HTTP/1.1" 200 13 "-" "curl/8" 0.015125',
            {"client_ip": "198.18.0.7", "status": 200, "bytes_sent": 13, "duration_ms": 15.125},
        ),
        (
            "[02/Mar/2024:15:04:05 +0000]  198.18.0.7 GET /a?b=1 HTTP/1.1 401 (15100 microseconds)",
            {"client_ip": "198.18.0.7", "status": 401, "bytes_sent": None, "duration_ms": 15.1},
        ),
        (
            '2024-03-02 15:04:05,000 - /srv/app/http.py - INFO - 198.18.0.7 - "GET /a?b=1 1.1" 200 0.25s',
            {"client_ip": "198.18.0.7", "protocol": "HTTP/1.1", "status": 200, "bytes_sent": None, "duration_ms": 250.0},
        ),
        (
            '2024-03-02T15:04:05,000 - /198.18.0.7:5000 "GET /a?b=1 HTTP/1.1" 503 559',
            {"client_ip": "198.18.0.7", "status": 503, "bytes_sent": None, "duration_ms": 559.0},
        ),
        (
            '2024-03-02T15:04:05,000 INFO from /198.18.0.7:5000 "GET /a?b=1 HTTP/1.1" 200 559',
            {"client_ip": "198.18.0.7", "status": 200, "bytes_sent": 559, "duration_ms": None},
        ),
        (
            '2024-03-02 15:04:05 Mozilla/5.0 (X11) Chrome/120.0.0.1 198.18.0.7 "GET /a?b=1 HTTP/1.1" 200 559',
            {"client_ip": "198.18.0.7", "status": 200, "bytes_sent": 559},
        ),
        ("[2024-03-02T15:04:05.000] [INFO] http - GET /a?b=1 200 61 ms", {"status": 200, "bytes_sent": None, "duration_ms": 61.0}),
        (
            '[Sat, 02 Mar 2024 15:04:05 GMT] 198.18.0.7 "GET /a?b=1 HTTP/1.1" 201 22.714 ms',
            {"status": 201, "bytes_sent": None, "duration_ms": 22.714},
        ),
        ('[02/Mar/2024:15:04:05 +0000] 198.18.0.7 "GET /a?b=1 HTTP/1.1" 200 0.25 512', {"bytes_sent": 512, "duration_ms": 250.0}),
        ('[02/Mar/2024:15:04:05 +0000] 198.18.0.7 "GET /a?b=1 HTTP/1.1" 200 0.123', {"duration_ms": 123.0, "extra": {}}),
        (
            '[02/Mar/2024:15:04:05 +0000] 198.18.0.7 "GET /a?b=1 HTTP/1.1" 200 0.123 "-" "curl/8"',
            {"bytes_sent": None, "duration_ms": 123.0, "user_agent": "curl/8", "extra": {}},
        ),
    ],
    ids=[
        *("php", "php-ipv6", "serilog", "fiber", "nginx-upstream", "tornado", "jupyter", "gitea", "actix", "tomcat-us", "starlette"),
        *("torchserve", "another-of-java", "an-agent-is-no-address", "log4js", "morgan-of-ones-own", "seconds-before-the-bytes"),
        *("seconds-alone", "seconds-alone-and-an-agent"),
    ],
)
def test_what_small_servers_print_is_told_by_its_looks(line: str, expected: dict[str, Any]) -> None:
    (row,) = rows_of(line)
    told = {"timestamp": datetime(2024, 3, 2, 15, 4, 5), "method": "GET", "path": "/a", "query": "b=1"} | expected
    assert {name: row[name] for name in told} == told


def test_what_phps_own_server_prints_of_connections_is_skipped() -> None:
    at = "[Sat Mar  2 15:04:05 2024]"
    closed = f"{at} 198.18.0.7:5001 Closed without sending a request; it was probably just an unused speculative preconnection"
    rows = rows_of(f"{at} 198.18.0.7:5000 Accepted", f"{at} 198.18.0.7:5000 [200]: GET /a", f"{at} [2001:db8::7]:5000 Closing", closed)
    assert [row["outcome"] for row in rows] == ["skipped", "event", "skipped", "skipped"]


def test_what_koa_and_hono_print_where_a_request_begins_is_skipped() -> None:
    at = "2024-03-02T15:04:05Z"
    rows = rows_of(
        f"{at}   <-- GET /a?b=1", f"{at}   --> GET /a?b=1 200 42ms 8b", f"{at} <-- POST /b", f"{at} --> POST /b \x1b[32m201\x1b[0m 0ms"
    )
    assert [(row["outcome"], row["status"]) for row in rows] == [("skipped", None), ("event", 200), ("skipped", None), ("event", 201)]


@pytest.mark.parametrize("text", ["<-- GET /x", "a <-- POST /"])
def test_an_answered_request_is_one_though_a_client_wrote_as_koa_does(text: str) -> None:
    (row,) = rows_of(f"2024-03-02T15:04:05Z 198.18.0.7 GET /a HTTP/1.1 200 512 {text}")
    assert (row["outcome"], row["path"]) == ("event", "/a")


def test_what_application_servers_write_for_nobody_and_for_time() -> None:
    (row,) = rows_of('"198.18.0.7" "NULL-AUTH-USER" "02/Mar/2024:15:04:05 +0100" "GET /a HTTP/1.1" 200 4826')
    assert (row["client_ip"], row["user_name"]) == ("198.18.0.7", None)
    netty = "2024-03-02T00:00:02.1Z  INFO 1 --- [gateway] [epoll-2] r.n.http.server.AccessLog   : 198.18.0.7 - - "
    assert rows_of(f"{netty}{AT} {REQUEST} 12")[0]["duration_ms"] == 12.0
    (row,) = rows_of('- -  02/Mar/2024:15:04:05 +0000 "POST /a.php" 500 /var/www/a.php 15.123 2048 50.00%')
    assert (row["path"], row["status"], row["duration_ms"]) == ("/a.php", 500, 15.123)


def test_behind_a_cipher_stand_the_bytes_and_no_status() -> None:
    rows = rows_of(
        f'198.18.0.7 - - {AT} {REQUEST} "-" "curl/8" x',
        f'{AT} 198.18.0.7 TLSv1.3 TLS_AES_256_GCM_SHA384 "GET /a HTTP/1.1" 512',
        f'198.18.0.7 a.example ann {AT} TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 "GET /a HTTP/1.1" 512',
    )
    assert [(row["client_ip"], row["status"], row["bytes_sent"]) for row in rows[1:]] == [("198.18.0.7", None, 512)] * 2


def test_a_method_alone_beside_a_path_is_one_whatever_its_key_is_called() -> None:
    (row,) = rows_of(
        '{"timestamp":"2026-03-02T00:00:00","time_elapsed":15123,"client_ip":"203.0.113.9","request":"GET","host":"a.example",'
        '"url":"/a?b=1","request_user_agent":"curl/8","cache_status":"HIT","status":"200"}'
    )
    assert [row[name] for name in ("method", "path", "query", "request", "duration_ms")] == ["GET", "/a", "b=1", None, 15.123]


def test_records_of_two_loggers_in_one_file_are_each_read_by_their_own_keys() -> None:
    first, second = rows_of(
        '{"timestamp":"2026-03-02T00:00:00Z","client":"203.0.113.9","request":"GET /a?b=1 HTTP/2.0","status":200,"size":1}',
        '{"timestamp":"2026-03-02T00:00:00Z","client":"203.0.113.9","method":"GET","path":"/c?d=1","status":200,"size":1}',
    )
    assert [(row["path"], row["query"]) for row in (first, second)] == [("/a", "b=1"), ("/c", "d=1")]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ('"url":"shop.example:8080/a?b=1","method":"GET"', {"host": "shop.example", "path": "/a", "query": "b=1", "request": None}),
        ('"request":"/a?b=1","url":"https://shop.example/a?b=1"', {"host": "shop.example", "path": "/a", "request": None}),
        ('"path":"/a","method":"GET","request_time":15123', {"duration_ms": None}),
        ('"path":"/a","method":"GET","request_time":"0.015"', {"duration_ms": 15.0}),
        ('"path":"/a","method":"GET","latency":"0.015 s"', {"duration_ms": 15.0}),
    ],
    ids=["host-and-path", "bare-target", "no-unit", "nginx", "ingress"],
)
def test_what_a_value_cannot_be_is_not_guessed(fields: str, expected: dict[str, Any]) -> None:
    (row,) = rows_of(f'{{"time":"2026-03-02T00:00:00Z","client_ip":"203.0.113.9","status":200,"user_agent":"x",{fields}}}')
    assert row["outcome"] == "event"
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            '2026-03-02T15:04:05+01:00 200 "0.012" 203.0.113.9 https://a.example "GET /x HTTP/1.1" 512 "-" "curl/8" "-" -',
            {"client_ip": "203.0.113.9", "status": 200, "bytes_sent": 512, "duration_ms": 12.0, "user_agent": "curl/8"},
        ),
        (
            "203.0.113.9 | 02/Mar/2026:15:04:05 +0100 | GET /x?a=b HTTP/1.1 | 200 | 512 | - | curl/8 | 10.0.0.1:80 | 0.011 | 0.012",
            {"path": "/x", "query": "a=b", "status": 200, "bytes_sent": 512, "duration_ms": 12.0, "user_agent": "curl/8"},
        ),
        (
            "203.0.113.9\t-\t[02/Mar/2026:15:04:05 +0100]\tGET /x?a=b HTTP/1.1\t200\t512\t-\tMozilla/5.0 (X11)\t0.012",
            {"path": "/x", "status": 200, "bytes_sent": 512, "duration_ms": 12.0, "user_agent": "Mozilla/5.0 (X11)"},
        ),
        (
            "2026-03-02T15:04:05+01:00|203.0.113.9|-|GET|/x|200|0.012|90|512|7|10.0.0.1:80|200|0.011|a=b|-|curl/8",
            {"method": "GET", "path": "/x", "status": 200, "bytes_sent": None, "duration_ms": 12.0, "user_agent": "curl/8"},
        ),
        (
            '203.0.113.9 - - [02/Mar/2026:15:04:05 +0100] "GET /x HTTP/1.1" status 200 upstream 0.019 request 0.012 [for a.example]',
            {"client_ip": "203.0.113.9", "status": 200, "duration_ms": 12.0},
        ),
    ],
    ids=["status before the request", "bars", "tabs", "method apart", "a server behind"],
)
def test_what_stands_where_is_told_by_its_looks(line: str, expected: dict[str, Any]) -> None:
    (row,) = rows_of(line)
    assert row["outcome"] == "event"
    assert row["timestamp"] == datetime(2026, 3, 2, 14, 4, 5)
    assert {name: row[name] for name in expected} == expected


def test_a_word_before_a_proxys_line_is_none_of_its_fields() -> None:
    line = '[2026-03-02T00:00:17.743Z] "GET /a HTTP/1.1" 200 - 0 256 50 25 "203.0.113.66" "curl/8" "r1" "a.example" "10.0.0.9:8080"'
    message = json.dumps({"message": f"ACCESS {line}", "stream": "stdout", "time": "2026-03-02T00:00:18Z"})
    bare, named, carried = rows_of(line, f"ACCESS {line}", message)
    assert {**named, "line": 1} == {**carried, "line": 1} == bare


def test_a_request_behind_other_texts_in_quotes_is_the_request() -> None:
    line = '[02/Mar/2026:01:00:01 +0100] "kim" 203.0.113.9 200 "GET http://a.example/a?b=1 HTTP/1.1" "News" "" "text/html" 51 "Mozilla/5"'
    (row,) = rows_of(line)
    told = {"client_ip": "203.0.113.9", "method": "GET", "host": "a.example", "path": "/a", "query": "b=1", "status": 200}
    assert {name: row[name] for name in told} == told
    (asked,) = rows_of(f'198.18.0.7 - - {AT} "GET /\\"GET / HTTP/1.1\\" HTTP/1.1" 404 12 "-" "curl/8" x')  # as Apache escapes it
    assert (asked["method"], asked["status"], asked["bytes_sent"]) == ("GET", 404, 12)


def test_a_time_with_its_unit_may_stand_before_the_request() -> None:
    (row,) = rows_of(f'198.18.0.7 {AT} 1966093us "GET /a HTTP/1.1" 200 3478 "-" "curl/8" - -')
    assert (row["duration_ms"], row["status"], row["bytes_sent"]) == (1966.093, 200, 3478)
    (row,) = rows_of(f'198.18.0.7 - - {AT} 24891 "GET /a HTTP/1.1" 200 3478 "-" "curl/8" 15099834')
    assert row["duration_ms"] is None


@pytest.mark.parametrize(
    "at",
    [
        "Sat, 02 Mar 2024 14:04:05 GMT",
        "Sat Mar 02 2024 15:04:05 GMT+0100",
        "Sat Mar 02 2024 19:34:05 GMT+0530 (India Standard Time)",
        "[Sat Mar 02 2024 14:04:05 GMT+0000 (Coordinated Universal Time)]",
    ],
)
def test_dates_as_javascript_prints_them_are_times(at: str) -> None:
    (row,) = rows_of(f"{at} 198.18.0.7 GET /a?since=2020-01-01 404 10 - 3.2 ms")
    found = (row["timestamp"], row["client_ip"], row["path"], row["status"], row["bytes_sent"], row["duration_ms"])
    assert found == (datetime(2024, 3, 2, 14, 4, 5), "198.18.0.7", "/a", 404, 10, 3.2)


def test_what_is_no_word_is_no_method() -> None:
    (row,) = rows_of(f'198.18.0.7 - - {AT} "<SCRIPT>X</SCRIPT> / HTTP/1.1" 400 5 "-" "-"')
    assert (row["method"], row["path"], row["request"]) == (None, "/", "<SCRIPT>X</SCRIPT> / HTTP/1.1")
    (row,) = rows_of(f'198.18.0.7 - - {AT} "M-SEARCH * HTTP/1.1" 400 5 "-" "-"')
    assert (row["method"], row["path"]) == ("M-SEARCH", "*")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "Mar  2 00:00:01 lb haproxy[9]: [9] [1772409601.408] 6/6/6/0/2/0/0 0/0/0/3/+33 ---- 203.0.113.9:47226 198.18.0.1:80 "
            '198.18.0.2:90 fe - - "POST /a?b=1 HTTP/1.1" 200 be:s1 - {x|a.example} - req_size=391 resp_size=+341',
            {"timestamp": datetime(2026, 3, 2, 0, 0, 1, 408000), "bytes_sent": 341, "duration_ms": 33.0},
        ),
        (
            "Mar  2 00:00:01 lb haproxy[9]: [02/Mar/2026:00:00:01.408] [4A5D:882A] 203.0.113.9:34858 fe be/s1 0/1184/0/0/412/415 200 23571 "
            '- - ---- 30/28/1/1/0 0/0 {a.example} "POST /a?b=1 HTTP/1.1"',
            {"timestamp": datetime(2026, 3, 2, 0, 0, 1, 408000), "bytes_sent": 23571, "duration_ms": 415.0},
        ),
    ],
)
def test_haproxys_own_log_formats_are_told_by_timers_and_names(line: str, expected: dict[str, Any]) -> None:
    (row,) = rows_of(line)
    known = {"client_ip": "203.0.113.9", "method": "POST", "path": "/a", "query": "b=1", "status": 200}
    assert {name: row[name] for name in (*known, *expected)} == known | expected


@pytest.mark.parametrize(
    ("request_line", "expected"),
    [
        ("GET /a?b=1 1.1", ("GET", "/a", "b=1", "HTTP/1.1", None)),
        ("GET /a?b=1 2", ("GET", "/a", "b=1", "HTTP/2", None)),
        ("\x1b[31m\x1b[1mGET /a?b=1 HTTP/1.1\x1b[0m", ("GET", "/a", "b=1", "HTTP/1.1", None)),
        ("GET /chapter 7", (None, None, None, None, "GET /chapter 7")),
        ("GET /\x1b[31ma HTTP/1.1", ("GET", "/\x1b[31ma", None, "HTTP/1.1", None)),
    ],
    ids=["Hypercorn", "Hypercorn's HTTP/2", "Werkzeug's colours", "a number that is no protocol", "colours that a client sent"],
)
def test_requests_as_servers_in_python_log_them(request_line: str, expected: tuple[str | None, ...]) -> None:
    (row,) = rows_of(f'198.18.0.7 - - {AT} "{request_line}" 200 512')
    assert tuple(row[name] for name in ("method", "path", "query", "protocol", "request")) == expected


def test_records_in_json_are_not_read_by_their_looks() -> None:
    record = '{"forwarded":"203.0.113.9","a":"GET /a HTTP/1.1","b":200,"at":"2024-03-02T00:00:02Z","c":"198.18.0.7"}'
    lines = pl.DataFrame({"line": [1], "raw": [record]}, schema={"line": pl.Int64, "raw": pl.String})
    assert plan_for(lines, ReadOptions()).ranked == []
