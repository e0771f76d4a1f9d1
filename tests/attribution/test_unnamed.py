"""Load that nobody signed in for: who it is put down to, and what can be done about it - from real files, in a log of few days."""

from __future__ import annotations

import random
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from forensics.attribution.blocking import block_list
from forensics.attribution.unnamed import MEASURE
from forensics.case.case import Case
from forensics.case.load_options import LoadOptions
from forensics.errors import UsageError
from forensics.investigation import investigate
from forensics.progress import Silent

START = datetime(2026, 10, 5)
FLOOD = START + timedelta(days=3, hours=3, minutes=7)
LINE = '{} - - [{:%d/%b/%Y:%H:%M:%S} +0000] "GET {} HTTP/1.1" {} 900 "-" "{}" 0.2\n'


def lines() -> list[tuple[datetime, str]]:
    """Four days of a small shop; in the last night five addresses of one network ask a hundred times as much, and most answers fail."""
    rng = random.Random(4)
    made = []
    for minute in range(4 * 1440):
        for _ in range(rng.randrange(2, 9)):
            at = START + timedelta(minutes=minute, seconds=rng.random() * 60)
            down = FLOOD + timedelta(minutes=3) < at < FLOOD + timedelta(minutes=20) and rng.random() < 0.7
            who = f"198.51.100.{rng.randrange(1, 255)}"
            made.append(
                (at, LINE.format(who, at, f"/products/{rng.randrange(400)}", 503 if down else 200, f"Mozilla/5.{rng.randrange(3)}"))
            )
    for second in range(20 * 60):
        for _ in range(min(second // 4, 15)):
            at = FLOOD + timedelta(seconds=second)
            status = 503 if second > 180 and rng.random() < 0.7 else 200
            made.append((at, LINE.format(f"192.0.2.{rng.randrange(10, 15)}", at, f"/products/{rng.randrange(400)}", status, "script/2")))
    at = FLOOD + timedelta(minutes=2)
    return sorted([*made, (at, LINE.format("192.0.2.200", at, "/", 200, "Mozilla/5.0"))])


@pytest.fixture(scope="module")
def flooded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("flood")
    (folder / "access.log").write_text("".join(line for _, line in lines()))
    investigate(folder / "case", [str(folder / "access.log")], folder / "out", Silent(), LoadOptions())
    return folder


def test_a_flood_from_one_network_is_no_crowd(flooded: Path) -> None:
    """With few days to compare with, a network that makes nearly everything in the incident is not what it normally is."""
    with Case.open(flooded / "case") as case:
        (incident,) = case.table("incidents").to_dicts()
        (blamed,) = case.table("attributions").to_dicts()
    assert (blamed["subject_type"], blamed["subject_id"]) == ("network", "192.0.2.0/24")
    assert blamed["load_share"] > 0.95
    assert incident["verdict"] == "attributed"
    assert "192.0.2.0/24" in incident["summary"]


def test_its_load_is_drawn_against_the_rest(flooded: Path) -> None:
    with Case.open(flooded / "case") as case:
        minutes = case.table("actor_minutes")
    own = minutes.filter(pl.col("actor_id") == "192.0.2.0/24")["requests"].sum()
    assert own == sum(line.startswith("192.0.2.") for _, line in lines())
    assert "No accounts are known: whom it hurt cannot be said." in (flooded / "out" / "report.md").read_text()


def test_its_addresses_can_be_blocked_and_the_neighbour_is_not(flooded: Path) -> None:
    with Case.open(flooded / "case") as case:
        planned, limited = case.table("response").to_dicts()
        listed = block_list(case, None, MEASURE, days=30, shared=False)
        with pytest.raises(UsageError, match=MEASURE):
            block_list(case, None, "account", days=30, shared=False)
    assert planned["measure"] == MEASURE
    assert limited["measure"] == "rate limit without account"
    assert "No network ever asked for more." in limited["basis"]
    assert "Outside of incidents nothing came from there." in planned["basis"]
    assert [entry.value for entry in listed.entries] == [f"192.0.2.{n}" for n in range(10, 15)]


def test_a_network_of_which_one_agent_rose_is_not_blocked_by_address(flooded: Path, tmp_path: Path) -> None:
    """Others are behind the same addresses."""
    shutil.copytree(flooded / "case", tmp_path / "case")
    with Case.open(tmp_path / "case") as case:
        case.connection.execute("UPDATE attributions SET part = 'agent script/2'")
        listed = block_list(case, None, MEASURE, days=30, shared=False)
    assert listed.entries == ()
    assert listed.left_out == ("192.0.2.0/24: only agent script/2 rose there, others are behind the same addresses.",)
