"""A load that was borne for long is not what broke the service."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from forensics.attribution.capacity import carried

START = datetime(2024, 3, 2)


def minutes(own: list[float], others: float = 6.0, seed: int = 0) -> pl.DataFrame:
    """Forty quiet minutes, then these of the blamed beside some others, failing in the last one."""
    rng = np.random.default_rng(seed)
    blamed = rng.poisson([0.0] * 40 + own).astype(float)
    load = blamed + rng.poisson(others, len(blamed))
    failed = np.zeros(len(blamed))
    failed[-1] = load[-1]
    at = [START + timedelta(minutes=n) for n in range(len(blamed))]
    return pl.DataFrame({"minute": at, "requests": load, "failed": failed, "load": load, "blamed": blamed})


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("own", "least", "most"),
    [
        ([15.0] * 18 + [30.0], 14, 18),
        ([0.0] * 6 + [15.0] * 18 + [30.0], 14, 18),
        ([2.0 * n for n in range(19)], 0, 4),
        ([40.0] * 4, 0, 3),
    ],
)
def test_a_steady_load_is_told_from_one_that_grows_until_it_breaks(own: list[float], least: int, most: int, seed: int) -> None:
    near = minutes(own, seed=seed)
    began, failed = near["minute"][40], near["minute"][-1]
    assert least <= carried(near, began, failed) <= most
