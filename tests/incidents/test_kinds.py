"""Each kind of trouble is called what it is: refusals, backends, whom it hurt, how badly, and emptiness of a day and of minutes."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.stored_case import add_log, add_user_accounts, new_case
from tests.traffic import START, at, crowd, failing, found, lost, slow, traffic

from forensics.case.case import Case
from forensics.incidents import detect, rollups, survey
from forensics.timeline.story import build

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def quiet() -> pl.DataFrame:
    return traffic("diurnal", 21, days=6)


def near(moment: datetime | None, truth: datetime, within: timedelta = MINUTE) -> bool:
    return moment is not None and abs(moment - truth) <= within


def refusing(frame: pl.DataFrame, start: datetime, end: datetime, status: int, share: float = 0.9) -> pl.DataFrame:
    """A share of the requests between the moments is refused."""
    draw = pl.Series(np.random.default_rng(9).random(frame.height))
    hit = pl.col("started_at").is_between(start, end, closed="left") & (pl.lit(draw) < share)
    return frame.with_columns(pl.when(hit).then(status).otherwise("status").alias("status"))


@pytest.mark.parametrize("status", [401, 403, 404, 429])
def test_masses_of_refusals_are_found_and_called_so(tmp_path, quiet, status):
    start, end = at(3, 12), at(3, 12.75)
    case, incidents = found(tmp_path, refusing(quiet, start, end, status))
    case.close()
    (row,) = incidents
    severity = "low" if status == 404 else "critical"  # who is not let in has an outage; a page that is gone sends nobody away
    assert (row["kind"], row["scope"], row["severity"], row["failed_requests"] < 10) == ("errors", "everything", severity, True)
    assert (f"{row['affected_accounts']:,} accounts (who of them pays is not known) were refused in" in row["summary"]) is (status != 404)
    assert near(row["started_at"], start)
    assert near(row["ended_at"], end)
    assert "refused most of what was asked" in row["summary"]
    assert row["refused_requests"] > 0.8 * row["requests"]
    assert f"most with status {status}" in row["summary"]
    assert ("refusals burn no budget" in row["basis"]) is (status == 404)
    assert ("the refusals burn the budget" in row["basis"]) is (status != 404)


@pytest.mark.parametrize(("share", "clients", "told"), [(0.95, 400, 1), (0.3, 400, 0), (0.95, 2, 0)])
def test_a_login_that_is_asked_for_once_a_minute_and_refuses_everybody_is_found(tmp_path, quiet, share, clients, told):
    """Fifty refusals in fifty minutes, of forty people; a third of them may have forgotten their words, and two clients may guess them."""
    start, end = at(3, 12), at(3, 13)
    login = pl.Series(np.random.default_rng(8).random(quiet.height) < 0.04)
    inside = pl.col("started_at").is_between(start, end, closed="left") & pl.lit(login)
    who = pl.when(inside).then(pl.format("u{}", pl.col("user_name").hash(2) % clients)).otherwise("user_name")
    path = pl.when(pl.lit(login)).then(pl.lit("/session")).otherwise("path")
    refused = refusing(quiet, start, end, 401, share)["status"]
    status = pl.when(inside).then(refused).otherwise("status")
    address = pl.when(inside).then(pl.format("198.18.7.{}", pl.col("user_name").hash(2) % min(clients, 250))).otherwise("client_ip")
    frame = quiet.with_columns(path=path, user_name=who, status=status, client_ip=address)
    case, incidents = found(tmp_path, frame)
    case.close()
    assert [(row["kind"], row["scope"]) for row in incidents] == [("errors", "/session")] * told


def test_one_client_that_tries_many_doors_is_no_trouble_of_the_service(tmp_path, quiet):
    scan = crowd(quiet, at(3, 9), at(3, 9.5), 2.0, accounts=1)
    mine = (pl.col("user_name") == "u0") & pl.col("started_at").is_between(at(3, 9), at(3, 9.5))
    case, incidents = found(tmp_path, scan.with_columns(pl.when(mine).then(404).otherwise("status").alias("status")))
    case.close()
    assert [row for row in incidents if row["kind"] != "surge"] == []


def test_requests_that_were_given_up_are_neither_refused_nor_left_out(tmp_path, quiet):
    """nginx writes 499 where whoever asked did not wait for the answer: no service refuses by that."""
    start, end = at(2, 11), at(2, 11.5)
    case, (row,) = found(tmp_path / "hangs", refusing(quiet, start, end, 499))
    case.close()
    assert row["summary"].startswith("Most who asked the service gave up before it answered from")
    assert "as of a service that hangs" in row["basis"]
    assert "so few requests" not in row["basis"]
    assert (row["severity"] in ("high", "critical"), row["given_up_requests"] > 300, row["affected_accounts"] > 50) == (True, True, True)
    half = failing(refusing(quiet, start, end, 499, 0.4), start, end, 0.5)
    case, (row,) = found(tmp_path / "half", half)
    case.close()
    inside = half.filter(pl.col("started_at").is_between(row["started_at"], row["ended_at"]))
    given_up = inside.filter(pl.col("status") == 499).height
    assert f"in {given_up:,} further requests whoever asked gave up before there was an answer (status 499)" in row["basis"]


def shut_out(frame: pl.DataFrame, start: datetime, end: datetime, *, own: bool, times: int = 3) -> pl.DataFrame:
    """What two in five clients ask is refused, and they try again; where they are not the service's ``own`` their addresses are new."""
    inside = pl.col("started_at").is_between(start, end, closed="left")
    theirs = inside & (pl.col("client_ip").hash(7) % 5 < 2)
    address = pl.col("client_ip") if own else pl.concat_str(pl.lit("203.0."), pl.col("client_ip").str.extract(r"(\d+\.\d+)$"))
    rest, hit = frame.filter(~theirs), frame.filter(theirs)
    hit = hit.with_columns(pl.lit(403, hit.schema["status"]).alias("status"), pl.lit(None, pl.String).alias("user_name"), client_ip=address)
    again = [hit.with_columns(pl.col("started_at") + timedelta(seconds=4 * number)) for number in range(times)]
    return pl.concat([rest, *again]).sort("started_at", maintain_order=True)


