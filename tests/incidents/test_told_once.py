"""What belongs together is told once, with all that is known of it, and nothing is told that is not so."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from tests.traffic import START, at, crowd, failing, found, lost, traffic

from forensics.attribution.attribute import attribute

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def quiet() -> pl.DataFrame:
    return traffic("diurnal", 21, days=6, per_second=0.3)


@pytest.mark.parametrize("failing_before", [0, 4])
def test_a_host_that_dies_while_the_others_do_its_work_is_one_incident_and_loses_nothing_else(tmp_path, quiet, failing_before):
    start, end = at(3, 12), at(3, 14)
    host, other = (pl.Series(np.random.default_rng(seed).integers(0, hosts, quiet.height)) for seed, hosts in ((1, 3), (2, 2)))
    gone = pl.col("started_at").is_between(start, end) & (pl.lit(host) == 2)
    dying = pl.col("started_at").is_between(start - failing_before * MINUTE, start, closed="left") & (pl.lit(host) == 2)
    world = quiet.with_columns(
        pl.format("edge-{}", pl.when(gone).then(pl.lit(other)).otherwise(pl.lit(host)) + 1).alias("logged_by"),
        pl.when(dying).then(502).otherwise("status").alias("status"),
    )
    case, incidents = found(tmp_path, world)
    case.close()
    (row,) = incidents
    assert (row["kind"], row["scope"], row["reading"], row["missing_requests"]) == ("silence", "edge-3", "host down", 0.0)
    assert abs(row["started_at"] - start + failing_before * MINUTE) < MINUTE
    assert abs(row["ended_at"] - end) < MINUTE
    assert row["severity"] == ("high" if failing_before else "low"), "only what failed is lost"
    assert "the other hosts did its work" in row["summary"]
    assert ("failed from" in row["summary"]) == bool(failing_before)


def test_a_crowd_that_brings_the_service_down_is_one_incident_with_both_facts(tmp_path, quiet):
    world = crowd(quiet, at(3, 12), at(3, 14), 3.0)
    case, incidents = found(tmp_path, failing(world, at(3, 12.5), at(3, 13.75), 0.7))
    case.close()
    (row,) = incidents
    assert row["kind"] == "errors"
    assert "the service was asked for far more than usual from 2024-02-22 12:00 to 2024-02-22 14:00 UTC" in row["summary"]


def test_where_requests_are_refused_no_phase_is_an_outage(tmp_path, quiet):
    inside = pl.col("started_at").is_between(at(3, 12), at(3, 12.75))
    for status, phase in ((401, "refusing"), (499, "outage")):
        case, _ = found(tmp_path / str(status), quiet.with_columns(pl.when(inside).then(status).otherwise("status").alias("status")))
        with case:
            assert case.table("phases")["phase"].to_list() == ["normal", phase, "recovered"]


def test_of_an_outage_in_which_the_logs_begin_nobody_knows_what_led_to_it(tmp_path, quiet):
    case, _ = found(tmp_path, failing(quiet, START, at(0, 1.5), 0.95))
    with case, case.transaction():
        attribute(case)
        (row,) = case.table("incidents").to_dicts()
    assert row["verdict"] == "inconclusive"
    assert "The logs begin at 00:00 UTC: what was asked before it is not in them" in row["summary"]
    assert "expected" not in row["summary"]


def test_one_route_that_is_slow_at_its_usual_load_points_to_a_change_of_it(tmp_path, quiet):
    slower = pl.col("started_at").is_between(at(4, 10), at(4, 11.5)) & pl.col("path").str.starts_with("/api/jobs")
    world = quiet.with_columns(pl.when(slower).then(8 * pl.col("duration_ms")).otherwise("duration_ms").alias("duration_ms"))
    case, _ = found(tmp_path, world)
    with case, case.transaction():
        attribute(case)
        (row,) = case.table("incidents").to_dicts()
        best = case.table("rivals").sort("likelihood", descending=True).to_dicts()[0]
    assert (row["kind"], row["scope"], row["verdict"]) == ("latency", "/api/jobs/{id}", "no single actor")
    assert best["explanation"] == "bad deploy"
    assert "Only route /api/jobs/{id} was slow; the rest of the service answered in its usual time." in best["evidence_for"]


def test_of_a_host_that_is_silent_for_a_day_all_that_is_missing_is_told(tmp_path, quiet):
    """Its level does not follow to nothing: what it usually has is known from its other days."""
    case, incidents = found(tmp_path, lost(quiet, at(2), at(3), host="edge-2"))
    case.close()
    (row,) = incidents
    gone = quiet.filter(pl.col("started_at").is_between(at(2), at(3)), pl.col("logged_by") == "edge-2").height
    assert (row["kind"], row["scope"], row["reading"]) == ("silence", "edge-2", "log missing")
    assert row["missing_requests"] == pytest.approx(gone, rel=0.15)


def test_a_lone_failure_long_before_does_not_begin_an_outage_of_a_quiet_site(tmp_path):
    start = at(1, 9)
    world = failing(traffic("diurnal", 21, days=2, per_second=0.004), start, at(1, 14), 1.0)
    assert world.filter(pl.col("started_at").is_between(at(1, 7.5), start), pl.col("status") >= 500).height == 1
    case, incidents = found(tmp_path, world)
    case.close()
    (row,) = incidents
    assert timedelta(0) <= row["started_at"] - start < 10 * MINUTE


@pytest.mark.parametrize(("later", "silent"), [(0, ["edge-2 from 2024-02-22 12:00 to 2024-02-22 13:00 UTC"]), (5, [None, None])])
def test_hosts_that_fall_silent_together_are_told_together(tmp_path, quiet, later, silent):
    """A zone of two of five hosts is lost; a host that is silent hours later was not lost with the other."""
    frame = quiet.with_columns(logged_by=pl.format("edge-{}", pl.int_range(pl.len()) * 7 % 5))
    frame = lost(lost(frame, at(3, 12), at(3, 13), host="edge-2"), at(3, 12 + later), at(3, 13 + later), host="edge-3")
    case, incidents = found(tmp_path, frame)
    case.close()
    assert [(row["kind"], row["silent_hosts"]) for row in incidents] == [("silence", hosts) for hosts in silent]
