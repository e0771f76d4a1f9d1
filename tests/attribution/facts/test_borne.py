"""Failures that begin at once under a load that was borne are not that load's; failures that begin as a queue overflows may be."""

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
from forensics.attribution.facts.borne import Step, fall, lately, outlasted, step
from forensics.attribution.facts.gather import _Course
from forensics.attribution.facts.minutes import leapt_with
from forensics.attribution.windows import Window

START = datetime(2024, 3, 2)


def fallen(own: list[float], failed: list[float], others: float = 40.0, seed: int = 0) -> pl.DataFrame:
    """Forty quiet minutes, then these of the blamed, of which such shares fail with everybody's."""
    rng = np.random.default_rng(seed)
    blamed = rng.poisson([0.0] * 40 + own).astype(float)
    load = blamed + rng.poisson(others, len(blamed))
    shares = np.array([0.0] * 40 + failed)
    at = [START + timedelta(minutes=n) for n in range(len(blamed))]
    return pl.DataFrame({"minute": at, "requests": load, "failed": np.round(shares * load), "load": load, "blamed": blamed})


def stepped(near: pl.DataFrame, errors: datetime) -> Step | None:
    return step(near, 0, errors, fall(near, errors, 0.0))


@pytest.mark.parametrize(("after", "least"), [(60.0, 25), (600.0, 0)])
def test_what_leapt_up_with_the_errors_had_not_been_borne(after: float, least: int) -> None:
    """For half an hour somebody asks at one pace; whether that is the load that fails, or it only came with the errors."""
    near = fallen([60.0] * 30 + [after] * 3, [0.0] * 30 + [0.9, 0.9, 0.9]).with_columns(refused=pl.lit(0.0))
    errors, began = near["minute"][-3], Window(near["minute"][40], near["minute"][-1])
    course = _Course(
        near,
        errors,
        began.start,
        began,
        0.1,
        unheralded=False,
        answered=0.0,
        leapt=leapt_with(near, errors),
        there_before=True,
        late=False,
        grew=False,
        looked=None,
        outlasted=0,
        whole_end=errors,
    )
    scene: Any = SimpleNamespace(incident={"started_at": errors})
    assert least <= course.borne(scene) <= least + 5


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("own", "failed", "least", "most"),
    [
        ([60.0] * 13, [0.0] * 10 + [0.9, 0.9, 0.9], 2.0, 3.0),
        ([60.0] * 8, [0.0] * 5 + [0.9, 0.9, 0.9], 1.0, 2.0),
        ([60.0] * 13, [0.0] * 10 + [0.1, 0.1, 0.1], 0.0, 0.0),
        ([60.0] * 6, [0.0] * 3 + [0.3, 0.4, 0.5], 0.0, 0.3),
        ([8.0 * n for n in range(1, 14)], [0.0] * 10 + [0.9, 0.9, 0.9], 0.0, 2.0),
    ],
)
def test_more_fails_at_once_than_waits_in_any_line(own: list[float], failed: list[float], least: float, most: float, seed: int) -> None:
    near = fallen(own, failed, seed=seed)
    found = stepped(near, near["minute"][-3])
    assert found is not None
    assert least <= found.doublings() <= most


@pytest.mark.parametrize(
    ("failed", "own", "healthy", "least", "most"),
    [
        ([0.9, 0.9], 30.0, 70.0, 2.0, 3.0),
        ([0.9, 0.9], 60.0, 70.0, 1.1, 1.9),
        ([0.9, 0.9], 400.0, 70.0, 0.0, 0.2),
        ([0.2, 0.3, 0.4], 60.0, 70.0, 0.0, 0.3),
        ([0.04, 0.0, 0.5, 0.9], 30.0, 70.0, 1.5, 3.0),
        ([0.5], 30.0, 70.0, 0.0, 0.0),
    ],
    ids=["nothing new", "a third too much", "far too much", "as much as is too much", "after a mishap", "the log ends in it"],
)
def test_of_what_is_too_much_no_more_fails_at_first_than_is_too_much(
    failed: list[float], own: float, healthy: float, least: float, most: float
) -> None:
    near = fallen([own] * (4 + len(failed)), [0.0] * 4 + failed)
    found = fall(near, near["minute"][-len(failed)], 40.0 + own)
    assert least <= (found.doublings(healthy) if found else 0.0) <= most + 1e-9


def test_a_load_that_has_just_come_was_not_borne() -> None:
    near = fallen([60.0] * 4, [0.0, 0.0, 0.9, 0.9])
    assert stepped(near, near["minute"][-2]) is None
    assert step(near, 0, None, None) is None
    assert lately(near[:40]) == 0, "who is blamed asked nothing"


