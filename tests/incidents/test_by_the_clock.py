"""Jobs that run by the clock are no incident, nor are the quiet minutes before them; what breaks beside them is still found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from tests.traffic import START, at, crowd, found, lost, traffic

from forensics.incidents.clockwork import by_the_clock

MINUTE = timedelta(minutes=1)
DAYS = 9


def with_job(frame: pl.DataFrame, begins: Callable[[int], float | None], days: int = DAYS, minutes: float = 45) -> pl.DataFrame:
    """Add one customer's job, at so many minutes after midnight of each day (None: not on that day)."""
    for day in range(days):
        start = begins(day)
        if start is not None:
            begin = at(day, start / 60)
            job = crowd(frame.clear(), begin, begin + minutes * MINUTE, 1.0, seed=day, accounts=1)
            frame = pl.concat([frame, job.with_columns(pl.lit("job-7").alias("user_name"), pl.lit("198.19.9.9").alias("client_ip"))])
    return frame.sort("started_at", maintain_order=True)


def drifting(day: int) -> float:
    return 115 + float(np.random.default_rng(day).uniform(-12, 12))


def weekdays(day: int) -> float | None:
    return 115 if (START + timedelta(days=day)).weekday() < 5 else None


@pytest.mark.parametrize("begins", [lambda day: 115, drifting, weekdays], ids=["sharp", "drifting", "weekdays"])
def test_a_nightly_job_makes_no_incident(tmp_path, begins):
    case, incidents = found(tmp_path, with_job(traffic("diurnal", 11, days=DAYS), begins))
    case.close()
    assert [row["incident_id"] for row in incidents] == []


@pytest.mark.parametrize("minutes", [118, 135])
def test_a_service_that_is_lost_during_the_job_is_found(tmp_path, minutes):
    world = with_job(traffic("diurnal", 11, days=DAYS), lambda day: 115)
    start = at(3, minutes / 60)
    case, incidents = found(tmp_path, lost(world, start, start + 15 * MINUTE))
    case.close()
    (row,) = incidents
    assert row["kind"] == "silence"
    assert abs(row["started_at"] - start) <= MINUTE
    assert abs(row["ended_at"] - start - 15 * MINUTE) <= MINUTE
    assert row["missing_requests"] == pytest.approx(15 * 65, rel=0.25), "the job is part of what should have come"


def test_an_agent_that_all_share_is_no_job_that_did_not_come(tmp_path):
    """A quiet site that was off for a day: nobody had asked in the ten minutes before, and one agent is all that its log knows."""
    quiet, end = traffic("diurnal", 11, days=DAYS, per_second=0.01), at(4, 11)
    after_a_pause = (pl.col("started_at").diff() > 12 * MINUTE) & (pl.col("started_at") > at(3, 5))
    start = quiet.filter(after_a_pause)["started_at"][0]
    world = lost(quiet, start + timedelta(microseconds=1), end)
    case, incidents = found(tmp_path, world.with_columns(pl.lit("Mozilla/1.1").alias("user_agent"), pl.lit(None).alias("user_name")))
    case.close()
    assert [(row["kind"], row["ended_at"] - end < 30 * MINUTE) for row in incidents] == [("silence", True)]


def test_a_short_silence_of_those_who_come_through_one_proxy_is_no_job_that_did_not_come(tmp_path):
    """In the minutes in which it begins and ends others came, before and after it: that is not that they came meanwhile."""
    quiet = traffic("diurnal", 12, days=DAYS, per_second=1.0)
    proxied = pl.when(pl.int_range(pl.len()) % 5 > 0).then(pl.lit("198.19.9.9")).otherwise("client_ip")
    start = at(4, 14) - timedelta(seconds=2)
    case, incidents = found(tmp_path, lost(quiet.with_columns(proxied.alias("client_ip")), start, start + timedelta(seconds=64)))
    case.close()
    assert [(row["kind"], abs(row["started_at"] - start) < MINUTE) for row in incidents] == [("silence", True)]


@pytest.mark.parametrize(("addresses", "kinds"), [(200, ["collapse"]), (1, [])])
def test_a_network_of_many_addresses_that_stays_away_is_no_job_that_did_not_come(tmp_path, addresses, kinds):
    """A log without accounts, three quarters of it of one campus: that the others come as usual shows that the campus cannot."""
    quiet = traffic("diurnal", 14, days=DAYS).with_columns(user_name=pl.lit(None, pl.String), user_agent=pl.lit(None, pl.String))
    campus = pl.int_range(pl.len()) % 4 > 0
    address = pl.format("198.19.9.{}", pl.int_range(pl.len()) % addresses)
    quiet = quiet.with_columns(client_ip=pl.when(campus).then(address).otherwise("client_ip"))
    start, end = at(4, 13), at(4, 14.2)
    away = pl.col("client_ip").str.starts_with("198.19.9.") & pl.col("started_at").is_between(start, end)
    case, incidents = found(tmp_path, quiet.filter(~away))
    case.close()
    assert [row["kind"] for row in incidents] == kinds


