"""Who is blamed, who is not, and that nobody is when nobody should be."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from tests.attribution.worlds import World
from tests.stored_case import new_case

from forensics.attribution.accounts.participants import NOT_SEEN
from forensics.attribution.attribute import attribute
from forensics.attribution.bearing import equal_load
from forensics.attribution.rivals import Weighed
from forensics.attribution.search.finding import Rise
from forensics.attribution.windows import impact_window
from forensics.case.case import Case
from forensics.timeline.story import build


def verdict(case: Case) -> str:
    return str(case.table("incidents")["verdict"][0])


def named(case: Case, role: str) -> set[str]:
    rows = case.table("participants")
    return set(rows.filter(rows["role"] == role)["account_id"].to_list())


def test_a_ring_is_attributed_and_its_idle_relation_is_not_blamed(tmp_path: Path) -> None:
    world = World()
    ring = world.newcomers(9)
    idle = world.newcomers(1)
    actor = world.actor(ring)
    world.organisation(actor, idle)
    world.ring(ring, 150.0)
    case = world.write(tmp_path)
    attribute(case)
    assert verdict(case) == "attributed"
    assert named(case, "participant") == set(world.names[ring])
    assert named(case, "uninvolved") == set(world.names[idle])
    top = case.table("attributions").to_dicts()[0]
    assert top["actor_id"] == actor
    assert top["load_share"] == pytest.approx(0.9, abs=0.05)
    assert top["p_value"] == top["smallest_p"] == pytest.approx(1 / 15)
    assert case.table("incidents")["likelihood"][0] < 0.95, "14 placebos: never almost certain"


@pytest.mark.parametrize("days_before", [None, 3])
def test_nobody_says_of_a_relation_that_no_log_names_that_it_took_no_part(tmp_path: Path, days_before: int | None) -> None:
    """Who is in the accounts' export only may have done anything elsewhere; who asked once, days before, is seen, and took no part."""
    world = World()
    ring, linked = world.newcomers(9), world.newcomers(1)
    world.organisation(world.actor(ring), linked)
    world.ring(ring, 150.0)
    if days_before is not None:
        world.add_accounts(linked, np.array([world.last - days_before * 1440 + 600]), np.array([3]))
    case = world.write(tmp_path)
    attribute(case)
    (idle,) = case.table("participants").filter(role="uninvolved").to_dicts()
    assert (idle["requests"], idle["why"]) == (0, None if days_before else NOT_SEEN)


def test_nobody_says_of_a_relation_that_rose_as_well_that_it_did_nothing(tmp_path: Path) -> None:
    """A colleague asks much in that hour, too, for other things with another program: no part in the load is shown, and no abstention."""
    world = World()
    ring, linked = world.newcomers(9), world.newcomers(2)
    world.organisation(world.actor(ring), linked)
    world.ring(ring, 150.0)
    world.account_agent[linked] = 5
    many = 600
    at = world.last + world.rng.integers(world.onset - world.ramp, world.onset, many)
    world.add_accounts(np.full(many, linked[0]), at, world.rng.integers(3, 6, many))
    case = world.write(tmp_path)
    attribute(case)
    rows = {row["account_id"]: row for row in case.table("participants").to_dicts()}
    busy, idle = (rows[str(world.names[position])] for position in linked)
    assert (busy["role"], idle["role"]) == ("uninvolved", "uninvolved")
    assert busy["why"].startswith("not shown: its load rose as well")
    assert idle["why"] == NOT_SEEN
    assert named(case, "participant") == set(world.names[ring])


def test_a_launch_day_surge_has_nobody_to_blame(tmp_path: Path) -> None:
    world = World(seed=2)
    world.surge(1.5, new=100)
    case = world.write(tmp_path)
    attribute(case)
    assert verdict(case) == "no single actor"
    assert case.table("participants").is_empty()