@pytest.mark.parametrize("own", [True, False])
def test_a_rule_that_shuts_out_some_of_the_services_own_clients_is_found(tmp_path, quiet, own):
    """Fewer than half of all clients are refused; where nobody of them was ever served it is no trouble of the service."""
    start, end = at(3, 12), at(3, 12.75)
    case, incidents = found(tmp_path, shut_out(quiet, start, end, own=own))
    case.close()
    assert bool(incidents) is own
    for row in incidents:
        assert near(row["started_at"], start)
        assert near(row["ended_at"], end)
        assert 0.9 * row["refused_clients"] <= row["refused_regulars"] <= row["refused_clients"]
        assert f"{row['refused_regulars']:,} of those clients had been served before" in row["summary"]
        assert row["severity"] in {"high", "critical"}


def test_a_quarter_of_the_requests_for_two_hours_is_an_outage_of_those_whom_it_met(tmp_path, quiet):
    """A rule sends a quarter of the service's own clients away; what they ask is far from most of what is asked."""
    start, end = at(3, 12), at(3, 14)
    theirs = pl.col("started_at").is_between(start, end, closed="left") & (pl.col("client_ip").hash(7) % 4 == 0)
    case, incidents = found(tmp_path, quiet.with_columns(status=pl.when(theirs).then(403).otherwise("status")))
    case.close()
    (row,) = incidents
    assert row["scope"] == "everything"
    assert row["severity"] in {"high", "critical"}
    assert near(row["started_at"], start)
    assert near(row["ended_at"], end)
    assert "refused much of what was asked of it" in row["summary"]


