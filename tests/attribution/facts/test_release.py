"""A new version of an app that many people have is nobody's attack; a new version of a tool that only the blamed have is no excuse."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.attribution.test_attribute import named, verdict
from tests.attribution.worlds import World

from forensics.attribution.attribute import attribute

OLD, NEW = 3, 7


def updated(folder: Path, *, owners: str, names: tuple[str, str]) -> tuple[str, set[str], str]:
    """Four people's programs are updated and ask a hundred times as much: returns the verdict, who is named, the likeliest explanation."""
    world = World(seed=81, ramp=10)
    who = np.array([12, 57, 130, 211])
    world.account_agent[who] = OLD
    for part in world.parts:
        part["agent"] = np.where(np.isin(part["account"], who), OLD, part["agent"])
        if owners == "theirs":
            part["agent"] = np.where((part["agent"] == OLD) & ~np.isin(part["account"], who), 0, part["agent"])
    world.ring(who, 600.0)
    with world.write(folder) as case:
        agents = case.table("agents").with_columns(
            user_agent=pl.when(agent_id=OLD).then(pl.lit(names[0])).when(agent_id=NEW).then(pl.lit(names[1])).otherwise("user_agent")
        )
        case.replace("agents", agents)
        attribute(case)
        best = case.table("rivals").sort("likelihood", "explanation", descending=[True, False])["explanation"][0]
        return verdict(case), named(case, "participant"), best


@pytest.mark.parametrize(
    ("owners", "names", "blamed"),
    [
        ("everybody's", ("StoreApp/5.2.0", "StoreApp/5.3.0"), False),
        ("theirs", ("Grab/1.0", "Grab/1.1"), True),
        ("everybody's", ("StoreApp/5.2.0", "curl/8.5.0"), True),
        ("everybody's", ("Mozilla/5.0 (X11)", "Mozilla/5.0 (X12)"), True),
    ],
    ids=["an app of many", "a tool of theirs", "another program", "browsers"],
)
def test_a_new_version_of_what_many_people_have_is_nobodys_attack(
    tmp_path: Path, owners: str, names: tuple[str, str], *, blamed: bool
) -> None:
    said, who, best = updated(tmp_path, owners=owners, names=names)
    assert (said in {"attributed", "several actors"}) is blamed
    assert (len(who) == 4) is blamed
    assert (best == "client release") is not blamed
