"""Whose load it was is told where nobody is blamed: of few who made most of it, and never of a crowd."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tests.attribution.worlds import World

from forensics.attribution.attribute import attribute
from forensics.attribution.search.finding import Blamed
from forensics.attribution.search.scan import Winner
from forensics.attribution.whose import whose
from forensics.attribution.wording import came_from


def nobody_blamed(world: World, folder: Path, **written: Any) -> dict[str, Any]:
    """Attribute a world's incident, which names nobody, and return it."""
    with world.write(folder, **written) as case:
        attribute(case)
        assert case.table("participants").is_empty()
        assert case.table("attributions").filter(subject_type="actor").is_empty()
        (found,) = case.table("incidents").to_dicts()
    assert found["verdict"] not in ("attributed", "several actors")
    assert found["summary"].endswith(found["lead"] or found["summary"])
    return found


@pytest.mark.parametrize("newcomers", [True, False])
def test_a_few_whom_nothing_links_are_told_in_a_log_of_one_day(tmp_path: Path, newcomers: bool) -> None:
    """Nine accounts made an equal part of a load each; no other day says how often that is so."""
    world = World(seed=21, days=1)
    world.ring(world.newcomers(9) if newcomers else np.argsort(world.activity)[-60:-51], 300.0)
    found = nobody_blamed(world, tmp_path)
    assert re.search(r"Of the excess 1\d % came from \S+, 1\d % from \S+, 1\d % from \S+, 1\d % from \S+ and", found["lead"])
    assert re.search(r" and 5\d % from 5 others together; that it was the cause is not shown: above all, ", found["lead"])


@pytest.mark.parametrize(("accounts", "new"), [(80, 60), (25, 0), (25, 10), (300, 40)])
@pytest.mark.parametrize("days", [1, 2])
def test_of_a_crowd_nobody_is_told(tmp_path: Path, accounts: int, new: int, days: int) -> None:
    """Of few people, too, ten new ones may make half of what comes."""
    world = World(seed=22, days=days, accounts=accounts, per_minute=30.0)
    world.surge(3.0, new=new)
    assert nobody_blamed(world, tmp_path)["lead"] is None


@pytest.mark.parametrize("usual", [False, True])
def test_the_one_program_of_many_accounts_is_told_where_few_have_it(tmp_path: Path, usual: bool) -> None:
    """Sixty accounts, each with too little of the load to be told by name; what everybody always comes with says nothing."""
    world = World(seed=23, days=1, ramp=10, per_minute=30.0)
    world.ring(world.newcomers(60), 100.0)
    for part in world.parts if usual else []:
        part["agent"][:] = 7
    lead = nobody_blamed(world, tmp_path)["lead"]
    if usual:
        assert lead is None
    else:
        said = (
            r"Of what accounts asked beyond the usual 9\d % came with the one agent 'Agent7/1.0' \(usually 0 %\), from 60 accounts: a tool"
        )
        assert re.match(said, lead)


def test_that_most_of_a_load_came_from_people_of_one_company_is_told_and_no_more(tmp_path: Path) -> None:
    """An organisation is never blamed by itself: sixty of its people, each with too little of the load to be told by name."""
    world = World(seed=23, days=1, ramp=10, per_minute=30.0)
    people = world.newcomers(60)
    world.organisation(world.actor(people[:1], "same operator"), people[1:])
    world.ring(people, 100.0)
    said = r"(?:9\d(?:\.\d)?|100) % of the excess came from 60 accounts that hang together; that they acted together is not shown\."
    assert len(re.findall(said, nobody_blamed(world, tmp_path)["summary"])) == 1


def test_who_made_a_load_that_was_borne_is_told_with_what_speaks_against_it(tmp_path: Path) -> None:
    """One actor made a load that was answered for an hour, and then everything failed at once."""
    world = World(seed=45, days=25, ramp=60)
    one = world.newcomers(2)
    world.actor(one)
    world.ring(one, 150.0)
    found = nobody_blamed(world, tmp_path, strained=0)
    assert re.search(r"Of the excess \d+ % came from the accounts of n\d+ \(actor of 2 accounts\); that it was the cause", found["lead"])
    assert "had been borne for" in found["lead"] or "bore that load for" in found["lead"]
    assert re.search(r"For it speaks most: (with it the load reached|a tenth of its excess)", found["lead"]), "both sides are heard"


MADE = Blamed(Winner("actor", "a", 700.0, 0.0, 99.0, None, 0.0, 1.0), 0.98, 0.001, 3.0, 40)


