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

from forensics.attribution.facts.slowdown import served_slower, slowdown
from forensics.attribution.windows import Window

ORDINARY = SimpleNamespace(times={})


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
    scene: Any = SimpleNamespace(ordinary=ORDINARY, others=[usual])
    found = served_slower(case, scene, errors)
    assert found == (None if expected is None else pytest.approx(expected, rel=0.05))


@pytest.mark.parametrize(("ahead", "slow"), [(10, False), (1, True)])
def test_the_minute_before_the_fall_is_no_sign_of_a_load_that_came_long_before_it(tmp_path: Path, ahead: int, slow: bool) -> None:
    """A dead database is slow for some seconds before anything fails, too; a load that has just come has no other minute to be seen in."""
    world = World(seed=46, days=3)
    case = world.write(tmp_path)
    errors: datetime = FIRST_DAY + timedelta(minutes=3 * 1440)
    last = {"minute": errors - timedelta(minutes=1), "host": "edge-1", "route_id": 0, "requests": 9000, "failed": 0, "duration_ms_sum": 8e6}
    row = last | {"refused": 0, "timed": 9000, "bytes_sent": 0}
    early = [row | {"minute": errors - timedelta(minutes=n), "duration_ms_sum": 180_000.0} for n in range(2, 6)]
    case.insert("service_minutes", pl.DataFrame([row, *early], schema_overrides={"route_id": pl.Int32}))
    scene: Any = SimpleNamespace(ordinary=ORDINARY, others=[Window(FIRST_DAY + timedelta(hours=22), FIRST_DAY + timedelta(hours=24))])
    found = slowdown(case, scene, errors, errors - timedelta(minutes=ahead))
    assert found is not None
    assert (found > 5) is slow
    assert slow or found == pytest.approx(1.0, rel=0.1)


def test_one_slow_answer_that_passed_is_not_slowness(tmp_path: Path) -> None:
    """Under too much load answers stay slow until they fail; one that took minutes, minutes before, says nothing."""
    case = World(seed=47, days=3).write(tmp_path)
    errors: datetime = FIRST_DAY + timedelta(minutes=3 * 1440)
    row = {"host": "edge-1", "route_id": 0, "requests": 60, "timed": 60, "failed": 0, "refused": 0, "bytes_sent": 0}
    took = {5: 1200.0, 4: 90_000.0, 3: 1200.0, 2: 1200.0, 1: 1200.0}
    rows = [row | {"minute": errors - timedelta(minutes=n), "duration_ms_sum": ms} for n, ms in took.items()]
    case.insert("service_minutes", pl.DataFrame(rows, schema_overrides={"route_id": pl.Int32}))
    scene: Any = SimpleNamespace(ordinary=ORDINARY, others=[Window(FIRST_DAY + timedelta(hours=22), FIRST_DAY + timedelta(hours=24))])
    assert slowdown(case, scene, errors, None) == pytest.approx(1.0, rel=0.1)


@pytest.mark.parametrize(("last", "slow"), [(160.0, None), (4000.0, 28.9)])
def test_what_was_slow_once_tells_nothing_where_a_few_quick_answers_came_after_it(tmp_path: Path, last: float, slow: float | None) -> None:
    """Of eight requests a minute thirty are no part of the last minutes; what stays slow until it fails is slow all the same."""
    case = World(seed=47, days=3).write(tmp_path)
    errors: datetime = FIRST_DAY + timedelta(minutes=3 * 1440)
    row = {"host": "edge-1", "route_id": 9, "requests": 8, "timed": 8, "failed": 0, "refused": 0, "bytes_sent": 0}
    took = {5: 160.0, 4: 160.0, 3: 15_000.0, 2: last, 1: last}
    rows = [row | {"minute": errors - timedelta(minutes=n), "duration_ms_sum": ms} for n, ms in took.items()]
    case.insert("service_minutes", pl.DataFrame(rows, schema_overrides={"route_id": pl.Int32}))
    nothing = Window(FIRST_DAY - timedelta(hours=2), FIRST_DAY)
    scene: Any = SimpleNamespace(ordinary=SimpleNamespace(times={9: (500, 20.0)}), others=[nothing])
    found = slowdown(case, scene, errors, None)
    assert found == (None if slow is None else pytest.approx(slow, rel=0.1))


@pytest.mark.parametrize(("each", "quick", "slow"), [(200, 29, 8.0), (20, 6, 2.8)])
def test_a_few_quick_answers_do_not_undo_minutes_that_were_slow(tmp_path: Path, each: int, quick: int, slow: float) -> None:
    """Nine or three times the usual for four minutes, and no slower than usual what few were answered in the last."""
    case = World(seed=47, days=3).write(tmp_path)
    errors: datetime = FIRST_DAY + timedelta(minutes=3 * 1440)
    row = {"host": "edge-1", "route_id": 9, "failed": 0, "refused": 0, "bytes_sent": 0}
    answers = dict.fromkeys(range(2, 6), (each, 20.0 * (9 if each == 200 else 3))) | {1: (quick, 20.0 * (1.4 if each == 200 else 1.2))}
    rows = [row | {"minute": errors - timedelta(minutes=n), "requests": count, "timed": count, "duration_ms_sum": count * ms}
            for n, (count, ms) in answers.items()]  # fmt: skip
    case.insert("service_minutes", pl.DataFrame(rows, schema_overrides={"route_id": pl.Int32}))
    nothing = Window(FIRST_DAY - timedelta(hours=2), FIRST_DAY)
    scene: Any = SimpleNamespace(ordinary=SimpleNamespace(times={9: (500, 20.0)}), others=[nothing])
    assert slowdown(case, scene, errors, None) == pytest.approx(slow, rel=0.02)


def test_a_route_that_was_hardly_asked_for_in_the_same_hours_is_compared_with_all_others(tmp_path: Path) -> None:
    case = World(seed=47, days=3).write(tmp_path)
    errors: datetime = FIRST_DAY + timedelta(minutes=3 * 1440)
    row = {"host": "edge-1", "route_id": 9, "failed": 0, "refused": 0, "bytes_sent": 0}
    usual = FIRST_DAY + timedelta(hours=22)
    rows = [row | {"minute": usual, "requests": 1, "timed": 1, "duration_ms_sum": 10.0}]
    rows += [row | {"minute": errors - timedelta(minutes=n), "requests": 60, "timed": 60, "duration_ms_sum": 1200.0} for n in range(1, 6)]
    case.insert("service_minutes", pl.DataFrame(rows, schema_overrides={"route_id": pl.Int32}))
    scene: Any = SimpleNamespace(ordinary=SimpleNamespace(times={9: (500, 20.0)}), others=[Window(usual, usual + timedelta(hours=2))])
    assert slowdown(case, scene, errors, None) == pytest.approx(1.0, rel=0.1)
