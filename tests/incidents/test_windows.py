"""The ends of a stretch of missing load lie where the load changes, not where a slack hour begins."""

from __future__ import annotations

import numpy as np
import pytest

from forensics.incidents.boundaries import ramp_start
from forensics.incidents.detectors.errors import AROUND, LEAST_STATE, _likelihood
from forensics.incidents.windows import bounded_runs, deepest


def load(*levels: tuple[float, int], seed: int = 0) -> np.ndarray:
    """Poisson counts of so many minutes at each level, in order."""
    rng = np.random.default_rng(seed)
    return rng.poisson(np.repeat([level for level, _ in levels], [minutes for _, minutes in levels])).astype(float)


@pytest.mark.parametrize("seed", range(5))
def test_a_slack_hour_beside_a_collapse_is_cut_off(seed):
    requests = load((20, 60), (10, 70), (2, 90), (11, 60), (20, 60), seed=seed)
    expected = np.full(len(requests), 20.0)
    first, last = deepest(requests, expected, 60, 279, 2.0)
    assert abs(first - 130) <= 1
    assert abs(last - 219) <= 1


def test_a_collapse_of_one_level_is_left_as_it_is():
    requests = load((20, 60), (2, 90), (20, 60))
    assert deepest(requests, np.full(len(requests), 20.0), 60, 149, 2.0) == (60, 149)


def test_the_deep_part_is_never_the_busy_one():
    requests = load((20, 60), (1, 90), (18, 40), (9, 30), (20, 60))
    first, last = deepest(requests, np.full(len(requests), 20.0), 60, 219, 2.0)
    assert abs(first - 60) <= 1
    assert abs(last - 149) <= 1


def test_months_without_most_of_their_load_are_cut_in_reasonable_time():
    """The search takes the square of the parts; here there are a quarter of a million minutes."""
    rng = np.random.default_rng(3)
    expected = np.full(300_000, 2.0)
    level = np.where((np.arange(300_000) >= 25_000) & (np.arange(300_000) < 275_000), 0.02, 1.0)
    first, last = deepest(rng.poisson(expected * level).astype(float), expected, 24_000, 276_000, 1.0)
    assert abs(first - 25_000) <= 64 >= abs(last - 274_999)


def test_days_without_most_of_their_load_are_cut_to_the_minute():
    requests = load((20, 400), (9, 333), (2, 4001), (20, 400))
    first, last = deepest(requests, np.full(len(requests), 20.0), 400, 4733, 2.0)
    assert abs(first - 733) <= 2
    assert abs(last - 4733) <= 2


@pytest.mark.parametrize("length", [1, 2, 5, 6])
def test_a_stretch_that_is_too_short_to_have_parts_is_left_as_it_is(length):
    requests = load((20, 30), (1, length), (20, 30))
    assert deepest(requests, np.full(len(requests), 20.0), 30, 29 + length, 2.0) == (30, 29 + length)


RISE = [(90 + 30 * minute, 1) for minute in range(8)]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("before", "start"),
    [
        ([(20, 120)], 120),
        ([(20, 120), (70, 70)], 190),
        ([(20, 60), (70, 30), (75, 40)], 130),
        ([(20, 60), (150, 15), (30, 12)], 87),
        ([(20, 60), (70, 20)], 60),
    ],
    ids=["rise", "plateau", "two plateaus", "fall", "step of a stair"],
)
def test_a_ramp_begins_where_the_load_that_ends_in_the_incident_begins_to_rise(before, start, seed):
    """What stood at one level for long, or fell again, did not lead to it."""
    requests = load(*before, *RISE, seed=seed)
    found = ramp_start(requests, np.full(len(requests), 20.0), 4.0, len(requests))
    assert found is not None
    assert abs(found - start) <= 2


def test_a_plateau_that_ends_in_the_incident_is_the_load_that_led_to_it():
    requests = load((20, 60), (150, 45), (170, 3))
    assert ramp_start(requests, np.full(len(requests), 20.0), 4.0, len(requests)) == 60


def test_a_load_that_was_over_hours_before_is_no_ramp():
    """A ring was at it at noon; in the afternoon, when all is as ever, a host falls silent for a minute."""
    requests = load((20, 60), (400, 90), (20, 120))
    assert ramp_start(requests, np.full(len(requests), 20.0), 4.0, len(requests)) is None


def test_a_stretch_does_not_go_on_to_where_the_look_at_it_ends():
    """Of every answer one in fifty fails: what is left of that beside an outage is none of it."""
    failed, answered = np.zeros(600), np.full(600, 1.0)
    failed[::45] = 1.0
    failed[200:290] = 1.0
    likely = _likelihood(failed, answered, 0.02, LEAST_STATE)
    (stretch,) = bounded_runs(failed * (np.arange(600) >= 200) * (np.arange(600) < 290) > 0, AROUND, likely)
    assert stretch == (200, 289)
