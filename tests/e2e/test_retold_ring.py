"""A ring that no company's domain ties, told by other logs and exports: the same accounts are named, or fewer for a reason that is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.stored_case import new_case
from tests.traffic import at, collector, failing, traffic

from forensics.analysis import ensure_analysed
from forensics.case.load_options import LoadOptions
from forensics.case.loading import load
from forensics.progress import Silent

BEGAN, FELL, OVER = at(4, 12), at(4, 12.05), at(4, 13)
RING = tuple(f"ring{n}" for n in range(4))
CLF = pl.col("started_at").dt.strftime("%d/%b/%Y:%H:%M:%S +0000")
REQUEST = pl.format('"{} {} HTTP/1.1"', "method", "path")
Told = Callable[[pl.DataFrame], tuple[str, pl.Expr]]


@pytest.fixture(scope="module")
def world() -> pl.DataFrame:
    frame = traffic("diurnal", 61, days=6, per_second=0.1)
    for n, name in enumerate(RING):
        frame = collector(frame, BEGAN + timedelta(seconds=3 * n), OVER, 0.8, name, seed=70 + n)
    ring = pl.col("user_name").is_in(RING)
    place = pl.format("203.0.113.{}", pl.col("user_name").str.slice(4))
    frame = frame.with_columns(
        user_agent=pl.when(ring).then(pl.lit("fetcher/2")).otherwise(pl.format("Browser/{}", pl.col("client_ip").str.slice(-1))),
        client_ip=pl.when(ring).then(place).otherwise("client_ip"),
    )
    strained = pl.col("started_at").is_between(BEGAN, OVER)
    frame = frame.with_columns(duration_ms=pl.when(strained).then(pl.col("duration_ms") * 40).otherwise("duration_ms"))
    return failing(frame, FELL, OVER)


def accounts(world: pl.DataFrame) -> pl.DataFrame:
    """Every user with an account id of its own, and a second one; nobody of the ring has another's domain."""
    names = world["user_name"].unique().sort()
    return pl.DataFrame({
        "account_id": [f"acc-{n:04d}" for n in range(len(names))], "user_name": names,
        "email": [f"{name}@{'mail' if name in RING else 'home'}{n}.example" for n, name in enumerate(names)],
        "user_id": [f"x{n * 7919:06x}" for n in range(len(names))],
    })  # fmt: skip


def nginx(rows: pl.DataFrame) -> tuple[str, pl.Expr]:
    told = pl.format('{} - {} [{}] {} {} {} "-" "{}"', "client_ip", "user_name", CLF, REQUEST, "status", "bytes_sent", "user_agent")
    return "log", told