@pytest.mark.parametrize(
    "otherwise",
    [{"kind": "surge"}, {"verdict": "not an outage"}, {"told": True}, {"risen": False}, {"unseen": "Searched."}, {"release": "app"}],
    ids=["a load itself", "no outage", "told already", "no rise", "logs searched for some", "everybody's app"],
)
def test_where_it_says_nothing_or_is_told_already_it_is_left_out(monkeypatch: pytest.MonkeyPatch, otherwise: dict[str, Any]) -> None:
    monkeypatch.setattr("forensics.attribution.whose._weighed", lambda facts, names: "")

    def told(kind: str = "errors", verdict: str = "inconclusive", told: bool = False, risen: bool = True, **facts: Any) -> str | None:
        scene = SimpleNamespace(incident={"kind": kind})
        finding = SimpleNamespace(blamed=[MADE], as_ever=(), rise=SimpleNamespace(significant=risen))
        known = {"unseen": None, "release": None, "foremost": [], "origins": {}} | facts
        found: Any = SimpleNamespace(
            facts=SimpleNamespace(scene=scene, finding=finding, **known), verdict=SimpleNamespace(name=verdict, told=told)
        )
        asked: Any = SimpleNamespace(names={})
        return whose(asked, found)

    assert told() == "Of the excess 98 % came from a; that it was the cause is not shown."
    assert told(**otherwise) is None


@pytest.mark.parametrize(("share", "told"), [(0.98, True), (0.3, False)])
def test_what_is_often_asked_for_is_told_where_it_was_most_of_it(monkeypatch: pytest.MonkeyPatch, share: float, told: bool) -> None:
    monkeypatch.setattr("forensics.attribution.whose._one_program", lambda facts, names: None)
    finding = SimpleNamespace(blamed=[], as_ever=(replace(MADE, share=share, days=6),), rise=SimpleNamespace(significant=True))
    facts = SimpleNamespace(
        scene=SimpleNamespace(incident={"kind": "latency"}), finding=finding, unseen=None, release=None, foremost=[],
        spread=SimpleNamespace(kin=0, kin_share=0.0, kin_by=None),
    )  # fmt: skip
    found: Any = SimpleNamespace(facts=facts, verdict=SimpleNamespace(name="no single actor", told=False, summary=""))
    asked: Any = SimpleNamespace(names={})
    said = (
        "98 % of the excess was made by a, which asked as much on 6 other days, while nothing was wrong: that it was the cause is "
        "not shown."
    )
    assert whose(asked, found) == (said if told else None)


def test_the_rest_of_those_who_made_a_load_is_told_as_a_sum() -> None:
    assert came_from([MADE], {}) == "98 % came from a"
    assert came_from([MADE] * 2, {}, most=1) == "98 % came from a and 98 % from 1 other"


def test_report_and_commands_tell_it_alike_and_blame_nobody(tmp_path: Path, quick: Callable[..., Any]) -> None:
    rng, day = random.Random(5), datetime(2024, 3, 5, tzinfo=UTC)
    fall = day + timedelta(hours=20)
    asked = [
        (day + timedelta(seconds=rng.uniform(0, 86_400)), f"p{rng.randrange(200)}", f"/page/{rng.randrange(50)}") for _ in range(15_000)
    ]
    asked += [(fall - timedelta(minutes=15) + timedelta(seconds=n * 0.2), f"r{n % 9}", f"/jobs/{n}") for n in range(9000)]
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    (evidence / "access.log").write_text("".join(
        f'198.18.{int(who[1:]) % 200}.{7 if who[0] == "p" else 9} - {who} [{at:%d/%b/%Y:%H:%M:%S +0000}] "GET {path} HTTP/1.1" '
        f'{503 if fall <= at < fall + timedelta(minutes=20) and rng.random() < 0.7 else 200} 1000 "-" "Agent/{int(who[1:]) % 5}"\n'
        for at, who, path in sorted(asked)
    ))  # fmt: skip
    told = quick("investigate", evidence, "--case", tmp_path / "case", "--out", tmp_path / "report").stdout
    said = re.compile(r"Of\s+the\s+excess\s+1\d\s+%\s+came\s+from\s+r\d,.*?and\s+5\d\s+%\s+from\s+5\s+others\s+together;\s+that\s+it\s+was")
    assert said.search(told)
    assert "No actor is blamed" in told
    assert said.search((tmp_path / "report" / "report.md").read_text().replace("\\", ""))
    assert not (tmp_path / "report" / "participants.csv").read_text().splitlines()[1:]
    shown = quick("incidents", "--case", tmp_path / "case", "--format", "csv").stdout
    assert said.search(shown)
    assert "excess" not in quick("explain", "r0", "--case", tmp_path / "case").stdout
    assert "r0" not in quick("response", "--case", tmp_path / "case", "--format", "csv").stdout
