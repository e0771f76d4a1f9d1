"""Tables of what people made or asked for are no lists of accounts, though they name accounts and days."""

from __future__ import annotations

import io

import polars as pl
import pytest
from tests.exports.test_reader import Given, read

from forensics.errors import RefusedEvidenceError
from forensics.exports import reader

DAY = "2024-03-01"


@pytest.mark.parametrize(
    "header",
    [
        "id,created_at,url",
        "id,name,status,created",
        "id,name,description,created_at,updated_at",
        "id,name,ip_address,created_at",
        "id,status,created_at",
        "id,name,domain,plan,created_at",
        "id,user_id,title,created_at",
        "id,name,phone,city",
        "id,display_name",
        "id,domain,registration_date",
        "id,serial,registered_at",
        "job_id,user_id,created_at,prompt,status",
        "ticket_id,email,subject,created_at,state",
        "image_id,username,width,height,created_at",
        "SessionID,UserID,Email,SourceIP,DestinationIP,Transport",  # Cloudflare's Gateway
    ],
)
def test_a_table_of_things_is_no_export_of_accounts(header: str) -> None:
    row = ",".join(DAY if column.startswith(("created", "updated")) else "1" for column in header.split(","))
    assert reader.recognise(f"{header}\n{row}\n".encode(), "things.csv") is None


@pytest.mark.parametrize(
    ("header", "system"),
    [
        ("account_id,created_at", "plain_accounts_by_id"),
        ("user_id,country,created_at", "plain_accounts_by_id"),
        ("id,email,created_at", "plain_accounts"),
        ("id,user_id,plan,status,current_period_end,created_at", "plain_accounts_by_word"),
        ("id,first_name,last_name,phone,created_at", "plain_accounts"),
        ("uuid,login,created_at", "plain_accounts"),
        ("user_id,phone", "plain_accounts_by_word"),
        ("account_id,display_name,registered_at", "plain_accounts_by_word"),
    ],
)
def test_accounts_are_known_by_what_only_people_have_or_by_nothing_else_being_told(header: str, system: str) -> None:
    row = ",".join(DAY if column == "created_at" else "1" for column in header.split(","))
    found = reader.recognise(f"{header}\n{row}\n".encode(), "accounts.csv")
    assert found is not None
    assert found.system is not None
    assert (found.kind, found.system.name) == ("accounts", system)


def test_who_says_that_they_are_accounts_is_believed() -> None:
    found = reader.recognise(f"id,status,created_at\n1,active,{DAY}\n".encode(), "x.csv", "accounts")
    assert found is not None
    assert found.kind == "accounts"


def table(header: str, *cells: str) -> str:
    """Return forty rows; ``{n}`` is the row's number, ``{person}`` one of seven people."""
    return "\n".join([header, *(",".join(cells).format(n=n, person=n % 7) for n in range(40)), ""])


@pytest.mark.parametrize(
    "text",
    [
        table("post_no_id,username,votes,created", "{n}", "u{person}", "3", DAY),
        table("id,login,score,created_at", "{n}", "u{person}", "3", DAY),
        table("support_case_id,email,country,created_at", "{n}", "p{person}@mail.example", "NL", DAY),
        table("render_id,user_id,email,created_at", "{n}", "u{person}", "p{person}@mail.example", DAY),
    ],
)
def test_rows_with_an_id_of_their_own_and_several_of_one_person_are_no_accounts(text: str) -> None:
    with pytest.raises(RefusedEvidenceError, match="not of accounts: --kind accounts"):
        read(text)
    forced = reader.recognise(text.encode(), "x.csv", "accounts")
    assert forced is not None
    assert reader.read(Given(text), forced, "e1").parsed == 40


