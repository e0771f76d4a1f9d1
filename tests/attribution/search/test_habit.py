"""A burst that is one of many names nobody; one like it on a single other day does not excuse it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from tests.stored_case import new_case

from forensics.attribution.search.blame import _as_ever
from forensics.attribution.search.finding import Rise
from forensics.attribution.search.scan import Winner
from forensics.attribution.search.somebody import days_alike
from forensics.attribution.windows import Window

START = datetime(2024, 3, 10, 20)
WINNER = Winner("actor", "a1", 60.0, 1.0, 90.0, 0.06, 2.0, 1.0)


def scene(own: float) -> Any:
    loads = pl.DataFrame({"w": [0, 0], "actor_id": ["a1", "a2"], "account_id": ["u1", "u2"], "requests": [own, 500.0]})
    return SimpleNamespace(
        loads=loads, window=Window(START, START + timedelta(minutes=10)), masked=[Window(START, START + timedelta(hours=2))]
    )


def bursts(days: list[int], hour: int = 9, each: int = 12) -> pl.DataFrame:
    minutes = [datetime(2024, 3, day, hour) + timedelta(minutes=n) for day in days for n in range(5)]
    return pl.DataFrame(
        {"minute": minutes, "account_id": "u1", "network": "n", "agent_id": 1, "route_id": 1, "requests": each, "failed": 0}
    )


@pytest.mark.parametrize(
    ("days", "own", "expected"),
    [([3, 5, 7], 60.0, 3), ([3, 5, 7], 90.0, 0), ([5], 60.0, 1), ([3, 5, 10], 60.0, 2)],
    ids=["often", "never so much", "once", "the incident itself counts for nothing"],
)
def test_who_often_asks_as_much_is_not_named_for_it(tmp_path: Path, days: list[int], own: float, expected: int) -> None:
    rows = bursts([day for day in days if day != 10])
    if 10 in days:
        rows = pl.concat([rows, bursts([10], hour=20)])
    with new_case(tmp_path / "case") as case:
        case.insert("subject_minutes", rows.with_columns(duration_ms_sum=pl.lit(0.0)))
        assert days_alike(case, scene(own), WINNER) == expected


@pytest.mark.parametrize(
    ("begins", "lasts", "expected"),
    [
        (datetime(2024, 3, 9, 23, 50), 20, 1),
        (datetime(2024, 3, 9, 23, 57), 20, 1),
        (datetime(2024, 3, 10, 12), 20, 0),
        (datetime(2024, 3, 11, 9), 20, 1),
        (datetime(2024, 3, 5, 9), 3 * 1440, 3),
    ],
    ids=["over midnight", "just before midnight", "earlier on the same day", "the day after", "for three days"],
)
def test_a_burst_is_of_the_day_that_it_began_on_and_the_incidents_own_day_is_no_other(
    tmp_path: Path, begins: datetime, lasts: int, expected: int
) -> None:
    rows = bursts([3])[:1].join(pl.DataFrame({"at": [begins + timedelta(minutes=n) for n in range(lasts)]}), how="cross")
    with new_case(tmp_path / "case") as case:
        case.insert("subject_minutes", rows.with_columns(minute="at", duration_ms_sum=pl.lit(0.0)).drop("at"))
        assert days_alike(case, scene(60.0), WINNER) == expected


@pytest.mark.parametrize(("days", "expected"), [([3, 5, 7], [3]), ([3, 5], [])])
def test_who_often_made_as_much_of_an_excess_is_told_with_its_days(tmp_path: Path, days: list[int], expected: list[int]) -> None:
    with new_case(tmp_path / "case") as case:
        case.insert("subject_minutes", bursts(days).with_columns(duration_ms_sum=pl.lit(0.0)))
        found = _as_ever(case, scene(60.0), Rise("requests", 120.0, 20.0, 9.0), [WINNER, replace(WINNER, kind="network")])
    assert [b.days for b in found] == expected
    assert all(b.share == pytest.approx(0.59) for b in found)
