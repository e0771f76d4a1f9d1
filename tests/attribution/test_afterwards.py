"""Who came once the service had failed is told, and not named; who only asks again is not told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.attribution.test_attribute import named, verdict
from tests.attribution.worlds import World

from forensics.attribution.attribute import attribute
from forensics.case.case import Case


def told(case: Case) -> str:
    """Return what leads on beside the verdict; empty where nothing does."""
    (incident,) = case.table("incidents").to_dicts()
    assert incident["summary"].endswith(incident["lead"] or "")
    return incident["lead"] or ""


@pytest.mark.parametrize("begun_by", ["a ring", "nobody"])
def test_a_ring_that_came_ten_minutes_after_the_failure_is_told_and_not_named(tmp_path: Path, begun_by: str) -> None:
    world = World(seed=51)
    first, late = world.newcomers(4), world.newcomers(5)
    world.actor(first)
    world.actor(late)
    if begun_by == "a ring":
        world.ring(first, 200.0)
    world.ring(late, 220.0, world.onset + 10)
    case = world.write(tmp_path)
    attribute(case)
    assert named(case, "participant") == (set(world.names[first]) if begun_by == "a ring" else set())
    assert "after the first failures, of the excess" in told(case)
    assert f"came from the accounts of {world.names[late[0]]} (actor of 5 accounts), of whom little had come before" in told(case)


@pytest.mark.parametrize("begun_by", ["a ring", "nobody"])
def test_of_a_crowd_that_comes_after_the_failure_nobody_is_told(tmp_path: Path, begun_by: str) -> None:
    world = World(seed=52)
    first = world.newcomers(4)
    world.actor(first)
    if begun_by == "a ring":
        world.ring(first, 200.0)
    world.retries(2.0)
    case = world.write(tmp_path)
    attribute(case)
    assert verdict(case) == ("attributed" if begun_by == "a ring" else "no single actor")
    assert "after the first failures" not in told(case)


def test_who_was_there_before_did_not_come_after(tmp_path: Path) -> None:
    """Somebody is named for the load before the failure, or is not likely enough: either way it is told once."""
    world = World(seed=53)
    who = np.array([4])
    world.ring(who, 200.0)
    case = world.write(tmp_path)
    attribute(case)
    assert "after the first failures" not in told(case)


def test_who_is_named_for_the_beginning_is_not_said_to_have_come_afterwards(tmp_path: Path) -> None:
    """A ring asks six times as much once the service fails: what it did before is the finding, and no little."""
    world = World(seed=54)
    ring = world.newcomers(4)
    world.actor(ring)
    world.ring(ring, 200.0)
    world.ring(ring, 1000.0, world.onset + 1)
    case = world.write(tmp_path)
    attribute(case)
    assert named(case, "participant") == set(world.names[ring])
    assert "after the first failures" not in told(case)
