"""Each measure covers what it says and names whom it hits."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import polars as pl
import pytest
from tests.attribution.worlds import FIRST_DAY, World

from forensics.attribution.attribute import attribute
from forensics.attribution.facts.capacity import Capacity
from forensics.case.case import Case
from forensics.response.blocking import block_list
from forensics.response.blocklists import BlockList, Entry, formats
from forensics.response.plan import _ordinary_use, _warned, plan
from forensics.response.ratelimit import NO_FAILURE, NO_HEALTH, NOT_ENOUGH, NOT_NEEDED, highest_limit, rate_limit


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, np.ndarray, np.ndarray, Case]:
    world = World(seed=11)
    ring = world.newcomers(6)
    actor = world.actor(ring)
    idle = np.array([3, 4])
    world.organisation(actor, idle)
    world.account_network[ring[0]] = world.account_network[5]
    world.ring(ring, 200.0)
    case = world.write(tmp_path_factory.mktemp("case"))
    attribute(case)
    plan(case)
    return world, ring, idle, case


def test_each_level_hits_who_it_says(planned: tuple[World, np.ndarray, np.ndarray, Case]) -> None:
    world, ring, idle, case = planned
    rows = {row["measure"]: row for row in case.table("response").to_dicts()}
    assert rows["account"]["accounts_hit"] == len(ring)
    assert rows["account"]["uninvolved_hit"] == 0
    assert rows["organisation"]["accounts_hit"] == len(ring) + len(idle)
    assert rows["organisation"]["uninvolved_hit"] == len(idle)
    assert rows["account"]["load_covered"] == pytest.approx(rows["organisation"]["load_covered"])
    assert all(world.names[p] in rows["organisation"]["basis"] for p in idle), "whoever is hit without a part is named"
    hit = case.table("response_accounts").filter(pl.col("measure") == "network")["account_id"].to_list()
    neighbours = np.flatnonzero(world.account_network == world.account_network[5])
    active = set(case.table("subject_minutes")["account_id"].drop_nulls().to_list())
    assert set(hit) == (set(world.names[ring]) | set(world.names[neighbours])) & active


def test_the_rate_limit_keeps_every_minute_under_the_level() -> None:
    rng = np.random.default_rng(1)
    minutes = np.repeat(np.arange(20), 50)
    loads = pl.DataFrame({
        "minute": minutes, "client": [None if i % 10 == 0 else f"a{i}" for i in range(1000)], "requests": rng.geometric(0.05, 1000),
    })  # fmt: skip
    limit = highest_limit(loads, 600.0)
    assert limit is not None

    def worst(level: int) -> float:
        kept = loads.with_columns(
            pl.when(pl.col("client").is_null()).then("requests").otherwise(pl.min_horizontal("requests", pl.lit(level)))
        )
        return float(kept.group_by("minute").agg(pl.col("literal" if "literal" in kept.columns else "requests").sum()).to_series(1).max())

    assert worst(limit) <= 600 < worst(limit + 1)


def test_no_rate_limit_where_none_is_needed_or_none_would_do() -> None:
    loads = pl.DataFrame({"minute": [0, 0], "client": ["a", None], "requests": [5, 50]})
    assert highest_limit(loads, 100.0) is None
    assert highest_limit(loads, 20.0) is None


@pytest.mark.parametrize(
    ("kind", "healthy", "why"),
    [("surge", 100.0, NO_FAILURE), ("errors", None, NO_HEALTH), ("errors", 100.0, NOT_NEEDED), ("errors", 20.0, NOT_ENOUGH)],
)
def test_where_there_is_no_rate_limit_it_is_said_why(kind: str, healthy: float | None, why: str) -> None:
    loads = pl.DataFrame({"minute": [0, 0], "account_id": ["a", None], "requests": [5, 50]})
    case: Any = SimpleNamespace(frame=lambda *_, **__: loads)
    began = datetime(2024, 3, 2)
    incident = {"kind": kind, "started_at": began, "ended_at": began, "ramp_started_at": None}
    known = None if healthy is None else Capacity(healthy, np.array([healthy]), None)
    row = rate_limit(cast("Case", case), incident, known, set(), frozenset(), [])
    assert (row["scope"], row["load_covered"], row["basis"]) == ("none computed", 0.0, why)


def test_a_measure_against_accounts_that_were_taken_over_says_whom_it_hits() -> None:
    told = {measure: _warned({"measure": measure, "basis": "So."})["basis"] for measure in ("account", "organisation", "network")}
    assert told.pop("network") == "So."
    warning = "The accounts may have been taken over: end their sessions and reset passwords; a ban hits their holders. So."
    assert set(told.values()) == {warning}


@pytest.mark.parametrize("name", sorted(formats()))
def test_block_lists_carry_reason_and_expiry_and_obey_nobody(name: str) -> None:
    entries = (
        Entry("account", "acc_1", "took part\nin it", FIRST_DAY, ('~evil"; } # \x1b[31m',)),
        Entry("network", "198.18.7.0/24", "9 requests", FIRST_DAY),
        Entry("address", "198.18.0.1", "3 requests", datetime(2024, 4, 1)),
    )
    text = formats()[name](BlockList("i", "account", entries, ("198.18.0.9 is shared with 3 other accounts.",)))
    assert "198.18.0.1" in text
    assert "2024-04-01" in text
    assert "3 requests" in text
    if name == "csv":  # data, quoted; spreadsheets are defused in report.tables
        assert [row[0] for row in csv.reader(io.StringIO(text))] == ["kind", "account", "network", "address"]
        return
    assert "\x1b" not in text
    if name == "plain":
        assert [line for line in text.splitlines() if not line.startswith("#")] == ["198.18.7.0/24", "198.18.0.1"]
        return
    assert all(line.startswith(("#", "deny ", "map ", "geo ", "    ", "}", "kind,", "account,", "address,")) for line in text.splitlines())


def test_a_proxy_is_told_the_names_that_sign_in(planned: tuple[World, np.ndarray, np.ndarray, Case]) -> None:
    entries = (Entry("account", "acc_1", "took part", FIRST_DAY, ("kim", "acc_1")), Entry("account", "acc_2", "took part", FIRST_DAY))
    text = formats()["nginx-map"](BlockList("i", "account", entries, ()))
    assert '    "kim" 1;  # until' in text
    assert "acc_1 took part" in text
    assert '"acc_2"' not in text, "nobody signs in under that name"
    assert "left out: acc_2" in text


def test_the_list_against_networks_names_no_neighbour(planned: tuple[World, np.ndarray, np.ndarray, Case]) -> None:
    world, ring, _, case = planned
    listed = block_list(case, None, "network", days=30, shared=False)
    assert {entry.kind for entry in listed.entries} == {"network"}
    shared = int(world.account_network[5])
    neighbours = set(np.flatnonzero(world.account_network == shared)) - set(ring)
    assert len(listed.left_out) == 1, "the network of account 5 has other people"
    forced = block_list(case, None, "network", days=30, shared=True)
    assert len(forced.entries) == len(listed.entries) + 1
    said = " ".join(entry.value + entry.reason for entry in forced.entries)
    assert neighbours
    assert not any(world.names[n] in said for n in neighbours)


def test_whoever_is_listed_without_a_part_is_listed_for_the_tie(planned: tuple[World, np.ndarray, np.ndarray, Case]) -> None:
    world, _, idle, case = planned
    reasons = {entry.value: entry.reason for entry in block_list(case, None, "organisation", days=30, shared=False).entries}
    assert all(reasons[world.names[p]].startswith("of the same organisation as accounts that took part in") for p in idle)
    asked = dict(case.table("participants").filter(role="participant").select("account_id", "requests").iter_rows())
    assert all(f"{requests:,} request" in reasons[name] for name, requests in asked.items()), "as the participants' table counts them"


def test_the_shares_of_the_accounts_and_of_a_ban_are_of_the_same_whole_as_their_actors(
    planned: tuple[World, np.ndarray, np.ndarray, Case],
) -> None:
    _, _, _, case = planned
    (blamed,) = case.table("attributions").filter(rank=1).to_dicts()
    accounts = case.table("participants").filter(role="participant")
    assert float(accounts["load_share"].sum()) == pytest.approx(blamed["load_share"], abs=0.01)
    covered = dict(case.table("response").select("measure", "load_covered").iter_rows())
    assert covered["account"] == pytest.approx(blamed["load_share"], abs=0.01)


def test_who_was_ruled_known_is_told_with_what_it_did_and_never_listed(tmp_path: Path) -> None:
    world = World(seed=11)
    ring, idle = world.newcomers(6), world.newcomers(1)
    world.organisation(world.actor(ring), idle)
    world.ring(ring, 200.0)
    case = world.write(tmp_path)
    known = str(world.names[ring[2]])
    case.insert("rulings", pl.DataFrame([{"ruling": 1, "verdict": "known", "subject_type": "account", "subject": known, "why": "a test"}]))
    attribute(case)
    plan(case)
    people = {row["account_id"]: row for row in case.table("participants").to_dicts()}
    assert people[known]["role"] == "known"
    rise = pl.col("minute").is_between(world.start - timedelta(minutes=world.ramp), world.start, closed="left")
    minutes = case.table("subject_minutes").filter(account_id=known)
    assert people[known]["requests"] == minutes.filter(rise)["requests"].sum() > 0
    assert people[known]["load_share"] == pytest.approx(people[str(world.names[ring[0]])]["load_share"], rel=0.3)
    assert people[str(world.names[idle[0]])]["role"] == "uninvolved"
    rows = {row["measure"]: row for row in case.table("response").to_dicts()}
    assert rows["payer"]["accounts_hit"] == len(ring)
    assert rows["payer"]["uninvolved_hit"] == 0
    inside = minutes.filter(pl.col("minute") >= world.start - timedelta(minutes=world.ramp))["requests"].sum()
    assert f"ruled known, and left out of block lists: {known}: {inside:,} requests in the incident." in rows["payer"]["basis"]
    assert "without any part" not in rows["payer"]["basis"]
    drawn = case.table("actor_minutes").filter(pl.col("actor_id") == people[str(world.names[ring[0]])]["actor_id"])
    others = [str(world.names[p]) for p in ring if str(world.names[p]) != known]
    theirs = case.table("subject_minutes").filter(pl.col("account_id").is_in(others))
    theirs = theirs.filter(pl.col("minute").is_between(drawn["minute"].min(), drawn["minute"].max()))
    assert drawn["requests"].sum() == theirs["requests"].sum(), "its load is none of theirs in the picture either"
    listed = block_list(case, None, "payer", days=30, shared=True)
    assert known not in {entry.value for entry in listed.entries}
    assert f"{known} was ruled known." in listed.left_out


def test_a_blocked_network_is_told_all_that_the_participants_asked_from_it(planned: tuple[World, np.ndarray, np.ndarray, Case]) -> None:
    world, ring, _, case = planned
    said = {entry.value: entry.reason for entry in block_list(case, None, "network", days=30, shared=True).entries}
    inside = pl.col("minute") >= world.start - timedelta(minutes=world.ramp)
    asked = case.table("subject_minutes").filter(pl.col("account_id").is_in(world.names[ring].tolist()) & inside)
    for network, requests in asked.group_by("network").agg(pl.col("requests").sum()).iter_rows():
        assert said[network].startswith(f"{requests:,} requests of the accounts that took part")


def test_use_that_is_spread_over_rare_paths_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.attribution.worlds.ROUTES", ["(other)", "/a", "/b", "/c", "/d", "/e"])
    world = World(seed=9, days=3)
    world.add_accounts(np.zeros(500, dtype=int), np.full(500, world.last), np.zeros(500, dtype=int))
    case = world.write(tmp_path)
    used = _ordinary_use(case, [str(world.names[0])], [])
    assert used[str(world.names[0])].endswith("mostly paths too rare to be told apart")