def test_a_bad_deploy_has_nobody_to_blame(tmp_path: Path) -> None:
    case = World(seed=3).write(tmp_path, failing_route=1)
    attribute(case)
    assert verdict(case) in {"no single actor", "inconclusive"}
    assert case.table("attributions").is_empty() or set(case.table("attributions")["subject_type"]) <= {"route", "backend"}


def test_clients_that_retry_after_the_failure_are_no_attackers(tmp_path: Path) -> None:
    world = World(seed=4)
    world.retries(3.0, share=0.05)
    case = world.write(tmp_path)
    attribute(case)
    assert verdict(case) == "no single actor"
    assert named(case, "participant") == set()


def test_an_anonymous_crawler_is_named_as_network_and_no_account_is(tmp_path: Path) -> None:
    world = World(seed=5)
    n = 150 * 120
    world.add_anonymous(np.full(n, 7777), world.last + world.rng.integers(world.onset - 30, world.end, n), np.full(n, 8))
    case = world.write(tmp_path, strained=30)
    attribute(case)
    assert verdict(case) == "attributed"
    assert case.table("attributions")["subject_type"][0] in {"network", "agent"}
    assert case.table("participants").is_empty()


def test_no_incidents_no_rows(tmp_path: Path) -> None:
    with new_case(tmp_path) as case:
        attribute(case)
        assert case.table("attributions").is_empty()


def test_who_was_ruled_known_is_never_blamed(tmp_path: Path) -> None:
    world = World(seed=6)
    one = world.newcomers(1)
    world.ring(one, 300.0)
    case = world.write(tmp_path)
    ruling = {"ruling": 1, "verdict": "known", "subject_type": "account", "subject": str(world.names[one[0]]), "why": "our load test"}
    case.insert("rulings", pl.DataFrame([ruling]))
    attribute(case)
    assert verdict(case) not in {"attributed", "several actors"}
    assert case.table("participants").is_empty()
    said = case.table("incidents")["lead"][0]
    assert f"requests beyond the usual from 23:30 to 00:00 UTC were made by what a person ruled known ({ruling['subject']})" in said
    assert said in case.table("incidents")["summary"][0]


@pytest.mark.parametrize(("kind", "begins"), [("errors", 59), ("silence", 60)])
def test_the_minute_in_which_a_silence_begins_is_no_part_of_it(kind: str, begins: int) -> None:
    noon = datetime(2024, 3, 2, 12)
    incident = {"kind": kind, "started_at": noon + timedelta(minutes=59, seconds=55), "ended_at": noon + timedelta(hours=2)}
    assert impact_window(incident).start == noon + timedelta(minutes=begins)


def test_who_was_busy_just_before_is_not_named_for_what_others_brought_at_the_end(tmp_path: Path) -> None:
    world = World(seed=46, days=25, per_minute=4.0, accounts=60, has_ramp=False)
    world.ring(world.newcomers(1), 6.0, world.onset - 9, world.onset - 1)
    world.add_anonymous(4000 + world.rng.integers(0, 5000, 300), world.last + world.onset + world.rng.integers(0, 5, 300))
    case = world.write(tmp_path)
    attribute(case)
    assert verdict(case) not in {"attributed", "several actors"}
    assert case.table("participants").is_empty()


def test_a_route_that_nobody_asks_for_at_such_hours_weighs_as_at_others(tmp_path: Path) -> None:
    """Two days of logs: the one window to compare with has none of the heavy requests, and would not tell that they are heavy."""
    world, heavy = World(seed=41, days=2), 3
    for part in world.parts:
        kept = (part["route"] != heavy) | (abs(part["minute"] % 1440 - world.onset % 1440) > 60)
        part |= {name: values[kept] for name, values in part.items()}
    one = world.newcomers(1)
    low, high = world.last + world.onset - world.ramp, world.last + world.end
    asked = world.rng.integers(low, high, 10 * (high - low))
    world.add_accounts(np.repeat(one, len(asked)), asked, np.full(len(asked), heavy))
    case = world.write(tmp_path, strained=world.ramp)
    attribute(case)
    assert named(case, "participant") == set(world.names[one])
    assert case.table("attributions")["excess_work"][0] > 5 * case.table("attributions")["excess_requests"][0]


