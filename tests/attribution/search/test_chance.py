"""How rare a rise is, from the rises of everybody: calibrated where the tail is heavy, and paid for by count where many rise."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.stats import nbinom
from tests.attribution.test_attribute import named, verdict
from tests.attribution.worlds import World

from forensics.attribution.attribute import attribute
from forensics.attribution.search.blame import _rare_beside_the_first
from forensics.attribution.search.chance import DAYS, count_chance, tail_of
from forensics.attribution.search.finding import Blamed
from forensics.attribution.search.scan import Winner


@pytest.mark.parametrize("heaviness", ["pareto 1", "pareto 2", "log-normal", "gamma"])
def test_a_rise_that_is_called_rare_is_rare(heaviness: str) -> None:
    """Three windows teach the tail, a fourth is judged: the largest of its rises is below .05 in no more than 6 % of draws."""
    rng = np.random.default_rng(11)
    draw = {
        "pareto 1": lambda n: rng.pareto(1.0, n) + 1, "pareto 2": lambda n: rng.pareto(2.0, n) + 1,
        "log-normal": lambda n: rng.lognormal(1, 1.5, n), "gamma": lambda n: rng.gamma(0.5, 20.0, n),
    }[heaviness]  # fmt: skip
    chances = [tail_of(draw(600).reshape(200, 3)).chance(float(draw(200).max())) for _ in range(2000)]
    assert np.mean(np.array(chances) < 0.05) <= 0.06


def test_nothing_is_impossible_after_few_windows() -> None:
    empty = tail_of(np.zeros((50, 3)))
    assert empty.chance(1.0) > 0.1
    assert 0 < empty.chance(1e6) < empty.chance(100.0) < empty.chance(10.0)


@pytest.mark.parametrize(("count", "expected"), [(1, 0.1), (3, 5.0), (15, 0.12), (40, 20.0)])
def test_how_many_rise_at_once_is_a_negative_binomial(count: int, expected: float) -> None:
    assert count_chance(count, expected) == pytest.approx(nbinom.sf(count - 1, DAYS, DAYS / (DAYS + expected)), rel=1e-6)


def test_a_ring_on_the_fourth_day_of_logs_is_named(tmp_path: Path) -> None:
    """Three placebos give no p below .25; the tail of the rises of everybody says more."""
    world = World(seed=31, days=4, has_ramp=True, ramp=30)
    ring = world.newcomers(6)
    world.actor(ring)
    world.ring(ring, 300.0)
    case = world.write(tmp_path)
    attribute(case)
    assert verdict(case) == "attributed"
    assert named(case, "participant") == set(world.names[ring])
    assert case.table("incidents")["likelihood"][0] < 0.8
    rows = case.table("rivals")
    told = " ".join(rows.filter(rows["explanation"] == "one actor")["evidence_for"][0])
    assert "Of 3 comparable windows" in told
    assert "in 11 windows of comparison nobody rose by more than" in told


def test_a_run_that_began_before_the_window_is_no_other_time(tmp_path: Path) -> None:
    """Without a known ramp the window is ten minutes; what the ring did before it is not load that was borne on another day."""
    world = World(seed=32, has_ramp=False, ramp=25)
    ring = world.newcomers(5)
    world.actor(ring)
    world.ring(ring, 240.0)
    case = world.write(tmp_path)
    attribute(case)
    assert verdict(case) == "attributed"
    against = " ".join(sentence for row in case.table("rivals")["evidence_against"] for sentence in row)
    assert "nothing new" not in against


def test_who_was_busy_all_evening_is_not_one_of_a_ring_that_nothing_links(tmp_path: Path) -> None:
    world = World(seed=33, days=4, anonymous=0.5)
    ring = world.newcomers(10)
    world.ring(ring, 500.0)
    busy = np.array([3])
    n = 240 * 25
    world.add_accounts(np.repeat(busy, n), world.last + world.rng.integers(22 * 60, 26 * 60, n))
    case = world.write(tmp_path)
    attribute(case)
    assert verdict(case) == "several actors"
    assert named(case, "participant") == set(world.names[ring])


def test_a_small_part_and_a_busy_member_of_a_ring_are_named(tmp_path: Path) -> None:
    """One member hardly takes part, one was always busy by itself: both did what the others did, as they never had."""
    world = World(seed=34, days=22)
    busiest = np.argsort(-world.activity)[:1]
    ring = np.concatenate([world.newcomers(8), busiest])
    idle = world.newcomers(1)
    actor = world.actor(ring)
    world.organisation(actor, idle)
    shares = np.array([0.009, *np.full(7, 0.134), 0.053])
    world.ring(ring, 200.0, shares=shares / shares.sum())
    case = world.write(tmp_path)
    attribute(case)
    assert named(case, "participant") == set(world.names[ring])
    assert named(case, "uninvolved") == set(world.names[idle])


@pytest.mark.parametrize(
    ("kinds", "chances", "joint", "kept"),
    [
        (["actor", "network"], [0.003, 0.03], 0.5, [0]),
        (["actor", "network"], [0.003, 0.004], 0.5, [0, 1]),
        (["actor", "actor", "actor", "actor"], [0.02, 0.03, 0.04, 0.04], 0.001, [0, 1, 2, 3]),
        (["actor", "actor", "network"], [0.003, 0.03, 0.03], 0.001, [0]),
        (["network"], [0.08], 0.5, [0]),
    ],
    ids=["a visitor who is busy", "two scrapers", "a few whom nothing links", "two bystanders", "one alone"],
)
def test_who_is_named_beside_another_rises_as_rarely(kinds: list[str], chances: list[float], joint: float, kept: list[int]) -> None:
    """Who made most of it pays for itself; a busy visitor comes once in thirty windows, and is in one of thirty incidents."""
    found = [
        Blamed(Winner(kind, str(n), 50.0 - n, 0.0, 9.0, None, 0.0, 1.0), 0.6 - n / 10, chance, 3.0, 40)
        for n, (kind, chance) in enumerate(zip(kinds, chances, strict=True))
    ]
    tails: Any = SimpleNamespace(joint=lambda members: joint)
    assert _rare_beside_the_first(tails, found) == [found[n] for n in kept]
