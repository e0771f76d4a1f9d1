"""Rails tells a request in two lines: joined by its id, or by their order where nothing overlaps."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
import pytest

from forensics.evidence.recognise import plan_for
from forensics.formats.base import ReadOptions
from forensics.formats.rails import open_rails
from forensics.formats.schema import LINES

IDS = [f"8f2c1d3e-aaaa-4bbb-8ccc-0123456789a{n}" for n in range(9)]


def line(said: str, second: float, request: int | None = None) -> str:
    tag = "" if request is None else f"[{IDS[request]}] "
    return f"I, [2024-03-02T01:00:{second:09.6f} #7]  INFO -- : {tag}{said}"


def started(path: str, second: int) -> str:
    return f'Started GET "{path}" for 198.18.0.7 at 2024-03-02 01:00:{second:02d} +0100'


def rows_of(raw: list[str], size: int) -> list[dict[str, Any]]:
    """Read lines in batches of so many."""
    lines = pl.DataFrame({"line": range(1, len(raw) + 1), "raw": raw}, schema=LINES)
    parse = open_rails(ReadOptions())
    return [row for first in range(0, len(raw), size) for row in parse(lines[first : first + size]).to_dicts()]


def told(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(row["line"], row["path"], row["status"], row["timestamp"]) for row in rows if row["outcome"] == "event"]


def at(second: float) -> datetime:
    return datetime(2024, 3, 2, 0, 0, int(second), round(second % 1 * 1e6))


@pytest.mark.parametrize("size", [1, 2, 100])
def test_tagged_requests_are_joined_by_their_id(size: int) -> None:
    raw = [
        line(started("/a?b=1", 1), 1.25, 0),
        line(started("/b", 2), 2.5, 1),
        line("Processing by JobsController#show as JSON", 2.6, 1),
        line("Completed 503 Service Unavailable in 500ms (Views: 0.1ms)", 3.0, 1),
        f"[{IDS[1]}] RuntimeError (boom):",
        line("Completed 200 OK in 2750ms (Views: 0.1ms | ActiveRecord: 2.0ms)", 4.0, 0),
        line(started("/hangs", 5), 5.0, 2),
        line(started("/nowhere", 6), 6.0, 3),
        f'[{IDS[3]}] ActionController::RoutingError (No route matches [GET] "/nowhere"):',
    ]
    rows = rows_of(raw, size)
    assert told(rows) == [(4, "/b", 503, at(3.0)), (6, "/a", 200, at(4.0)), (9, "/nowhere", 404, at(6.0))]
    assert [row["started_at"] for row in rows if row["outcome"] == "event"] == [at(2.5), at(1.25), at(6.0)]
    assert {row["outcome"] for row in rows} == {"event", "skipped"}, "what is said of a request in between is no reject"


@pytest.mark.parametrize("size", [1, 3, 100])
def test_of_requests_that_overlap_without_an_id_nothing_is_said_of_what_was_asked(size: int) -> None:
    raw = [
        line(started("/alone", 1), 1.0),
        line("Completed 200 OK in 10ms", 1.5),
        line(started("/one", 2), 2.0),
        line(started("/other", 2), 2.25),
        line("Completed 500 Internal Server Error in 10ms", 2.5),
        line("Completed 200 OK in 900ms", 2.75),
        line(started("/after", 3), 3.0),
        line("Completed 200 OK in 10ms", 3.5),
    ]
    found = [(path, status) for _, path, status, _ in told(rows_of(raw, size))]
    assert found == [("/alone", 200), (None, 500), (None, 200), ("/after", 200)]


def test_without_the_prefix_a_request_ended_so_long_after_its_beginning_as_it_took() -> None:
    raw = [
        started("/a", 1),
        "Processing by XController#show as */*",
        '  Parameters: {"id"=>"1"}',
        "Completed 200 OK in 2500ms (Views: 1ms)",
    ]
    assert told(rows_of(raw, 9)) == [(4, "/a", 200, at(3.5))]
    plan = plan_for(pl.DataFrame({"line": range(4), "raw": raw}, schema=LINES), ReadOptions())
    assert plan.ranked[0].format.name == "rails"