def test_what_everybody_finds_gone_is_no_outage(tmp_path, quiet):
    """A fifth of the requests is for something that is gone (404), for two hours: told at most as refusals, of no severity."""
    inside = pl.col("started_at").is_between(at(3, 12), at(3, 14), closed="left")
    draw = pl.Series(np.random.default_rng(12).random(quiet.height))
    case, incidents = found(tmp_path, quiet.with_columns(status=pl.when(inside & (pl.lit(draw) < 0.2)).then(404).otherwise("status")))
    case.close()
    assert {row["severity"] for row in incidents} <= {"low"}


@pytest.mark.parametrize(("others", "incident"), [(0.9, True), (0.35, True), (0.1, False)])
def test_one_busy_client_hides_no_refusals_that_the_others_meet(tmp_path, quiet, others, incident):
    start, end = at(2, 11), at(2, 11.5)
    inside = pl.col("started_at").is_between(start, end, closed="left")
    busy = pl.int_range(pl.len()) % 2 == 0
    world = quiet.with_columns(
        pl.when(inside & busy).then(pl.lit("198.18.0.250")).otherwise("client_ip").alias("client_ip"),
        pl.when(inside & busy).then(pl.lit(None)).otherwise("user_name").alias("user_name"),
    )
    told = refusing(world, start, end, 403, others).with_columns(
        pl.when(inside & (pl.col("client_ip") == "198.18.0.250")).then(403).otherwise("status").alias("status")
    )
    case, incidents = found(tmp_path, told)
    case.close()
    assert bool(incidents) is incident


@pytest.mark.parametrize(("clients", "refused", "incident"), [(8, 8, True), (8, 4, False), (3, 3, False)])
def test_a_handful_of_clients_are_refused_by_the_service_only_where_chance_does_not_do_it(tmp_path, quiet, clients, refused, incident):
    """Everybody of eight who came is sent away; half of them, or three, may have asked for what is not there."""
    draw = np.random.default_rng(6)
    usual = pl.Series(draw.random(quiet.height) < 0.01)
    who = pl.Series(draw.integers(0, clients, quiet.height))
    few = quiet.with_columns(
        pl.when(usual).then(404).otherwise("status").alias("status"),
        pl.format("u{}", who).alias("user_name"), pl.format("198.18.0.{}", who + 1).alias("client_ip"),
    ).gather_every(8)  # fmt: skip
    who = pl.col("user_name").str.slice(1).cast(pl.Int64)
    hit = pl.col("started_at").is_between(at(3, 12), at(3, 12.75)) & (who < refused)
    case, incidents = found(tmp_path, few.with_columns(pl.when(hit).then(403).otherwise("status").alias("status")))
    case.close()
    assert bool([row for row in incidents if row["kind"] == "errors"]) == incident


def test_a_backend_that_fails_is_named(tmp_path, quiet):
    draw = np.random.default_rng(4).integers(0, 3, quiet.height)
    start, end = at(3, 10), at(3, 11)
    bad = (pl.Series(draw) == 1) & quiet["started_at"].is_between(start, end, closed="left")
    world = quiet.with_columns(pl.when(bad).then(502).otherwise("status").alias("status"))
    upstream = [[{"key": "upstream", "value": f"198.18.0.{n}:8080"}] for n in (1, 2, 3)]
    world = world.with_columns(pl.Series("extra", upstream).gather(draw))
    case, incidents = found(tmp_path, world)
    case.close()
    (row,) = incidents
    assert (row["kind"], row["scope"], row["part"]) == ("errors", "198.18.0.2:8080", "backend")
    assert near(row["started_at"], start)
    assert near(row["ended_at"], end)


def test_slowness_alone_is_latency(tmp_path, quiet):
    start, end = at(3, 12), at(3, 12.5)
    case, incidents = found(tmp_path, slow(quiet, start, end, 4.0))
    case.close()
    (row,) = incidents
    assert (row["kind"], row["scope"]) == ("latency", "everything")
    assert near(row["started_at"], start)
    assert near(row["ended_at"], end)
    assert row["latency_ms"] / row["latency_usual_ms"] == pytest.approx(4, rel=0.1)
    assert re.search(r"a typical request took [0-9.,]+ m?s, where [0-9.,]+ ms are usual", row["summary"])


