"""What breaks is found, with its boundaries; what does not break is not."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from tests.traffic import START, at, collector, crowd, failing, found, lost, slow, traffic

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def quiet() -> pl.DataFrame:
    return traffic("diurnal", 1, days=6)


def near(moment: datetime | None, truth: datetime, within: timedelta = MINUTE) -> bool:
    return moment is not None and abs(moment - truth) <= within


@pytest.mark.parametrize("shape", ["diurnal", "bursty", "sparse", "heavy-tailed"])
def test_a_quiet_week_has_no_incident(tmp_path, shape):
    case, incidents = found(tmp_path, traffic(shape, 3, days=7))
    case.close()
    assert [row["incident_id"] for row in incidents] == []


def test_an_outage_is_one_incident_with_its_relapses_as_phases(tmp_path, quiet):
    start, end = at(3, 12.5), at(3, 15)
    world = failing(lost(quiet, start, end, 0.5), start, end)
    world = failing(world, end + 40 * MINUTE, end + 52 * MINUTE)
    case, incidents = found(tmp_path, world)
    with case:
        (row,) = incidents
        phases = case.table("phases").sort("started_at")["phase"].to_list()
    assert (row["kind"], row["scope"], row["incident_id"]) == ("errors", "everything", "2024-02-22T12:30Z-errors-everything")
    assert near(row["started_at"], start)
    assert near(row["mitigated_at"], end)
    assert near(row["ended_at"], end + 52 * MINUTE)
    assert phases == ["normal", "outage", "recovered", "outage", "recovered"]


def test_an_outage_that_comes_back_as_long_was_not_contained_before(tmp_path, quiet):
    start, end, again, over = at(3, 12), at(3, 13), at(3, 13.75), at(3, 14.5)
    case, incidents = found(tmp_path, failing(failing(quiet, start, end), again, over))
    case.close()
    (row,) = incidents
    assert near(row["mitigated_at"], over)
    assert "mostly over by" not in row["summary"]


@pytest.mark.parametrize(("hour", "rare"), [(2.0, True), (12.0, False)])
def test_a_silence_that_begins_where_requests_are_rare_may_have_begun_later(tmp_path, hour, rare):
    """A night of a request in ten minutes: the last that came is not when it fell silent."""
    world = traffic("diurnal", 5, days=8)
    night = pl.col("started_at").dt.hour().is_between(0, 5) & (pl.int_range(pl.len()) % 60 > 0)
    case, incidents = found(tmp_path, lost(world.filter(~night), at(6, hour), at(6, 14)))
    case.close()
    (row,) = [row for row in incidents if row["kind"] == "silence"]
    assert row["started_at"] <= at(6, hour)
    told = re.search(r"it may have begun as late as (\S+ \S+) UTC", row["basis"])
    assert (told is not None) == rare
    if told:
        assert at(6, hour) <= datetime.fromisoformat(told[1]) <= at(6, hour + 3)


@pytest.mark.parametrize("well", [True, False])
def test_healthy_minutes_between_an_outage_and_its_relapse_are_a_recovery(tmp_path, quiet, well):
    """A quarter of an hour in which answers are as usual ends the outage; one in which nobody asks shows nothing."""
    start, end, again, over = at(3, 12), at(3, 13), at(3, 13.25), at(3, 13.5)
    world = crowd(quiet, start - 20 * MINUTE, end, 1.5)
    world = slow(failing(failing(world, start, end, 0.97), again, over, 0.7), again, over, 8.0)
    case, incidents = found(tmp_path, world if well else lost(world, end, again, 0.98))
    with case:
        (row,) = incidents
        phases = case.table("phases").filter(pl.col("started_at").is_between(start, again)).to_dicts()
    between = [p for p in phases if near(p["ended_at"], again, 2 * MINUTE)]
    assert ([p["phase"] for p in between] == ["recovered"]) == well
    assert near(row["mitigated_at"], end, 2 * MINUTE) == well
    assert near(row["ended_at"], over)
    assert near(row["kind_until"], over)
    assert row["kind_seconds"] == pytest.approx(75 * 60, abs=180) or not well
    assert ("with 1 relapse after that" in row["summary"]) == well


def test_what_waited_is_a_backlog_only_as_long_as_it_comes(tmp_path, quiet):
    """Requests of the outage itself are none, and sums that trail behind do not make it longer."""
    start, end = at(3, 12), at(3, 13)
    world = failing(crowd(quiet, start, end, 3.0), start, end, 0.97)
    for waited in (0, 12):
        case, incidents = found(tmp_path / str(waited), crowd(world, end, end + waited * MINUTE, 3.0))
        with case:
            (row,) = incidents
            backlog = case.table("phases").filter(pl.col("phase") == "backlog").to_dicts()
        assert len(backlog) == bool(waited)
        assert all(near(p["started_at"], end) and near(p["ended_at"], end + waited * MINUTE) for p in backlog)
        assert near(row["ended_at"], end)


def test_silence_is_ranked_by_what_should_have_come(tmp_path, quiet):
    noon, night = at(3, 12), at(4, 2.5)
    world = lost(lost(quiet, noon, noon + 3 * MINUTE), night, night + 3 * MINUTE)
    case, incidents = found(tmp_path, world)
    case.close()
    (row,) = incidents
    assert row["kind"] == "silence"
    assert near(row["started_at"], noon)
    assert near(row["ended_at"], noon + 3 * MINUTE)
    assert 60 < row["missing_requests"] < 110


def test_one_failure_at_night_is_nothing(tmp_path, quiet):
    world = failing(quiet, at(3, 2), at(3, 2) + 20 * timedelta(seconds=1), share=1.0)
    case, incidents = found(tmp_path, world)
    case.close()
    assert incidents == []


def test_a_partial_outage_is_found_and_its_scope_named(tmp_path, quiet):
    start, end = at(3, 10), at(3, 10.5)
    case, incidents = found(tmp_path, failing(quiet, start, end, route="/api/generate"))
    case.close()
    (row,) = incidents
    assert (row["kind"], row["scope"], row["part"]) == ("errors", "/api/generate", "route")
    assert near(row["started_at"], start, 2 * MINUTE)
    assert near(row["ended_at"], end, 2 * MINUTE)


def test_slowness_without_failures_is_found(tmp_path, quiet):
    start, end = at(3, 10), at(3, 10.5)
    case, incidents = found(tmp_path, slow(quiet, start, end))
    case.close()
    (row,) = incidents
    assert row["kind"] == "latency"
    assert near(row["started_at"], start)
    assert near(row["ended_at"], end)


def test_a_crowd_alone_is_a_surge_and_no_outage(tmp_path, quiet):
    start, end = at(3, 18), at(3, 20)
    case, incidents = found(tmp_path, crowd(quiet, start, end, 2.5))
    case.close()
    (row,) = incidents
    assert row["kind"] == "surge"
    assert near(row["started_at"], start)
    assert near(row["ended_at"], end)
    assert row["severity"] == "low"


def test_a_ramp_before_the_fall_is_dated_back(tmp_path, quiet):
    start = at(3, 14)
    world = crowd(crowd(quiet, start - 30 * MINUTE, start, 1.5), start - 10 * MINUTE, start + 60 * MINUTE, 3.0)
    case, incidents = found(tmp_path, failing(world, start, start + 60 * MINUTE))
    case.close()
    (row,) = incidents
    assert near(row["started_at"], start)
    assert near(row["ramp_started_at"], start - 30 * MINUTE, 2 * MINUTE)


@pytest.mark.parametrize(("failing", "clients", "kinds"), [(7, 5, ["errors"]), (5, 5, ["errors"]), (7, 1, []), (4, 4, [])])
def test_a_small_log_in_which_all_of_a_few_requests_fail_holds_an_outage(tmp_path, failing, clients, kinds):
    minute = np.arange(40)
    bad = (minute >= 20) & (minute < 20 + failing)
    frame = pl.DataFrame(
        {
            "started_at": [at(0, 4) + int(n) * MINUTE for n in minute],
            "client_ip": [f"192.0.2.{n % clients if b else n % 5}" for n, b in zip(minute, bad, strict=True)],
            "status": np.where(bad, 500, 200), "path": "/x", "method": "GET", "logged_by": "edge-1",
        }
    )  # fmt: skip
    case, incidents = found(tmp_path, frame)
    case.close()
    assert [row["kind"] for row in incidents] == kinds
    if kinds:
        assert "so few requests were asked that little can be said" in incidents[0]["basis"]


def test_one_silent_host_is_not_everything(tmp_path, quiet):
    start, end = at(3, 9), at(3, 13)
    case, incidents = found(tmp_path, lost(quiet, start, end, host="edge-2"))
    case.close()
    (row,) = incidents
    assert (row["kind"], row["scope"]) == ("silence", "edge-2")


def test_a_host_that_never_comes_back_is_a_silence_without_an_end(tmp_path, quiet):
    until = quiet["started_at"].max()
    frame = quiet.with_columns(logged_by=pl.format("edge-{}", pl.col("user_name").hash(5) % 4 + 1))
    case, incidents = found(tmp_path, lost(frame, until - 180 * MINUTE, until + MINUTE, host="edge-2"))
    case.close()
    assert [(row["kind"], row["scope"], row["ended_at"]) for row in incidents] == [("silence", "edge-2", None)]


def test_a_host_that_wrote_nothing_in_an_outage_is_named_with_its_time(tmp_path, quiet):
    start, end = at(3, 9), at(3, 15)
    world = lost(failing(quiet, start, end), at(3, 10), at(3, 13), host="edge-2")
    case, incidents = found(tmp_path, world)
    case.close()
    (row,) = incidents
    assert (row["kind"], row["scope"]) == ("errors", "everything")
    assert row["silent_hosts"] == "edge-2 from 2024-02-22 10:00 to 2024-02-22 13:00 UTC"
    assert f"nothing was written by {row['silent_hosts']};" in row["summary"]


def test_collection_at_machine_speed_is_found_though_nothing_breaks(tmp_path, quiet):
    start, end = at(3, 9), at(3, 9.2)
    case, incidents = found(tmp_path, collector(quiet, start, end))
    case.close()
    (row,) = incidents
    assert row["kind"] == "collection"
    assert row["scope"] in ("/api/jobs/{id}", "/cdn/images/{id}.png")
    assert near(row["started_at"], start)
    assert near(row["ended_at"], end)
    assert row["severity"] == "low"


@pytest.mark.parametrize(("times", "kinds"), [(2, ["collection"]), (4, [])])
def test_who_fetches_each_thing_twice_collects_and_who_asks_again_and_again_waits_for_it(tmp_path, quiet, times, kinds):
    """The same thing once more is no step of a walk; who polls what was ordered (one job after the other) asks far more often for each."""
    start, end = at(3, 9), at(3, 9.2)
    walked = collector(quiet, start, end, per_second=0.5)
    mine = (pl.col("user_name") == "u7777").fill_null(False)
    again = [walked.filter(mine).with_columns(pl.col("started_at") + timedelta(seconds=0.3 * n)) for n in range(1, times)]
    case, incidents = found(tmp_path, pl.concat([walked, *again]).sort("started_at", maintain_order=True))
    case.close()
    assert [row["kind"] for row in incidents if row["kind"] == "collection"] == kinds


def nameless(frame: pl.DataFrame, start: datetime, end: datetime, per_second: float, network: str, ids: range) -> pl.DataFrame:
    """Without an account, from sixty addresses of one network: things in any order, each address its own."""
    rng = np.random.default_rng(9)
    many = collector(frame, start, end, per_second, account="nameless")
    mine = pl.col("user_name") == "nameless"
    count = int(many.select(mine.fill_null(False).sum()).item())
    asked = many.filter(mine).with_columns(
        pl.Series("path", [f"/api/jobs/{n}" for n in (rng.permutation(ids)[:count] if len(ids) >= count else rng.choice(ids, count))]),
        pl.Series("client_ip", [f"{network}.{n}" for n in rng.integers(1, 61, count)]),
        pl.lit(None, pl.String).alias("user_name"),
    )
    return pl.concat([many.filter(~mine.fill_null(False)), asked]).sort("started_at", maintain_order=True)


def test_many_addresses_that_share_a_list_collect_beside_a_crawler_that_is_always_there(tmp_path, quiet):
    """What a crawler does all day long is no measure for others; a network that reads many things, some of them again, is people."""
    start, end = at(3, 9), at(3, 9.75)
    crawled = nameless(quiet, at(0, 0), at(6, 0), 0.5, "198.19.8", range(1000, 9000))
    for name, ids, kinds in (("list", range(20_000, 60_000), ["collection"]), ("people", range(20_000, 26_000), ["surge"])):
        case, incidents = found(tmp_path / name, nameless(crawled, start, end, 5.0, "198.19.9", ids))
        case.close()
        assert [row["kind"] for row in incidents] == kinds, name


def test_a_collector_that_works_every_day_is_at_its_usual_work(tmp_path, quiet):
    world = quiet
    for day in range(6):
        world = collector(world, at(day, 9), at(day, 9.2), seed=day)
    case, incidents = found(tmp_path, world)
    case.close()
    assert incidents == []


def test_a_weekly_job_is_at_its_usual_work_and_one_that_comes_when_it_likes_is_not(tmp_path):
    quiet = traffic("diurnal", 21, days=28, per_second=0.05)
    for name, days, kinds in (("weekly", (2, 9, 16, 23), set()), ("at will", (2, 8, 17, 23), {"collection"})):
        world = quiet
        for day in days:
            world = collector(world, at(day, 2), at(day, 2.5), 2.0, seed=day)
        case, incidents = found(tmp_path / name, world)
        case.close()
        assert {row["kind"] for row in incidents} == kinds


def test_a_nightly_job_is_no_collection_though_it_fetches_more_on_some_nights(tmp_path, quiet):
    world = quiet
    for day, hours in enumerate((0.14, 0.2, 0.12, 0.19, 0.13)):
        world = collector(world, at(day, 3), at(day, 3) + timedelta(hours=hours), seed=day, per_second=0.9 + 5 * hours)
    case, incidents = found(tmp_path / "all", world)
    case.close()
    assert incidents == []
    case, incidents = found(tmp_path / "two days", world.filter(pl.col("started_at") < at(2)))
    case.close()
    assert "collection" not in {row["kind"] for row in incidents}


def test_a_nightly_job_is_known_by_what_it_asked_for_in_the_night_that_the_service_failed(tmp_path, quiet):
    world = quiet.filter(pl.col("started_at") < at(2))
    for day in (0, 1):
        world = collector(world, at(day, 3), at(day, 3.3), seed=day)
    case, incidents = found(tmp_path / "failing", failing(world, at(1, 3.02), at(1, 4), share=1.0))
    case.close()
    assert [row["kind"] for row in incidents] == ["errors"]
    once = collector(quiet.filter(pl.col("started_at") < at(2)), at(0, 3), at(0, 3.3))
    case, incidents = found(tmp_path / "once", failing(once, at(1, 3.02), at(1, 4), share=1.0))
    case.close()
    assert [row["kind"] for row in incidents] == ["collection", "errors"]


def slowly(frame: pl.DataFrame, start: datetime, end: datetime, **other: object) -> pl.DataFrame:
    """One account that walks the ids in pairs, four requests a minute."""
    return collector(frame, start, end, per_second=4 / 60, **other)


def test_slow_collection_through_the_ids_is_found_though_no_pace_betrays_it(tmp_path, quiet):
    start, end = at(2, 3), at(3, 15)
    case, incidents = found(tmp_path, slowly(quiet, start, end))
    case.close()
    (row,) = incidents
    assert row["kind"] == "collection"
    assert near(row["started_at"], start)
    assert near(row["ended_at"], end)
    assert "was collected from slowly, one id after the other, from" in row["summary"]
    assert "u7777 fetched 4,320 things in 8,640 requests within 36 h 0 min" in row["summary"]


def test_a_declared_crawler_a_weekly_backup_and_a_busy_reader_are_no_slow_collection(tmp_path, quiet):
    start, end = at(2, 3), at(3, 15)
    crawler = slowly(quiet, start, end).with_columns(
        pl.when(pl.col("user_name") == "u7777")
        .then(pl.lit("SomeBot/1.0 (+https://crawler.example)"))
        .otherwise("user_agent")
        .alias("user_agent")
    )
    weekly = traffic("diurnal", 21, days=15)
    for day in (1, 8):
        weekly = slowly(weekly, at(day, 1), at(day, 20))
    numbers = pl.Series(np.random.default_rng(3).integers(1000, 90000, quiet.height + 20000))
    reader = slowly(quiet, start, end)
    leaps = pl.format("/api/jobs/{}", numbers.head(reader.height))
    reader = reader.with_columns(pl.when(pl.col("user_name") == "u7777").then(leaps).otherwise("path").alias("path"))
    for name, frame in (("crawler", crawler), ("weekly", weekly), ("reader", reader)):
        case, incidents = found(tmp_path / name, frame)
        case.close()
        assert incidents == [], name


def test_one_client_that_always_fails_is_not_the_service(tmp_path, quiet):
    broken = crowd(quiet, at(3, 9), at(3, 10), 0.2, accounts=1)
    mine = (pl.col("user_name") == "u0") & pl.col("started_at").is_between(at(3, 9), at(3, 10))
    case, incidents = found(tmp_path, broken.with_columns(pl.when(mine).then(500).otherwise("status").alias("status")))
    case.close()
    assert incidents == []


def test_an_outage_at_night_is_found_though_a_probe_has_nearly_all_of_its_failures(tmp_path, quiet):
    start, end = at(3, 3), at(3, 4)
    probed = crowd(quiet, at(0), at(6), 1.0, accounts=1)
    case, incidents = found(tmp_path, failing(probed, start, end, share=1.0))
    case.close()
    (row,) = incidents
    assert (row["kind"], row["scope"]) == ("errors", "everything")
    assert near(row["started_at"], start)
    assert near(row["ended_at"], end)


def test_hours_of_surplus_in_a_log_of_few_days_do_not_pass_for_its_usual_scatter(tmp_path, quiet):
    start, end = at(4, 2), at(4, 5)
    few = quiet.filter(pl.col("started_at") < at(5))
    case, incidents = found(tmp_path, crowd(few, start, end, 15.0))
    case.close()
    (row,) = incidents
    assert row["kind"] == "surge"
    assert near(row["started_at"], start)
    assert near(row["ended_at"], end)


def test_a_log_that_begins_inside_the_outage_says_so(tmp_path, quiet):
    end = at(3, 12)
    world = failing(quiet.filter(pl.col("started_at").is_between(at(3, 11), at(3, 14))), START, end)
    case, incidents = found(tmp_path, world)
    case.close()
    (row,) = incidents
    assert row["kind"] == "errors"
    assert near(row["ended_at"], end)
    assert "begins inside" in row["summary"]
    assert "less than three days" in row["basis"]


def test_a_log_that_ends_inside_the_outage_has_no_end(tmp_path, quiet):
    start = at(5, 12)
    case, incidents = found(tmp_path, failing(quiet.filter(pl.col("started_at") < at(5, 13)), start, at(9)))
    case.close()
    (row,) = incidents
    assert near(row["started_at"], start)
    assert row["ended_at"] is None
    assert row["mitigated_at"] is None


@pytest.mark.parametrize("column", ["status", "duration_ms", "user_name"])
def test_what_a_log_lacks_is_said_and_the_rest_concluded(tmp_path, quiet, column):
    start, end = at(3, 12), at(3, 13)
    world = failing(slow(lost(quiet, start, end, 0.95), start, end), start, end)
    world = world.with_columns(pl.lit(None).cast(world.schema[column]).alias(column))
    case, incidents = found(tmp_path, world)
    case.close()
    (row,) = incidents
    assert near(row["started_at"], start, 3 * MINUTE)
    said = {"status": "no statuses", "duration_ms": "no durations", "user_name": "none of its requests names an account"}
    assert said[column] in row["basis"]


def test_the_same_events_in_any_order_give_the_same_findings(tmp_path, quiet):
    start, end = at(3, 12), at(3, 13)
    world = failing(quiet, start, end)
    case, first = found(tmp_path / "a", world)
    case.close()
    case, second = found(tmp_path / "b", world.sample(fraction=1.0, shuffle=True, seed=4))
    case.close()
    assert first == second


def test_every_detector_is_registered_by_its_file():
    from pathlib import Path

    from forensics.incidents import detectors as package

    files = {path.stem for path in Path(package.__file__).parent.glob("*.py")} - {"__init__"}
    assert set(package.detectors()) == files


def test_a_collapse_in_an_unsteady_service_is_told_from_its_lulls_by_its_edges(tmp_path):
    """The load of a bursty service halves and doubles by itself; it does not lose nearly all from one minute to the next."""
    world = traffic("bursty", 4711, days=12)
    start, end = at(7, 18.06), at(7, 18.6)
    case, incidents = found(tmp_path / "lost", lost(world, start, end, 0.96))
    case.close()
    (row,) = incidents
    assert row["kind"] == "collapse"
    assert max(abs(row["started_at"] - start), abs(row["ended_at"] - end)) < timedelta(minutes=2)
    case, incidents = found(tmp_path / "quiet", world)
    case.close()
    assert incidents == []


@pytest.mark.parametrize("minutes", [30, 60, 1440])
def test_two_thirds_of_a_steady_load_that_stay_away_for_three_minutes_are_missed_in_a_log_of_any_length(tmp_path, minutes):
    rng, dip = np.random.default_rng(4), minutes // 2 + 2
    rate = np.full(minutes, 1000.0)
    rate[dip : dip + 3] *= 0.35
    second = np.sort(np.repeat(np.arange(minutes) * 60.0, count := rng.poisson(rate)) + rng.random(count.sum()) * 60)
    second = second[(second > 50) & (second < minutes * 60 - 55)]  # the first and the last minute are logged in part
    frame = pl.select(
        (pl.lit(START) + pl.duration(microseconds=pl.Series(second * 1e6).cast(pl.Int64))).alias("started_at"),
        pl.lit("GET").alias("method"), pl.lit("/a").alias("path"), pl.lit(200).alias("status"), pl.lit("edge-1").alias("logged_by"),
        pl.Series([f"198.18.{n % 200}.{n % 7}" for n in rng.integers(0, 5000, len(second))]).alias("client_ip"),
    )  # fmt: skip
    _, (incident,) = found(tmp_path / "case", frame)
    began = START + timedelta(minutes=dip)
    assert incident["kind"] == "collapse"
    assert near(incident["started_at"], began)
    assert near(incident["ended_at"], began + timedelta(minutes=3))


def test_an_evening_without_the_crowd_of_the_evenings_before_is_no_collapse(tmp_path):
    """Matches on three evenings of five: what the others lack was never there."""
    world = traffic("diurnal", 21, days=5, per_second=0.2)
    for day in (1, 2, 3):
        world = crowd(world, at(day, 19), at(day, 21.5), 3.0, seed=40 + day)
    case, incidents = found(tmp_path / "calm", world)
    case.close()
    assert [row["kind"] for row in incidents if row["kind"] != "surge"] == []
    case, incidents = found(tmp_path / "lost", lost(world, at(4, 19.5), at(4, 20.5), 0.95))
    case.close()
    assert [row["kind"] for row in incidents if row["kind"] != "surge"] == ["collapse"]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_day_without_a_line_is_no_chance_where_usual_pauses_last_an_hour(tmp_path, seed):
    """A small site whose load wavers: some 800 requests a day, in visits of very different size."""
    start, end = at(12, 10.2), at(13, 11.6)
    case, incidents = found(tmp_path, lost(traffic("heavy-tailed", seed, days=24, per_second=0.012), start, end))
    case.close()
    (row,) = [row for row in incidents if row["kind"] == "silence"]
    assert near(row["started_at"], start, 25 * MINUTE)
    assert near(row["ended_at"], end, 25 * MINUTE)


def test_logs_that_begin_in_a_slack_stretch_have_no_collapse_there(tmp_path, quiet):
    """There is nothing before to compare it with, and nothing is computed of nothing."""
    case, incidents = found(tmp_path, lost(quiet, START, START + 200 * MINUTE, 0.9))
    case.close()
    assert not incidents


@pytest.mark.parametrize("hours", [1, 11])
def test_a_collapse_that_lasts_beyond_the_end_of_the_log_has_no_end(tmp_path, quiet, hours):
    """Logs are often fetched while it is still going on."""
    until = quiet["started_at"].max()
    start = until - hours * 60 * MINUTE
    case, incidents = found(tmp_path, lost(quiet, start, until + MINUTE, 0.93))
    case.close()
    (row,) = incidents
    assert (row["kind"], row["ended_at"]) == ("collapse", None)
    assert near(row["started_at"], start, 2 * MINUTE)
    assert "beyond the end of the log" in row["summary"]


def test_the_end_of_the_log_that_holds_most_is_no_collapse(tmp_path, quiet):
    """One host has nearly all of the load, and its log was fetched earlier than the other's."""
    much = pl.col("user_name").hash(5) % 12 > 0
    frame = quiet.with_columns(logged_by=pl.when(much).then(pl.lit("edge-1")).otherwise(pl.lit("edge-2")))
    fetched = frame["started_at"].max() - 10 * 60 * MINUTE
    case, incidents = found(tmp_path, lost(frame, fetched, fetched + 1440 * MINUTE, host="edge-1"))
    case.close()
    assert incidents == []
