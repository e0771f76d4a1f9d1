"""Fastify tells a request in two lines, which may be far from each other, in another batch, or of processes that count alike."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from forensics.evidence.recognise import plan_for
from forensics.formats.base import ReadOptions
from forensics.formats.fastify import open_fastify
from forensics.formats.schema import LINES

AT = 1709337600000


def begun(number: str, path: str, pid: int = 7) -> str:
    asked = {"method": "GET", "url": path, "hostname": "shop.example", "remoteAddress": "198.18.0.7", "remotePort": 4}
    return json.dumps({"level": 30, "time": AT, "pid": pid, "hostname": "w", "reqId": number, "req": asked, "msg": "incoming request"})


def ended(number: str, status: int, pid: int = 7) -> str:
    told = {"res": {"statusCode": status}, "responseTime": 2.5, "msg": "request completed"}
    return json.dumps({"level": 30, "time": AT + 1000, "pid": pid, "hostname": "w", "reqId": number, **told})


def failed(number: str) -> str:
    told = {"res": {"statusCode": 500}, "err": {"type": "Error", "message": "boom", "stack": "Error"}, "msg": "boom"}
    return json.dumps({"level": 50, "time": AT + 900, "pid": 7, "hostname": "w", "reqId": number, **told})


def rows_of(raw: list[str], size: int) -> list[dict[str, Any]]:
    """Read lines in batches of so many."""
    lines = pl.DataFrame({"line": range(1, len(raw) + 1), "raw": raw}, schema=LINES)
    parse = open_fastify(ReadOptions())
    return [row for first in range(0, len(raw), size) for row in parse(lines[first : first + size]).to_dicts()]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_a_request_is_told_where_it_ends_by_both_of_its_lines(size: int) -> None:
    raw = [
        begun("req-1", "/a?b=1"),
        begun("req-2", "/hangs"),
        begun("req-1", "/other", pid=8),
        ended("req-1", 503),
        ended("req-1", 200, pid=8),
        begun("req-1", "/again"),
        failed("req-1"),
        ended("req-1", 500),
        ended("req-9", 404),
    ]
    rows = rows_of(raw, size)
    events = [(row["line"], row["path"], row["query"], row["status"]) for row in rows if row["outcome"] == "event"]
    assert events == [(4, "/a", "b=1", 503), (5, "/other", None, 200), (8, "/again", None, 500), (9, None, None, 404)]
    assert [row["line"] for row in rows if row["outcome"] == "skipped"] == [1, 2, 3, 6, 7]
    assert {row["client_ip"] for row in rows if row["path"]} == {"198.18.0.7"}
    assert {row["duration_ms"] for row in rows if row["outcome"] == "event"} == {2.5}


def test_it_is_recognised_among_what_the_application_says() -> None:
    said = json.dumps({"level": 30, "time": AT, "pid": 7, "hostname": "w", "msg": "Server listening at http://127.0.0.1:3000"})
    raw = [said, *(line for n in range(5) for line in (begun(f"req-{n}", "/a"), ended(f"req-{n}", 200)))]
    assert plan_for(pl.DataFrame({"line": range(len(raw)), "raw": raw}, schema=LINES), ReadOptions()).ranked[0].format.name == "fastify"


def test_a_request_that_is_told_in_one_line_is_an_event_with_all_that_it_tells_though_it_failed() -> None:
    """pino-http numbers requests the same way (``quietReqLogger``), and has the error beside the answer."""
    asked = {
        "id": 1,
        "method": "GET",
        "url": "/a",
        "headers": {"host": "shop.example", "user-agent": "curl/8"},
        "remoteAddress": "198.18.0.7",
    }
    told = {"res": {"statusCode": 500, "headers": {"content-length": "4"}}, "err": {"type": "Error", "message": "x"}, "responseTime": 12}
    line = json.dumps({"level": 50, "time": AT, "reqId": 1, "req": asked, **told, "userId": 7, "msg": "request errored"})
    (row,) = rows_of([line], 1)
    expected = {
        "outcome": "event",
        "path": "/a",
        "status": 500,
        "bytes_sent": 4,
        "user_name": "7",
        "user_agent": "curl/8",
        "host": "shop.example",
    }
    assert {name: row[name] for name in expected} == expected


def test_lines_that_know_nothing_of_requests_are_none_of_its_own() -> None:
    assert [row["outcome"] for row in rows_of(['{"a":1}', "no record"], 2)] == ["rejected", "rejected"]
