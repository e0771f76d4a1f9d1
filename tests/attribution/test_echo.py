"""Load that only answers a failure is told from load that causes it, to the second where a minute is too coarse."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.attribution.test_attribute import named, verdict
from tests.attribution.worlds import FIRST_DAY, World
from tests.stored_case import add_log, add_user_accounts

from forensics.attribution.attribute import attribute


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
