"""Numbers of things as people, programs and the senders of links have them asked for."""

from __future__ import annotations

from typing import Any

import numpy as np

RNG = np.random.default_rng(5)


def popular(count: int) -> Any:
    """People come for the same things, some of which are asked for far more than others."""
    return np.minimum(RNG.zipf(1.3, count), 40_000) + 1000


def one_after_the_other(count: int) -> Any:
    """A program walks through a catalogue."""
    return 50_000 + np.arange(count)


def own(count: int) -> Any:
    """Of everybody another: an order, a link that was sent."""
    return RNG.permutation(900_000)[:count] + 100_000
