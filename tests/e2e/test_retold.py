"""The sample case as other servers would have told it: who is named, when it broke and what was taken depend on what happened alone."""

from __future__ import annotations

import gzip
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.e2e.outcome import Outcome, moment

LINE = (
    r'^(?<ip>\S+) - (?<user>\S+) \[(?<time>[^\]]+)\] "(?<method>\S+) (?<target>\S+) \S+" (?<status>\d+) (?<bytes>\d+) '
    r'"(?<referrer>[^"]*)" "(?<agent>[^"]*)" (?<seconds>[\d.]+)$'
)
AT = pl.col("time").str.to_datetime("%d/%b/%Y:%H:%M:%S %z", time_unit="ms")
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
IDS = r"^/(?:api/jobs|cdn/images|gallery)/(\d+)"
Told = Callable[[pl.DataFrame, pl.DataFrame], list[str]]


def iis_of_opaque_ids_without_agents(rows: pl.DataFrame, accounts: pl.DataFrame) -> list[str]:
    """W3C as IIS writes it, in UTC, of a service whose ids are opaque: no agent, no referrer, no duration."""
    rows = with_opaque_ids(rows)
    target = pl.col("target").str.splitn("?", 2).struct
    seen = (target[0], target[1].fill_null("-"), "user", "ip", "status", "bytes")
    when = AT.dt.strftime("%Y-%m-%d %H:%M:%S")
    fields = "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip sc-status sc-bytes"
    return [fields, *lines(rows, pl.format("{} 10.0.0.1 {} {} {} 443 {} {} {} {}", when, "method", *seen))]


def json_of_mailboxes(rows: pl.DataFrame, accounts: pl.DataFrame) -> list[str]:
    """JSON of an application that knows people by their mail address, behind a proxy, with everybody's browser."""
    known = rows.join(accounts.select("user_name", "email"), left_on="user", right_on="user_name", how="left", maintain_order="left")
    record = pl.struct(
        AT.dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").alias("time"), pl.format("{}, 10.0.0.7", "ip").alias("remote_addr"),
        pl.col("email").alias("user_email"), "method", pl.col("target").alias("uri"), pl.col("status").cast(pl.Int64),
        pl.col("bytes").cast(pl.Int64).alias("bytes_sent"), pl.col("seconds").cast(pl.Float64).alias("request_time"),
        pl.lit("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/122.0.0.0").alias("user_agent"),
    )  # fmt: skip
    return lines(known, record.struct.json_encode())


def with_opaque_ids(rows: pl.DataFrame) -> pl.DataFrame:
    """Things have names of eleven letters and digits, among them many without a digit, and stand before what is asked of them."""
    numbers = rows["target"].str.extract(IDS).drop_nulls().unique().sort()
    names = dict(zip(numbers, map(opaque, numbers), strict=True))
    name = pl.col("target").str.extract(IDS).replace_strict(names, default=None, return_dtype=pl.String)
    page = pl.col("target").str.extract(r"^/(?:api/)?(\w+)/").replace({"cdn": "full.webp", "jobs": "prompt"})
    return rows.with_columns(pl.when(name.is_null()).then("target").otherwise(pl.format("/i/{}/{}", name, page)).alias("target"))


def opaque(number: str) -> str:
    return "".join(LETTERS[byte % 62] for byte in hashlib.sha256(number.encode()).digest()[:11])


def lines(rows: pl.DataFrame, expression: pl.Expr) -> list[str]:
    return rows.select(expression.alias("line"))["line"].to_list()


@pytest.fixture(scope="module")
def evidence(project: Path) -> Path:
    return project / "sample_logs" / "evidence"


def requests_of(evidence: Path, host: str) -> pl.DataFrame:
    text = b"".join(
        gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in sorted(evidence.glob(f"{host}.log*"))[::-1]
    )
    raw = pl.Series("raw", text.decode().splitlines())
    return raw.to_frame().select(pl.col("raw").str.extract_groups(LINE).alias("g")).unnest("g").drop_nulls()


@pytest.mark.parametrize("told", [iis_of_opaque_ids_without_agents, json_of_mailboxes])
def test_another_server_tells_the_same_story(evidence: Path, forensics: Any, answer: dict[str, Any], tmp_path: Path, told: Told) -> None:
    accounts = pl.read_csv(evidence / "accounts.csv", infer_schema=False)
    for host in ("edge-1", "edge-2"):
        (tmp_path / f"{host}.log").write_text("\n".join(told(requests_of(evidence, host), accounts)) + "\n", encoding="utf-8")
    for name in ("accounts.csv", "payments.csv"):
        shutil.copyfile(evidence / name, tmp_path / name)
    done = forensics("investigate", tmp_path, "--case", tmp_path / "case", "--out", tmp_path / "report")
    found = Outcome(tmp_path / "report", done.stdout)
    main = found.main_incident()
    named = [(row["incident_id"], row["account_id"]) for row in found.rows("participants") if row["role"] == "participant"]
    assert main["verdict"] == "attributed"
    assert {account for incident, account in named if incident == main["incident_id"]} == set(answer["participants"])
    assert {account for _, account in named} == set(answer["participants"]), "nobody else is named anywhere"
    for boundary in ("started_at", "ended_at"):
        assert abs((moment(main[boundary]) - moment(answer[boundary])).total_seconds()) <= 60
    taken = {row["account_id"]: 0 for row in found.rows("taken")}
    for row in found.rows("taken"):
        taken[row["account_id"]] += int(row["pairs"] or 0)
    assert {account: taken[account] for account in answer["participants"]} == {
        account: row["pairs"] for account, row in answer["participants"].items()
    }
