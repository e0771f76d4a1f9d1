"""How improbable it is that few requests come: by visits of one size and of many, in logs of weeks and of an hour."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from scipy.stats import poisson
from tests.traffic import at, crowd, events, found, lost, traffic

from forensics.incidents.baseline import _bin_width, _running_median, bursts
from forensics.incidents.chance import Chance, few_visits

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(("wanted", "seen"), [(100, 20), (100, 40), (60, 5), (300, 120)])
def test_visits_of_exponential_sizes_stay_away_as_simulated(wanted: float, seen: float) -> None:
    rng, mean = np.random.default_rng(5), 10.0
    visits = rng.poisson(wanted / mean, 1_000_000)
    sums = mean * rng.standard_gamma(np.maximum(visits, 1)) * (visits > 0)
    told = -float(few_visits(np.array([seen]), np.array([wanted]), 2 * mean, mean)[0]) / np.log(10)
    assert told == pytest.approx(-np.log10((sums <= seen).mean()), abs=0.05)


def test_visits_of_one_size_are_poisson() -> None:
    told = np.exp(few_visits(np.array([30.0]), np.array([100.0]), 10.0, 10.0)[0])
    assert told == pytest.approx(poisson.cdf(3, 10))


def test_of_visits_of_many_sizes_it_is_rarer_that_hardly_any_come() -> None:
    seen, wanted = np.array([121.0, 90.0]), np.array([664.0, 90.0])
    alike, unlike = Chance(20.0, 0.02), Chance(20.0, 0.02, 10.0)
    for told in ("few", "lull"):
        assert getattr(unlike, told)(seen, wanted)[0] > getattr(alike, told)(seen, wanted)[0] + 0.5
        assert getattr(unlike, told)(seen, wanted)[1] == pytest.approx(0.3, abs=0.1), "half of all sums are as low as usual"
        assert (getattr(Chance(20.0, 0.02, 3.0), told)(seen, wanted) == getattr(unlike, told)(seen, wanted)).all(), "not relied on"


def test_bins_are_as_narrow_as_the_working_days_allow_whatever_is_masked() -> None:
    """An office in which nobody works at weekends or in the hours of an outage."""
    minute = np.arange(21 * 1440)
    at_work = (minute % 1440 // 60 >= 7) & (minute % 1440 // 60 < 20) & (minute // 1440 % 7 < 5)
    requests = np.random.default_rng(3).poisson(np.where(at_work, 8.0, 0.05)).astype(float)
    masked = np.zeros(len(minute), dtype=bool)
    assert _bin_width(requests, masked) == 15
    masked[3 * 1440 + 600 : 3 * 1440 + 700] = masked[9 * 1440 + 615 : 9 * 1440 + 640] = True
    assert _bin_width(requests, masked) == 15


def test_a_level_does_not_rest_on_the_small_hours_beside_a_hole() -> None:
    weights = np.tile(np.where(np.arange(24) < 12, 0.01, 1.0), 5)
    values = np.full(120, 5.0)
    values[weights < 1] = 50.0
    values[40:80] = np.nan
    assert _running_median(values, 12, weights) == pytest.approx(np.full(120, 5.0))


@pytest.fixture(scope="module")
def hour() -> pl.DataFrame:
    """57 minutes of a busy service, 15 requests a second by many."""
    rng = np.random.default_rng(17)
    second = np.sort(rng.uniform(0, 3420, 51_000))
    started = (pl.lit(at(0)) + pl.duration(microseconds=(pl.col("second") * 1e6).cast(pl.Int64))).alias("started_at")
    client = pl.Series("client", rng.integers(0, 3000, len(second)))
    took = pl.Series("duration_ms", np.round(80 * rng.lognormal(0, 0.6, len(second)), 1))
    return pl.DataFrame({"second": second}).with_columns(client, took).select(
        started, "duration_ms", status=pl.lit(200), path=pl.lit("/"), logged_by=pl.lit("edge-1"),
        client_ip=pl.format("198.18.{}.{}", pl.col("client") // 250, pl.col("client") % 250),
    )  # fmt: skip


START, END = at(0) + 1300 * SECOND, at(0) + 1535 * SECOND
INSIDE = pl.col("started_at").is_between(START, END, closed="left")


def _refused(hour: pl.DataFrame) -> pl.DataFrame:
    return hour.with_columns(pl.when(INSIDE).then(403).otherwise("status").alias("status"))


def _slow(hour: pl.DataFrame) -> pl.DataFrame:
    return hour.with_columns(pl.when(INSIDE).then(4 * pl.col("duration_ms")).otherwise("duration_ms").alias("duration_ms"))


def _crowd(hour: pl.DataFrame) -> pl.DataFrame:
    shifts = [pl.col("started_at") + pl.duration(milliseconds=7 * n) for n in range(6)]
    lasting = pl.col("started_at").is_between(START, START + 420 * SECOND)
    return pl.concat([hour.filter(~lasting), *(hour.filter(lasting).with_columns(shift) for shift in shifts)]).sort("started_at")


@pytest.mark.parametrize(
    ("change", "kind", "end"),
    [(_refused, "errors", END), (_slow, "latency", END), (_crowd, "surge", START + 420 * SECOND), (None, "", END)],
    ids=["refused", "slow", "a crowd", "nothing"],
)
def test_minutes_of_trouble_in_a_busy_hour(tmp_path, hour, change, kind, end) -> None:
    case, incidents = found(tmp_path, hour if change is None else change(hour))
    case.close()
    assert [row["kind"] for row in incidents] == [kind] * (change is not None)
    for row in incidents:
        assert abs(row["started_at"] - START) <= 60 * SECOND
        assert abs(row["ended_at"] - end) <= 60 * SECOND


def test_a_silence_that_fills_no_minute_is_found_in_a_busy_hour(tmp_path, hour) -> None:
    start = datetime(2024, 2, 19, 0, 25, 35)
    case, incidents = found(tmp_path, lost(hour, start, start + 50 * SECOND))
    case.close()
    (row,) = incidents
    assert row["kind"] == "silence"
    assert abs(row["started_at"] - start) <= SECOND
    assert abs(row["ended_at"] - start - 50 * SECOND) <= SECOND


def test_a_pause_of_seconds_is_none(tmp_path, hour) -> None:
    start = datetime(2024, 2, 19, 0, 25, 50)
    case, incidents = found(tmp_path, lost(hour, start, start + 15 * SECOND))
    case.close()
    assert incidents == []


@pytest.mark.parametrize(("mean", "least", "most"), [(1, 1.0, 2.5), (6, 9.0, 14.0)], ids=["requests by themselves", "visits of six"])
def test_how_many_requests_come_together_shows_in_minutes_next_to_each_other(mean: int, least: float, most: float) -> None:
    """A level that wavers by a quarter within half an hour is no visit; visits of geometric sizes have 2 * mean - 1."""
    rng, minutes = np.random.default_rng(8), 10 * 1440
    level = np.exp(0.25 * np.convolve(rng.normal(size=minutes + 89), np.hanning(90) / np.sqrt((np.hanning(90) ** 2).sum()), "valid"))
    visits = rng.poisson(15 * level / mean)
    begins = np.repeat(np.arange(minutes), visits) + rng.random(visits.sum())
    sizes = rng.geometric(1 / mean, len(begins))
    pauses = rng.exponential(0.4, sizes.sum())
    pauses[np.cumsum(sizes) - sizes] = 0
    since = np.cumsum(pauses)
    at = np.repeat(begins, sizes) + since - np.repeat(since[np.cumsum(sizes) - sizes], sizes)
    requests = np.bincount(at[at < minutes].astype(int), minlength=minutes).astype(float)
    within = bursts(requests, np.full(minutes, 15.0), np.zeros(minutes, dtype=bool))
    assert least <= within[-1] <= most
    assert (np.diff(within) >= 0).all(), "in a shorter time a smaller part of a visit can be missing"
    assert mean == 1 or within[0] <= 0.7 * within[-1]


def test_minutes_without_a_request_are_a_silence_where_hardly_any_is_empty(tmp_path) -> None:
    """Requests by themselves, fifteen a minute about a level that wavers: too few minutes are empty to tell how long they last."""
    rng, minutes = np.random.default_rng(9), 7 * 1440
    level = np.exp(0.25 * np.convolve(rng.normal(size=minutes + 89), np.hanning(90) / np.sqrt((np.hanning(90) ** 2).sum()), "valid"))
    minute = np.repeat(np.arange(minutes), rng.poisson(15 * level))
    seconds = np.sort(60.0 * (minute + rng.random(len(minute))))
    frame = events(rng, seconds, rng.integers(0, 900, len(seconds)), 0.002)
    start = at(4, 7.5)
    case, incidents = found(tmp_path, lost(frame, start, start + timedelta(minutes=4)))
    case.close()
    assert [(row["kind"], abs(row["started_at"] - start) <= 30 * SECOND) for row in incidents] == [("silence", True)]


@pytest.mark.parametrize(("deepest", "kinds"), [(0.25, ["collapse"]), (0.65, [])])
def test_half_of_a_steady_load_is_not_missing_by_chance(tmp_path, deepest: float, kinds: list[str]) -> None:
    """Ten requests a second for three quarters of an hour: within eight minutes the load falls to a quarter and is back."""
    rng = np.random.default_rng(12)
    seconds = np.sort(rng.random(27_000) * 2700)
    lost_share = np.clip(1 - np.abs(seconds - 1500) / 240, 0, 1) * (1 - deepest)
    seconds = seconds[rng.random(len(seconds)) >= lost_share]
    case, incidents = found(tmp_path, events(rng, seconds, rng.integers(0, 900, len(seconds)), 0.002))
    case.close()
    assert [row["kind"] for row in incidents] == kinds
    for row in incidents:
        assert "lost about half of its load" in row["summary"]
        assert abs(row["started_at"] - at(0, 1260 / 3600)) <= 150 * SECOND
        assert abs(row["ended_at"] - at(0, 1740 / 3600)) <= 150 * SECOND


@pytest.mark.parametrize(("days", "per_second", "kinds"), [(12, 2.0, ["surge"]), (12, 0.4, [])])
def test_what_a_log_of_a_week_never_saw_by_far_is_a_surge_though_its_level_wavers(
    tmp_path, days: int, per_second: float, kinds: list[str]
) -> None:
    """Six times the usual for the hour, twice the busiest hour of all other days; and a lively hour."""
    start = at(days - 3, 8.8)
    case, incidents = found(tmp_path, crowd(traffic("bursty", 40, days=days), start, start + timedelta(minutes=50), per_second))
    case.close()
    assert [row["kind"] for row in incidents] == kinds
    assert all(abs(row["started_at"] - start) <= 180 * SECOND for row in incidents)
