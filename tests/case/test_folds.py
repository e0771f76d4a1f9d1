"""The hour that a clock passes twice when summer time ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from tests.case.test_loading import loaded

from forensics.case.folds import Folds, repeated

NIGHT = datetime(2025, 10, 25, 23, 0)
"""Two hours before the clocks of Berlin are set back: 01:00 there."""


def local(minute: int) -> datetime:
    """What Berlin's clocks show so many minutes after ``NIGHT``."""
    return NIGHT + timedelta(minutes=minute, hours=2 if minute < 120 else 1)


def written(minutes: range) -> str:
    return "".join(f'198.51.100.7 - - [{local(minute):%d/%b/%Y %H:%M:%S}] "GET /a HTTP/1.1" 200 5\n' for minute in minutes)


@pytest.mark.parametrize(
    ("zone", "year", "expected"),
    [
        ("Europe/Berlin", 2025, [(datetime(2025, 10, 26, 0), datetime(2025, 10, 26, 1))]),
        ("America/New_York", 2025, [(datetime(2025, 11, 2, 5), datetime(2025, 11, 2, 6))]),
        ("Australia/Lord_Howe", 2025, [(datetime(2025, 4, 5, 14, 30), datetime(2025, 4, 5, 15))]),
        ("Asia/Tokyo", 2025, []),
        ("UTC", 2025, []),
    ],
)
def test_which_stretch_a_zone_passes_twice(zone: str, year: int, expected: list[tuple[datetime, datetime]]) -> None:
    assert [(stretch.begins, stretch.ends) for stretch in repeated(zone, year)] == expected


def test_the_order_of_the_lines_tells_the_second_pass(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(written(range(240)))
    _, rows = loaded(tmp_path / "case", tmp_path / "a.log", time_zone="Europe/Berlin")
    stamps = pl.concat(pl.read_parquet(path) for path in (tmp_path / "case" / "events").glob("*.parquet")).sort("line")["timestamp"]
    assert stamps.to_list() == [NIGHT + timedelta(minutes=minute) for minute in range(240)]
    assert rows[0]["backward_steps"] == 0
    assert any("begins at line 121," in told for told in rows[0]["assumptions"])


@pytest.mark.parametrize("size", [7, 50, 240])
def test_batches_make_no_difference_and_a_late_line_is_no_step(size: int) -> None:
    shown = [local(minute) - timedelta(hours=2 if 60 <= minute < 180 else (2 if minute < 120 else 1)) for minute in range(240)]
    shown[100] = shown[61]  # a request that began forty minutes before it was logged
    stamps = pl.Series(shown, dtype=pl.Datetime("us"))
    frame = pl.DataFrame({"line": range(1, 241), "timestamp": stamps, "started_at": stamps})
    folds = Folds("Europe/Berlin")
    moved = pl.concat([folds.unfolded(frame[place : place + size]) for place in range(0, 240, size)])
    assert list(folds.found.values()) == [121]
    truth = [NIGHT + timedelta(minutes=61 if minute == 100 else minute) for minute in range(240)]
    assert moved["timestamp"].to_list() == moved["started_at"].to_list() == truth


def test_a_log_of_one_of_the_two_hours_is_taken_for_the_earlier() -> None:
    stamps = pl.Series([datetime(2025, 10, 26, 0, minute) for minute in range(60)], dtype=pl.Datetime("us"))
    frame = pl.DataFrame({"line": range(60), "timestamp": stamps, "started_at": stamps})
    assert Folds("Europe/Berlin").unfolded(frame).equals(frame)
