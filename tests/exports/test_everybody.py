"""A name that a log gives to nearly all who ask is the service's, and no account; an account that floods a log stays one."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.stored_case import add_log, new_case

from forensics.case.case import Case
from forensics.exports.accounts import resolve

START = datetime(2024, 3, 1)
SIGNER = "arn:aws:iam::123456789012:user/web"


def asked(name: str | None, hour: int, number: int, addresses: int) -> dict[str, Any]:
    at = START + timedelta(hours=hour, seconds=number)
    return {"started_at": at, "user_name": name, "path": "/", "status": 200, "client_ip": f"192.0.2.{(number + 40 * hour) % addresses}"}


def resolved(folder: Path, rows: list[dict[str, Any]]) -> Case:
    case = new_case(folder)
    add_log(case, "store.log", pl.DataFrame(rows, infer_schema_length=None), "store")
    resolve(case)
    return case


def test_who_signs_the_requests_of_all_is_no_account(tmp_path: Path) -> None:
    rows = [asked(SIGNER, hour, number, 80) for hour in range(10) for number in range(40)]
    rows += [asked("backup", 3, number, 1) for number in range(9)]
    with resolved(tmp_path, rows) as case:
        assert case.table("accounts")["account_id"].to_list() == ["backup"]
        assert case.table("ambiguous_keys").rows() == [("log", "user_name", SIGNER, [])]
        assert case.table("requests").filter(user_name=SIGNER)["account_id"].null_count() == 400
        case.execute("case", "status_minutes")
        said = [row["assumption"] for row in case.rows("case", "status_assumptions")]
    (text,) = [text for text in said if SIGNER in text]
    assert text.startswith(f"{SIGNER} stands at nearly all requests of a log, ")
    assert text.endswith(" taken for the name of the service, and of no account")


@pytest.mark.parametrize(
    "rows",
    [
        [asked(SIGNER, hour, number, 80) for hour in (3, 4) for number in range(900)]
        + [asked(f"u{number}", hour, number, 20) for hour in range(10) if hour not in (3, 4) for number in range(20)],
        [asked(SIGNER, hour, number, 20) for hour in range(10) for number in range(40)],
        [asked(SIGNER if number % 2 else None, hour, number, 80) for hour in range(10) for number in range(160)],
    ],
    ids=["floods a log for two hours", "few addresses", "half have no name"],
)
def test_a_busy_account_is_one(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    with resolved(tmp_path, rows) as case:
        assert SIGNER in case.table("accounts")["account_id"].to_list()
        assert case.table("ambiguous_keys").is_empty()


def test_a_name_that_an_export_knows_is_an_account(tmp_path: Path) -> None:
    case = new_case(tmp_path)
    add_log(case, "store.log", pl.DataFrame([asked(SIGNER, hour, number, 80) for hour in range(10) for number in range(40)]), "store")
    case.insert("account_records", pl.DataFrame([{"source": "accounts", "account_id": SIGNER, "evidence_id": "0" * 12, "line": 2}]))
    with case:
        resolve(case)
        assert case.table("requests")["account_id"].unique().to_list() == [SIGNER]