def test_requests_are_counted_where_load_is_weighed(tmp_path: Path) -> None:
    """A few heavy requests are told as so many requests, and as the work that they were."""
    world = World(seed=7)
    one = world.newcomers(1)
    world.ring(one, 20.0)
    world.parts[-1]["route"][:] = 3
    case = world.write(tmp_path)
    attribute(case)
    (row,) = case.table("attributions").to_dicts()
    before = (pl.col("minute") >= world.start - timedelta(minutes=world.ramp)) & (pl.col("minute") < world.start)
    made = case.table("subject_minutes").filter(before & (pl.col("account_id") == str(world.names[one[0]])))["requests"].sum()
    assert row["excess_requests"] == pytest.approx(made, abs=1)
    assert row["excess_work"] > 3 * made
    build(case)
    (told,) = case.table("timeline").filter(event_type="attribution").to_dicts()
    assert f"made {made:,} requests more than usual from the ramp to the impact, as much work as " in told["message"]
    assert f" {row['excess_work']:,.0f} usual ones: " in told["message"]
    assert told["rows"] == made
    evidence = " ".join(case.table("rivals").filter(explanation="one actor")["evidence_for"][0])
    assert "the load reached the work of " in evidence
    rise, found = Rise("cost", 14_462.0, 183.0, 50.0), Weighed()
    facts = SimpleNamespace(
        carried=0,
        outlasted=0,
        step=None,
        fall=None,
        release=None,
        beyond_health=True,
        peak_load=550.0,
        capacity=SimpleNamespace(usual=40.0),
        overshoot=1.0,
    )
    facts.finding = SimpleNamespace(rise=rise)
    equal_load(facts, found)  # type: ignore[arg-type]
    assert found.speaks_against[0][0].startswith("Load had reached the work of 550 usual requests a minute; at most 40 were carried")


def test_that_nothing_failed_is_said_of_its_time(tmp_path: Path) -> None:
    """A service that is slow first and fails an hour later did fail: not in the half hour that is looked at."""
    world = World(seed=8)
    world.ring(world.newcomers(1), 200.0)
    case = world.write(tmp_path, fail=0.0)
    attribute(case)
    against = {row["explanation"]: row["evidence_against"][0] for row in case.table("rivals").to_dicts() if row["evidence_against"]}
    for explanation in ("bad deploy", "retry storm", "failing backend"):
        assert against[explanation].startswith("From 00:00 to 00:30 UTC, as the impact began, no more requests failed than usual")


def test_who_did_as_much_on_other_days_without_harm_is_not_named(tmp_path: Path) -> None:
    """A company's import runs on three days before and is found as a load each time; on the last day a database fails beneath it."""
    world = World(days=10, ramp=4)
    company = world.newcomers(9)
    world.actor(company)
    days = (3, 5, 7)
    for day in (*days, world.days - 1):
        minute = world.rng.integers(world.onset - 4, world.onset + 30, 9 * 16 * 34) + day * 24 * 60
        world.add_accounts(world.rng.choice(company, len(minute)), minute, np.full(len(minute), 1))
    case = world.write(tmp_path)
    main = case.table("incidents").to_dicts()[0]
    loads = []
    for day in days:
        back = timedelta(days=world.days - 1 - day)
        began, ended = main["started_at"] - back - timedelta(minutes=4), main["started_at"] - back + timedelta(minutes=30)
        load = {"incident_id": f"load-{day}", "kind": "surge", "started_at": began, "ended_at": ended, "ramp_started_at": None}
        loads.append(main | load | {"requests": 9000, "failed_requests": 9})
    case.insert("incidents", pl.DataFrame(loads, infer_schema_length=None, schema=case.table("incidents").schema))
    attribute(case)
    found = case.table("incidents").filter(pl.col("kind") == "errors").to_dicts()[0]
    blamed = case.table("participants").filter((pl.col("incident_id") == main["incident_id"]) & (pl.col("role") == "participant"))
    assert found["verdict"] not in ("attributed", "several actors")
    assert blamed.is_empty()