def test_how_slow_it_was_is_not_that_of_connections_that_are_held_open(tmp_path, quiet):
    start, end = at(3, 12), at(3, 12.5)
    held = pl.col("path") == "/explore"
    frame = quiet.with_columns(duration_ms=pl.when(held).then(60_000.0 * (1 + pl.int_range(pl.len()) % 9)).otherwise("duration_ms"))
    slower = slow(frame.filter(~held), start, end, 4.0)
    case, incidents = found(tmp_path, pl.concat([frame.filter(held), slower]).sort("started_at", maintain_order=True))
    case.close()
    (row,) = incidents
    assert row["kind"] == "latency"
    assert 2.5 < row["latency_ms"] / row["latency_usual_ms"] < 4


def test_what_is_usual_of_a_part_is_its_own_rhythm(tmp_path, quiet):
    """A job that comes to one backend each noon is usual there at noon, however little the others have to do then."""
    jobs = [crowd(quiet.head(0), at(day, 11.5), at(day, 13.5), 1.0, seed=day) for day in range(6)]
    draw = np.random.default_rng(4).integers(0, 3, quiet.height)
    world = pl.concat(
        [quiet.with_columns(pl.Series("backend", draw)), *(job.with_columns(pl.lit(1, pl.Int64).alias("backend")) for job in jobs)]
    )
    bad = (pl.col("backend") == 1) & pl.col("started_at").is_between(at(3, 12), at(3, 12.75), closed="left")
    upstream = pl.Series("extra", [[{"key": "upstream", "value": f"198.18.0.{n}:8080"}] for n in (1, 2, 3)])
    world = world.with_columns(pl.when(bad).then(502).otherwise("status").alias("status"), upstream.gather(world["backend"]))
    case, incidents = found(tmp_path, world.drop("backend").sort("started_at", maintain_order=True))
    with case:
        (row,) = incidents
        minutes = case.table("incident_minutes").filter(pl.col("minute").is_between(at(3, 12), at(3, 12.75), closed="left"))
    assert (row["kind"], row["scope"]) == ("errors", "198.18.0.2:8080")
    assert minutes["expected_requests"].mean() == pytest.approx(minutes["requests"].mean(), rel=0.15)


def told_peak(case: Case) -> str:
    """What the story says of the worst minute."""
    build(case)
    (peak,) = case.table("timeline").filter(event_type="peak")["message"]
    return str(peak)


def test_no_minute_has_more_failures_than_the_one_that_is_told_as_the_worst(tmp_path, quiet):
    world = failing(crowd(quiet, at(3, 12), at(3, 13), 3.0), at(3, 12), at(3, 13), 0.9)
    case, incidents = found(tmp_path, world)
    with case:
        (row,) = incidents
        minutes = case.table("incident_minutes")
        told = told_peak(case)
    worst = minutes.filter(minute=row["peaked_at"]).row(0, named=True)
    assert worst["failed"] == minutes["failed"].max()
    assert told == f"The incident is at its worst: {worst['failed']:,} of {worst['requests']:,} requests fail in this minute."


@pytest.mark.parametrize(("what", "said"), [("slow", "ms on average."), ("refused", "as many refusals."), ("lost", "are usual.")])
def test_the_worst_minute_is_told_by_what_it_is_the_worst_of(tmp_path, quiet, what, said):
    """One stray failure in it does not make the slowest minute one of failures."""
    start, end = at(3, 12), at(3, 12.75)
    made = {"slow": slow, "refused": lambda f, a, b: refusing(f, a, b, 404), "lost": lambda f, a, b: lost(f, a, b, 0.95)}
    world = made[what](quiet, start, end)
    stray = (pl.col("started_at").dt.second() == 30) & pl.col("started_at").is_between(start, end)
    case, incidents = found(tmp_path, world.with_columns(pl.when(stray).then(500).otherwise("status").alias("status")))
    with case:
        assert len(incidents) == 1
        assert told_peak(case).endswith(said)


