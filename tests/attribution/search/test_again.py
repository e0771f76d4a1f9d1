"""What only repeats a failure is no cause: told from asking for the same thing all the time."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from tests.attribution.worlds import FIRST_DAY, World
from tests.stored_case import add_log, add_user_accounts

from forensics.attribution.search.again import asked_again, first_asked
from forensics.attribution.search.scan import Winner
from forensics.attribution.windows import Window
from forensics.case.case import Case

FAILS = FIRST_DAY + timedelta(days=3)
MINUTE = timedelta(minutes=1)
WINDOW = Window(FAILS - 10 * MINUTE, FAILS + 3 * MINUTE)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """From ``FAILS`` on everything fails; ``importer`` walks and tries again, ``poller`` asks for one thing, ``walker`` goes on."""
    made = World(seed=43, days=3).write(tmp_path_factory.mktemp("case"))

    def row(who: str, at: float, path: str) -> dict[str, Any]:
        return {
            "started_at": FAILS + timedelta(seconds=at),
            "user_name": who,
            "status": 200 if at < 0 else 503,
            "path": path,
            "user_agent": "A/1",
        }

    steps = range(-600, 180, 5)
    rows = [row("importer", n, f"/items/{5000 + n}") for n in steps]
    rows += [row("importer", n + 0.5 * k, f"/items/{5000 + n}") for n in steps if n >= 0 for k in range(1, 60)]
    rows += [row("poller", n, "/status") for n in range(-600, 180, 2)]
    rows += [row("walker", n / 4, f"/items/{90_000 + n}") for n in range(-2400, 720)]
    add_log(made, "edge.log", pl.DataFrame(rows).sort("started_at"), "edge-1")
    add_user_accounts(made)
    return made


def again(case: Case, account: str) -> tuple[pl.DataFrame, Any]:
    columns = {"w": pl.Int32, "account_id": pl.String, "network": pl.String, "agent_id": pl.Int32, "route_id": pl.Int32}
    loads = pl.DataFrame([(0, account, None, None, None)], schema=columns, orient="row").with_columns(
        actor_id="account_id", requests=pl.lit(5000), cost=5000.0
    )
    scene: Any = SimpleNamespace(
        loads=loads, window=WINDOW, weighted=lambda _: {"route_ids": [], "weights": []},
        incident={"kind": "errors", "started_at": FAILS, "ended_at": FAILS + 30 * MINUTE},
    )  # fmt: skip
    return asked_again(case, scene, [Winner("actor", account, 0.0, 0.0, 0.0, None, 0.0, 1.0)], "requests"), scene


def test_a_program_that_tries_again_until_it_is_served_is_an_answer(case: Case) -> None:
    found, _ = again(case, "importer")
    assert found["minute"].min() == FAILS
    assert found["requests"].sum() == pytest.approx(36 * 59, rel=0.05)
    assert found["failed"].sum() == found["requests"].sum()


@pytest.mark.parametrize("account", ["poller", "walker"])
def test_who_asks_as_before_answers_nothing(case: Case, account: str) -> None:
    """The poller asks for one thing, served or not; the walker never asks for a thing twice."""
    found, _ = again(case, account)
    assert found["requests"].sum() == pytest.approx(0.0, abs=3.0)


def test_a_scene_without_it_keeps_what_was_asked_first(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    found, scene = again(case, "importer")
    rows = found.with_columns(network=pl.lit(None, pl.String), agent_id=pl.lit(None, pl.Int32), route_id=pl.lit(None, pl.Int32))
    monkeypatch.setattr("forensics.attribution.search.again.replace", lambda one, **changes: SimpleNamespace(**(vars(one) | changes)))
    first = first_asked(scene, rows, "requests")
    assert first.loads["requests"][0] == 5000 - round(found.filter(pl.col("minute") < WINDOW.end)["requests"].sum())
