"""What comes and goes with what was masked is told only when it is clear."""

from __future__ import annotations

import pytest

from forensics.incidents.series import EVERYTHING
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
