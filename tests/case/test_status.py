"""What a terminal shows of very many files."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from tests.stored_case import add_log, new_case

from forensics.case.status import FOLDED, brief, clocks, folded, once, section


def files(hours: int, **unlike: object) -> pl.DataFrame:
    rows = [
        {
            "path": f"lb/2024/{1 + hour // 24:02d}/lb_{hour % 24:02d}.log.gz", "kind": "log", "format": "aws_alb", "format_share": 1.0,
            "host": "lb", "tier": "edge", "counted": True, "lines": 10, "events": 9, "rejected": 1, "skipped": 0, "duplicates": 0,
            "time_zone": "as logged", "time_zone_source": "log",
            "first_at": datetime(2024, 3, 1, hour % 24), "last_at": datetime(2024, 3, 1, hour % 24, 59),
            "backward_steps": 0, "holes": 0,
        }
        for hour in range(hours)
    ]  # fmt: skip
    other = rows[0] | {
        "path": "accounts.csv",
        "kind": "accounts",
        "format": "plain_accounts (csv)",
        "host": None,
        "tier": None,
        "counted": None,
    }
    odd = rows[0] | {"path": "lb/odd.log", **unlike}
    return pl.DataFrame([other, *rows, *([odd] if unlike else [])], infer_schema_length=None)


def test_many_files_of_one_log_are_one_row() -> None:
    given = files(20)
    told = folded(brief(given))
    assert told["path"].to_list() == ["accounts.csv", "20 files of lb: lb/2024/01/…"]
    assert told.row(1)[3:] == (200, 180, 20, 0, 0)
    times = folded(clocks(given))
    assert times.select("first", "last").row(0) == ("2024-03-01 00:00:00", "2024-03-01 19:59:00")


def test_a_file_that_was_read_otherwise_stays_a_row() -> None:
    given = files(30, format_share=0.5)
    told = folded(brief(given))
    assert told["path"].to_list() == ["accounts.csv", "30 files of lb: lb/2024/…", "lb/odd.log"]
    assert told["format"].to_list() == ["plain_accounts (csv)", "aws_alb", "aws_alb (50 %)"]


def test_few_files_are_all_shown() -> None:
    given = files(FOLDED)
    assert folded(brief(given)).equals(brief(given).drop("host"))


def test_files_of_one_name_out_of_two_folders_are_each_counted_once() -> None:
    twice = pl.concat([files(2), files(2)])
    assert folded(brief(twice))["path"].to_list() == twice["path"].to_list()
    assert folded(brief(pl.concat([files(20)] * 2))).filter(pl.col("path").str.starts_with("40 files"))["lines"].to_list() == [400]


def test_an_assumption_that_was_made_of_many_files_is_told_once() -> None:
    many = [(f"app/{day}.json", "times are of the end") for day in range(1, 5)]
    few = [("a.csv", "text is not UTF-8"), ("b.csv", "text is not UTF-8")]
    told = once(pl.DataFrame([*few, *many], schema=["subject", "assumption"], orient="row"))
    assert told.rows() == [*few, ("app/1.json and 3 more", "times are of the end")]


@pytest.mark.parametrize(
    ("day", "hour", "source", "where"),
    [
        ("2026-03-29", 2, "assumed", "Europe"),
        ("2026-03-08", 2, "assumed", "America"),
        ("2026-03-15", 2, "assumed", None),
        ("2026-03-29", 3, "assumed", None),
        ("2026-03-29", 2, "log", None),
    ],
)
def test_the_hour_that_clocks_skip_tells_of_local_times(tmp_path: Path, day: str, hour: int, source: str, where: str | None) -> None:
    start = datetime.fromisoformat(day)
    at = [start + timedelta(minutes=n) for n in range(360) if n // 60 != hour]
    with new_case(tmp_path) as case:
        add_log(case, "app.log", pl.DataFrame({"started_at": at, "timestamp": at}))
        case.connection.execute("UPDATE evidence_files SET time_zone_source = $source", {"source": source})
        told = [text for text in section(case, "assumptions")["assumption"] if "clocks skip" in text]
    assert [where in text for text in told] == ([True] if where else [])