def importer(folder: Path, fail: float, pace: float = 50.0, ramp: int = 10) -> pl.DataFrame | None:
    """One account asks for much of what everybody does for some minutes; then so much of everything fails from one minute to the next."""
    world = World(seed=71, ramp=ramp)
    who = np.array([11])
    world.ring(who, pace)
    case = world.write(folder, fail=fail, strained=0)
    attribute(case)
    rows = case.table("rivals").filter(explanation="one actor")
    assert (named(case, "participant") == set(world.names[who])) == (verdict(case) == "attributed")
    return rows if verdict(case) == "attributed" else None


@pytest.mark.parametrize(("fail", "pace", "blamed"), [(0.9, 110.0, False), (0.1, 110.0, True), (0.9, 400.0, True)])
def test_a_load_hardly_beyond_health_that_falls_at_once_names_nobody(tmp_path: Path, fail: float, pace: float, blamed: bool) -> None:
    """What is far beyond all that was ever borne may fill a disk, and then fails at once, too."""
    assert (importer(tmp_path, fail, pace) is not None) is blamed


@pytest.mark.parametrize(("fail", "pace", "blamed"), [(0.9, 110.0, False), (0.3, 160.0, True), (0.9, 400.0, True)])
def test_a_load_that_has_just_come_and_is_hardly_more_than_was_borne_does_not_break_everything_at_once(
    tmp_path: Path, fail: float, pace: float, blamed: bool
) -> None:
    """Nothing tells for how long it was borne; that nine tenths fail of a load a third too large is no work of that load."""
    assert (importer(tmp_path, fail, pace, ramp=2) is not None) is blamed


@pytest.mark.parametrize(("lead", "quicker"), [(15, True), (-10, False)])
def test_who_asks_more_just_before_the_fall_did_not_ask_the_same(tmp_path: Path, lead: int, quicker: bool) -> None:
    """In the minute of the fall an importer asks three times as much: before the first failure, or again after it."""
    world = World(seed=71, ramp=30, late=30)
    who = np.array([11])
    world.ring(who, 50.0)
    world.ring(who, 150.0, world.onset, world.onset + 1)
    case = world.write(tmp_path, fail=0.9, strained=0)
    fails = FIRST_DAY + timedelta(minutes=world.last + world.onset, seconds=30)
    name = str(world.names[who[0]])
    begins, more = fails - timedelta(minutes=4), fails - timedelta(seconds=lead)
    rows = [{"started_at": begins + timedelta(seconds=n), "user_name": name, "status": 200, "path": "/"} for n in range(240)]
    rows += [{"started_at": more + timedelta(seconds=n / 5), "user_name": name, "status": 200, "path": "/"} for n in range(50)]
    rows += [{"started_at": fails + timedelta(seconds=n / 5), "user_name": "other", "status": 503, "path": "/"} for n in range(60)]
    add_log(case, "edge.log", pl.DataFrame(rows).sort("started_at"), "edge-1")
    add_user_accounts(case)
    attribute(case)
    against = case.table("rivals").filter(explanation="one actor")["evidence_against"][0]
    assert any("failed at once" in sentence for sentence in against) is not quicker


@pytest.mark.parametrize(
    ("own", "others", "failed", "refused", "least", "most"),
    [
        ([60.0] * 20, 40.0, 0.0, 0.0, 15, 20),
        ([0.0] * 20, 40.0, 0.0, 0.0, 0, 0),
        ([60.0] * 20, 40.0, 0.3, 0.0, 0, 0),
        ([60.0] * 20, 40.0, 0.0, 0.6, 0, 0),
        ([60.0] * 20, 5.0, 0.0, 0.0, 0, 6),
    ],
    ids=["it went on", "it stopped", "it breaks it again", "it is turned away", "the others are gone"],
)
def test_what_is_borne_right_after_it_did_not_break(
    own: list[float], others: float, failed: float, refused: float, least: int, most: int
) -> None:
    near = fallen([60.0] * 7, [0.0] * 5 + [0.9, 0.9]).with_columns(refused=pl.lit(0.0))
    after = fallen(own, [failed] * 20, others)[40:].with_columns(refused=pl.col("load") * refused)
    assert least <= outlasted(near, after, near["minute"][-2]) <= most
    assert outlasted(near, None, near["minute"][-2]) == 0


@pytest.mark.parametrize(("until", "pace", "blamed"), [(0, 110.0, True), (30, 110.0, False), (30, 800.0, True)])
def test_who_goes_on_when_the_service_is_itself_again_did_not_break_it(tmp_path: Path, until: int, pace: float, blamed: bool) -> None:
    """What is far beyond all that was ever borne may have been more than there was then: operators give a service more."""
    world = World(seed=71, ramp=4)
    who = np.array([11])
    world.ring(who, pace, end=world.end + until)
    case = world.write(tmp_path, fail=0.5)
    attribute(case)
    assert (verdict(case) == "attributed") is blamed
    assert (named(case, "participant") == set(world.names[who])) is blamed
