"""Whom an export names: people and not the customer they are of, one mailbox of several, and nobody where somebody's data were deleted."""

from __future__ import annotations

import csv
import io

import pytest
from tests.exports.test_reader import read

MAIL = ["ann@firm.example", "bo@firm.example", "cy@firm.example", "di@shop.example", "ed@mail.example"]


def table(header: str, *columns: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header.split(","), *zip(*columns, strict=True)])
    return text.getvalue()


def accounts(text: str) -> list[tuple[str | None, str | None]]:
    return read(text).frames["account_records"].select("account_id", "email").rows()


@pytest.mark.parametrize("own", ["id", "user_id", "Contact ID", "uuid"])
@pytest.mark.parametrize("customer", ["account_id", "AccountId", "customer_id"])
def test_a_customer_with_several_people_is_no_account(own: str, customer: str) -> None:
    text = table(f"{own},{customer},email,name", list("12345"), list("77789"), MAIL, ["Ann", "Bo", "Cy", "Di", "Ed"])
    assert accounts(text) == list(zip("12345", MAIL, strict=True))
    told = [said for said in read(text).assumptions if "several people" in said]
    assert told == (
        []
        if customer == "customer_id" and own in ("user_id",)
        else [f"{customer!r} is of several people: {own!r} is taken for the account"]
    )


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("id,account_id,email,name", [list("12345"), list("11234"), MAIL, ["Ann", "Ann", "Cy", "Di", "Ed"]]),  # one person's two mailboxes
        ("id,account_id,email", [list("12345"), list("11234"), MAIL]),  # perhaps so
        ("id,user_id,email,name", [list("12345"), list("11134"), MAIL, ["Ann", "Bo", "Cy", "Di", "Ed"]]),  # no customer has that id
        ("id,account_id,email,name", [list("11345"), list("11134"), MAIL, ["Ann", "Bo", "Cy", "Di", "Ed"]]),  # neither is each one's own
    ],
)
def test_an_account_may_stand_in_several_rows(header: str, columns: list[list[str]]) -> None:
    assert [account for account, _ in accounts(table(header, *columns))] == columns[1]


def test_one_who_changed_name_and_mailbox_is_no_customer_with_people() -> None:
    ids = [str(number) for number in range(100)]
    text = table(
        "id,account_id,email,name",
        [f"r{i}" for i in ids],
        ["1", "1", *ids[2:]],
        [f"m{i}@mail.example" for i in ids],
        [f"N {i}" for i in ids],
    )
    assert accounts(text)[:2] == [("1", "m0@mail.example"), ("1", "m1@mail.example")]


@pytest.mark.parametrize(
    "gone",
    [
        "deleted@deleted.invalid", "deleted+1020@service.example", "Deleted-User-17@service.example", "anonymized_5@service.example",
        "x@y.invalid", "3f0b6a1e-0000-4000-8000-000000000001@anonymized.service.example", "10004711@deleted.example",
        "user17.deleted@service.example", "deleted_user_42@service.example", "deleted-3f0b6a1e@service.example",
        "noemail@service.example", "geloescht.77@service.example",
    ],
)  # fmt: skip
def test_mailboxes_of_the_deleted_are_nobodys(gone: str) -> None:
    """They would make one of all who left, and of these and whoever made a load, if one of them is gone since."""
    text = table("user_id,email,name", ["1", "2", "3"], [gone, gone, "ann@firm.example"], ["Deleted User", "[deleted]", "Ann Lee"])
    rows = read(text)
    assert rows.frames["account_records"].select("email", "name").rows() == [(None, None), (None, None), ("ann@firm.example", "Ann Lee")]
    said = "2 cells such as {!r} taken for those of deleted people: left out"
    assert rows.assumptions == [said.format(gone), said.format("Deleted User")]
    paid = read(
        table("payment_id,email,amount,billing_name", ["p1", "p2"], [gone, "a@firm.example"], ["1", "1"], ["Removed customer 7", "Ann"])
    )
    assert paid.frames["payment_records"].select("account_key", "billing_name").rows() == [("a@firm.example", "Ann")]


@pytest.mark.parametrize(
    ("mail", "name"),
    [
        ("bob@redacted.example", "Redacted Ltd"),
        ("ann.deletedale@firm.example", "Deleted Scenes Inc"),
        ("removedor@mail.example", "Purgedi"),
        ("eve.removed@evilcorp.example", "Eve Removed"),
        ("noemail.king@mail.example", "King"),
        ("12@removed.example", "Removals"),
    ],
)
def test_who_only_sounds_deleted_is_not(mail: str, name: str) -> None:
    found = read(table("user_id,email,name", ["1"], [mail], [name]))
    assert found.frames["account_records"].select("email", "name").rows() == [(mail, name)]
    assert found.assumptions == []


@pytest.mark.parametrize(
    "cell", ["Ann Lee <ann@firm.example>", "ann@firm.example; ann@mail.example", "ANN@firm.example, x@mail.example", "<ann@firm.example>"]
)
@pytest.mark.parametrize("header", ["email", "emails"])
def test_the_first_mailbox_of_a_cell(cell: str, header: str) -> None:
    assert accounts(table(f"user_id,{header}", ["1", "2"], [cell, "bo@firm.example"])) == [
        ("1", "ann@firm.example"),
        ("2", "bo@firm.example"),
    ]


def test_a_key_that_has_a_mailbox_in_it_stays() -> None:
    rows = read(table("payment_id,account_id,amount", ["p1"], ["waad|ann@firm.example"], ["1"]))
    assert rows.frames["payment_records"]["account_key"].to_list() == ["waad|ann@firm.example"]
