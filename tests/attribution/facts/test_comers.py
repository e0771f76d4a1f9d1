"""Who came as the service broke: a crowd is told from retries, and from the load of the blamed."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.attribution.worlds import World
from tests.traffic import at, crowd, failing, found, traffic

from forensics.attribution.attribute import attribute
from forensics.attribution.facts.comers import Comers, comers

START = datetime(2024, 3, 2)
RISE, IMPACT, ERRORS = (START + timedelta(minutes=minute) for minute in (60, 90, 92))
GUILTY = pl.col("account_id") == "ring"


def loads(clients: int, each: int, *, blamed: int = 600) -> pl.DataFrame:
    """Ten clients ask once a minute for two hours, the blamed from the rise on; from the impact on so many clients ask so often."""
    rows = [(minute, f"u{number}", 1) for minute in range(120) for number in range(10)]
    rows += [(minute, "ring", blamed) for minute in range(60, 120)]
    rows += [(minute, f"c{number}" if clients > 10 else f"u{number}", each) for minute in range(90, 120) for number in range(clients)]
    frame = pl.DataFrame(rows, schema=["minute", "account_id", "load"], orient="row")
    at = pl.lit(START) + pl.duration(minutes="minute")
    return frame.with_columns(minute=at.cast(pl.Datetime("us")), network=pl.lit(None, pl.String))


def seen(own: pl.DataFrame) -> Comers:
    found = comers(own, GUILTY, RISE, IMPACT, ERRORS)
    assert found is not None
    return found


def test_what_is_counted() -> None:
    found = seen(loads(400, 5))
    assert (found.minutes, found.clients, found.load, found.blamed) == (5, 410, 5 * (10 + 2000), 5 * 600)
    assert (found.usual_clients, found.usual_load) == (10, 50)


@pytest.mark.parametrize(
    ("clients", "each", "crowd"),
    [
        (400, 5, True),  # 2,000 a minute beside the 600 of the blamed
        (400, 1, False),  # they ask less than the blamed
        (10, 200, False),  # those who were there ask again and again
        (1, 5000, False),
    ],
)
def test_a_crowd_is_many_who_outweigh_the_blamed(clients: int, each: int, crowd: bool) -> None:
    assert seen(loads(clients, each)).crowd is crowd


def test_nothing_is_said_without_time_before() -> None:
    assert comers(loads(400, 5), GUILTY, START + timedelta(minutes=5), IMPACT, ERRORS) is None


def verdict(folder: Path, crowd: int) -> str:
    """Let a ring ask at one pace from the ramp on, and a crowd come in the minute in which the service breaks."""
    world = World(seed=7, accounts=1500)
    world.actor(np.arange(5), "same operator")
    world.ring(np.arange(5), 120.0)
    if crowd:
        who = world.newcomers(crowd)
        low, high = world.last + world.onset, world.last + world.end
        world.add_accounts(np.repeat(who, 30), world.rng.integers(low, high, 30 * crowd))
    with world.write(folder) as case:
        attribute(case)
        (found,) = case.table("incidents").filter(scope="everything").to_dicts()
        return str(found["verdict"])


def test_a_ring_is_not_blamed_for_what_a_crowd_broke(tmp_path: Path) -> None:
    assert verdict(tmp_path / "ring", 0) == "attributed"
    assert verdict(tmp_path / "crowd", 4000) != "attributed"


@pytest.mark.parametrize(("lead", "risen"), [(75, True), (-3, False)])
def test_a_crowd_that_comes_a_minute_before_the_fall_is_a_rise_of_load(tmp_path: Path, lead: int, risen: bool) -> None:
    """The ten minutes before are quiet but for the last: they show no rise. What comes after the first failures may be asked again."""
    fails, ends = at(4, 15) + timedelta(seconds=50), at(4, 16)
    frame = crowd(traffic("diurnal", 53, days=6, per_second=0.5), fails - timedelta(seconds=lead), ends, 2.0)
    case, _ = found(tmp_path, failing(frame, fails, ends, 0.9))
    with case.transaction():
        attribute(case)
    (incident,) = case.table("incidents").filter(kind="errors").to_dicts()
    rivals = {row["explanation"]: row for row in case.table("rivals").filter(incident_id=incident["incident_id"]).to_dicts()}
    case.close()
    said = any("without a rise of load" in sentence for sentence in rivals["failing backend"]["evidence_for"])
    assert said is not risen
    assert (rivals["organic surge"]["likelihood"] > 0.5) is risen
    assert incident["verdict"] not in {"attributed", "several actors"}
