"""Load that only answers a failure is told from load that causes it, to the second where a minute is too coarse."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.attribution.test_attribute import named, verdict
from tests.attribution.worlds import FIRST_DAY, World
from tests.stored_case import add_log, add_user_accounts

from forensics.attribution.attribute import attribute
from forensics.attribution.facts.seconds import Seconds, crowd_precedes, first_failure, seconds_precede
from forensics.attribution.search.scan import Winner


def hammered(seed: int) -> tuple[World, np.ndarray]:
    """One client that sends ten times the load of everybody from the very minute in which everything begins to fail."""
    world = World(seed=seed, has_ramp=False, late=30)
    who = np.array([4])
    world.ring(who, 1200.0, world.onset)
    return world, who


def test_nobody_is_blamed_for_load_that_rose_with_the_errors(tmp_path: Path) -> None:
    world, _ = hammered(41)
    case = world.write(tmp_path)
    attribute(case)
    assert verdict(case) not in {"attributed", "several actors"}
    assert named(case, "participant") == set()


@pytest.mark.parametrize(("lead", "expected"), [(20, "attributed"), (-5, "inconclusive")])
def test_seconds_decide_where_minutes_cannot(tmp_path: Path, lead: int, expected: str) -> None:
    world, who = hammered(42)
    case = world.write(tmp_path)
    fails: datetime = FIRST_DAY + timedelta(minutes=world.last + world.onset, seconds=30)
    begins = fails - timedelta(seconds=lead)
    name = str(world.names[who[0]])
    rows = [{"started_at": begins + timedelta(seconds=n / 20), "user_name": name, "status": 200, "path": "/"} for n in range(400)]
    rows += [{"started_at": fails + timedelta(seconds=n / 5), "user_name": "other", "status": 503, "path": "/"} for n in range(60)]
    add_log(case, "edge.log", pl.DataFrame(rows).sort("started_at"), "edge-1")
    add_user_accounts(case)
    attribute(case)
    assert verdict(case) == expected


@pytest.mark.parametrize(("lead", "expected"), [(20, {"attributed"}), (0, {"no single actor", "inconclusive"})])
def test_who_asks_more_only_when_it_fails_answers_the_failure(tmp_path: Path, lead: int, expected: set[str]) -> None:
    """An import at one pace for ten minutes, and at four times that pace: seconds before the first failure, or from it on."""
    world = World(seed=42, has_ramp=False, late=30)
    who = np.array([4])
    world.ring(who, 60.0, world.onset - 10, world.onset)
    world.ring(who, 240.0, world.onset)
    case = world.write(tmp_path)
    fails: datetime = FIRST_DAY + timedelta(minutes=world.last + world.onset, seconds=30)
    name = str(world.names[who[0]])
    own = [fails + timedelta(seconds=-n) for n in range(1, 300)] + [fails + timedelta(seconds=n / 4 - lead) for n in range(1200)]
    rows = [{"started_at": at, "user_name": name, "status": 200 if at < fails else 503, "path": f"/{n}"} for n, at in enumerate(own)]
    rows += [{"started_at": fails + timedelta(seconds=n / 5), "user_name": "other", "status": 503, "path": "/"} for n in range(60)]
    add_log(case, "edge.log", pl.DataFrame(rows).sort("started_at"), "edge-1")
    add_user_accounts(case)
    attribute(case)
    assert verdict(case) in expected


@pytest.mark.parametrize(("begins", "faster", "expected"), [(180, 0, True), (50, 0, False), (180, 15, False)])
def test_who_went_on_as_before_is_told_from_who_came_or_quickened(begins: int, faster: int, expected: bool) -> None:
    """One in two seconds until the first failure, from so many seconds before it on, the last of them three a second."""
    own = np.zeros(480)
    own[180 - begins : 180 : 2] = 1
    own[180 - faster : 180] = 3
    own[180:] = 3
    rows = pl.DataFrame({"own": own, "own_load": own, "asked": own, "failed": np.zeros(480)})
    assert Seconds(rows, 180, 0.0).steady() is expected


@pytest.mark.parametrize(
    ("pace", "times", "last", "expected"),
    [(10, 3, 3, False), (50, 2, 6, False), (2, 5, 3, False), (2, 10, 1, False), (0.5, 6, 4, False), (2, 2, 60, False), (2, 1, 60, True)],
)
def test_who_steps_up_seconds_before_the_first_failure_had_no_one_pace(pace: float, times: float, last: int, expected: bool) -> None:
    own = np.full(480, float(pace))
    own[210 - last :] *= times
    rows = pl.DataFrame({"own": own, "own_load": own, "asked": own, "failed": np.zeros(480)})
    assert Seconds(rows, 210, 0.0).steady() is expected
    assert Seconds(rows, 210, 0.0).quickened() is (not expected and last < 60)


@pytest.mark.parametrize("every", [1, 10])
def test_what_chance_and_batches_bring_at_once_is_no_step(every: int) -> None:
    """Requests by chance, or thirty at once every ten seconds, also right before the first failure."""
    found = []
    for seed in range(200):
        own = np.random.default_rng(seed).poisson(3.0 * every, 480).astype(float)
        own[np.arange(480) % every != 209 % every] = 0
        rows = pl.DataFrame({"own": own, "own_load": own, "asked": own, "failed": np.zeros(480)})
        found.append(Seconds(rows, 210, 0.0).steady())
    assert np.mean(found) >= 0.97


def test_a_mishap_that_a_calm_minute_follows_is_no_beginning() -> None:
    failed = np.zeros(480)
    failed[[105, 107]] = 1
    failed[215:300] = 1
    assert first_failure(failed) == 215
    failed[105:215:20] = 1
    assert first_failure(failed) == 105


@pytest.mark.parametrize(("requests", "expected"), [(6, True), (4, False)])
def test_a_few_heavy_requests_are_a_load(tmp_path: Path, requests: int, expected: bool) -> None:
    case = World(seed=43, days=3).write(tmp_path)
    fails: datetime = FIRST_DAY + timedelta(minutes=3 * 1440, seconds=30)
    own = [{"started_at": fails - timedelta(seconds=4 * n + 1), "user_name": "u00004", "status": 200, "path": "/"} for n in range(requests)]
    rest = [{"started_at": fails + timedelta(seconds=n / 2), "user_name": "other", "status": 503, "path": "/"} for n in range(60)]
    add_log(case, "edge.log", pl.DataFrame(own + rest).sort("started_at"), "edge-1")
    add_user_accounts(case)
    case.insert("route_masks", pl.DataFrame({"mask": ["/"], "route_id": [0]}, schema_overrides={"route_id": pl.Int32}))
    loads = pl.DataFrame({"w": [0], "actor_id": ["a"], "account_id": ["u00004"], "network": ["n"], "requests": [6], "cost": [60.0]})
    winner = Winner("actor", "a", 60.0, 0.0, 99.0, None, 0.0, 1.0)

    def answer(measure: str, weights: dict[int, float]) -> bool | None:
        weighted = {"route_ids": list(weights), "weights": list(weights.values())}
        scene: Any = SimpleNamespace(loads=loads, others=[], weighted=lambda _: weighted, incident={"kind": "errors"})
        return seconds_precede(case, scene, [winner], fails.replace(second=0), measure)

    assert answer("cost", {0: 12.0}) is expected
    assert answer("requests", {}) is False


@pytest.mark.parametrize(("lead", "usual", "expected"), [(12, 0.0, True), (-1, 0.0, False), (12, 900.0, False)])
def test_a_crowd_that_comes_in_the_minute_of_the_fall_came_first_or_asked_again(
    tmp_path: Path, lead: int, usual: float, expected: bool
) -> None:
    """Two requests a second, then fifty: seconds before the first failure, with it (retries), or as many as come every day."""
    case = World(seed=43, days=3).write(tmp_path)
    minute: datetime = FIRST_DAY + timedelta(minutes=3 * 1440)
    fails = minute + timedelta(seconds=30)
    rows = [{"started_at": minute + timedelta(seconds=n / 2 - 170), "status": 200, "path": "/"} for n in range(400)]
    rows += [
        {"started_at": at, "status": 503 if at >= fails else 200, "path": "/a"}
        for at in (fails + timedelta(seconds=n / 50 - lead) for n in range(2000))
    ]
    add_log(case, "edge.log", pl.DataFrame(rows).sort("started_at"), "edge-1")
    before = pl.DataFrame({"minute": [minute - timedelta(minutes=n) for n in range(10, 0, -1)], "requests": [120] * 10})
    loads = pl.DataFrame(schema={"w": pl.Int32, "account_id": pl.String, "network": pl.String, "actor_id": pl.String, "requests": pl.Int64})
    scene: Any = SimpleNamespace(
        loads=loads, others=[], minutes=before, weighted=lambda _: {"route_ids": [], "weights": []}, incident={"kind": "errors"}
    )
    assert crowd_precedes(case, scene, minute, usual) is expected


@pytest.mark.parametrize(("lead", "expected"), [(12, True), (-1, False)])
def test_where_nothing_fails_it_is_told_who_came_before_the_slow_answers(tmp_path: Path, lead: int, expected: bool) -> None:
    case = World(seed=43, days=3).write(tmp_path)
    minute: datetime = FIRST_DAY + timedelta(minutes=3 * 1440)
    slow = minute + timedelta(seconds=30)
    rest = [minute + timedelta(seconds=n / 2 - 170) for n in range(400)]
    own = [slow + timedelta(seconds=n / 5 - lead) for n in range(400)]
    rows = [{"started_at": at, "user_name": who, "status": 200, "path": "/", "duration_ms": 900.0 if at >= slow else 20.0}
            for who, times in (("other", rest), ("u00004", own)) for at in times]  # fmt: skip
    add_log(case, "edge.log", pl.DataFrame(rows).sort("started_at"), "edge-1")
    add_user_accounts(case)
    case.insert("route_masks", pl.DataFrame({"mask": ["/"], "route_id": [0]}, schema_overrides={"route_id": pl.Int32}))
    loads = pl.DataFrame({"w": [0], "actor_id": ["a"], "account_id": ["u00004"], "network": ["n"], "requests": [6]})
    scene: Any = SimpleNamespace(
        loads=loads, others=[], weighted=lambda _: {"route_ids": [], "weights": []}, incident={"kind": "latency"},
        ordinary=SimpleNamespace(times={0: (9000, 20.0)}),
    )  # fmt: skip
    winner = Winner("actor", "a", 60.0, 0.0, 99.0, None, 0.0, 1.0)
    assert seconds_precede(case, scene, [winner], minute, "requests") is expected


@pytest.mark.parametrize(("begins", "expected"), [(-20, True), (20, True), (58, False), (100, False)])
def test_who_came_with_the_first_failures_is_told_from_who_came_later(begins: int, expected: bool) -> None:
    own = np.zeros(480)
    own[180 + begins :] = 1
    rows = pl.DataFrame({"own": own, "own_load": own, "asked": own, "failed": np.zeros(480)})
    assert Seconds(rows, 180, 0.0).along() is expected


@pytest.mark.parametrize(("last", "expected"), [(4, True), (0, False)])
def test_a_lull_of_seconds_may_be_chance(last: int, expected: bool) -> None:
    """Fifty in the minute before the first failure, a hundred in the one after it, and of the last ten seconds a few, or none."""
    own = np.zeros(480)
    own[120:170] = 1
    own[180 - last : 180] = 1
    own[180:240] = 98 / 60
    rows = pl.DataFrame({"own": own, "own_load": own, "asked": own, "failed": np.zeros(480)})
    assert Seconds(rows, 180, 0.0).preceded() is expected


@pytest.mark.parametrize(("gap", "expected"), [(8, True), (12, False), (30, False)])
def test_who_had_stopped_before_the_first_failure_was_not_at_it(gap: int, expected: bool) -> None:
    """One a second for half a minute, then nothing; a third of that pace in the minute after."""
    own = np.zeros(480)
    own[180 - gap - 30 : 180 - gap] = 1
    own[180:240] = 22 / 60
    rows = pl.DataFrame({"own": own, "own_load": own, "asked": own, "failed": np.zeros(480)})
    assert Seconds(rows, 180, 0.0).preceded() is expected


@pytest.mark.parametrize(("gap", "expected"), [(12, True), (45, False)])
def test_who_asks_for_little_has_gaps(gap: int, expected: bool) -> None:
    """Ten heavy requests a minute leave ten seconds out now and then; who stopped for most of a minute was not at it."""
    own = np.zeros(480)
    own[180 - gap - 45 : 180 - gap : 5] = 1
    own[180:300:6] = 1
    rows = pl.DataFrame({"own": own, "own_load": 12.0 * own, "asked": own, "failed": np.zeros(480)})
    assert Seconds(rows, 180, 0.0).preceded() is expected


def test_who_came_last_is_named_beside_the_one_that_was_borne(tmp_path: Path) -> None:
    world = World(seed=44, ramp=10)
    first, last = world.newcomers(5), world.newcomers(4)
    world.actor(first)
    world.actor(last)
    world.ring(first, 600.0)
    world.ring(last, 500.0, world.onset - 1)
    case = world.write(tmp_path)
    fails: datetime = FIRST_DAY + timedelta(minutes=world.last + world.onset)
    rows = [
        {"started_at": fails + timedelta(seconds=n / 8 - 50), "user_name": str(world.names[last[n % 4]]), "status": 200, "path": "/"}
        for n in range(800)
    ]
    rows += [{"started_at": fails + timedelta(seconds=n / 5), "user_name": "other", "status": 503, "path": "/"} for n in range(60)]
    add_log(case, "edge.log", pl.DataFrame(rows).sort("started_at"), "edge-1")
    add_user_accounts(case)
    attribute(case)
    assert verdict(case) == "several actors"
    assert named(case, "participant") == set(world.names[first]) | set(world.names[last])
    assert "Last came, with its share of the excess in the minutes around the first failures: the accounts of n00305" in str(
        case.table("incidents")["summary"][0]
    )
