"""When failures begin and what was borne before: by minutes, by seconds, by service times."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from forensics.attribution.facts.borne import carried
from forensics.attribution.facts.minutes import at_their_pace, error_onset
from forensics.attribution.facts.seconds import first_failure
from forensics.attribution.windows import Window, load_window, sudden_window

NOON = datetime(2024, 3, 1, 12)


def minutes(requests: list[int], failed: list[int], blamed: list[int] | None = None) -> pl.DataFrame:
    at = [NOON + timedelta(minutes=n) for n in range(len(requests))]
    known = {"minute": at, "requests": requests, "failed": failed, "load": requests, "blamed": blamed or [0] * len(requests)}
    frame = pl.DataFrame(known | {"refused": [0.0] * len(requests)})
    return frame.with_columns(pl.col("minute").cast(pl.Datetime("us")), pl.col("load", "blamed").cast(pl.Float64))


def test_what_was_asked_once_requests_failed_is_none_of_the_load() -> None:
    rows = minutes([20] * 5 + [80, 80], [0] * 5 + [40, 80], [10] * 5 + [70, 70])
    first, times = at_their_pace(rows, NOON + timedelta(minutes=5))
    assert times == 7
    assert first["blamed"].to_list() == [10.0] * 7
    assert first["load"].to_list() == [20.0] * 7
    assert first["failed"].to_list() == [0.0] * 5 + [10.0, 20.0]


def test_single_failures_of_a_slow_service_are_no_beginning() -> None:
    rows = minutes([20] * 40, [0] * 10 + [1, 1, 0, 1] + [0] * 16 + [8] * 10)
    assert error_onset(rows, NOON + timedelta(minutes=10)) == NOON + timedelta(minutes=30)


def test_a_service_that_always_fails_a_little_has_no_beginning_in_chance() -> None:
    rng = np.random.default_rng(3)
    rows = minutes([400] * 120, rng.binomial(400, 0.03, 120).tolist())
    assert error_onset(rows, NOON + timedelta(minutes=60)) is None


@pytest.mark.parametrize("usual", [0, 2])
def test_the_second_of_the_first_failures_is_told_from_usual_ones(usual: int) -> None:
    failed = np.full(240, float(usual))
    failed[150:] += 20
    assert first_failure(failed) in range(146, 151)
    assert first_failure(np.full(240, float(usual))) is None


def test_a_load_that_was_borne_for_long_is_counted_and_a_rise_is_not() -> None:
    flat = minutes([100] * 60 + [500] * 45, [0] * 100 + [300] * 5, [0] * 60 + [400] * 45)
    assert carried(flat, NOON + timedelta(minutes=55), NOON + timedelta(minutes=100)) == 37
    rising = [100 + 20 * n for n in range(45)]
    steep = minutes([100] * 60 + rising, [0] * 100 + [300] * 5, [0] * 60 + [n - 100 for n in rising])
    assert carried(steep, NOON + timedelta(minutes=55), NOON + timedelta(minutes=100)) <= 5
    assert carried(flat, NOON, None) == 0


def test_the_first_minutes_of_an_impact_are_looked_at_where_the_window_ends_before_them() -> None:
    incident = {"kind": "errors", "started_at": NOON, "ended_at": NOON + timedelta(hours=1)}
    just_before = NOON - timedelta(minutes=5)
    assert load_window(incident).end == NOON
    assert sudden_window(incident) == Window(just_before, NOON + timedelta(minutes=3))
    assert sudden_window(incident, NOON + timedelta(minutes=7)) == Window(just_before, NOON + timedelta(minutes=10))
    assert sudden_window(incident | {"kind": "surge"}) is None


def test_what_had_been_over_for_minutes_is_no_beginning() -> None:
    """One client fails, and tries the same thing again and again; nine minutes later everything fails."""
    rows = minutes([250] * 60, [0] * 40 + [9, 8, 0, 0, 7, 0, 0, 0, 0] + [200] * 11)
    before = NOON + timedelta(minutes=38)
    assert error_onset(rows, before) == NOON + timedelta(minutes=40)
    assert error_onset(rows, before, NOON + timedelta(minutes=49)) == NOON + timedelta(minutes=49)
    growing = minutes([250] * 60, [0] * 40 + [9, 8, 0, 12, 20, 0, 0, 30, 60] + [200] * 11)
    assert error_onset(growing, before, NOON + timedelta(minutes=49)) == NOON + timedelta(minutes=40)
