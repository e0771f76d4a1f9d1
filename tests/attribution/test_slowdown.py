"""Too much load is seen in the service time of what is still served."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from tests.attribution.worlds import FIRST_DAY, World
from tests.stored_case import add_log, add_user_accounts

from forensics.attribution.slowdown import served_slower
from forensics.attribution.windows import Window


@pytest.mark.parametrize(("ms", "served", "expected"), [(60.0, 40, 3.0), (20.0, 40, 1.0), (60.0, 10, None)])
def test_what_is_served_beside_failures_is_compared_with_its_routes_usual_time(
    tmp_path: Path, ms: float, served: int, expected: float | None
) -> None:
    world = World(seed=45, days=3)
    case = world.write(tmp_path)
    errors: datetime = FIRST_DAY + timedelta(minutes=3 * 1440)
    rows = [{"started_at": errors + timedelta(seconds=n), "path": "/", "status": 200, "duration_ms": ms} for n in range(served)]
    rows += [{"started_at": errors + timedelta(seconds=n), "path": "/", "status": 503, "duration_ms": 1.0} for n in range(200)]
    add_log(case, "edge.log", pl.DataFrame(rows).sort("started_at"), "edge-1")
    add_user_accounts(case)
    case.insert("route_masks", pl.DataFrame({"mask": ["/"], "route_id": [0]}, schema_overrides={"route_id": pl.Int32}))
    usual = Window(FIRST_DAY + timedelta(hours=22), FIRST_DAY + timedelta(hours=24))
    scene: Any = SimpleNamespace(others=[usual])
    found = served_slower(case, scene, errors)
    assert found == (None if expected is None else pytest.approx(expected, rel=0.05))
