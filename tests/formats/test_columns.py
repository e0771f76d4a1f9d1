"""What stands around the common log format is told by the columns of many lines where one line cannot tell, and never against them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from tests.formats.test_looks import AT, REQUEST, rows_of

PROGRAMS = 3 * ["curl/8.5.0", "Mozilla/5.0 (X11; Linux x86_64)", "a b", "okhttp/4.9.3", "1.234", "-", "kube-probe/1.27", "x/y/2"]
PAGES = 3 * ["-", "https://a.example/p?q=1", "-", "-", "https://a.example/", "-", "-", "https://b.example/x"]
LISTS = 3 * ["-", "203.0.113.9, 10.0.0.1", "203.0.113.9", "2001:db8::9", "-", "203.0.113.8", "203.0.113.7", "-"]


def line(behind: str, before: str = "198.18.0.7 - ann ", between: str = "") -> str:
    return f"{before}{AT}{between} {REQUEST}{behind}"


def none(value: str) -> str | None:
    return None if value == "-" else value


def told(shape: str) -> list[dict[str, Any]]:
    """Read lines of a shape, and expect of each row its agent, page and list where the shape has them."""
    values = list(zip(PROGRAMS, PAGES, LISTS, strict=True))
    rows = rows_of(*(line(shape.format(agent=agent, page=page, sent=sent)) for agent, page, sent in values))
    for row, (agent, page, sent) in zip(rows, values, strict=True):
        assert row["outcome"] == "event"
        assert row["user_agent"] == (none(agent) if "{agent}" in shape else None)
        assert row["referrer"] == (none(page) if "{page}" in shape else None)
        if "{sent}" in shape:
            assert row["extra"].get("forwarded_for") == none(sent)
    return rows


@pytest.mark.parametrize(
    "shape",
    [
        ' "{agent}" "{page}" 17',
        ' "{agent}" x="1"',
        ' "{agent}" "{sent}"',
        ' "{sent}" "{page}" "{agent}"',
        ' "{page}" "{agent}" "{sent}" 0.250',
        ' - "{page}" "{agent}" "sid=1; b=2" 4711',
        ' "shop.example" "{page}" "{agent}" id="a b"',
        ' "DE" "17" "443"',
    ],
)
def test_quoted_fields_are_told_by_their_columns(shape: str) -> None:
    told(shape)


@pytest.mark.parametrize("shape", [' "{agent}" "{page}"', ' "{agent}" "{sent}" "TLSv1.3" "HTTP/1.1"', ' 0.250 "{agent}" "text/html"'])
def test_what_looks_like_a_program_is_none_where_most_values_are_others(shape: str) -> None:
    told(shape)


def test_a_flood_of_one_agent_hides_no_others() -> None:
    """Of what is logged very often it is looked at once: a bot without a version, a constant of the server."""
    people = [line(f' "{agent}" "{sent}" "h"') for agent, sent in zip(PROGRAMS, LISTS, strict=True)]
    rows = rows_of(*people, *(line(' "bot" "203.0.113.9" "h"') for _ in range(20 * len(people))))
    assert [row["user_agent"] for row in rows[: len(people)]] == [none(agent) for agent in PROGRAMS]
    assert {row["user_agent"] for row in rows[len(people) :]} == {"bot"}


def test_a_service_that_is_reached_by_its_address_has_host_and_port() -> None:
    (row, *_) = rows_of(*(line(f' "-" "curl/8.{n}"', before="10.0.0.5:80 203.0.113.7 - - ") for n in range(30)))
    assert (row["host"], row["extra"]["port"]) == ("10.0.0.5", "80")


def test_a_few_lines_are_told_by_their_looks() -> None:
    (row,) = rows_of(line(' "curl/8" "https://a.example/" 17'))
    assert (row["user_agent"], row["referrer"]) == ("curl/8", "https://a.example/")


def test_referrers_that_look_like_programs_stay_referrers() -> None:
    rows = rows_of(*[line(f' "-" "{agent}" 17') for agent in PROGRAMS], line(' "curl/8" "-" 17'))
    assert rows[-1]["referrer"] == "curl/8"
    assert rows[-1]["user_agent"] is None


@pytest.mark.parametrize(
    ("behind", "duration"),
    [
        (' "-" "curl/8" [0.250] [-]', 250.0),
        (' "-" "curl/8" 0.012 x 0.250', 250.0),
        (' "-" "curl/8" 0.250 0.000, 0.012 : 0.100 10.0.0.9:80', 250.0),
        (' "-" "curl/8" "0.001" "0.250"', 250.0),
        (' "-" "curl/8" 0.000 0.001 0.090 0.100', 100.0),
        (' "-" "curl/8" 0.012 10.0.0.123 10.123.4.5', 12.0),
        (' "-" "curl/8" 49 0.012 [a-b-80] [] 10.0.0.9:80 17 0.016 200 7f9c', 12.0),
        (' "-" "curl/8" rt=0.004 urt=0.250', 4.0),
        (' "-" "curl/8" 0/250123', 250.123),
        (' "-" "curl/8" 12/12345678', 12345.678),
        (' "-" "curl/8" 12/12345', 12345.0),
        (' "-" "curl/8" 7/12345678', None),
        (' "-" "curl/8" 0 250', None),
        (' "-" "curl/8" ua=10.0.0.9:80 us=206', None),
        (' "-" "curl/8" us=206', 0.206),
        (' "-" "curl/8" [1709337602.250]', None),
    ],
)
def test_durations_are_told_by_how_servers_write_them(behind: str, duration: float | None) -> None:
    (row,) = rows_of(line(behind))
    assert row["duration_ms"] == (None if duration is None else pytest.approx(duration))


def test_seconds_and_microseconds_side_by_side_fit_all_lines_or_say_nothing() -> None:
    fitting = [line(f' "-" "curl/8" {took // 1_000_000} {took}') for took in (17, 1_234_567, 999_999)]
    assert [row["duration_ms"] for row in rows_of(*fitting)] == [0.017, 1234.567, 999.999]
    assert {row["duration_ms"] for row in rows_of(*fitting, line(' "-" "curl/8" 3 512'))} == {None}


@pytest.mark.parametrize(
    ("logged", "expected"),
    [
        (f'{AT} 198.18.0.7 - ann {REQUEST} "-" "curl/8" 17', {"client_ip": "198.18.0.7", "user_name": "ann"}),
        (f'{AT} 198.18.0.7 - - {REQUEST} "-" "curl/8" 17', {"client_ip": "198.18.0.7", "user_name": None}),
        (f'{AT} 198.18.0.7 - 0.012 {REQUEST} "-" "curl/8" 17', {"client_ip": "198.18.0.7", "user_name": None}),
        (f'198.18.0.7\tann\t{AT} {REQUEST} "-" "curl/8" 17', {"client_ip": "198.18.0.7", "user_name": "ann"}),
        (
            '198.18.0.7 - ann [1709337602.133] "GET /a HTTP/1.1" 200 512 "-" "a b" 0.250',
            {"user_name": "ann", "timestamp": datetime(2024, 3, 2, 0, 0, 2, 133000), "duration_ms": 250.0},
        ),
        (f'198.18.0.7 - ann - {AT} - "GET /a HTTP/1.1" - 404 - 12 - "-" - "a b"', {"status": 404, "bytes_sent": 12, "user_agent": "a b"}),
        (line("")[: -len("200 512")] + '"404" "12" "-" "a b"', {"status": 404, "bytes_sent": 12, "user_agent": "a b"}),
        (line("")[: -len("512")] + '"512" "-" "a b"', {"status": 200, "bytes_sent": 512, "referrer": None, "user_agent": "a b"}),
        (line("")[: -len("200 512")] + '0.250 200 512 "-" "a b"', {"status": 200, "bytes_sent": 512, "duration_ms": 250.0}),
        (line(' "404" "12"'), {"status": 200, "bytes_sent": 512}),
        (
            line(' "-" "curl/8" 17', before='"203.0.113.9" 10.0.0.1 - ann '),
            {"client_ip": "10.0.0.1", "host": None, "user_name": "ann", "extra": {"fields": "17", "forwarded_for": "203.0.113.9"}},
        ),
        (line(' "-" "curl/8" 17', before="4711 198.18.0.7 - ann "), {"client_ip": "198.18.0.7", "host": None, "user_name": "ann"}),
        (line(' "-" "curl/8" 17', before="1709337602.133 198.18.0.7 - ann "), {"host": None, "user_name": "ann"}),
        (line(' "-" "curl/8" 17', before="HIT 198.18.0.7 - ann "), {"host": None, "user_name": "ann"}),
        (line(' "-" "curl/8" 17', before="DE 198.18.0.7 - ann "), {"host": None, "user_name": "ann"}),
        (line(' "-" "curl/8" 17', before="de 198.18.0.7 - ann "), {"host": "de", "user_name": "ann"}),
        (
            line(' "-" "curl/8" 17', before="7f9c0a1b2d3e4f5061728394a5b6c7d8 198.18.0.7 - ann "),
            {"host": None, "extra": {"fields": "17", "request_id": "7f9c0a1b2d3e4f5061728394a5b6c7d8"}},
        ),
    ],
)
def test_values_stand_where_nginx_can_be_told_to_write_them(logged: str, expected: dict[str, Any]) -> None:
    (row,) = rows_of(logged)
    assert {name: row[name] for name in expected} == expected


GRPC = '198.18.0.7 - - {at} "{asked}" 200 {status} {sent} "-" "grpc-go/1.60"'


def test_the_status_of_grpc_is_no_count_of_bytes() -> None:
    asked = [("POST /a.B/C HTTP/2.0", "0", 512), ("POST /a.B/C HTTP/2.0", "14", 0), ("GET /healthz HTTP/1.1", "-", 2)]
    rows = rows_of(*(GRPC.format(at=AT, asked=first, status=status, sent=sent) for first, status, sent in asked))
    assert [row["bytes_sent"] for row in rows] == [512, 0, 2]


@pytest.mark.parametrize(("asked", "status"), [("GET /a HTTP/1.1", "0"), ("POST /a HTTP/2.0", "17")])
def test_small_counts_of_bytes_are_no_status_of_grpc(asked: str, status: str) -> None:
    other = GRPC.format(at=AT, asked="POST /a HTTP/2.0", status="0", sent=350)
    rows = rows_of(other, GRPC.format(at=AT, asked=asked, status=status, sent=350))
    assert [row["bytes_sent"] for row in rows] == [0, int(status)]


@pytest.mark.parametrize(
    ("logged", "expected"),
    [
        (
            f'198.18.0.7 ann {AT} "203.0.113.99, 10.1.2.3" {REQUEST} "-" "curl/8" 17',
            {"client_ip": "198.18.0.7", "user_name": "ann"},
        ),
        (
            f'198.18.0.7 - ann {AT} 10.0.0.9:80, 10.0.0.8:80 : 10.0.0.7:80 {REQUEST} "-" "a b"',
            {"client_ip": "198.18.0.7", "user_name": "ann", "user_agent": "a b"},
        ),
        (
            f'198.18.0.7 - ann {AT} "203.0.113.9" "GET /a HTTP/1.1" "404" "12" "-" "a b"',
            {"client_ip": "198.18.0.7", "status": 404, "bytes_sent": 12, "user_agent": "a b"},
        ),
        (f'198.18.0.7 - ann {AT} "GET /a HTTP/1.1" "404" "512" "-" "a b" 17', {"path": "/a", "status": 404, "bytes_sent": 512}),
        ('2024-03-02T00:00:02+00:00 198.18.0.7 - ann "GET /a HTTP/1.1" 200 5 "-" "curl/8" 17', {"user_name": "ann", "path": "/a"}),
        (f"198.18.0.7 - ann {AT} 'GET /a HTTP/1.1' 404 12 '-' 'a b' 17", {"path": "/a", "status": 404, "user_agent": "a b"}),
        (f'198.18.0.7 - ann {AT} "GET /a?b=\'c\' HTTP/1.1" 404 12 "-" "a\'b" 17', {"query": "b='c'", "user_agent": "a'b"}),
        (
            f'{AT} "125043" "198.18.0.7" {REQUEST} "-" "a b" "x"',
            {"client_ip": "198.18.0.7", "path": "/a", "status": 200, "user_agent": "a b"},
        ),
        (
            f'198.18.0.7 - ann {AT} "GET /a HTTP/1.1" to: 10.0.0.9:80 404 12 "-" "a b" "-" "shop.example"',
            {"path": "/a", "status": 404, "bytes_sent": 12, "user_agent": "a b", "host": "shop.example"},
        ),
        (
            f'"203.0.113.9, 10.0.0.1" shop.example 198.18.0.7 - ann {AT} {REQUEST} 17 "-" "a b"',
            {"client_ip": "198.18.0.7", "host": "shop.example", "extra": {"fields": "17", "forwarded_for": "203.0.113.9, 10.0.0.1"}},
        ),
        (f'"-" 198.18.0.7 - ann {AT} {REQUEST} "-" "a b"', {"client_ip": "198.18.0.7", "host": None, "user_name": "ann"}),
        (f'"198.18.0.7" - "ann" {AT} {REQUEST} "-" "a b" 17', {"client_ip": "198.18.0.7", "user_name": "ann"}),
        (
            f'198.18.0.7 shop.example - - 443 {AT} "GET /a HTTP/1.1" "?b=1" 404 12 "-" "a b" 17',
            {"path": "/a", "status": 404, "bytes_sent": 12, "user_name": None, "host": "shop.example"},
        ),
        (f'198.18.0.7 - 4711 {AT} {REQUEST} "-" "a b" 17', {"user_name": "4711"}),
        (f'198.18.0.7 - ann {AT} "GET /a HTTP/1.1" "" 404 12 "-" "a b" 17', {"path": "/a", "status": 404, "user_name": "ann"}),
        (
            line(' 607 https://a.example/x "Mozilla/5.0 (X11)" "51cumq"'),
            {"referrer": "https://a.example/x", "user_agent": "Mozilla/5.0 (X11)"},
        ),
        (line(' 607 - "Mozilla/5.0 (X11)" "51cumq"'), {"referrer": None, "user_agent": "Mozilla/5.0 (X11)"}),
        ('1709337602.250 198.18.0.7 "GET /a HTTP/1.1" 200 5 0.012', {"client_ip": "198.18.0.7", "duration_ms": 12.0, "status": 200}),
        ('2024-03-02T00:00:02+00:00 198.18.0.7 - - "GET /a HTTP/1.1" 200 5 "-" "curl/8" 17', {"user_name": None, "path": "/a"}),
        (
            '"02/Mar/2024:00:00:02 +0000" client=198.18.0.7 method=GET request="GET /a HTTP/1.1" status=200 bytes_sent=5 '
            'referer=https://a.example/x?y=z user_agent="a b" request_time=0.250',
            {"referrer": "https://a.example/x?y=z", "user_agent": "a b", "duration_ms": 250.0},
        ),
    ],
)
def test_other_words_are_not_taken_for_who_asked(logged: str, expected: dict[str, Any]) -> None:
    (row,) = rows_of(logged)
    assert {name: row[name] for name in expected} == expected


def pairs(firsts: list[str]) -> list[dict[str, Any]]:
    return rows_of(*(f'{first} 10.0.0.{number % 3} - ann {AT} {REQUEST} "-" "curl/8"' for number, first in enumerate(firsts)))


def test_many_addresses_before_the_client_were_forwarded() -> None:
    many = [f"203.0.113.{number}" for number in range(40)]
    for row, first in zip(pairs(many), many, strict=True):
        assert (row["host"], row["client_ip"][:7], row["extra"]["forwarded_for"], row["user_name"]) == (None, "10.0.0.", first, "ann")


def test_one_list_before_the_client_tells_what_the_others_hold() -> None:
    assert [row["extra"]["forwarded_for"] for row in pairs(["203.0.113.1", "203.0.113.2, 203.0.113.3", *["203.0.113.1"] * 7])][:3] == [
        "203.0.113.1",
        "203.0.113.2, 203.0.113.3",
        "203.0.113.1",
    ]


def test_a_few_addresses_before_the_client_are_the_servers() -> None:
    rows = pairs(["198.18.0.1", "198.18.0.2"] * 20)
    assert {row["host"] for row in rows} == {"198.18.0.1", "198.18.0.2"}
    assert {row["extra"].get("forwarded_for") for row in rows} == {None}


def test_addresses_behind_the_client_that_some_lines_lack_were_forwarded() -> None:
    seconds = [f"203.0.113.{number}" if number % 3 else "-" for number in range(40)]
    rows = rows_of(*(f'10.0.0.{number} {second} - ann {AT} {REQUEST} "-" "curl/8"' for number, second in enumerate(seconds)))
    for number, (row, second) in enumerate(zip(rows, seconds, strict=True)):
        assert (row["host"], row["client_ip"], row["user_name"]) == (None, f"10.0.0.{number}", "ann")
        assert row["extra"].get("forwarded_for") == none(second)


def test_the_state_of_a_connection_stands_before_the_bytes() -> None:
    lines = [f'198.18.0.7 - ann {AT} "GET /a HTTP/1.1" 200 {state} {sent} "-" "curl/8"' for state, sent in ("+5", "-7", "X9", "--", "+-")]
    assert [(row["bytes_sent"], row["duration_ms"]) for row in rows_of(*lines)] == [
        (5, None),
        (7, None),
        (9, None),
        (None, None),
        (None, None),
    ]


def test_a_dash_without_other_states_is_no_bytes() -> None:
    rows = rows_of(*(f'198.18.0.7 - ann {AT} "GET /a HTTP/1.1" 304 {sent} 512 "-" "curl/8"' for sent in ("-", "17")))
    assert [row["bytes_sent"] for row in rows] == [None, 17]
