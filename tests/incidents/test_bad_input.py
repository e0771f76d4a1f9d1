"""Little, odd or broken evidence: what can be concluded is, nothing breaks."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.stored_case import add_log, add_user_accounts, new_case
from tests.traffic import at, crowd, failing, found, lost, traffic

from forensics.incidents import detect, rollups, survey


@pytest.fixture(scope="module")
def day() -> pl.DataFrame:
    return traffic("diurnal", 8, days=1)


@pytest.mark.parametrize("count", [0, 1, 2, 30])
def test_a_handful_of_events_is_no_incident(tmp_path, day, count):
    case, incidents = found(tmp_path, day.head(count))
    case.close()
    assert incidents == []


def test_an_hour_of_logs_from_one_host(tmp_path, day):
    hour = day.filter(pl.col("started_at").is_between(at(0, 12), at(0, 13)) & (pl.col("logged_by") == "edge-1"))
    case, incidents = found(tmp_path, failing(hour, at(0, 12.5), at(0, 12.75)))
    case.close()
    (row,) = incidents
    assert row["kind"] == "errors"
    assert abs(row["started_at"] - at(0, 12.5)) < timedelta(minutes=1)
    assert "less than three days" in row["basis"]
    assert row["ramp_started_at"] is None, "what is usual is known from the rest of the hour"


def test_an_hour_in_which_most_of_the_load_is_lost_for_minutes(tmp_path):
    """Sums over a quarter of an hour hold the collapse and little else: they do not show how load usually falls, shorter ones do."""
    second = np.random.default_rng(5).uniform(0, 3400, 30_000)
    second = np.sort(second[(second < 1179) | (second > 1639) | (np.arange(len(second)) % 8 == 0)])
    world = pl.DataFrame({"second": second}).select(
        (pl.lit(at(0)) + pl.duration(microseconds=(pl.col("second") * 1e6).cast(pl.Int64))).alias("started_at"), status=pl.lit(200),
        client_ip=pl.format("198.18.0.{}", pl.int_range(pl.len()) % 250), path=pl.lit("/"), logged_by=pl.lit("edge-1"),
    )  # fmt: skip
    case, incidents = found(tmp_path, world)
    case.close()
    (row,) = incidents
    assert row["kind"] == "collapse"
    assert abs(row["started_at"] - at(0) - timedelta(seconds=1179)) <= timedelta(minutes=1)
    assert abs(row["ended_at"] - at(0) - timedelta(seconds=1639)) <= timedelta(minutes=1)


def test_dates_far_from_all_others_do_not_stretch_the_axis(tmp_path, day):
    broken = day.head(20).with_columns(pl.lit(datetime(1970, 1, 1)).alias("started_at").cast(pl.Datetime("us")))
    case, incidents = found(tmp_path, pl.concat([broken, failing(day, at(0, 12), at(0, 13))]))
    case.close()
    (row,) = incidents
    assert row["started_at"] > at(0, 11)
    assert "20 requests dated far from all others" in row["basis"]


def test_logs_that_lie_months_apart_are_looked_at_each_by_itself(tmp_path, day):
    """The older is neither the baseline of the newer, nor left out; between them is no silence."""
    year = timedelta(days=364)
    older = failing(day, at(0, 8), at(0, 9)).with_columns(pl.col("started_at") - year)
    case, incidents = found(tmp_path, pl.concat([older, failing(day, at(0, 12), at(0, 13))]))
    case.close()
    assert [
        (row["kind"], row["started_at"].replace(second=0, microsecond=0)) for row in sorted(incidents, key=lambda r: r["started_at"])
    ] == [
        ("errors", at(0, 8) - year),
        ("errors", at(0, 12)),
    ]


def test_a_hole_of_one_hour_in_the_night_of_the_change_reads_as_the_clock(tmp_path):
    world = traffic("diurnal", 9, days=5, per_second=0.6)
    moved = world.with_columns(pl.col("started_at") + timedelta(days=20))  # 10 to 15 March 2024; clocks change in America on the 10th
    start = datetime(2024, 3, 10, 2)
    hole = moved.with_columns(
        pl.when(pl.col("started_at") >= start).then(pl.col("started_at") + timedelta(hours=1)).otherwise("started_at")
    )
    case, incidents = found(tmp_path, hole)
    case.close()
    assert [(row["kind"], row["reading"], row["severity"]) for row in incidents] == [("silence", "clock", "low")]
    assert incidents[0]["summary"].startswith("The log of the service has no line from 2024-03-10 01:59:")
    assert "fell silent" not in incidents[0]["summary"]


def test_a_silence_of_one_host_while_the_others_go_on_reads_as_a_missing_log(tmp_path):
    world = lost(traffic("diurnal", 4, days=5), at(3, 9), at(3, 12), host="edge-2")
    case, incidents = found(tmp_path, world)
    case.close()
    (row,) = incidents
    assert (row["scope"], row["reading"], row["severity"]) == ("edge-2", "log missing", "low")
    assert "budget" not in row["basis"], "what is no outage spends none"


def test_a_hole_that_no_log_spans_reads_as_missing_logs_whatever_these_are_called(tmp_path):
    world = lost(traffic("diurnal", 4, days=6).with_columns(pl.lit("july").alias("logged_by")), at(3, 9), at(3, 14))
    apart = world.with_columns(pl.when(pl.col("started_at") < at(3, 12)).then("logged_by").otherwise(pl.lit("august")).alias("logged_by"))
    case, incidents = found(tmp_path / "apart", apart)
    case.close()
    assert [(row["reading"], row["severity"]) for row in incidents] == [("log missing", "low")]
    when = pl.col("started_at")
    spanning = apart.filter(when.is_between(at(3, 7), at(3, 8)) | when.is_between(at(3, 15), at(3, 15.1)))
    case, incidents = found(tmp_path / "spanned", pl.concat([apart, spanning.with_columns(pl.lit("x").alias("logged_by"))]))
    case.close()
    assert [row["reading"] for row in incidents if row["scope"] == "everything"] == ["service down"], "one log goes on, and is empty too"


@pytest.mark.parametrize(("others", "minutes"), [(3, 3), (10, 12), (30, 3), (30, 12)])
def test_a_burst_with_next_to_nothing_around_it_is_no_surge(tmp_path, day, others, minutes):
    thin = day.gather_every(day.height // others)
    case, incidents = found(tmp_path, crowd(thin, at(0, 12), at(0, 12) + timedelta(minutes=minutes), 3.0))
    case.close()
    assert incidents == []


def test_a_surge_lies_within_what_was_logged(tmp_path, day):
    start, end = at(0, 12), at(0, 12.2)
    case, incidents = found(tmp_path, crowd(day.gather_every(100), start, end, 1.0))
    case.close()
    (row,) = incidents
    assert row["kind"] == "surge"
    assert abs(row["started_at"] - start) <= timedelta(minutes=1)
    assert abs(row["ended_at"] - end) <= timedelta(minutes=1)


def test_hours_between_files_teach_nothing(tmp_path):
    week = traffic("diurnal", 5, days=5)
    apart = week.filter(pl.col("started_at").is_between(at(0, 8), at(0, 20)) | pl.col("started_at").is_between(at(4, 8), at(4, 20)))
    hosts = apart.with_columns(pl.when(pl.col("started_at") < at(2)).then(pl.lit("edge-1")).otherwise(pl.lit("edge-2")).alias("logged_by"))
    case, incidents = found(tmp_path, hosts)
    case.close()
    assert [row["kind"] for row in incidents if row["kind"] == "surge"] == []


def jumped(frame: pl.DataFrame, start: datetime, end: datetime, by: timedelta) -> pl.DataFrame:
    """The same requests as a clock wrote them that was wrong ``by`` so much between two moments; the order of lines stays."""
    wrong = pl.col("started_at").is_between(start, end, closed="left")
    return frame.with_columns(pl.when(wrong).then(pl.col("started_at") + by).otherwise("started_at"))


def with_a_step_back(tmp_path: Path, world: pl.DataFrame) -> list[dict[str, Any]]:
    """The incidents of one log in which the clock was seen to step back."""
    with new_case(tmp_path / "case") as case:
        add_log(case, "edge-1.log", world.drop("logged_by"), "edge-1")
        case.connection.execute("UPDATE evidence_files SET backward_steps = 1")
        add_user_accounts(case)
        with case.transaction():
            rollups.count(case)
            detect.detect(case, survey.survey(case)())
        return case.table("incidents").to_dicts()


def test_a_clock_that_ran_ahead_and_was_set_back_is_no_outage(tmp_path):
    one = traffic("diurnal", 6, days=5, per_second=0.6).with_columns(pl.lit("edge-1").alias("logged_by"))
    world = jumped(one, at(3, 11), at(3, 15), timedelta(minutes=50))
    (row,) = with_a_step_back(tmp_path, world)
    assert (row["kind"], row["reading"], row["severity"]) == ("silence", "clock", "low")
    assert "the clock of edge-1 was set back by 50 min at 2024-02-22 15:49:" in row["basis"]


def test_the_hour_that_is_passed_twice_in_autumn_is_no_surge(tmp_path):
    one = traffic("diurnal", 6, days=5, per_second=0.6).with_columns(pl.lit("edge-1").alias("logged_by"))
    world = jumped(one, at(3, 15), at(9), timedelta(hours=-1))
    assert with_a_step_back(tmp_path, world) == []


def test_the_hour_after_one_that_the_clock_passed_twice_is_no_outage(tmp_path):
    """Local times without a zone, in the night in which summer time ends: both hours from two to three are read as the first."""
    one = traffic("diurnal", 6, days=5, per_second=0.6).with_columns(pl.lit("edge-1").alias("logged_by"))
    world = jumped(one, at(3, 12), at(3, 13), timedelta(hours=-1))
    (row,) = with_a_step_back(tmp_path, world)
    assert (row["kind"], row["reading"], row["severity"]) == ("silence", "clock", "low")
    assert "what was asked then stands in the time that it passed twice" in row["basis"]


def test_minutes_of_silence_in_a_log_of_a_quarter_of_an_hour_are_measured_by_the_rest(tmp_path):
    """Beside them, and the minutes near them, hardly a minute was left to say what is usual: nothing was, and nothing was missing."""
    second = np.sort(np.random.default_rng(6).uniform(0, 1080, 10_800))
    second = second[(second < 468) | (second > 720)]
    world = pl.DataFrame({"second": second}).select(
        (pl.lit(at(0)) + pl.duration(microseconds=(pl.col("second") * 1e6).cast(pl.Int64))).alias("started_at"), status=pl.lit(200),
        client_ip=pl.format("198.18.0.{}", pl.int_range(pl.len()) % 250), path=pl.lit("/"), logged_by=pl.lit("edge-1"),
    )  # fmt: skip
    case, incidents = found(tmp_path, world)
    case.close()
    (row,) = incidents
    assert (row["kind"], row["ramp_started_at"]) == ("silence", None)
    assert 1500 <= row["missing_requests"] <= 2600
    assert row["severity"] != "low"


@pytest.mark.parametrize("lost_files", [True, False])
def test_load_before_a_hole_between_two_files_is_told_by_itself(tmp_path, lost_files):
    """What was asked for in the evening is no ramp to an outage that nobody knows of; before a hole inside a file it is."""
    world = crowd(traffic("diurnal", 4, days=6), at(3, 8.5), at(3, 9), 8.0).with_columns(pl.lit("one").alias("logged_by"))
    world = lost(world, at(3, 9), at(3, 14))
    if lost_files:
        when = pl.when(pl.col("started_at") < at(3, 12)).then(pl.lit("july")).otherwise(pl.lit("august"))
        world = world.with_columns(when.alias("logged_by"))
    case, incidents = found(tmp_path, world)
    case.close()
    assert [row["kind"] for row in incidents] == (["surge", "silence"] if lost_files else ["silence"])
    assert (incidents[-1]["ramp_started_at"] is None) == lost_files
    assert ("asked for far more than usual" in incidents[-1]["summary"]) != lost_files
