"""Accounts that strangers used are told apart from accounts of one company, whoever the load is put down to."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.attribution.worlds import World

from forensics.attribution.attribute import attribute
from forensics.case.case import Case
from forensics.response.plan import plan

THEIRS = 31_000
"""The network that the load of the incident comes from."""


def victims(folder: Path) -> int:
    """How many participants are said to be strangers' victims."""
    with Case.open(folder) as case:
        return case.table("participants").filter(pl.col("why").str.contains("their victim")).height


def rivals_of(folder: Path, *, office: bool, stuffing: bool, card: bool = False) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Let six accounts with weeks of use make the load of an incident from elsewhere; return the rivals and the grounds of the response."""
    world = World(seed=5, accounts=100, days=8)
    who = np.argsort(-world.activity)[70:76]
    world.account_network[who] = 30_500 if office else 30_500 + np.arange(6)
    for day in range(world.days - 1):
        world.add_accounts(np.repeat(who, 100), day * 1440 + world.rng.integers(22 * 60, 26 * 60, 600))
    world.account_network[who] = THEIRS
    world.actor(who, "same operator")
    world.ring(who, 300.0)
    with world.write(folder) as case:
        if stuffing:
            began = world.start - timedelta(hours=8)
            row = {"incident_id": "2024-01-01-refused", "kind": "errors", "scope": "/login", "started_at": began, "refused_requests": 4000}
            ended = began + timedelta(hours=4)
            case.insert(
                "incidents", pl.DataFrame([row | {"ended_at": ended, "peaked_at": began, "severity": "low", "summary": "Refused."}])
            )
        if card:
            names = [str(world.names[p]) for p in who]
            shared = {"identifier_type": "card_fingerprint", "identifier_value": "abc", "actor_id": "x", "weight_bits": 9.0, "kept": True}
            case.insert("written_links", pl.DataFrame([shared | {"account_id": name} for name in names]))
        attribute(case)
        plan(case)
        named = case.table("rivals").filter(pl.col("incident_id").str.contains("everything"))
        basis = case.table("response").filter(pl.col("measure") == "account")["basis"].to_list()
        return {row["explanation"]: row for row in named.to_dicts()}, basis


@pytest.mark.parametrize("stuffing", [True, False])
def test_accounts_with_lives_of_their_own_used_from_one_new_network_may_be_taken_over(tmp_path: Path, stuffing: bool) -> None:
    rivals, basis = rivals_of(tmp_path / "case", office=False, stuffing=stuffing)
    over = rivals["accounts taken over"]
    assert over["likelihood"] >= (0.7 if stuffing else 0.55)
    assert "where none of them had ever come from" in over["evidence_for"][0]
    assert any("/login were refused" in sentence for sentence in over["evidence_for"]) == stuffing
    assert basis
    assert all("their holders" in ground for ground in basis)
    assert victims(tmp_path / "case") == 6


def test_accounts_of_one_office_that_use_a_server_are_not_called_taken_over(tmp_path: Path) -> None:
    rivals, basis = rivals_of(tmp_path / "case", office=True, stuffing=False)
    assert "accounts taken over" not in rivals
    assert not any("holders" in ground for ground in basis)


def test_accounts_that_one_card_pays_for_are_not_called_taken_over(tmp_path: Path) -> None:
    rivals, basis = rivals_of(tmp_path / "case", office=False, stuffing=False, card=True)
    assert rivals["accounts taken over"]["likelihood"] < 0.2
    assert victims(tmp_path / "case") == 0
    assert not any("holders" in ground for ground in basis)


def alone(folder: Path, *, known: bool, before: bool) -> dict[str, dict[str, Any]]:
    """Let one account make the load of an incident from elsewhere, with an agent that it knew or not; return the rivals."""
    world = World(seed=5, accounts=100, days=8)
    who = np.argsort(-world.activity)[70:71]
    world.account_network[who], world.account_agent[who] = 30_500, 7 if known else 1
    for day in range(world.days - 1 if before else 0):
        world.add_accounts(np.repeat(who, 100), day * 1440 + world.rng.integers(22 * 60, 26 * 60, 100))
    if not before:
        world.parts = [{name: column[part["account"] != who[0]] for name, column in part.items()} for part in world.parts]
    world.account_network[who] = THEIRS
    world.ring(who, 300.0)
    with world.write(folder) as case:
        attribute(case)
        named = case.table("rivals").filter(pl.col("incident_id").str.contains("everything"))
        return {row["explanation"]: row for row in named.to_dicts()}


def test_one_account_with_a_life_of_its_own_may_be_a_strangers_and_that_is_no_more_than_said(tmp_path: Path) -> None:
    over = alone(tmp_path / "new", known=False, before=True)["accounts taken over"]
    assert "with agents that it had never used" in over["evidence_for"][0]
    assert "leaves the same traces" in over["evidence_against"][0]
    assert 0.05 < over["likelihood"] < 0.5
    assert "accounts taken over" not in alone(tmp_path / "own", known=True, before=True)
    assert "accounts taken over" not in alone(tmp_path / "fresh", known=False, before=False)
