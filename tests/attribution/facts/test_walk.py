"""People come for the same things; who walks through a catalogue asks for each thing once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.attribution.things import one_after_the_other, own, popular
from tests.attribution.worlds import FIRST_DAY
from tests.stored_case import add_log, new_case

from forensics.attribution.facts.walk import walk
from forensics.attribution.windows import Window

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WINDOW = Window(FIRST_DAY + 3 * DAY, FIRST_DAY + 3 * DAY + HOUR)
Things = Callable[[int], Any]


@pytest.mark.parametrize(
    ("usually", "then", "walks"),
    [(popular, one_after_the_other, True), (popular, popular, False), (own, own, False), (popular, lambda n: np.full(n, 1007), False)],
)
def test_a_walk_is_told_from_a_crowd(tmp_path: Path, usually: Things, then: Things, walks: bool) -> None:
    case = new_case(tmp_path)
    case.execute("incidents", "macros")
    others = [WINDOW.shifted(-day * DAY) for day in (1, 2, 3)]
    rows, loads = [], []
    for w, (window, count) in enumerate([(WINDOW, 1500), *((other, 300) for other in others)]):
        things = np.concatenate([usually(300), then(count - 300)]) if w == 0 else usually(count)
        rows += [
            {"started_at": window.start + timedelta(seconds=2 * n), "path": f"/items/{thing}", "status": 200}
            for n, thing in enumerate(things)
        ]
        loads.append({"w": w, "account_id": None, "requests": count})
    add_log(case, "edge.log", pl.DataFrame(rows).sort("started_at"), "edge-1")
    frame = pl.DataFrame(loads, schema_overrides={"w": pl.Int32, "account_id": pl.String})
    scene: Any = SimpleNamespace(window=WINDOW, others=others, loads=frame)
    found = walk(case, scene)
    assert (found is not None) is walks
    if found is not None:
        assert found.once > 0.95 > found.usually
