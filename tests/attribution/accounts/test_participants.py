"""Who took part, account by account."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import polars as pl
import pytest
from tests.attribution.facts.test_spread import one_card
from tests.attribution.test_attribute import named
from tests.attribution.worlds import World

from forensics.attribution.accounts.participants import _singly
from forensics.attribution.attribute import attribute
from forensics.attribution.search.history import history, within


def test_of_pairs_one_route_is_half_of_what_each_collector_did() -> None:
    """Fourteen fetch a page and its image, some of them one page more; a colleague opens 25 images and 400 other pages."""
    pairs = [(0, f"a{number:02d}", 1, route, 1400 + (number * 7 % 3) * (route == 2)) for number in range(14) for route in (1, 2)]
    colleague = [(0, "colleague", 1, 1, 25), (0, "colleague", 1, 3, 400)]
    before = [(w, f"a{number:02d}", 1, 2, 1) for w in range(1, 8) for number in range(0, 14, 3)]
    loads = pl.DataFrame([*pairs, *colleague, *before], schema=["w", "account_id", "agent_id", "route_id", "requests"], orient="row")
    ways = pl.DataFrame({"agent_id": [1], "route_id": [1], "over": [1400.0 * 14]})
    scene = cast(Any, SimpleNamespace(loads=loads, windows=8))
    accounts = sorted(loads["account_id"].unique())
    took = _singly(cast(Any, None), scene, ways, history(loads, accounts, 8), history(within(loads, ways), accounts, 8))
    assert dict(zip(accounts, took.tolist(), strict=True)) == {**{f"a{number:02d}": True for number in range(14)}, "colleague": False}


def test_who_comes_after_the_impact_with_a_browser_of_its_own_takes_part_at_the_pace_of_the_others(tmp_path: Path) -> None:
    """Two more of a ring come ten minutes after the impact, each with another agent; a colleague comes, too, and tries again."""
    world = World(seed=41)
    ring = world.newcomers(7)
    world.actor(ring)
    first, late, colleague = ring[:4], ring[4:6], ring[6:]
    world.ring(first, 160.0)
    low, high = world.last + world.onset + 10, world.last + world.end
    for number, (who, pace) in enumerate([(late[:1], 40), (late[1:], 40), (colleague, 6)]):
        n = pace * (high - low)
        minute, route = world.rng.integers(low, high, n), np.where(world.rng.random(n) < 0.5, 1, 2)
        world.add_accounts(np.repeat(who, n), minute, route, np.full(n, number))
    case = world.write(tmp_path)
    attribute(case)
    assert named(case, "participant") == set(world.names[ring[:6]])
    assert named(case, "uninvolved") == set(world.names[colleague])


def test_who_only_pays_with_the_card_of_those_who_are_blamed_may_have_taken_over(tmp_path: Path) -> None:
    """Only a card ties seven accounts; two come after the impact. Another of that card browses, one of no card does the same."""
    world = World(seed=47, days=21)
    ring = world.newcomers(9)
    first, late, browsing, other = ring[:5], ring[5:7], ring[7], ring[8]
    world.ring(first, 200.0)
    low, high = world.last + world.onset + 10, world.last + world.end
    for who in (*late, browsing, other):
        n = 40 * (high - low)
        pairs = np.where(world.rng.random(n) < 0.5, 1, 2)
        world.add_accounts(np.repeat(who, n), world.rng.integers(low, high, n), None if who == browsing else pairs, np.full(n, 7))
    case = world.write(tmp_path)
    one_card(case, world.names[ring[:8]].tolist())
    attribute(case)
    assert named(case, "participant") == set(world.names[ring[:7]])


def test_customers_of_the_reseller_with_whose_card_a_ring_pays_have_not_taken_over(tmp_path: Path) -> None:
    """Two hundred people have had that card for weeks; one of them starts a fast job once the service fails."""
    world = World(seed=48, days=21)
    ring = world.newcomers(5)
    world.ring(ring, 200.0)
    low, high = world.last + world.onset + 10, world.last + world.end
    n = 40 * (high - low)
    world.add_accounts(np.repeat(3, n), world.rng.integers(low, high, n), np.where(world.rng.random(n) < 0.5, 1, 2), np.full(n, 7))
    case = world.write(tmp_path)
    one_card(case, [*world.names[ring].tolist(), *world.names[:200].tolist()])
    attribute(case)
    assert world.names[3] not in named(case, "participant")


@pytest.mark.parametrize(("agent", "told"), [(7, True), (2, False)])
def test_who_did_the_same_with_everybodys_browser_was_only_busy(tmp_path: Path, agent: int, told: bool) -> None:
    """An account that nothing links to a ring fetches pairs as the ring does: with its program, or with a browser that many people use."""
    world = World(seed=43)
    ring = world.newcomers(4)
    world.actor(ring)
    low, high = world.last + world.onset - world.ramp, world.last + world.end
    for who, pace in ((ring, 160), (world.newcomers(1), 12)):
        n = pace * (high - low)
        pairs = np.where(world.rng.random(n) < 0.5, 1, 2)
        world.add_accounts(world.rng.choice(who, n), world.rng.integers(low, high, n), pairs, np.full(n, agent))
    world.strain = world.ramp
    case = world.write(tmp_path)
    attribute(case)
    stranger = {str(world.names[-1])}
    assert named(case, "participant") == set(world.names[ring]) | (stranger if told else set())
