"""One account that logs and exports write otherwise is one account; what only looks like one is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from tests.stored_case import add_log, new_case

from forensics.exports.accounts import resolve

MIDNIGHT = datetime(2024, 3, 2)
MAILBOX = "what stands before the @ of their mailbox"


def joined(folder: Path, names: Sequence[str], accounts: Sequence[tuple[str, str | None]]) -> dict[str, tuple[str, str]]:
    """Return what each name of a log is joined to, and how, where accounts are (account_id, email)."""
    with new_case(folder) as case:
        rows = [{"evidence_id": "a" * 12, "line": n, "account_id": who, "email": email} for n, (who, email) in enumerate(accounts, start=2)]
        case.insert("account_records", pl.DataFrame(rows, infer_schema_length=None))
        requests = {"started_at": [MIDNIGHT + timedelta(seconds=n) for n in range(len(names))], "user_name": list(names)}
        add_log(case, "edge.log", pl.DataFrame(requests).with_columns(pl.lit("GET").alias("method"), pl.lit(200).alias("status")))
        resolve(case)
        found = case.table("account_aliases").filter(source="log").sort("key")
    return {row["key"]: (row["account_id"], row["how"]) for row in found.to_dicts()}


UUID = "6f1d2c3b-aaaa-4bbb-8ccc-0123456789{:02d}"
ID, MAIL = "account_id, written otherwise", "email, written otherwise"


@pytest.mark.parametrize(
    ("name", "account", "email", "how"),
    [
        (UUID.upper().replace("{:02D}", "{:02d}"), UUID, None, ID),
        (UUID.replace("-", ""), UUID, None, ID),
        (UUID, "{{" + UUID + "}}", None, ID),
        ("auth0|65b0c1d2e3f4a5b6c7d8e9{:02d}", "65b0c1d2e3f4a5b6c7d8e9{:02d}", None, ID),
        ("https://idp.example/users/k{:02d}", "k{:02d}", None, ID),
        ("user:10{:02d}", "10{:02d}", None, ID),
        ("10{:02d}", "usr_10{:02d}", None, ID),
        ("ann{:02d}%40b.example", "a{:02d}", "ann{:02d}@b.example", MAIL),
        ("emailAddress=Ann{:02d}@b.example,CN=Ann", "a{:02d}", "ann{:02d}@b.example", MAIL),
        (r"CORP\ann{:02d}", "a{:02d}", "ann{:02d}@b.example", MAILBOX),
    ],
)
def test_one_account_in_two_spellings(name: str, account: str, email: str | None, how: str, tmp_path: Path) -> None:
    accounts = [(account.format(n), email and email.format(n)) for n in range(12)]
    found = joined(tmp_path / "case", [name.format(n) for n in range(12)], accounts)
    assert found == {name.format(n): (account.format(n), how) for n in range(12)}


@pytest.mark.parametrize(
    ("names", "accounts"),
    [
        ([f"device:{n}" for n in range(12)], [(str(n), None) for n in range(100)]),
        (["admin", "test", "root"], [(f"a{n}", f"{name}@b.example") for n, name in enumerate(("admin", "test", "root"))]),
        ([f"auth0|k{n}x" for n in range(4)] + [f"stranger{n}" for n in range(6)], [(f"k{n}x", None) for n in range(4)]),
        ([f"{domain}\\ann{n}" for domain in ("A", "B") for n in range(12)], [(f"a{n}", f"ann{n}@b.example") for n in range(12)]),
        ([f"ANN{n}" for n in range(6)] + [f"ann{n}" for n in range(6)], [(f"Ann{n}", None) for n in range(6)]),
        ([f"x|{n}k" for n in range(6)], [(f"{domain}|{n}k", None) for domain in ("y", "z") for n in range(6)]),
    ],
    ids=[
        "things that are counted",
        "common names",
        "a few of many",
        "two domains",
        "two names for one account",
        "two accounts for one name",
    ],
)
def test_what_only_looks_like_an_account_joins_none(names: list[str], accounts: list[tuple[str, str | None]], tmp_path: Path) -> None:
    found = joined(tmp_path / "case", names, accounts)
    assert {how for _, how in found.values()} == {"seen only in logs"}


def test_names_that_are_no_text_once_decoded_are_left_as_they_are(tmp_path: Path) -> None:
    names = ["%E4%FF", "x%00y", "100%", *(f"k{n}%40b.example" for n in range(9))]
    found = joined(tmp_path / "case", names, [(f"a{n}", f"k{n}@b.example") for n in range(9)] + [("%E4", None)])
    assert found["k3%40b.example"] == ("a3", MAIL)
    assert {found[name][1] for name in names[:3]} == {"seen only in logs"}


def test_names_that_are_known_as_they_stand_are_not_looked_for_otherwise(tmp_path: Path) -> None:
    accounts: list[tuple[str, str | None]] = [(f"k{n}", None) for n in range(9)]
    found = joined(tmp_path / "case", [*(f"k{n}" for n in range(6)), "x|k6", "x|k7", "x|k8"], accounts)
    assert found["k0"] == ("k0", "account_id")
    assert found["x|k6"] == ("x|k6", "seen only in logs")


def test_a_word_that_says_that_nobody_signed_in_is_no_account(tmp_path: Path) -> None:
    """All who did not sign in are not one account that could be held to have made their load; an account that is called so is one."""
    names = ["anonymous", "Guest", "bearer", "client_credentials", "0", "ann"]
    assert joined(tmp_path / "unknown", names, [("a1", None)]) == {"ann": ("ann", "seen only in logs")}
    found = joined(tmp_path / "known", names, [("guest", None), ("anonymous", None), ("ann", None)])
    assert {key: account for key, (account, _) in found.items()} == {"anonymous": "anonymous", "Guest": "guest", "ann": "ann"}


def test_what_a_server_escaped_in_a_name_is_the_name(tmp_path: Path) -> None:
    """nginx and Varnish log the bytes beyond ASCII, quotes and backslashes so; bytes that are no text stay as they were logged."""
    names = [r"j\xC3\xBCrgen", r"o\x22neil\x5Cx", r"\xFF\xFE", r"100%\xc3\xbc@B.example", r"C:\xyz"]
    accounts = [("jürgen", None), ('o"neil\\x', None), ("a3", "100%ü@b.example"), (r"C:\xyz", None)]
    found = joined(tmp_path / "case", names, accounts)
    assert {key: account for key, (account, _) in found.items()} == {
        names[0]: "jürgen",
        names[1]: 'o"neil\\x',
        names[2]: names[2],
        names[3]: "a3",
        names[4]: r"C:\xyz",
    }
