"""One hand behind several accounts: what they share among all of them counts, what two groups have apart speaks against it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tests.attribution.worlds import World

from forensics.attribution.attribute import attribute


def one_operator(folder: Path, agents: tuple[int, int], apart: bool) -> float:
    """Let two groups of four begin together, each with an agent, from one network or two; return how likely one operator is."""
    world = World(seed=12)
    for place, agent in enumerate(agents):
        who = world.newcomers(4)
        world.account_agent[who] = agent
        world.account_network[who] = 30_000 + place * apart
        world.actor(who)
        n = world.rng.poisson(100.0 * (world.end - world.onset + world.ramp))
        at = world.last + world.rng.integers(world.onset - world.ramp, world.end, n)
        world.add_accounts(world.rng.choice(who, n), at, np.full(n, 1))
    with world.write(folder, strained=world.ramp) as case:
        attribute(case)
        rivals = {row["explanation"]: row for row in case.table("rivals").to_dicts()}
    return float(rivals["one operator"]["likelihood"])


def test_two_groups_that_share_nothing_are_not_called_one_operator(tmp_path: Path) -> None:
    assert one_operator(tmp_path, (8, 9), apart=True) < 0.45


def test_an_agent_that_many_use_joins_no_groups(tmp_path: Path) -> None:
    assert one_operator(tmp_path, (1, 1), apart=True) < 0.45


def test_a_rare_agent_of_all_of_them_speaks_for_one_operator(tmp_path: Path) -> None:
    assert one_operator(tmp_path, (9, 9), apart=True) > 0.55
