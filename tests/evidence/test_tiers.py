"""Requests that two tiers logged are counted once; load-balanced siblings, however alike, are both counted."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.stored_case import add_log, new_case

from forensics.evidence.overlap import find_duplicates
from forensics.evidence.tiers import assign_tiers

MIDNIGHT = datetime(2024, 3, 2)
Rows = list[dict[str, Any]]


def traffic(seed: int, requests: int = 2000, seconds: int = 3600) -> Rows:
    """Requests for popular pages and for objects that few ask for."""
    draw = random.Random(seed)
    rows = []
    for _ in range(requests):
        path = f"/jobs/{draw.randrange(10**6)}" if draw.random() < 0.5 else draw.choice(["/", "/login", "/static/a.css"])
        at = MIDNIGHT + timedelta(seconds=draw.random() * seconds)
        rows.append({"started_at": at, "method": "GET", "path": path, "status": 200, "client_ip": "198.18.0.7", "duration_ms": 100.0})
    return sorted(rows, key=lambda row: row["started_at"])


def inner(rows: Rows, skew: float = 0.0) -> Rows:
    """The same requests as the next tier logs them: API calls only, a little later, a little shorter."""
    kept = [row for row in rows if not row["path"].startswith("/static")]
    return [
        row | {"started_at": row["started_at"] + timedelta(seconds=0.02 + skew), "duration_ms": 80.0, "client_ip": "10.0.0.1"}
        for row in kept
    ]


def tiers(folder: Path, logs: dict[str, Rows], offsets: dict[str, float] | None = None) -> dict[str, dict[str, Any]]:
    with new_case(folder / "case") as case:
        for host, rows in logs.items():
            add_log(case, f"{host}.log", pl.DataFrame(rows), host=host)
        if offsets:
            case.set_option("clock_offsets", offsets)
        with case.transaction():
            find_duplicates(case)
            assign_tiers(case)
        return {row["host"]: row for row in case.table("evidence").to_dicts()}


def test_a_gateway_behind_two_edges_is_not_counted(tmp_path: Path) -> None:
    one, two = traffic(1), traffic(2)
    found = tiers(tmp_path, {"edge-1": one, "edge-2": two, "gateway": inner(sorted(one + two, key=lambda row: row["started_at"]))})
    assert {host: row["counted"] for host, row in found.items()} == {"edge-1": True, "edge-2": True, "gateway": False}
    assert found["gateway"]["tier"] == "gateway"
    assert "edge-1 and edge-2" in found["gateway"]["tier_why"]


@pytest.mark.parametrize("hosts", [("a-proxy", "b-service"), ("z-proxy", "b-service")])
@pytest.mark.parametrize("finer", [0.4, -0.4, None])
def test_who_knows_the_clients_is_in_front_where_durations_do_not_tell(tmp_path: Path, hosts: tuple[str, str], finer: float | None) -> None:
    """Of durations that differ by what one of the two rounds nothing follows, whatever the hosts are called."""
    seen = [row | {"client_ip": f"198.18.0.{number % 9}"} for number, row in enumerate(traffic(1))]
    took = {"duration_ms": None if finer is None else 100.0 + finer}
    found = tiers(tmp_path, {hosts[0]: seen, hosts[1]: [row | took | {"client_ip": "10.0.0.1"} for row in seen]})
    assert {host: row["counted"] for host, row in found.items()} == {hosts[0]: True, hosts[1]: False}


def test_load_balanced_siblings_are_both_counted(tmp_path: Path) -> None:
    found = tiers(tmp_path, {"edge-1": traffic(1), "edge-2": traffic(2)})
    assert all(row["counted"] for row in found.values())


def test_siblings_of_popular_pages_only_are_both_counted(tmp_path: Path) -> None:
    popular = [[row for row in traffic(seed) if not row["path"].startswith("/jobs")] for seed in (1, 2)]
    assert all(row["counted"] for row in tiers(tmp_path, {"edge-1": popular[0], "edge-2": popular[1]}).values())


@pytest.mark.parametrize("skew", [-90.0, 45.0])
def test_a_clock_that_is_off_is_estimated_from_twins(tmp_path: Path, skew: float) -> None:
    rows = traffic(3)
    found = tiers(tmp_path, {"edge": rows, "gateway": inner(rows, skew)})
    assert found["gateway"]["clock_offset_seconds"] == pytest.approx(-skew, abs=0.5)
    assert found["edge"]["clock_offset_seconds"] == 0


def test_a_given_clock_offset_wins(tmp_path: Path) -> None:
    rows = traffic(3)
    found = tiers(tmp_path, {"edge": rows, "gateway": inner(rows, 45)}, {"gateway": -44.0})
    assert found["gateway"]["clock_offset_seconds"] == -44.0


def test_where_the_edge_has_no_log_the_gateway_is_counted(tmp_path: Path) -> None:
    early, late = traffic(1), [row | {"started_at": row["started_at"] + timedelta(hours=6)} for row in traffic(2)]
    with new_case(tmp_path / "case") as case:
        add_log(case, "edge.log", pl.DataFrame(early), host="edge")
        add_log(case, "gateway.log.1", pl.DataFrame(inner(early)), host="gateway")
        add_log(case, "gateway.log", pl.DataFrame(inner(late)), host="gateway")
        with case.transaction():
            assign_tiers(case)
        counted = {row["path"]: row["counted"] for row in case.table("evidence").to_dicts()}
    assert counted == {"edge.log": True, "gateway.log": True, "gateway.log.1": False}


def test_a_balancer_in_front_of_two_servers_is_counted_however_often_things_are_asked_for(tmp_path: Path) -> None:
    """Two thirds are asked for four times, twice of each server: rare there, and too common at the balancer to be a twin."""
    rows = traffic(5, requests=3000, seconds=36_000)
    often = [row | {"path": f"/renders/{number if number % 3 == 0 else -(number // 6)}"} for number, row in enumerate(rows)]
    servers = {f"api-{n}/app": inner(often[n::2], 0.0) for n in (0, 1)}
    found = tiers(tmp_path, {"balancer": rows_and(often, traffic(6, 900, 36_000)), **servers})
    assert {host: row["counted"] for host, row in found.items()} == {"balancer": True, "api-0/app": False, "api-1/app": False}
    assert found["api-0/app"]["tier"] == "application"


def rows_and(rows: Rows, others: Rows) -> Rows:
    """Requests that reach the servers, and some that the balancer answers itself."""
    return sorted(rows + others, key=lambda row: row["started_at"])


def overloaded(seed: int) -> Rows:
    """Requests of which most wait for seconds: a service that is asked for too much."""
    draw = random.Random(seed)
    return [row | {"duration_ms": draw.choice([90.0, 7_000.0, 16_000.0, 29_000.0])} for row in traffic(seed)]


@pytest.mark.parametrize("logged_at", ["start", "end"])
def test_tiers_of_which_one_logs_no_durations_are_linked_though_answers_took_long(tmp_path: Path, logged_at: str) -> None:
    rows = overloaded(8)
    late = {"start": lambda row: timedelta(), "end": lambda row: timedelta(milliseconds=row["duration_ms"])}[logged_at]
    bare = [row | {"started_at": row["started_at"] + late(row), "duration_ms": None} for row in rows_and(rows, traffic(9, 900))]
    found = tiers(tmp_path, {"cdn": bare, "origin": inner_of(rows)})
    assert {host: row["counted"] for host, row in found.items()} == {"cdn": True, "origin": False}
    assert found["origin"]["clock_offset_seconds"] == 0


def test_siblings_that_are_asked_for_the_same_things_within_minutes_are_both_counted(tmp_path: Path) -> None:
    """A page that appears is asked for of each server, at times that have nothing to do with each other, however long it takes."""
    draw = random.Random(10)
    rows = overloaded(10)
    again = [row | {"started_at": row["started_at"] + timedelta(seconds=draw.uniform(-120, 120))} for row in overloaded(10)]
    assert all(row["counted"] for row in tiers(tmp_path, {"edge-1": rows, "edge-2": again}).values())


def inner_of(rows: Rows) -> Rows:
    """The same requests as the next tier logs them, as long as they took."""
    return [row | {"started_at": row["started_at"] + timedelta(seconds=0.02), "client_ip": "10.0.0.1"} for row in rows]
