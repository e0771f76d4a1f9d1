"""Random worlds with known actors: who is joined, and who must not be."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter, defaultdict
from pathlib import Path
from types import ModuleType

import pytest

from forensics.exports.accounts import resolve
from forensics.linkage.actors import link
from forensics.linkage.identifiers import collect


def _worlds() -> ModuleType:
    path = Path(__file__).with_name("worlds.py")
    spec = importlib.util.spec_from_file_location("linkage_worlds", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["linkage_worlds"] = module
    spec.loader.exec_module(module)
    return module


worlds = _worlds()


def pairs(counts: Counter[object]) -> int:
    return sum(n * (n - 1) // 2 for n in counts.values())


@pytest.mark.parametrize("seed", [101, 102, 103])
def test_actors_of_a_random_world(seed: int, tmp_path: Path) -> None:
    made = worlds.world(seed, ordinary=600)
    with worlds.as_case(made, tmp_path / "case") as case:
        resolve(case)
        collect(case)
        link(case)
        found = {row["account_id"]: row["actor_id"] for row in case.table("account_actors").to_dicts()}
        leaves = case.table("actor_accounts")
    assert leaves["account_id"].n_unique() == leaves.height == len(made.accounts), "every account has exactly one leaf"
    both = Counter((made.actor[name], found[name]) for name in found)
    truth, said = Counter(made.actor.values()), Counter(found.values())
    assert pairs(both) / pairs(said) >= 0.99
    assert pairs(both) / pairs(truth) >= 0.95


def test_traps_by_name(tmp_path: Path) -> None:
    made = worlds.world(7, ordinary=600)
    with worlds.as_case(made, tmp_path / "case") as case:
        resolve(case)
        collect(case)
        link(case)
        found = {row["account_id"]: row["actor_id"] for row in case.table("account_actors").to_dicts()}
    actors = defaultdict(set)
    for name, actor in found.items():
        actors[actor].add(name)
    for trap in ("campus", "reseller's customer", "recycled address", "personal account", "uninvolved employee", "company"):
        for name in (n for n, kind in made.kind.items() if kind == trap):
            assert {made.kind[n] for n in actors[found[name]]} == {trap}, trap
            assert len(actors[found[name]]) <= 2, trap
