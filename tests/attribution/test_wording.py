"""Shares in words: all of a load is 100 %, and nothing less."""

from __future__ import annotations

import pytest

from forensics.attribution.wording import percent
from forensics.report.words import share


@pytest.mark.parametrize(
    ("value", "said", "shown"),
    [
        (0.7 + 0.2 + 0.1, "100 %", "100 %"),
        (0.9995, "over 99.9 %", "> 99.9 %"),
        (0.996, "99.6 %", "99.6 %"),
        (1.05, "105 %", "105 %"),
        (0.0, "0 %", "0 %"),
    ],
)
def test_only_all_of_it_is_a_hundred_per_cent(value: float, said: str, shown: str) -> None:
    assert (percent(value), share(value)) == (said, shown)
