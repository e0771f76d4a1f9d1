"""The counterfactual: exact load, a curve that refuses beyond what it saw, and capacity."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.attribution.worlds import World

from forensics.attribution.attribute import attribute
from forensics.attribution.curve import fit, isotonic
from forensics.attribution.facts.minutes import lead_lag, onset


def test_the_curve_grows_with_load_and_refuses_beyond_it() -> None:
    rng = np.random.default_rng(1)
    load = rng.uniform(10, 100, 2000)
    curve = fit(load, np.clip((load - 80) / 100, 0, 1) + rng.uniform(0, 0.01, 2000))
    assert curve is not None
    middle, low, high = curve.at(np.array([5.0, 50.0, 95.0, 101.0]))
    assert middle[0] <= middle[1] <= middle[2]
    assert middle[2] == pytest.approx(0.155, abs=0.02)
    assert (low[:3] <= middle[:3]).all()
    assert (middle[:3] <= high[:3]).all()
    assert np.isnan([middle[3], low[3], high[3]]).all(), "nothing is known beyond the highest load seen"


def test_the_fit_is_that_of_scipy_to_the_last_bit() -> None:
    from scipy.optimize import isotonic_regression

    rng = np.random.default_rng(9)
    for number in range(300):
        points = int(rng.integers(1, 42))
        values = rng.normal(size=points) * 10.0 ** rng.integers(-3, 6) + np.arange(points) * rng.normal()
        values = np.round(values) if number % 3 else values
        weights = rng.integers(1, 500, points).astype(float)
        assert (isotonic(values, weights) == isotonic_regression(values, weights=weights).x).all()


def test_a_curve_needs_an_hour() -> None:
    assert fit(np.ones(59), np.zeros(59)) is None


@pytest.mark.parametrize("lag", [0, 4, -6])
def test_lead_lag_finds_a_shift(lag: int) -> None:
    rng = np.random.default_rng(2)
    load = np.convolve(rng.normal(size=160), np.ones(5) / 5, "same")
    found = lead_lag(load, np.roll(load, lag) + rng.normal(scale=0.05, size=160))
    assert found is not None
    assert found.lag == lag
    assert found.low <= lag <= found.high


def test_onset_is_where_the_excess_begins() -> None:
    assert onset(np.array([5.0] * 30 + [50.0] * 10), 5.0) == 30
    assert onset(np.full(10, 5.0), 5.0) is None


def test_load_without_the_actor_is_exact(tmp_path: Path) -> None:
    world = World(seed=31)
    ring = world.newcomers(5)
    actor = world.actor(ring)
    world.ring(ring, 200.0)
    case = world.write(tmp_path)
    attribute(case)
    rows = case.table("counterfactuals")
    start, end = rows["minute"].min(), rows["minute"].max()
    loads = case.table("subject_minutes").filter(pl.col("minute").is_between(start, end))
    names = world.names[ring].tolist()
    others = (
        loads.filter(~pl.col("account_id").is_in(names).fill_null(False)).group_by("minute").agg(pl.col("requests").sum().alias("others"))
    )
    both = rows.join(others, on="minute", how="left").fill_null(0)
    assert rows["actor_id"].unique().to_list() == [actor]
    assert both["requests"].to_list() == both["others"].to_list()
    spoken = rows.filter(pl.col("failed").is_not_null())
    assert len(spoken) > 0.9 * len(rows)
    assert (spoken["failed"] <= 0.05 * spoken["requests"] + 1).all(), "the others' load never broke anything"
    assert (spoken["failed_low"] <= spoken["failed_high"]).all()
