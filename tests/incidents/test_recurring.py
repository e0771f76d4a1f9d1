"""What comes again at the same hours is usual there; what does not is told, though something like it comes elsewhere."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from tests.traffic import at, crowd, found, slow, traffic

from forensics.incidents.recurring import comes_again

MINUTE = timedelta(minutes=1)
BATCH = (2.0, 3.0)


@pytest.mark.parametrize(("days", "when"), [((6, 13, 20), BATCH), ((6, 20), BATCH), ((6, 13, 18, 20), (9.0, 10.0))])
def test_a_batch_of_every_week_is_no_surge_and_one_of_some_weeks_is(tmp_path, days, when):
    """Three Sundays of a log of three weeks; two of three; and a Friday besides, which is told alone."""
    frame = traffic("diurnal", 31, days=21, per_second=0.15)
    for day in days:
        frame = crowd(frame, at(day, when[0]), at(day, when[1]), 3.0, seed=day)
    case, incidents = found(tmp_path, frame)
    case.close()
    wanted = {(6, 13, 20): [], (6, 20): [6, 20]}.get(days, [18])
    assert [row["kind"] for row in incidents] == ["surge"] * len(wanted)
    assert all(abs(row["started_at"] - at(day, when[0])) <= 3 * MINUTE for row, day in zip(incidents, wanted, strict=True))


@pytest.mark.parametrize(("nights", "told"), [(range(8), 0), ((2, 5), 2)])
def test_a_backup_that_slows_every_night_is_no_incident(tmp_path, nights, told):
    frame = traffic("diurnal", 32, days=8)
    for day in nights:
        frame = slow(frame, at(day, 3), at(day, 3.4))
    case, incidents = found(tmp_path, frame)
    case.close()
    assert [row["kind"] for row in incidents] == ["latency"] * told


@pytest.mark.parametrize(("away", "told"), [(8, []), (1, ["i-1"])])
def test_hosts_that_come_and_go_are_no_incidents_and_one_that_goes_once_is(tmp_path, away, told):
    """Eight hosts, of which each is away for three quarters of the days, or one for one of the days; others do the work meanwhile."""
    frame, rng = traffic("diurnal", 33, days=8, per_second=0.8), np.random.default_rng(5)
    half_day = ((pl.col("started_at") - at(0)).dt.total_minutes() // 720).cast(pl.Int64)
    there = {n: sorted(rng.permutation(8)[:2]) if away == 8 else [h for h in range(8) if h != 1 or n not in (7, 8)] for n in range(17)}
    host = [
        int(there[n][k % len(there[n])])
        for n, k in zip(frame.select(half_day).to_series(), rng.integers(0, 840, frame.height), strict=True)
    ]
    case, incidents = found(tmp_path, frame.with_columns(logged_by=pl.format("i-{}", pl.Series(host))))
    case.close()
    assert [row["scope"] for row in incidents] == told


@pytest.mark.parametrize(("later", "told"), [(timedelta(), []), (2 * MINUTE, []), (timedelta(hours=6), ["i-1"])])
def test_hosts_that_are_renamed_are_no_incident_and_one_that_is_replaced_hours_later_is(tmp_path, later, told):
    """Three hosts, of which one (or two, at once) is another from the sixth day on: a release gives containers new names."""
    frame, name = traffic("diurnal", 33, days=8), pl.format("i-{}", pl.col("user_name").hash(5) % 3 + 1)
    old = pl.col("logged_by").is_in(["i-1"] if later else ["i-1", "i-2"])
    gone = old & pl.col("started_at").is_between(at(6), at(6) + later, closed="left")
    frame = frame.with_columns(logged_by=name).filter(~gone)
    renamed = pl.when(old & (pl.col("started_at") >= at(6))).then(pl.format("new-{}", "logged_by")).otherwise("logged_by")
    case, incidents = found(tmp_path, frame.with_columns(logged_by=renamed))
    case.close()
    assert [row["scope"] for row in incidents] == told


@pytest.mark.parametrize(("dead", "later", "share"), [(3, 3, 0.12), (1, 3, 0.01), (1, -4, 0.12), (1, -4, 0.01)])
def test_one_new_host_is_no_other_name_of_three_that_died_nor_a_small_or_an_earlier_one_of_one(tmp_path, dead, later, share):
    """Eight hosts of which some die at 14:00 for good; another begins some minutes from then, with so much of all that is asked."""
    name, new = pl.format("web-{}", pl.col("user_name").hash(5) % 8 + 1), pl.col("started_at") >= at(6, 14) + later * MINUTE
    frame = traffic("diurnal", 33, days=8, per_second=0.6).with_columns(logged_by=name)
    gone = pl.col("logged_by").is_in([f"web-{n + 1}" for n in range(dead)]) & (pl.col("started_at") >= at(6, 14))
    drawn = pl.Series(np.random.default_rng(9).random(frame.height)) < share
    frame = frame.with_columns(logged_by=pl.when(new & drawn).then(pl.lit("batch-1")).otherwise("logged_by")).filter(~gone)
    case, incidents = found(tmp_path, frame)
    case.close()
    assert [(row["kind"], row["scope"]) for row in incidents] == [("silence", "web-1")]


def test_too_few_other_days_say_nothing():
    values = np.zeros(3 * 1440)
    values[[100, 1540]] = 9.0
    assert not comes_again(values[: 2 * 1440], 100, 100, 5.0), "one other day is no habit"
    assert not comes_again(values, 100, 100, 5.0), "of two other days one is too few"
    values[2980] = 9.0
    assert comes_again(values, 100, 100, 5.0)
