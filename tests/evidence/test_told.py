"""A load balancer knows no accounts: who made its requests is what the application behind it logged of the same requests."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.stored_case import add_log, add_user_accounts, new_case

from forensics.evidence.overlap import find_duplicates
from forensics.evidence.tiers import assign_tiers
from forensics.linkage.identifiers import collect

MIDNIGHT = datetime(2024, 3, 2)
EXTRA = pl.List(pl.Struct({"key": pl.String(), "value": pl.String()}))
Rows = list[dict[str, Any]]


def requests(seed: int = 1, count: int = 3000) -> Rows:
    """Requests of forty users, each with an address of its own and a taste for some pages; ``truth`` is who asked."""
    draw, rows = random.Random(seed), []
    for number in range(count):
        user = draw.randrange(40)
        path = f"/jobs/{draw.randrange(10**6)}" if draw.random() < 0.6 else draw.choice(["/", "/models", "/login"])
        at = MIDNIGHT + timedelta(seconds=draw.random() * 7200)
        rows.append(
            {"started_at": at, "method": "GET", "path": path, "status": 200, "client_ip": f"198.18.0.{user}", "duration_ms": 100.0}
            | {"truth": f"u{user}", "number": number}
        )
    return sorted(rows, key=lambda row: row["started_at"])


def outer(rows: Rows, ids: bool) -> pl.DataFrame:
    kept = [{key: value for key, value in row.items() if key not in ("truth", "number")} for row in rows]
    return pl.DataFrame(
        [row | {"extra": _extra(full, ids)} for row, full in zip(kept, rows, strict=True)], schema_overrides={"extra": EXTRA}
    )


def inner(rows: Rows, ids: bool, address: str | None = None, forwarded: bool = False) -> pl.DataFrame:
    """As the application logs them: half a second by another clock, every ninth not at all."""
    made = []
    for row in rows:
        if row["number"] % 9:
            extra = _extra(row, ids) + ([{"key": "forwarded_for", "value": f"10.9.9.9, {row['client_ip']}"}] if forwarded else [])
            kept = {key: value for key, value in row.items() if key not in ("truth", "number")}
            at = row["started_at"] + timedelta(seconds=0.4)
            new = {
                "started_at": at,
                "user_name": row["truth"],
                "client_ip": address or row["client_ip"],
                "duration_ms": 80.0,
                "extra": extra,
            }
            made.append(kept | new)
    return pl.DataFrame(made, schema_overrides={"extra": EXTRA})


def _extra(row: dict[str, Any], ids: bool) -> list[dict[str, str]]:
    return [{"key": "trace_id", "value": f"Root=1-65e26a00-{row['number']:024x}"}] if ids else []


def told(folder: Path, edge: pl.DataFrame, app: pl.DataFrame) -> pl.DataFrame:
    """Return line and account of the edge's requests."""
    with new_case(folder / "case") as case:
        add_log(case, "edge.log", edge, host="edge")
        add_log(case, "app.log", app, host="app")
        with case.transaction():
            find_duplicates(case)
            assign_tiers(case)
            add_user_accounts(case)
            case.refresh_events()
        found: pl.DataFrame = case.connection.sql("SELECT line, user_name, account_id FROM requests ORDER BY line").pl()
    return found


@pytest.mark.parametrize(
    ("ids", "address", "forwarded", "least"),
    [(True, "10.0.0.1", False, 0.85), (False, None, False, 0.85), (False, "10.0.0.1", True, 0.85), (False, "10.0.0.1", False, 0.5)],
    ids=["by trace id", "by address", "by the forwarded address", "by being the only one"],
)
def test_requests_of_a_load_balancer_are_of_whom_the_application_says(
    tmp_path: Path, ids: bool, address: str | None, forwarded: bool, least: float
) -> None:
    rows = requests()
    found = told(tmp_path, outer(rows, ids), inner(rows, ids, address, forwarded))
    truth = [row["truth"] for row in rows]
    named = found.filter(pl.col("account_id").is_not_null())
    assert found.height == len(rows)
    assert found["user_name"].is_null().all(), "what the log itself says stays as logged"
    assert named.height >= least * len(rows)
    assert named["account_id"].to_list() == [truth[line - 1] for line in named["line"]], "and nobody else's"


def test_what_two_people_behind_one_address_asked_for_in_one_second_is_nobodys(tmp_path: Path) -> None:
    rows = requests()
    twins = [row | {"client_ip": "198.18.9.9", "path": "/same"} for row in rows[::50]]
    both = [row | {"truth": name, "started_at": row["started_at"]} for row in twins for name in ("ann", "bob")]
    alone = [row | {"number": 9 * row["number"] + 1} for row in both]
    all_rows = sorted(rows + alone, key=lambda row: row["started_at"])
    found = told(tmp_path, outer(all_rows, ids=False), inner(all_rows, ids=False))
    shared = [number for number, row in enumerate(all_rows, 1) if row["path"] == "/same"]
    assert found.filter(pl.col("line").is_in(shared))["account_id"].is_null().all()


def test_an_edge_that_names_its_users_is_not_told(tmp_path: Path) -> None:
    rows = requests()
    edge = outer(rows, ids=True).with_columns(pl.lit("somebody").alias("user_name"))
    found = told(tmp_path, edge, inner(rows, ids=True))
    assert found["account_id"].unique().to_list() == ["somebody"]


def _again(rows: pl.DataFrame, said: str, of: Callable[[str], str]) -> pl.DataFrame:
    """The same log with one of its extras written in another way."""
    extras = [[pair | {"value": of(pair["value"])} if pair["key"] == said else pair for pair in extra] for extra in rows["extra"].to_list()]
    return rows.with_columns(pl.Series("extra", extras, dtype=EXTRA))


@pytest.mark.parametrize("by", ["trace", "address"])
def test_googles_load_balancer_and_what_it_hands_on(tmp_path: Path, by: str) -> None:
    """The trace is written in two ways, and of the forwarded addresses the last is the balancer's own."""
    rows = requests()
    edge, app = outer(rows, by == "trace"), inner(rows, by == "trace", "35.191.8.1", by == "address")
    if by == "trace":
        edge = _again(edge, "trace_id", lambda value: f"projects/p/traces/{value[-24:]:0>32}")
        app = _again(app, "trace_id", lambda value: f"{value[-24:]:0>32}/1545975780937272;o=0")
    else:
        app = _again(app, "forwarded_for", lambda value: f"{value.split(', ')[-1]}, 34.120.7.9")
    found = told(tmp_path, edge, app)
    named = found.filter(pl.col("account_id").is_not_null())
    assert named.height >= 0.85 * len(rows)
    assert named["account_id"].to_list() == [rows[line - 1]["truth"] for line in named["line"]]


@pytest.mark.parametrize("known", [False, True])
def test_the_proxy_in_front_is_nobodys_address(tmp_path: Path, known: bool) -> None:
    """An inner tier that sees its proxy only says who asked, not from where; one that is told the client knows both."""
    rows = requests()
    with new_case(tmp_path / "case") as case:
        add_log(case, "edge.log", outer(rows, ids=True), host="edge")
        add_log(case, "app.log", inner(rows, ids=True, address=None if known else "35.191.8.1"), host="app")
        with case.transaction():
            find_duplicates(case)
            assign_tiers(case)
            add_user_accounts(case)
            case.refresh_events()
            collect(case)
        addresses = case.table("identifiers").filter(identifier_type="client_ip")["identifier_value"]
    assert set(addresses) == {row["client_ip"] for row in rows}
