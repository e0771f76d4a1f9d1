"""Accounts that nothing links are found together, and a crowd is not."""

from __future__ import annotations

from pathlib import Path

from tests.attribution.test_attribute import named, verdict
from tests.attribution.worlds import World

from forensics.attribution.attribute import attribute


def test_a_ring_that_nothing_links_is_several_actors(tmp_path: Path) -> None:
    world = World(seed=21, days=21)
    ring = world.newcomers(9)
    world.ring(ring, 300.0)
    case = world.write(tmp_path)
    attribute(case)
    assert verdict(case) == "several actors"
    assert named(case, "participant") == set(world.names[ring])


def test_a_crowd_of_newcomers_is_nobody(tmp_path: Path) -> None:
    world = World(seed=22, days=21, accounts=80, per_minute=30.0)
    world.surge(3.0, new=60)
    case = world.write(tmp_path)
    attribute(case)
    assert verdict(case) == "no single actor"
    assert case.table("attributions").is_empty()