@pytest.mark.parametrize(("clients", "agent", "kinds"), [(400, "Shop/3", ["collapse"]), (1, "Shop/3", []), (400, "Shopbot/3", [])])
def test_an_app_that_stays_away_while_health_checks_go_on_is_no_job_that_did_not_come(tmp_path, clients, agent, kinds):
    """A certificate that expired shuts out everybody, who all come with one app; one client of it may come or not, and so may a crawler."""
    app, checks = traffic("diurnal", 13, days=DAYS), crowd(traffic("diurnal", 13, days=1).clear(), at(0), at(DAYS), 0.1, accounts=3)
    who = pl.format("c{}", pl.col("user_name").hash(1) % clients)
    address = pl.format("198.18.{}.9", pl.col("user_name").hash(1) % min(clients, 250))
    app = app.with_columns(user_name=None if "bot" in agent else who, client_ip=address, user_agent=pl.lit(agent))
    checks = checks.with_columns(user_name=pl.lit(None, pl.String), client_ip=pl.lit("198.19.9.9"), user_agent=pl.lit("probe/1"))
    start, end = at(4, 13), at(4, 14.2)
    world = pl.concat([lost(app, start, end), checks], how="diagonal_relaxed").sort("started_at", maintain_order=True)
    case, incidents = found(tmp_path, world)
    case.close()
    assert [row["kind"] for row in incidents] == kinds
    assert all(abs(row["started_at"] - start) < MINUTE and abs(row["ended_at"] - end) < MINUTE for row in incidents)


def _days(level: float, days: int = 8) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    minute = np.arange(days * 1440) % 1440
    requests = np.random.default_rng(3).poisson(level, len(minute)).astype(float)
    return requests, np.full(len(minute), level), minute


def test_minutes_of_a_job_are_expected_as_the_days_have_them():
    requests, smooth, minute = _days(5.0)
    inside = (minute >= 115) & (minute < 160)
    requests[inside] += np.random.default_rng(4).poisson(60.0, inside.sum())
    smooth += 60.0 * np.interp(minute, [85, 130, 145, 190], [0.0, 1.0, 1.0, 0.0])  # as a smooth rhythm has it
    masked = np.zeros(len(minute), dtype=bool)
    expected = by_the_clock(requests, smooth, masked, minute, np.zeros(len(minute), dtype=int))
    quiet = (minute >= 90) & (minute < 114)
    assert expected[quiet] == pytest.approx(5.0, abs=2.5)
    assert expected[inside] == pytest.approx(65.0, rel=0.25)
    assert expected[minute == 114].max() < 20 < 45 < expected[minute == 115].min(), "to the minute"


@pytest.mark.parametrize("level", [0.2, 3.0, 40.0])
def test_chance_is_no_clockwork(level):
    requests, smooth, minute = _days(level)
    nothing = np.zeros(len(minute), dtype=bool)
    assert (by_the_clock(requests, smooth, nothing, minute, minute * 0) == smooth).all()


def test_what_happened_on_few_days_or_was_masked_is_no_clockwork():
    requests, smooth, minute = _days(5.0)
    inside = (minute >= 115) & (minute < 160)
    early = np.arange(len(minute)) < 3 * 1440
    requests[inside & early] += 60
    nothing = np.zeros(len(minute), dtype=bool)
    assert (by_the_clock(requests, smooth, nothing, minute, minute * 0) == smooth).all(), "three days of eight"
    requests[inside & ~early] += 60
    assert (by_the_clock(requests, smooth, inside, minute, minute * 0) == smooth).all(), "known incidents teach nothing"


def test_a_minute_of_the_day_that_no_day_knows_is_as_it_was():
    requests, smooth, minute = _days(5.0)
    job = (minute >= 1425) & (minute < 1438)
    requests[job] += 60
    masked = minute >= 1438
    expected = by_the_clock(requests, smooth, masked, minute, minute * 0)
    assert expected[minute == 1430].min() > 40
    assert (expected[masked] == 5.0).all()
