"""A burst that is one of many names nobody; one like it on a single other day does not excuse it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from tests.stored_case import new_case

from forensics.attribution.search.scan import Winner
from forensics.attribution.search.somebody import habitual
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
    [([3, 5, 7], 60.0, True), ([3, 5, 7], 90.0, False), ([5], 60.0, False), ([3, 5, 10], 60.0, False)],
    ids=["often", "never so much", "once", "the incident itself counts for nothing"],
)
def test_who_often_asks_as_much_is_not_named_for_it(tmp_path: Path, days: list[int], own: float, expected: bool) -> None:
    rows = bursts([day for day in days if day != 10])
    if 10 in days:
        rows = pl.concat([rows, bursts([10], hour=20)])
    with new_case(tmp_path / "case") as case:
        case.insert("subject_minutes", rows.with_columns(duration_ms_sum=pl.lit(0.0)))
        assert habitual(case, scene(own), WINNER) is expected
