"""Lines of IIS whose header was lost: which fields were chosen shows in each line, and no port is taken for a status."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from tests.formats.test_looks import rows_of

from forensics.evidence.recognise import plan_for
from forensics.formats.base import ReadOptions
from forensics.formats.schema import LINES

ASKED = "POST /a.svc x=1 443 EXAMPLE\\kim 203.0.113.9"
AGENT = "Mozilla/5.0+(X;+Y)"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"10.0.0.1 {ASKED} {AGENT} 200 0 0 26", {"referrer": None, "host": None, "duration_ms": 26.0}),
        (f"10.0.0.1 {ASKED} {AGENT} https://a.example/ 200 0 0 26", {"referrer": "https://a.example/", "host": None}),
        (f"10.0.0.1 {ASKED} {AGENT} a.example 200 0 0 26", {"referrer": None, "host": "a.example"}),
        (f"10.0.0.1 {ASKED} {AGENT} sid=1;+t=2 a.example 200 0 0 26", {"referrer": None, "host": "a.example"}),
        (f"10.0.0.1 {ASKED} {AGENT} - a.example 200 0 0 26", {"referrer": None, "host": "a.example"}),
        (f"10.0.0.1 {ASKED} {AGENT} sid=1 https://a.example/ 200 0 0 512 64 26", {"referrer": "https://a.example/", "bytes_sent": 512}),
        (
            f"exchange01 fe80::1%3 {ASKED} {AGENT} - 200 0 0 26 192.0.2.4,+192.0.2.5 59050",
            {"host": None, "extra": {"upstream": "fe80::1%3", "forwarded_for": "192.0.2.4, 192.0.2.5"}},
        ),
        (
            f"W3SVC2 web1 10.0.0.1 {ASKED} HTTP/2.0 {AGENT} - https://a.example/ b.example 200 0 0 512 64 26",
            {"host": "b.example", "referrer": "https://a.example/", "protocol": "HTTP/2.0", "bytes_sent": 512},
        ),
    ],
)
def test_the_chosen_fields_are_told_by_the_line(line: str, expected: dict[str, Any]) -> None:
    (row,) = rows_of(f"2026-03-02 00:00:24 {line}")
    told = {"client_ip": "203.0.113.9", "user_name": "EXAMPLE\\kim", "method": "POST", "path": "/a.svc", "query": "x=1", "status": 200}
    told |= {"user_agent": "Mozilla/5.0 (X; Y)", "duration_ms": 26.0} | expected
    assert {name: row[name] for name in told} == told


def test_lines_with_other_fields_in_the_same_file_are_each_read_for_themselves() -> None:
    first, second = rows_of(
        f"2026-03-02 00:00:24 10.0.0.1 {ASKED} {AGENT} 200 0 0 26",
        f"2026-03-02 00:00:25 web1 10.0.0.1 {ASKED} {AGENT} - 404 0 0 27",
    )
    assert (first["status"], second["status"]) == (200, 404)
    assert first["client_ip"] == second["client_ip"] == "203.0.113.9"


def test_where_the_fields_cannot_be_told_nothing_is_guessed_from_their_looks() -> None:
    rows = rows_of(
        "2026-03-02 00:00:23 GET /b 200",
        f"2026-03-02 00:00:24 10.0.0.1 {ASKED} {AGENT} 200 26",
        f"2026-03-02 00:00:24 POST /b - 443 kim 203.0.113.9 {AGENT} 404 0 2 234 150",
        "2026-03-02 00:00:25 203.0.113.9 GET /b 443 200",
    )
    assert [row["outcome"] for row in rows] == ["event", "rejected", "rejected", "rejected"]


@pytest.mark.parametrize("stream", ["", "1 "])
def test_what_never_reached_iis_is_told_by_its_order(stream: str) -> None:
    peers = "203.0.113.9 51517 10.0.0.1 443"
    asked, odd, idle = rows_of(
        f"2026-03-02 00:00:24 {peers} HTTP/1.1 GET /a?b=c {stream}503 1 AppOffline DefaultAppPool",
        f"2026-03-02 00:00:25 {peers} HTTP/1.1 M-POST /a {stream}403 - Forbidden -",
        f"2026-03-02 00:00:26 {peers} - - - {stream and '- '}- - Timer_ConnectionIdle -",
    )
    told = {"client_ip": "203.0.113.9", "method": "GET", "path": "/a", "query": "b=c", "status": 503, "protocol": "HTTP/1.1"}
    assert {name: asked[name] for name in told} == told
    assert asked["extra"] == {"upstream": "10.0.0.1", "error": "AppOffline"}
    assert (odd["method"], odd["status"]) == ("M-POST", 403)
    assert (idle["outcome"], idle["reason"]) == ("skipped", "a connection without a request")


def test_what_servers_for_ftp_and_mail_write_in_the_same_form_is_no_request() -> None:
    fields = "#Fields: date time c-ip cs-username s-port cs-method cs-uri-stem sc-status"
    commands = ["21 USER ann 331", "21 RETR /a.txt 226", "21 ControlChannelClosed - -", "25 EHLO - 250", "21 [3]sent /a 226"]
    told = [fields, *(f"2026-03-02 00:00:24 203.0.113.9 ann {command}" for command in commands)]
    assert not plan_for(pl.DataFrame({"line": range(6), "raw": told}, schema=LINES), ReadOptions()).ranked
    asked = rows_of(fields, *(f"2026-03-02 00:00:24 203.0.113.9 ann 80 {method} /a 405" for method in ("GET", "GET", "LIST")))
    assert [row["outcome"] for row in asked] == ["skipped", "event", "event", "event"]
