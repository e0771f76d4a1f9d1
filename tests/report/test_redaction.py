"""Canaries in every field of a case: none of them is in any byte of a redacted report or export, in no encoding."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, quote_plus

import polars as pl
import pytest
from tests.report.made import fill

from forensics.analysis import analysis_id
from forensics.case.case import Case
from forensics.progress import Silent
from forensics.report import exports
from forensics.report.collect import collect
from forensics.report.frames import Frames
from forensics.report.ordering import Order, deliver, deliver_export
from forensics.report.redaction import Redaction, load_key, vocabulary

FILLED = (
    *("evidence_files", "rejects", "notes", "accounts", "payments", "actors", "actor_accounts", "written_links", "incidents", "phases"),
    *("attributions", "rivals", "participants", "taken", "response", "timeline", "options", "automation", "ambiguous_keys"),
)

PROGRAM_WORDS = {
    "kind", "level", "role", "verdict", "severity", "phase", "family", "time_basis", "sha256", "evidence_id", "location",
    "events_sha256", "load_options", "incident_id", "actor_id", "parent_actor_id", "account_id", "identifier_value", "subject_id", "rank",
}  # fmt: skip
"""Columns that hold words of the program, hashes, or keys that join tables (those get a canary as a whole value, everywhere the same)."""

SHAPES = (
    "canary{n}zebra",
    "Canary {n} Zebra-Qx",
    "48151{n}62342",
    "cänary{n}ßtraße",
    "c.zebra+{n}@canary{n}.example",
    "203.0.{n}.77",
    "2001:db8::{n}:77",
    "/p/canary{n}?q=<z&{n}>",
)


def _planted(case: Case) -> list[str]:
    """Put a canary into every text of every table; return them all."""
    planted: list[str] = []

    def canary() -> str:
        planted.append(SHAPES[len(planted) % len(SHAPES)].format(n=100 + len(planted)))
        return planted[-1]

    for table in FILLED:
        frame = case.table(table)
        for column, kind in frame.schema.items():
            if column in PROGRAM_WORDS or frame.is_empty():
                continue
            if kind == pl.String:
                frame = frame.with_columns(pl.Series(column, [f"said {canary()} here", *frame[column].to_list()[1:]], dtype=pl.String))
            elif kind == pl.List(pl.String):
                frame = frame.with_columns(
                    pl.Series(column, [[canary(), canary()], *frame[column].to_list()[1:]], dtype=pl.List(pl.String))
                )
        case.replace(table, frame)
    for column, table in (("account_id", "accounts"), ("identifier_value", "written_links"), ("subject_id", "attributions")):
        frame = case.table(table)
        case.replace(table, frame.with_columns(pl.Series(column, [canary(), *frame[column].to_list()[1:]], dtype=pl.String)))
    return planted


def _forms(canary: str) -> Iterator[bytes]:
    """Yield a canary as it might hide: as it is, URL-, HTML-, JSON-escaped, and inside base64 at any offset."""
    for text in (
        canary,
        canary.lower(),
        quote(canary),
        quote_plus(canary),
        quote(canary, safe=""),
        html.escape(canary),
        json.dumps(canary)[1:-1],
    ):
        yield text.encode()
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + canary.encode())
        yield coded[4 if offset else 0 : -4]


@pytest.fixture
def canaries(case: Case) -> list[str]:
    fill(case, text=" beside")
    planted = _planted(case)
    case.set_meta("analysis_id", analysis_id(case))
    return planted


def test_no_canary_is_in_any_byte_of_a_redacted_report(case: Case, canaries: list[str], tmp_path: Path) -> None:
    case.connection.close()
    order = Order(case=case.folder, out=tmp_path / "out", redact=True)
    deliver(order, compare=None, saved=None, progress=Silent())
    for kind in exports.all_exports():
        deliver_export(order, kind, Silent())
    files = [file for file in (tmp_path / "out").iterdir() if file.suffix != ".parquet"]
    contents = {file.name: file.read_bytes() for file in files}
    for file in (tmp_path / "out").glob("*.parquet"):
        contents[file.name] = json.dumps(pl.read_parquet(file).to_dicts(), default=str, ensure_ascii=False).encode()
    assert len(canaries) > 60
    found = {(name, canary) for name, content in contents.items() for canary in canaries for form in _forms(canary) if form in content}
    assert found == set()


def test_a_report_that_is_not_redacted_shows_them(case: Case, canaries: list[str], tmp_path: Path) -> None:
    case.connection.close()
    deliver(Order(case=case.folder, out=tmp_path / "out"), compare=None, saved=None, progress=Silent())
    content = b"".join(file.read_bytes() for file in (tmp_path / "out").iterdir())
    shown = {canary for canary in canaries if any(form in content for form in _forms(canary))}
    assert len(shown) > len(canaries) / 2


def test_pseudonyms_are_stable_keyed_and_join_across_tables(filled: Case) -> None:
    frames = collect(filled, None)
    one, other = Redaction(load_key(filled.folder)), Redaction(b"another key")
    first, again, foreign = one(frames), Redaction(load_key(filled.folder))(frames), other(frames)
    assert all(first[name].equals(again[name]) for name in frames)
    accounts = first["accounts"]["account_id"]
    assert accounts.n_unique() == frames["accounts"]["account_id"].n_unique()
    assert accounts.str.contains(r"^account-[0-9a-f]{10}$").all()
    assert set(first["participants"]["account_id"]) <= set(accounts)
    assert set(accounts).isdisjoint(foreign["accounts"]["account_id"])
    named = first["timeline"].filter(event_type="account starts")
    assert all(row["account_id"] in row["message"] for row in named.to_dicts())
    assert (filled.folder / "redaction.key").stat().st_mode & 0o077 == 0


def test_domains_stay_when_asked_for(filled: Case) -> None:
    frames = collect(filled, None)
    redacted = Redaction(load_key(filled.folder), frozenset({"lumenworks.example", "gmail.com"}))(frames)
    assert set(redacted["accounts"]["email_domain"]) == {"lumenworks.example", "gmail.com"}
    assert redacted["accounts"]["email"].str.contains(r"^mailbox-[0-9a-f]{10}@(lumenworks\.example|gmail\.com)$").all()
    assert "person0" not in "".join(redacted["accounts"]["email"])


def test_the_programs_own_sentences_stay_readable(filled: Case) -> None:
    redacted = Redaction(load_key(filled.folder))(collect(filled, None))
    ramp = redacted["timeline"].filter(event_type="ramp starts")["message"][0]
    assert ramp == "Load begins to rise above what is usual for the hour: 488 requests in this minute, about 488 are usual."
    assert {"requests", "account", "payment"} <= vocabulary()


@pytest.mark.parametrize(
    "address", ["2001:db8:ffff::/48", "2001:db8:1:2::/64", "2001:db8:1:2:3:4:5:6", "::ffff:203.0.113.9", "fe80::1", "203.0.113.0/24"]
)
def test_nothing_of_an_address_in_a_sentence_is_left(filled: Case, address: str) -> None:
    filled.replace("incidents", filled.table("incidents").with_columns(summary=pl.lit(f"Load came from {address} alone, at 12:30:05.")))
    said = Redaction(load_key(filled.folder))(collect(filled, None))["incidents"]["summary"][0]
    assert re.fullmatch(r"Load came from (address|network|identifier)-[0-9a-f]{10} alone, at 12:30:05\.", said)


def test_short_names_go_and_names_that_are_words_of_the_program_too(filled: Case) -> None:
    note = "Li rang Bo and Xi; Will and Grant were told that load, kim and ab1 are the accounts; 95 of 120 ms at 2024-03-02 00:20."
    accounts = filled.table("accounts")
    people = ["Li Bo", "Will Grant", *accounts["name"].to_list()[2:]]
    ids = ["load", "kim", "ab1", *accounts["account_id"].to_list()[3:]]
    filled.replace("accounts", accounts.with_columns(pl.Series("name", people), pl.Series("account_id", ids)))
    story = filled.table("timeline")
    filled.replace("timeline", story.with_columns(pl.Series("message", [note, *story["message"].to_list()[1:]])))
    redaction = Redaction(load_key(filled.folder))
    frames = redaction(collect(filled, None))
    said = next(text for text in frames["timeline"]["message"] if "rang" in text or "2024-03-02 00:20" in text)
    assert not set(re.findall(r"\w+", said)) & {"Li", "Bo", "Xi", "Will", "Grant", "load", "kim", "ab1", "rang"}
    for account in ("load", "kim", "ab1"):
        assert redaction.pseudonym("account", account) in said, "the same pseudonym as in the accounts"
    assert said.endswith("2024-03-02 00:20.")
    assert " 95 of 120 ms at " in said
    assert " and " in said


def test_types_that_users_brought_are_withheld(filled: Case) -> None:
    links = filled.table("links")
    types = ["handle of zebedee", *links["identifier_type"].to_list()[1:]]
    filled.replace("written_links", links.with_columns(pl.Series("identifier_type", types)))
    found = set(Redaction(load_key(filled.folder))(collect(filled, None))["links"]["identifier_type"])
    assert {"card_fingerprint", "email_domain"} <= found
    assert not any("zebedee" in name for name in found)


BORN = (
    "30/03/1977",
    "30.03.1977",
    "3/30/1977",
    "1977-03-30",
    "1977/03/30",
    "30.3.77",
    "30 March 1977",
    "March 30, 1977",
    "30 de marzo de 1977",
)


def _said(folder: Path, message: str, extra: dict[str, str]) -> str:
    """What is left of a message in a case whose account carries ``extra``."""
    carried = pl.Series([[{"key": key, "value": value} for key, value in extra.items()], []]).cast(pl.Map(pl.String(), pl.String()))
    frames = Frames(folder)
    frames.add("accounts", [pl.DataFrame({"account_id": ["u1", "u2"], "extra": carried})])
    frames.add("timeline", [pl.DataFrame({"occurred_at": [datetime(2021, 5, 6)], "message": [message]})])
    return str(Redaction(b"key")(frames)["timeline"]["message"][0])


@pytest.mark.parametrize("extra", [{"date_of_birth": "30/03/1977"}, {"birthday": "1977-03-30T00:00:00Z"}, {}])
def test_a_birthday_is_withheld_however_it_is_spelled(tmp_path: Path, extra: dict[str, str]) -> None:
    """Also one that no export knows: no other date of the case is as old."""
    said = _said(tmp_path, "; ".join(BORN) + "; 404 of 1,204 at 2024-03-02 00:20", extra)
    assert not re.search(r"1977|77|\b30\b|March|marzo", re.sub(r"-[0-9a-f]{10}", "", said))
    assert said.endswith("404 of 1,204 at 2024-03-02 00:20")
    assert len(set(said.split("; ")[:5])) == 1, "one day has one pseudonym"


def test_a_birthday_within_the_years_of_the_case_is_known_from_the_export(tmp_path: Path) -> None:
    said = _said(tmp_path, "born 2024-03-01, seen 2024-03-02", {"dob": "01.03.2024"})
    assert re.search(r"date-[0-9a-f]{10}, \S+ 2024-03-02$", said)


@pytest.mark.parametrize(
    "number", ["+33 6 90 23 92 70", "06.90.23.92.70", "+33.6.90.23.92.70", "(555) 123-4567", "555.123.4567", "0690/239270"]
)
def test_a_telephone_and_a_postcode_are_withheld(tmp_path: Path, number: str) -> None:
    said = _said(tmp_path, f"call {number}, lives in 87914 after 404 of 10,242", {"phone": "0690239270", "postcode": "87914"})
    left = re.sub(r"-[0-9a-f]{10}", "", said)
    assert "87914" not in left
    assert not set(re.findall(r"\d{2,}", number)) & set(re.findall(r"\d+", left))
    assert left.endswith("404 of 10,242")