@pytest.mark.parametrize("header", ["source_ip", "src_ip", "SourceIP"])
def test_an_address_beside_each_account_is_where_it_began_and_beside_several_rows_of_one_where_it_acted(header: str) -> None:
    once = table(f"account_id,created_at,{header}", "a{n}", DAY, "198.18.0.{n}")
    assert read(once).parsed == 40
    often = table(f"account_id,created_at,{header}", "a{person}", DAY, "198.18.0.{n}")
    with pytest.raises(RefusedEvidenceError, match="what accounts did"):
        read(often)
    forced = reader.recognise(often.encode(), "x.csv", "accounts")
    assert forced is not None
    assert reader.read(Given(often), forced, "e1").parsed == 40
    network = table(f"account_id,created_at,{header},dst_ip", "a{n}", DAY, "198.18.0.{n}", "198.18.1.1")
    assert reader.recognise(network.encode(), "x.csv") is None


def test_parquet_is_refused_with_its_columns_and_those_of_every_kind() -> None:
    stream = io.BytesIO()
    pl.DataFrame({"account_id": ["a"], "kind_of": ["x"], "worth": ["y"]}).write_parquet(stream)
    for kind, others in ((None, True), ("payments", False)):
        match = reader.recognise(stream.getvalue(), "x.parquet", kind)
        assert match is not None
        with pytest.raises(RefusedEvidenceError, match=r"it has account_id, kind_of, worth.*paid_at, amount.* for payments") as refused:
            reader.read(Given(stream.getvalue(), "x.parquet"), match, "e1")
        assert ("identifier_value for identifiers" in str(refused.value)) is others


@pytest.mark.parametrize(
    "text",
    [
        table("id,user_id,email,verified,created_at", "{n}", "u{person}", "p{n}@mail.example", "t", DAY),  # mailboxes of accounts
        table("id,email,created_at", "{n}", "p{n}@mail.example", DAY),
        table("account_id,email,created_at", "a{n}", "office{person}@firm.example", DAY),  # one mailbox for several accounts
        table("user_id,email,plan,created_at", "u{person}", "p{person}@mail.example", "pro", DAY),  # each account told several times
        table("id,username,email,created_at", "{n}", "", "p{n}@mail.example", DAY),
        table("user_id,account_id,last_login", "{n}", "a{person}", DAY),  # people of customers
    ],
)
def test_rows_of_people_are_accounts_however_often_each_is_told(text: str) -> None:
    assert read(text).parsed == 40


@pytest.mark.parametrize("header", ["id,name,plan,created_at", "id,name,created_at", "id,status,created_at"])
@pytest.mark.parametrize(
    ("name", "read_as"), [("dump/users.csv", "accounts"), ("public.members_2024-03-04.csv", "accounts"), ("servers.csv", None)]
)
def test_a_file_that_is_called_after_people_is_of_them(header: str, name: str, read_as: str | None) -> None:
    row = ",".join(DAY if column == "created_at" else "1" for column in header.split(","))
    found = reader.recognise(f"{header}\n{row}\n".encode(), name)
    assert (found and found.kind) == read_as


@pytest.mark.parametrize(
    ("name", "kind", "parsed"), [("users.parquet", None, 2), ("servers.parquet", "accounts", 2), ("servers.parquet", None, None)]
)
def test_of_parquet_the_files_name_and_who_says_what_it_is_count_as_well(name: str, kind: str | None, parsed: int | None) -> None:
    stream = io.BytesIO()
    pl.DataFrame({"id": [1, 2], "status": ["active"] * 2, "created_at": [DAY] * 2}).write_parquet(stream)
    match = reader.recognise(stream.getvalue(), name, kind)
    assert match is not None
    if parsed is None:
        with pytest.raises(RefusedEvidenceError, match="without the columns of an export"):
            reader.read(Given(stream.getvalue(), name), match, "e1")
    else:
        assert reader.read(Given(stream.getvalue(), name), match, "e1").parsed == parsed


@pytest.mark.parametrize("header", ["id,path,created_at", "id,amount,created_at", "id,post_id,created_at", "id,name,phone"])
def test_a_files_name_does_not_outweigh_what_speaks_against_it(header: str) -> None:
    assert reader.recognise(f"{header}\n{header.replace('created_at', DAY)}\n".encode(), "users.csv") is None