def with_durations(rows: pl.DataFrame) -> tuple[str, pl.Expr]:
    took = pl.col("duration_ms").round().cast(pl.Int64)
    return "log", pl.format("{} {}.{}", nginx(rows)[1], took // 1000, (took % 1000).cast(pl.String).str.zfill(3))


def answered(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows by when they were answered, as nginx logs them."""
    return rows.with_columns(pl.col("started_at") + pl.duration(milliseconds=pl.col("duration_ms"))).sort("started_at")


def without_agents(rows: pl.DataFrame) -> tuple[str, pl.Expr]:
    return "log", pl.format("{} - {} [{}] {} {} {}", "client_ip", "user_name", CLF, REQUEST, "status", "bytes_sent")


def behind_a_proxy(rows: pl.DataFrame) -> tuple[str, pl.Expr]:
    told = pl.format('10.0.0.5 - {} [{}] {} {} {} "-" "{}"', "user_name", CLF, REQUEST, "status", "bytes_sent", "user_agent")
    return "log", told


def by_second_id(rows: pl.DataFrame) -> tuple[str, pl.Expr]:
    names = accounts(rows)
    record = pl.struct(
        pl.col("started_at").dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").alias("time"), pl.col("client_ip").alias("remote_addr"),
        pl.col("user_name").replace_strict(names["user_name"], names["user_id"]).alias("user_id"), "method",
        pl.col("path").alias("uri"), pl.col("status").cast(pl.Int64), "bytes_sent", "user_agent",
    )  # fmt: skip
    return "jsonl", record.struct.json_encode()


def written(world: pl.DataFrame, folder: Path, told: Told = nginx) -> Path:
    """Write logs, accounts, and payments: the ring pays with one card."""
    folder.mkdir()
    end, line = told(world)
    for (host,), rows in world.partition_by("logged_by", as_dict=True, maintain_order=True).items():
        text = "\n".join(rows.select(line.alias("line"))["line"].to_list())
        (folder / f"{host}.{end}").write_text(f"{text}\n", encoding="utf-8")
    known = accounts(world)
    known.write_csv(folder / "accounts.csv")
    paid = known.filter(pl.col("user_name").is_in(RING)).select(
        pl.format("pay-{}", "account_id").alias("payment_id"), "account_id", pl.lit("2024-02-01T10:00:00Z").alias("paid_at"),
        pl.lit(20).alias("amount"), pl.lit("usd").alias("currency"), pl.lit("card-of-the-ring").alias("card_fingerprint"),
    )  # fmt: skip
    paid.write_csv(folder / "payments.csv")
    return folder


def judged(folder: Path, evidence: Path) -> tuple[dict[str, Any], set[str]]:
    """Return the incident of that day, and who is named in any."""
    with new_case(folder) as case:
        load(case, [str(evidence)], LoadOptions(), Silent())
        ensure_analysed(case, Silent())
        incidents = [row for row in case.table("incidents").to_dicts() if BEGAN - timedelta(minutes=5) <= row["started_at"] <= OVER]
        named = case.table("participants").filter(pl.col("role") == "participant")
        names = dict(case.table("accounts").select("account_id", "email").iter_rows())
        assert not case.table("attributions").filter(pl.col("subject_id").str.starts_with("10.0.0."))["subject_id"].to_list()
    (incident,) = [row for row in incidents if row["kind"] == "errors"]
    return incident, {str(names[account]).partition("@")[0] for account in named["account_id"]}


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "case", tmp_path / "evidence"


@pytest.mark.parametrize("told", [nginx, without_agents, behind_a_proxy, by_second_id])
def test_the_same_accounts_are_named_whoever_tells(world: pl.DataFrame, folders: tuple[Path, Path], told: Told) -> None:
    incident, named = judged(folders[0], written(world, folders[1], told))
    assert (incident["verdict"], named) == ("attributed", set(RING))
    assert "(actor of 4 accounts)" in incident["summary"]


@pytest.mark.parametrize("minutes", [8, 30])
def test_a_log_that_ends_while_the_service_is_down_names_the_same(world: pl.DataFrame, folders: tuple[Path, Path], minutes: int) -> None:
    """It was slow from the first requests on, and failed three minutes later."""
    told = answered(world).filter(pl.col("started_at") < FELL + timedelta(minutes=minutes))
    incident, named = judged(folders[0], written(told, folders[1], with_durations))
    assert (incident["verdict"], named, incident["ended_at"]) == ("attributed", set(RING), None)


def test_a_log_by_another_moment_of_its_requests_shows_no_crowd(world: pl.DataFrame, folders: tuple[Path, Path]) -> None:
    """When they began is taken for when they were answered: who waited for a minute seems to have come before whom he waited for."""
    incident, named = judged(folders[0], written(world, folders[1], with_durations))
    assert (incident["verdict"], named) == ("inconclusive", set())
    assert "made: ring0@" in incident["summary"]
    assert "is not shown" in incident["summary"]


def test_where_everybody_is_refused_it_is_told_who_asked_most(world: pl.DataFrame, folders: tuple[Path, Path]) -> None:
    told = world.with_columns(status=pl.when(pl.col("status") == 503).then(429).otherwise("status"))
    incident, named = judged(folders[0], written(told, folders[1]))
    assert (incident["verdict"], named) == ("inconclusive", set())
    assert "(actor of 4 accounts) 9" in incident["summary"]
    assert "not named for it" in incident["summary"]