def test_short_failures_again_and_again_are_one_flapping_incident(tmp_path, quiet):
    world = quiet
    for n in range(5):
        world = failing(world, at(3, 12) + n * 40 * MINUTE, at(3, 12) + n * 40 * MINUTE + 4 * MINUTE, 0.95)
    case, incidents = found(tmp_path, world)
    with case:
        phases = case.table("phases")["phase"].to_list()
    assert len(incidents) == 1
    assert "flapping" in phases


def test_emptiness_of_a_day_and_a_half_is_one_silence(tmp_path):
    start, end = at(5, 14.9), at(7, 4.6)
    case, incidents = found(tmp_path, lost(traffic("diurnal", 22, days=14, per_second=0.2), start, end))
    case.close()
    (row,) = incidents
    assert (row["kind"], row["scope"], row["reading"], row["severity"]) == ("silence", "everything", "service down", "critical")
    assert near(row["started_at"], start)
    assert near(row["ended_at"], end)
    assert "times over" in row["basis"]


def test_offices_that_close_at_night_and_at_weekends_have_no_incident(tmp_path):
    week = traffic("diurnal", 23, days=10)
    hour, day = pl.col("started_at").dt.hour(), pl.col("started_at").dt.weekday()
    case, incidents = found(tmp_path, week.filter(hour.is_between(7, 18) & (day < 6)))
    case.close()
    assert incidents == []


def test_silence_of_less_than_three_minutes_at_noon_is_dated_to_its_lines(tmp_path, quiet):
    start, end = at(3, 13) + timedelta(seconds=20), at(3, 13) + timedelta(seconds=170)
    case, incidents = found(tmp_path, lost(quiet, start, end))
    case.close()
    (row,) = incidents
    assert row["kind"] == "silence"
    assert abs(row["started_at"] - start) < timedelta(seconds=20)
    assert abs(row["ended_at"] - end) < timedelta(seconds=20)


def test_a_burst_of_minutes_in_a_quiet_service_is_no_surge(tmp_path):
    thin = traffic("diurnal", 24, days=6).gather_every(250)  # about 100 requests a day
    case, incidents = found(tmp_path, crowd(thin, at(3, 12), at(3, 12) + 3 * MINUTE, 3.0))
    case.close()
    assert [row for row in incidents if row["ended_at"] - row["started_at"] > 5 * MINUTE] == []


def test_a_surge_rises_and_falls_where_half_of_it_is_there(tmp_path, quiet):
    world = quiet
    for n in range(1, 5):  # a crowd that comes in steps of five minutes and goes in them
        world = crowd(world, at(3, 18) + 5 * n * MINUTE, at(3, 20) - 5 * n * MINUTE, 0.7, seed=n)
    case, incidents = found(tmp_path, world)
    case.close()
    (row,) = incidents
    assert row["kind"] == "surge"
    assert near(row["started_at"], at(3, 18) + 10 * MINUTE, 6 * MINUTE)
    assert near(row["ended_at"], at(3, 20) - 10 * MINUTE, 6 * MINUTE)


PLANS = "UPDATE accounts SET plan = CASE WHEN account_id SIMILAR TO 'u[1-9]' THEN 'pro' ELSE 'free' END"


def paying_case(folder: Path, frame: pl.DataFrame, known: str = PLANS) -> Case:
    """A case in which u1 to u9 pay, or that knows of payments what the statement ``known`` says."""
    case = new_case(folder)
    for (host,), rows in frame.partition_by("logged_by", as_dict=True, maintain_order=True).items():
        add_log(case, f"{host}.log", rows.drop("logged_by"), str(host))
    add_user_accounts(case)
    case.connection.execute(known)
    with case.transaction():
        rollups.count(case)
        detect.detect(case, survey.survey(case)())
    return case


