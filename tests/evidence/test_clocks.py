"""A clock that is off by minutes or hours is told by those who ask several hosts; a timetable is no clock."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.evidence.test_tiers import MIDNIGHT, Rows, inner, tiers, traffic

HOURS = 24


def asked(who: int, at: float, path: str = "/") -> dict[str, Any]:
    return {"started_at": MIDNIGHT + timedelta(seconds=at), "method": "GET", "path": path, "status": 200} | {
        "client_ip": f"198.18.{who // 256}.{who % 256}", "duration_ms": 100.0
    }  # fmt: skip


def visits(people: int, hosts: int = 2, seed: int = 7) -> list[Rows]:
    """Visits of some minutes, spread over a day, each request at a host by chance."""
    draw = random.Random(seed)
    logs: list[Rows] = [[] for _ in range(hosts)]
    for who in range(people):
        begun = draw.random() * HOURS * 3600
        for _ in range(8):
            logs[draw.randrange(hosts)].append(asked(who, begun + draw.random() * 240, draw.choice(["/", "/a", "/b", "/c"])))
    return logs


def off(rows: Rows, seconds: float) -> Rows:
    return [row | {"started_at": row["started_at"] + timedelta(seconds=seconds)} for row in rows]


@pytest.mark.parametrize("seconds", [2820.0, -3600.0, 28_800.0])
def test_hosts_that_the_same_people_ask_have_one_clock(tmp_path: Path, seconds: float) -> None:
    one, two = visits(300)
    found = tiers(tmp_path, {"edge-1": [*one, asked(999, 5), asked(998, 6)] * 2, "edge-2": off(two, seconds)})
    assert found["edge-2"]["clock_offset_seconds"] == pytest.approx(-seconds, abs=15)
    assert found["edge-1"]["clock_offset_seconds"] == 0
    assert (
        f"in the same minutes if this clock is {abs(seconds) / 60:,.0f} min {'ahead of' if seconds > 0 else 'behind'}"
        in found["edge-2"]["tier_why"]
    )
    assert all(row["counted"] for row in found.values())


def test_a_tier_whose_zone_was_mistaken_is_not_counted_again(tmp_path: Path) -> None:
    rows = [row | {"client_ip": f"198.18.0.{n % 200}"} for n, row in enumerate(traffic(3))]
    found = tiers(tmp_path, {"edge": rows, "gateway": inner(rows, 3600)})
    assert found["gateway"]["clock_offset_seconds"] == pytest.approx(-3600, abs=0.5)
    assert not found["gateway"]["counted"]


def test_a_given_offset_wins(tmp_path: Path) -> None:
    one, two = visits(300)
    found = tiers(tmp_path, {"edge-1": one, "edge-2": off(two, 2820)}, {"edge-2": 0.0, "edge-1": 0.0})
    assert [row["clock_offset_seconds"] for row in found.values()] == [0, 0]


def test_what_is_behind_a_moved_tier_moves_with_it(tmp_path: Path) -> None:
    """An application that knows its proxy's address only is asked by nobody; a shop on another host has the right clock."""
    shop, ours = visits(400)
    edge = [row | {"path": f"/orders/{n}"} for n, row in enumerate(off(ours[: len(ours) // 2], 3600))]
    found = tiers(tmp_path, {"shop": shop, "edge": edge, "app": inner(edge)})
    assert {host: row["counted"] for host, row in found.items()} == {"shop": True, "edge": True, "app": False}
    assert [found[host]["clock_offset_seconds"] for host in ("edge", "app")] == [-3600, pytest.approx(-3600, abs=0.5)]
    assert [host for host, row in found.items() if "ask shop too" in row["tier_why"]] == ["edge"]
    given = tiers(tmp_path / "given", {"shop": shop, "edge": edge, "app": inner(edge)}, {"edge": 0.0})
    assert {host: (row["counted"], row["clock_offset_seconds"]) for host, row in given.items()} == {
        "shop": (True, 0), "edge": (True, 0), "app": (False, 0)
    }  # fmt: skip


def timer() -> list[Rows]:
    """Machines ask one host at any time of the day and report to another ten minutes later, among requests of people."""
    (people,) = visits(100, hosts=1)
    draw = random.Random(3)
    begun = {who: draw.random() * HOURS * 3600 for who in range(500, 700)}
    asks = [asked(who, at, "/config") for who, at in begun.items()]
    reports = [asked(who, at + 600 + draw.random() * 3, "/report") for who, at in begun.items()]
    return [people + asks, reports + off(people[:50], 30)]


def timetable() -> list[Rows]:
    """Each machine reports to one host, and half an hour later to the other, once a day."""
    return [[asked(who, 7200 + who % 60 + later) for who in range(200)] for later in (0, 1800)]


def staggered() -> list[Rows]:
    """Each machine asks one host at the full hour and the other at the half: the clocks may be half an hour apart in either direction."""
    return [[asked(who, hour * 3600 + who % 60 + later) for who in range(100) for hour in range(20)] for later in (0, 1800)]


def relieved() -> list[Rows]:
    """One host serves the morning, the other the evening."""
    (everything,), (again,) = visits(300, hosts=1), visits(300, hosts=1, seed=8)
    noon = MIDNIGHT + timedelta(hours=12)
    return [[row for row in everything if row["started_at"] < noon], [row for row in again if row["started_at"] >= noon]]


def mirrored() -> list[Rows]:
    """A crawler walks the pages of one host and three hours later the same pages of its mirror."""
    return [[asked(1, page * 20 + later, f"/page/{page}") for page in range(2000)] for later in (0, 10_800)]


def few() -> list[Rows]:
    one, two = visits(30)
    return [one, off(two, 3600)]


def right() -> list[Rows]:
    return visits(300)


@pytest.mark.parametrize("logs", [timer, timetable, staggered, relieved, mirrored, few, right])
def test_what_is_no_clock_moves_no_times(tmp_path: Path, logs: Callable[[], list[Rows]]) -> None:
    one, two = logs()
    found = tiers(tmp_path, {"edge-1": one, "edge-2": two})
    assert [(row["clock_offset_seconds"], row["counted"]) for row in found.values()] == [(0, True), (0, True)]
