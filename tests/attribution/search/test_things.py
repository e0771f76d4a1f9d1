"""Accounts that one payer has in common, and nothing else: a ring at home walks, a reseller's customers meet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.attribution.things import RNG, one_after_the_other, own, popular
from tests.attribution.worlds import FIRST_DAY
from tests.stored_case import add_log, add_user_accounts, new_case

from forensics.attribution.search.things import walked
from forensics.attribution.windows import Window

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WINDOW = Window(FIRST_DAY + 3 * DAY, FIRST_DAY + 3 * DAY + timedelta(minutes=5))
WHOLE = Window(WINDOW.start, WINDOW.start + HOUR)


@pytest.mark.parametrize(
    ("usually", "then", "yes"),
    [
        (popular, one_after_the_other, True),
        (popular, popular, False),
        (popular, lambda n: RNG.integers(1, 4, n), False),
        (own, one_after_the_other, False),
        (lambda n: np.where(np.arange(n) % 7 == 0, 1007, own(n)), lambda n: one_after_the_other(n)[:60], False),
    ],
    ids=["a ring at home", "a reseller's customers", "a reseller's mail", "where everybody has things of his own", "so few may be chance"],
)
def test_a_ring_at_home_is_told_from_the_customers_of_a_reseller(
    tmp_path: Path, usually: Callable[[int], Any], then: Callable[[int], Any], yes: bool
) -> None:
    case = new_case(tmp_path)
    case.execute("incidents", "macros")
    rows = [
        {"started_at": begin + timedelta(seconds=3 * n), "path": f"/items/{thing}", "status": 200, "user_name": f"{who}{n % 40}"}
        for begin, who, things in [
            (WINDOW.start - 20 * HOUR, "someone", usually(900)), (WINDOW.start, "ours", then(400)), (WINDOW.start, "other", usually(50)),
        ]
        for n, thing in enumerate(things)
    ]  # fmt: skip
    add_log(case, "edge.log", pl.DataFrame(rows).sort("started_at"), "edge-1")
    add_user_accounts(case)
    scene: Any = SimpleNamespace(window=WINDOW, whole=WHOLE, covered=Window(FIRST_DAY, WHOLE.end + HOUR), masked=[WHOLE])
    assert walked(case, scene, [f"ours{n}" for n in range(40)]) is yes
    assert not walked(case, scene, ["nobody"])
