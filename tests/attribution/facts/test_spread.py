"""Accounts of which linkage makes no actor, and that pay with one thing: a ring in so many homes, or a reseller's customers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.attribution.test_attribute import named, verdict
from tests.attribution.worlds import World
from tests.stored_case import add_log, add_user_accounts

from forensics.attribution.attribute import attribute
from forensics.attribution.facts.spread import _few
from forensics.case.case import Case

CARD = "fp_77"


def one_card(case: Case, accounts: list[str]) -> None:
    """Let accounts share a card that joins nobody."""
    columns = {"identifier_type": ["card_fingerprint"], "family": ["payment"], "level": ["payer"], "m": [0.9], "chance": [0.02]}
    case.insert("identifier_types", pl.DataFrame({**columns, "owner_bits": [5.0], "loose_bits": [0.93]}))
    value = {"value_no": [0], "identifier_type": ["card_fingerprint"], "identifier_value": [CARD], "sharers": [len(accounts)]}
    case.insert("shared_values", pl.DataFrame(value, schema_overrides={"value_no": pl.Int32, "sharers": pl.Int32}))
    numbers = pl.Series(range(len(accounts)), dtype=pl.Int32)
    case.insert("actor_accounts", pl.DataFrame({"account_no": numbers, "account_id": accounts, "actor_id": [f"a-{a}" for a in accounts]}))
    case.insert("value_uses", pl.DataFrame({"value_no": pl.Series([0] * len(accounts), dtype=pl.Int32), "account_no": numbers}))


def ring(world: World, each: float) -> np.ndarray:
    """Let forty new accounts come at once, each from a home of its own, with an agent as others have, and ask for little."""
    who = world.newcomers(40)
    world.ring(who, 40 * each)
    world.parts[-1]["agent"] = world.account_agent[world.parts[-1]["account"]]
    return who


def summary(case: Case) -> str:
    return str(case.table("incidents")["summary"][0])


def asked(case: Case, world: World, who: list[str], things: Any) -> None:
    """Log what they came for, and for what others had come the evening before: mostly the same."""
    usual = np.random.default_rng(6).zipf(1.3, 600) % 40_000 + 1000
    rows = [
        {"started_at": begin + timedelta(seconds=3 * n), "path": f"/images/{thing}", "status": 200, "user_name": names[n % len(names)]}
        for begin, names, asked_for in [
            (world.start - timedelta(hours=20), world.names[:50].tolist(), usual), (world.start - timedelta(minutes=25), who, things),
        ]
        for n, thing in enumerate(asked_for)
    ]  # fmt: skip
    add_log(case, "edge.log", pl.DataFrame(rows), "edge-1")
    add_user_accounts(case)


@pytest.mark.parametrize("walk", [True, False])
def test_many_who_pay_with_one_card_and_rise_at_once_are_named_where_they_walk(tmp_path: Path, walk: bool) -> None:
    """Each thing once, as no people do; a reseller's customers come at once, too, when he calls them, and come for the same."""
    world = World(seed=61)
    who = ring(world, 6.0)
    case = world.write(tmp_path)
    one_card(case, world.names[who].tolist())
    asked(case, world, world.names[who].tolist(), np.arange(600) + 50_000 if walk else np.arange(600) % 3 + 1000)
    attribute(case)
    assert (verdict(case) == "several actors") is walk
    assert named(case, "participant") == (set(world.names[who]) if walk else set())
    assert f"40 accounts with one card fingerprint ({CARD})" in summary(case)
    assert ("those of a reseller's customers" in summary(case)) is not walk


def test_without_the_card_they_are_not_told_from_a_crowd(tmp_path: Path) -> None:
    world = World(seed=61)
    ring(world, 6.0)
    case = world.write(tmp_path)
    attribute(case)
    assert verdict(case) not in {"attributed", "several actors"}
    assert CARD not in summary(case)


def test_a_resellers_customers_are_as_many_in_a_surge_as_ever(tmp_path: Path) -> None:
    world = World(seed=62)
    world.surge(4.0)
    case = world.write(tmp_path)
    one_card(case, world.names[::3].tolist())
    attribute(case)
    assert verdict(case) not in {"attributed", "several actors"}
    assert CARD not in summary(case)
    (crowd,) = case.table("rivals").filter(explanation="organic surge").to_dicts()
    assert not any("card" in sentence for sentence in crowd["evidence_against"])


@pytest.mark.parametrize(
    ("loads", "wanted"),
    [
        ([(8, 0.0, 100.0), (992, 1.0, 1.1)], (8, 0.89)),
        ([(10, 1000.0, 2000.0), (990, 1.0, 2.0)], (0, 0.0)),
        ([(10, 0.0, 100.0), (990, 1.0, 3.0)], (0, 0.0)),
        ([(4, 0.0, 100.0), (36, 1.0, 1.1)], (0, 0.0)),
    ],
    ids=["eight of a thousand", "large customers whose load is most as ever", "many rose, too", "few asked at all"],
)
def test_a_few_who_made_nearly_all_are_no_crowd(loads: list[tuple[int, float, float]], wanted: tuple[int, float]) -> None:
    """Each of ``loads``: so many accounts, what each usually asks, what it asks now."""
    table = pl.concat([pl.DataFrame({"usual": [usual] * many, "now": [now] * many}) for many, usual, now in loads])
    table = table.with_columns(over=pl.col("now") - pl.col("usual"))
    few, share = _few(table, float(table["over"].sum()))
    assert (few, round(share, 2)) == wanted
