"""What comes and goes with what was masked is told only when it is clear."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from forensics.incidents.chance import Chance
from forensics.incidents.detectors.collapse import _collapses
from forensics.incidents.look import look
from forensics.incidents.series import EVERYTHING, Axis, Series
from forensics.incidents.survey import _steady
from forensics.incidents.windows import Window


def window(signal: str, first: int, score: float) -> Window:
    return Window(signal, EVERYTHING, first, first + 50, score, 500.0)


BOTH = window("silence", 100, 7.5)


@pytest.mark.parametrize(
    ("before", "now", "kept"),
    [
        ([BOTH], [window("silence", 110, 7.2)], [110]),
        ([BOTH, window("surge", 400, 9.7)], [BOTH, window("collapse", 900, 7.3)], [100, 400]),
        ([BOTH, window("surge", 400, 8.0)], [BOTH, window("collapse", 900, 12.0)], [100, 900]),
        ([window("surge", 100, 8.0)], [window("collapse", 100, 8.0)], []),
    ],
    ids=["the later bounds", "a clear one of the earlier fit", "a clear one of the later fit", "neither"],
)
def test_what_only_one_of_two_fits_shows_must_be_clear(before: list[Window], now: list[Window], kept: list[int]) -> None:
    assert [w.first for w in _steady(before, now)] == kept


def test_how_long_nobody_asks_at_night_says_nothing_of_the_hours_of_work() -> None:
    """An office: visits of six requests at work, and evenings of which one is lively and the next is not."""
    days, rng = 20, np.random.default_rng(4)
    minute = np.arange(days * 1440)
    hour, evening = minute % 1440 / 60, np.repeat(rng.gamma(0.5, 2.0, days), 1440)
    rate = np.where((hour >= 8) & (hour < 15), 2.0, np.where((hour >= 17) & (hour < 23), 0.2 * evening, 0.0))
    requests = 6.0 * rng.poisson(rate)
    none, never = np.zeros(len(minute)), np.full(len(minute), np.nan)
    series = Series(EVERYTHING, requests, none, none, requests, none, never, none + 0.5, none + 0.5)
    usual = look(Axis(datetime(2024, 2, 19), len(minute)), series, np.zeros(len(minute), dtype=bool)).baseline
    noon, night = usual.emptiness(3 * 1440 + 720, 3 * 1440 + 740), usual.emptiness(3 * 1440 + 1140, 3 * 1440 + 1160)
    assert noon.clump < 0.7 * night.clump


def test_a_stretch_that_is_low_at_its_very_ends_alone_is_no_collapse() -> None:
    """What is low there belongs to the lulls right before and after: nothing of the stretch is left."""
    requests = np.random.default_rng(6).poisson(10.0, 5760).astype(float)
    requests[95:100] = requests[121:126] = 0.0
    requests[100:121] = 10.0
    none, never = np.zeros(len(requests)), np.full(len(requests), np.nan)
    series = Series(EVERYTHING, requests, none, none, requests, none, never, none + 0.5, none + 0.5)
    view = look(Axis(datetime(2024, 2, 19), len(requests)), series, np.zeros(len(requests), dtype=bool))
    assert _collapses(view, [(100, 120)], none, Chance.few) == []