def test_whom_it_hurt_is_counted_by_account_and_by_paying_account(tmp_path, quiet):
    start, end = at(3, 12), at(3, 13)
    world = failing(quiet, start, end)
    with paying_case(tmp_path, world) as case:
        (row,) = case.table("incidents").to_dicts()
    hit = world.filter(pl.col("started_at").is_between(row["started_at"], row["ended_at"]) & (pl.col("status") >= 500))
    accounts = set(hit["user_name"])
    assert row["affected_accounts"] == len(accounts)
    assert row["affected_paying_accounts"] == len(accounts & {f"u{n}" for n in range(1, 10)})
    assert f"met failures in {hit.height:,} requests" in row["summary"]


def test_payments_are_known_by_what_their_systems_call_them(tmp_path, quiet):
    """Braintree settles, Adyen sends for settlement, PayPal completes; what was refused, voided, given back or nothing is no payment."""
    paid = {
        "u1": "settled",
        "u2": "SentForSettle",
        "u3": "Completed",
        "u4": "submitted_for_settlement",
        "u5": "Authorised",
        "u6": "Terminé",
    }
    other = {"u7": "processor_declined", "u8": "Voided", "u9": "Failed", "u10": "settled', 0), ('u11', 'Completed', -5), ('u12', 'Refunded"}
    rows = [f"('{account}', '{status}', 5)" for account, status in {**paid, **other}.items()]
    known = f"INSERT INTO payments (account_id, status, amount) VALUES {', '.join(rows)}"
    world = failing(quiet, at(3, 12), at(3, 13))
    with paying_case(tmp_path, world, known) as case:
        (row,) = case.table("incidents").to_dicts()
    hit = world.filter(pl.col("started_at").is_between(row["started_at"], row["ended_at"]) & (pl.col("status") >= 500))
    assert row["affected_paying_accounts"] == len(set(hit["user_name"]) & paid.keys()) > 0


@pytest.mark.parametrize("known", ["SELECT 1", "INSERT INTO payments (account_id, status) VALUES (NULL, 'paid'), ('u1', 'Failed')"])
def test_without_payments_nobody_is_said_not_to_pay(tmp_path, quiet, known):
    with paying_case(tmp_path, failing(quiet, at(3, 12), at(3, 13)), known) as case:
        (row,) = case.table("incidents").to_dicts()
    assert row["affected_accounts"] > 0
    assert row["affected_paying_accounts"] is None
    assert "(who of them pays is not known) met failures" in row["summary"]


@pytest.mark.parametrize(("minutes", "share", "severity"), [(240, 0.95, "critical"), (20, 0.95, "high")])
def test_severity_follows_how_fast_the_budget_burns(tmp_path, minutes, share, severity):
    base = traffic("diurnal", 25, days=6, per_second=1.0, error_ratio=0.0)
    case, incidents = found(tmp_path, failing(base, at(3, 12), at(3, 12) + minutes * MINUTE, share))
    case.close()
    assert [row["severity"] for row in incidents] == [severity]


def test_the_basis_says_how_much_was_learned_from(tmp_path, quiet):
    world = failing(quiet.filter(pl.col("started_at") < START + timedelta(days=2)), at(1, 12), at(1, 13))
    case, incidents = found(tmp_path, world)
    case.close()
    assert "less than three days" in incidents[0]["basis"]
    assert "give --baseline" in incidents[0]["basis"]


def test_slowness_that_comes_before_failures_is_dated_apart(tmp_path, quiet):
    worse = failing(slow(quiet, at(3, 12), at(3, 13.5)), at(3, 12.75), at(3, 13.5), 0.8)
    case, incidents = found(tmp_path, worse)
    case.close()
    (row,) = incidents
    assert row["kind"] == "errors"
    assert near(row["started_at"], at(3, 12))
    assert near(row["kind_since"], at(3, 12.75))
    assert (near(row["kind_until"], at(3, 13.5)), row["kind_seconds"]) == (True, pytest.approx(45 * 60, abs=120))
    assert row["summary"].startswith(
        f"The service was slow from {row['started_at']:%Y-%m-%d %H:%M:%S} UTC, "
        f"requests to it failed from {row['kind_since']:%Y-%m-%d %H:%M:%S} UTC, "
        f"and it was itself again at {row['ended_at']:%Y-%m-%d %H:%M:%S} UTC (90 min); "
    )