def test_accounts_that_hang_together_are_no_crowd(tmp_path: Path) -> None:
    """Nine accounts of one company, each an operator of its own, do what they did on other days; the database fails beneath them."""
    world = World(days=10, ramp=4, accounts=60, per_minute=20.0)
    company = world.newcomers(9)
    first = world.actor(company[:1], "same operator")
    world.organisation(first, company[1:])
    for day in (3, 5, 7, world.days - 1):
        minute = world.rng.integers(world.onset - 4, world.onset + 30, 9 * 16 * 34) + day * 24 * 60
        world.add_accounts(world.rng.choice(company, len(minute)), minute, np.full(len(minute), 1))
    case = world.write(tmp_path)
    attribute(case)
    surge = case.table("rivals").filter(pl.col("explanation") == "organic surge").to_dicts()[0]
    assert "hang together: they are no crowd." in str(surge["evidence_against"])
    assert surge["likelihood"] < 0.2


@pytest.mark.parametrize("gone", [True, False])
def test_half_a_log_blames_nobody_and_says_whom_the_rest_is_about(tmp_path: Path, gone: bool) -> None:
    """Of two servers that know the accounts one has no log for the night: half of what the ring asked for names nobody."""
    world = World()
    ring = world.newcomers(9)
    world.actor(ring)
    world.ring(ring, 150.0)
    minute = world.rng.integers(world.last + world.onset - world.ramp, world.last + world.end, 150 * 120)
    world.add_anonymous(world.rng.integers(0, 4000, len(minute)), minute)
    case = world.write(tmp_path)
    begin, night = world.start - timedelta(days=14), world.start - timedelta(hours=3)
    files = [("a", begin, world.start + timedelta(days=1)), ("b", begin, night if gone else world.start + timedelta(days=1))]
    case.insert(
        "evidence_files",
        pl.DataFrame([{"evidence_id": h, "kind": "log", "host": f"app-{h}", "first_at": low, "last_at": high} for h, low, high in files]),
    )
    case.insert("tiers", pl.DataFrame([{"evidence_id": h, "counted": False} for h, *_ in files]))
    case.insert("told_users", pl.DataFrame([{"evidence_id": "edge", "line": 1}]).cast({"line": pl.Int64}))
    attribute(case)
    found = case.table("incidents").to_dicts()[0]
    assert found["verdict"] not in ("attributed", "several actors")
    assert case.table("participants").is_empty()
    if gone:
        assert "the log of app-b that names accounts at other times is missing for that time" in found["lead"]
        assert re.search(
            r"Of what rose among the others: the accounts of n\d+ \(actor of 9 accounts\) 9\d %\. Load what is missing", found["lead"]
        )
        assert found["summary"].endswith(found["lead"])
    else:
        assert "missing" not in found["lead"]


@pytest.mark.parametrize(("minutes", "expected"), [(60, "no single actor"), (8, "attributed")])
def test_a_load_that_was_answered_for_an_hour_is_not_what_then_made_the_service_slow(tmp_path: Path, minutes: int, expected: str) -> None:
    """Nothing fails: what a load slows it slows within minutes. A daily import whose other days are not in the log was named."""
    world = World(seed=45, days=3, kind="latency", ramp=minutes)
    one = world.newcomers(1)
    world.actor(one)
    world.ring(one, 150.0)
    with world.write(tmp_path, fail=0.0, strained=1) as case:
        attribute(case)
        found, against = (
            case.table("incidents").to_dicts()[0],
            case.table("rivals").filter(explanation="one actor")["evidence_against"].item(),
        )
    assert found["verdict"] == expected
    assert any("before anything was wrong: the load alone did not break it" in said for said in against) is (expected != "attributed")
