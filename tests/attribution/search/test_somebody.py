"""People who share a network are a crowd; a program in one is named, also when it hides among addresses."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.stored_case import new_case
from tests.traffic import attributed

from forensics.case.load_options import LoadOptions
from forensics.case.loading import load
from forensics.progress import Silent

START = datetime(2026, 10, 5)
RUSH = START + timedelta(days=3, hours=3, minutes=7)
LINE = '{} - - [{:%d/%b/%Y:%H:%M:%S} +0000] "GET {} HTTP/1.1" {} 900 "-" "{}" 0.2\n'


def rush(addresses: list[str], agents: list[str]) -> str:
    """Four days of a small shop; in the last night these addresses ask much more, each of many once a minute, and most answers fail."""
    rng = random.Random(5)
    made = []
    for minute in range(4 * 1440):
        for _ in range(rng.randrange(2, 9)):
            at = START + timedelta(minutes=minute, seconds=rng.random() * 60)
            status = 503 if RUSH + timedelta(minutes=3) < at < RUSH + timedelta(minutes=20) and rng.random() < 0.7 else 200
            who, agent = f"198.18.{rng.randrange(60)}.{rng.randrange(1, 255)}", f"Mozilla/5.{rng.randrange(6)}"
            made.append((at, LINE.format(who, at, f"/products/{rng.randrange(400)}", status, agent)))
    for second in range(20 * 60):
        for _ in range(min(second // 4, len(addresses) // 60 or 15)):
            at, who = RUSH + timedelta(seconds=second), rng.randrange(len(addresses))
            status = 503 if second > 180 and rng.random() < 0.7 else 200
            made.append((at, LINE.format(addresses[who], at, f"/products/{rng.randrange(400)}", status, agents[who % len(agents)])))
    return "".join(line for _, line in sorted(made))


MANY = [f"203.0.{site}.{host}" for site in range(40) for host in range(20, 40)]
ONE_SITE = [f"203.0.113.{host}" for host in range(1, 255)]
PEOPLE = [f"Mozilla/5.{n}" for n in range(6)]


@pytest.mark.parametrize(
    ("addresses", "agents", "named"),
    [
        (MANY, PEOPLE, None),
        (ONE_SITE, PEOPLE, None),
        (ONE_SITE, ["script/2"], "203.0.113.0/24"),
        (ONE_SITE[:3], PEOPLE, "203.0.113.0/24"),
    ],
    ids=["a country", "a campus", "a program that changes addresses", "a program that changes agents"],
)
def test_who_shares_a_network_is_told_from_a_program_in_it(
    tmp_path: Path, addresses: list[str], agents: list[str], named: str | None
) -> None:
    (tmp_path / "access.log").write_text(rush(addresses, agents))
    with new_case(tmp_path / "case") as case:
        load(case, [tmp_path / "access.log"], LoadOptions(), Silent())
        attributed(case)
        assert case.table("attributions")["subject_id"].to_list() == ([] if named is None else [named])


PAGES = ["/", "/news/{}", "/help/{}", "/items/{}", "/users/{}/about", "/search"]
OFTEN = [8, 6, 3, 5, 3, 2]


def class_hour(pages: list[str], often: list[int]) -> str:
    """Four days of a site without agents in its log; in the last night one address asks much more, and most answers fail."""
    rng = random.Random(6)
    line = '{} - - [{:%d/%b/%Y:%H:%M:%S} +0000] "GET {} HTTP/1.1" {} 900\n'
    made = []

    def ask(at: datetime, who: str, of: list[str], weights: list[int]) -> None:
        failed = RUSH + timedelta(minutes=3) < at < RUSH + timedelta(minutes=20) and rng.random() < 0.7
        path = rng.choices(of, weights)[0].format(int(300 * rng.random() ** 3))
        made.append((at, line.format(who, at, path, 503 if failed else 200)))

    for minute in range(4 * 1440):
        for _ in range(rng.randrange(2, 9)):
            at = START + timedelta(minutes=minute, seconds=rng.random() * 60)
            ask(at, f"198.18.{rng.randrange(60)}.{rng.randrange(1, 255)}", PAGES, OFTEN)
    for second in range(20 * 60):
        for _ in range(min(second // 8, 12)):
            ask(RUSH + timedelta(seconds=second), "203.0.113.9", pages, often)
    return "".join(text for _, text in sorted(made))


@pytest.mark.parametrize(
    ("pages", "often", "named"), [(PAGES, OFTEN, []), (PAGES[3:5], [1, 1], ["203.0.113.0/24"]), (["/"], [1], ["203.0.113.0/24"])],
    ids=["a class", "a program", "one page over and over"],
)  # fmt: skip
def test_in_a_log_without_agents_a_class_behind_one_address_is_told_by_what_it_asks_for(
    tmp_path: Path, pages: list[str], often: list[int], named: list[str]
) -> None:
    (tmp_path / "access.log").write_text(class_hour(pages, often))
    with new_case(tmp_path / "case") as case:
        load(case, [tmp_path / "access.log"], LoadOptions(), Silent())
        attributed(case)
        assert case.table("attributions")["subject_id"].to_list() == named
        summary = case.table("incidents").filter(kind="errors")["summary"].item()
    assert ("one program, or many people behind one address" in summary) is (named == [])