def test_the_line_of_an_impact_that_began_with_slowness_is_a_slow_one(tmp_path, quiet):
    """One failure of every fifty is a stray one, and no evidence of slowness."""
    stray = pl.int_range(pl.len()) % 50 == 0
    worse = slow(quiet, at(3, 12), at(3, 13.5)).with_columns(pl.when(stray).then(500).otherwise("status").alias("status"))
    case, incidents = found(tmp_path, failing(worse, at(3, 12.75), at(3, 13.5), 0.8))
    with case:
        (row,) = incidents
        build(case)
        (impact,) = case.table("timeline").filter(event_type="impact starts").to_dicts()
        (line,) = case.table("requests").filter(evidence_id=impact["evidence_id"], line=impact["line"]).to_dicts()
    assert near(row["started_at"], at(3, 12))
    assert line["status"] == 200
    assert line["duration_ms"] > 3 * 40


def test_failures_are_bounded_by_what_was_asked(tmp_path, quiet):
    """Where nobody asked for minutes, the log does not show when it began or ended."""
    start, end = at(3, 12), at(3, 13)
    early, late = (pl.col("started_at").is_between(a, b) for a, b in ((start - 6 * MINUTE, start), (end, end + 6 * MINUTE)))
    often = quiet.with_columns(pl.when(pl.col("path").str.starts_with("/cdn")).then(pl.lit("/login")).otherwise("path").alias("path"))
    rare = quiet.filter(~((pl.col("path") == "/login") & (early | late)))
    for asked, frame in ((True, often), (False, rare)):
        case, incidents = found(tmp_path / str(asked), failing(frame, start, end, 1.0, route="/login"))
        case.close()
        (row,) = (row for row in incidents if row["kind"] == "errors")
        assert ("the first failure: it may have begun anywhere between" in row["basis"]) != asked
        assert ("the last failure and" in row["basis"]) != asked


def test_what_fails_at_once_is_dated_once(tmp_path, quiet):
    case, incidents = found(tmp_path, failing(slow(quiet, at(3, 12), at(3, 13)), at(3, 12), at(3, 13), 0.8))
    case.close()
    (row,) = incidents
    assert near(row["kind_since"], row["started_at"], MINUTE)
    assert row["summary"].startswith("Requests to the service failed from ")


@pytest.mark.parametrize(("hour", "share"), [(0.05, 0.97), (13.3, 0.9), (18.5, 0.97)])
def test_a_day_without_most_of_its_load_is_one_incident(tmp_path, hour, share):
    start, end = at(6, hour), at(7, hour)
    case, incidents = found(tmp_path, lost(traffic("diurnal", 33, days=11), start, end, share))
    phases = case.table("phases").filter(pl.col("phase").is_in(["silence", "outage"]))
    case.close()
    (row,) = incidents
    assert phases.height <= 12, "what flickers is no phase"
    assert row["kind"] in ("collapse", "silence")
    assert near(row["started_at"], start, 3 * MINUTE)
    assert near(row["ended_at"], end, 3 * MINUTE)


def test_two_long_failures_with_a_shorter_pause_are_one_incident_though_the_second_is_greater(tmp_path):
    start = at(6, 0.05)
    halves = failing(traffic("diurnal", 34, days=11), start, start + timedelta(hours=9.6))
    case, incidents = found(tmp_path, failing(halves, start + timedelta(hours=14.4), start + timedelta(hours=24)))
    case.close()
    (row,) = incidents
    assert near(row["started_at"], start, 3 * MINUTE)
    assert near(row["ended_at"], start + timedelta(hours=24), 3 * MINUTE)


