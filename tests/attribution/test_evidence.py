"""What the comparison with hours of other days says in words."""

from __future__ import annotations

import numpy as np
import pytest

from forensics.attribution.evidence import chance
from forensics.attribution.search.scan import placebo_p


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ((9.0, *[1.0] * 12), "Of 12 comparable windows in which nothing was wrong (the same hours of other days), "
         "each searched in the same way, "
         "in none of them anybody's load rose as far above the usual (p = 0.077, the smallest that so many windows can give)."),
        ((9.0, 9.0, 10.0, *[1.0] * 17), "Of 19 comparable windows in which nothing was wrong (the same hours of other days), "
         "each searched in the "
         "same way, in 2 of them somebody's load rose as far above the usual (p = 0.150)."),
        ((9.0, 1.0), "Of 1 comparable window in which nothing was wrong (the same hours of other days), "
         "each searched in the same way, in none of "
         "them anybody's load rose as far above the usual (p = 0.500, the smallest that so many windows can give)."),
    ],
)  # fmt: skip
def test_the_number_of_windows_is_told_with_the_number_of_those_that_did_as_much(scores: tuple[float, ...], said: str) -> None:
    assert chance(placebo_p(np.array(scores)), len(scores) - 1) == said
