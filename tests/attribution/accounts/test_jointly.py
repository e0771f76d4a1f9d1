"""Accounts of which none stands out are named together, or not at all; who did ordinary things beside them is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.attribution.test_attribute import named, verdict
from tests.attribution.worlds import World

from forensics.attribution.accounts.jointly import JOINTLY
from forensics.attribution.accounts.participants import NOT_SEEN
from forensics.attribution.attribute import attribute
from forensics.case.case import Case
from forensics.response.plan import plan


def quiet(seed: int, days: int = 15, *, ring: int = 60, each: float = 2.0, stop: bool = False) -> tuple[World, np.ndarray]:
    """Return a world with a ring that nobody is in yet but its accounts, each of which asks a few times before the impact."""
    world = World(seed=seed, days=days, per_minute=1.0, accounts=120)
    who = world.newcomers(ring)
    world.ring(who, ring * each / world.ramp, end=world.onset if stop else world.end)
    return world, who


def jointly(case: Case) -> set[str]:
    rows = case.table("participants")
    return set(rows.filter(pl.col("why").str.starts_with(JOINTLY))["account_id"].to_list())


@pytest.mark.parametrize(("seed", "stop"), [(61, False), (62, True)])
def test_a_ring_of_quiet_accounts_is_known_jointly(tmp_path: Path, seed: int, stop: bool) -> None:
    """Sixty accounts with two requests each; twenty seats on the same card work as ever."""
    world, ring = quiet(seed, stop=stop)
    world.actor(np.concatenate([ring, np.arange(20)]))
    case = world.write(tmp_path)
    attribute(case)
    assert verdict(case) == "attributed"
    guilty = set(world.names[ring].tolist())
    assert named(case, "participant") <= guilty
    assert len(named(case, "participant")) >= (50 if not stop else 40)
    assert len(jointly(case)) >= 30
    rows = case.table("participants")
    asked = dict(rows.select("account_id", "requests").iter_rows())
    assert all(asked[name] > 0 for name in jointly(case)), "who did nothing there is not named with the others"
    assert rows.filter(role="participant")["why"].null_count() == 0
    assert set(rows.filter(role="uninvolved")["why"]) <= {None, NOT_SEEN}
    plan(case)
    (basis,) = case.table("response").filter(measure="account")["basis"].to_list()
    assert "jointly" in basis or "all together" in basis


def test_a_visit_of_a_colleague_is_no_part_of_it(tmp_path: Path) -> None:
    """Fifteen new colleagues on the same card look around on that day, some of them more than any account of the ring asks."""
    for seed in (63, 64):
        world, ring = quiet(seed, each=3.0)
        colleagues = world.newcomers(15)
        world.actor(np.concatenate([ring, colleagues]))
        visits = np.repeat(colleagues, world.rng.poisson(14.0, 15))
        world.add_accounts(visits, world.last + world.rng.integers(world.onset - 40, world.onset + 30, len(visits)))
        case = world.write(tmp_path / str(seed))
        attribute(case)
        assert verdict(case) == "attributed"
        assert named(case, "participant") <= set(world.names[ring].tolist())
        assert len(named(case, "participant")) >= 40


def test_the_honest_crowd_of_a_company_is_not_named(tmp_path: Path) -> None:
    """Sixty seats on one card come at once, for the first time, and do what everybody does."""
    for seed in (65, 66):
        world = World(seed=seed, per_minute=4.0, accounts=120)
        seats = world.newcomers(60)
        world.actor(seats)
        visits = np.repeat(seats, world.rng.poisson(6.0, 60))
        world.add_accounts(visits, world.last + world.rng.integers(world.onset - 30, world.end, len(visits)))
        case = world.write(tmp_path / str(seed))
        attribute(case)
        assert jointly(case) == set()


def test_what_is_usual_must_be_known(tmp_path: Path) -> None:
    """A log of one day holds no other day to say that these accounts do not ask so at such hours."""
    world, ring = quiet(67, days=1)
    world.actor(ring)
    case = world.write(tmp_path)
    attribute(case)
    assert jointly(case) == set()