def test_a_slow_day_is_one_incident_and_a_slow_hour_of_every_day_is_none(tmp_path):
    quiet = traffic("diurnal", 35, days=10)
    case, incidents = found(tmp_path / "day", slow(quiet, at(6, 13), at(7, 13)))
    case.close()
    (row,) = incidents
    assert row["kind"] == "latency"
    assert near(row["started_at"], at(6, 13))
    assert near(row["ended_at"], at(7, 13))
    for day in range(10):
        quiet = slow(quiet, at(day, 12), at(day, 14))
    case, incidents = found(tmp_path / "hours", quiet)
    case.close()
    assert incidents == []


def test_a_silent_wednesday_of_an_office_is_an_incident_and_its_friday_afternoons_are_none(tmp_path):
    weeks = traffic("diurnal", 23, days=21)
    hour, day = pl.col("started_at").dt.hour(), pl.col("started_at").dt.weekday()
    office = weeks.filter(hour.is_between(7, 18) & (day < 6) & ~((day == 5) & (hour >= 14)))
    case, incidents = found(tmp_path / "quiet", office)
    case.close()
    assert incidents == []
    wednesday = lost(office, at(9), at(10))
    case, incidents = found(tmp_path / "silent", wednesday)
    case.close()
    (row,) = incidents
    assert row["kind"] == "silence"
    assert near(row["ended_at"], at(10, 7), 5 * MINUTE)


def test_failures_of_one_of_several_sites_are_told_as_such(tmp_path):
    world = traffic("diurnal", 8, days=6)
    site = pl.when(pl.int_range(pl.len()) % 9 == 0).then(pl.lit("API.example")).otherwise(pl.lit("shop.example"))
    world, start = world.with_columns(host=site), at(3, 12)
    end = start + 40 * timedelta(minutes=1)
    hit = pl.col("started_at").is_between(start, end) & (pl.col("host") == "API.example")
    case, incidents = found(tmp_path / "one", world.with_columns(status=pl.when(hit).then(502).otherwise("status")))
    case.close()
    (row,) = incidents
    assert row["site"] == "api.example"
    assert row["site_failed"] == row["site_requests"] > 50
    assert "the failures were those of one site" in row["summary"]
    half = world.with_columns(host=pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.lit("API.example")).otherwise(pl.lit("shop.example")))
    case, incidents = found(tmp_path / "refused", half.with_columns(status=pl.when(hit).then(403).otherwise("status")))
    case.close()
    (row,) = incidents  # most clients ask for the other site, and none of them was refused
    assert (row["kind"], row["site"]) == ("errors", "api.example")
    assert row["site_failed"] == row["site_requests"] == row["refused_requests"] > 50
    assert "the refusals were those of one site" in row["summary"]
    assert row["refused_clients"] > 10
    case, incidents = found(tmp_path / "both", failing(world, start, end, share=0.5))
    case.close()
    (row,) = incidents
    assert row["site"] is None


@pytest.mark.parametrize("loses", [False, True])
def test_who_raised_the_level_for_days_and_leaves_is_no_collapse(tmp_path, loses):
    """Three accounts ask for two days, break the service, and leave: what is left is what usually comes, unless that is lost as well."""
    world = crowd(traffic("diurnal", 33, days=11), at(7, 18), at(9, 8), 0.5, accounts=3)
    world = crowd(crowd(world, at(9, 8), at(9, 13), 1.0, accounts=3), at(9, 13), at(9, 17.6), 8.0, accounts=3)
    world = failing(world, at(9, 13.5), at(9, 18.3), share=0.85)
    case, (row, *others) = found(tmp_path, lost(world, at(9, 20), at(9, 20.75), 0.97) if loses else world)
    case.close()
    assert near(row["started_at"], at(9, 13.5))
    if loses:
        last = others[-1] if others else row
        assert last["missing_requests"] > 100
        assert near(last["ended_at"], at(9, 20.75), timedelta(minutes=3))
    else:
        assert (others, row["missing_requests"]) == ([], 0.0)
        assert near(row["ended_at"], at(9, 18.3))
