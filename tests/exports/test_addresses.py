"""Where a bill goes: street, house and postcode of the exports of different systems."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.stored_case import new_case

from forensics.case.load_options import LoadOptions
from forensics.case.loading import load
from forensics.exports.accounts import resolve
from forensics.linkage.identifiers import collect
from forensics.progress import Silent

ADYEN = "Psp Reference,Merchant Account,Shopper Reference,Creation Date,TimeZone,Amount,{}\n{},{},{},2026-03-01 10:00:00,UTC,20.00,{}\n"


@pytest.mark.parametrize(
    ("headers", "values"),
    [
        ("Billing Street,Billing House Number,Billing Postal Code", "Havenkade,12,3071 EL"),
        ("Billing Street,Billing House Number / Name,Billing Postal Code / ZIP", "HAVENKADE,12,3071EL"),
    ],
)
def test_payments(tmp_path: Path, headers: str, values: str) -> None:
    text = ADYEN.format(headers, "P1", "M", "u1", values)
    assert houses(tmp_path, text, "account_id,email\nu1,a@one.example\n") == {("u1", "havenkade 12, 3071EL")}


@pytest.mark.parametrize(
    ("headers", "values"),
    [
        ("address_line1,postal_code", "12 Havenkade,3071 EL"),
        ("Straße,Hausnummer,PLZ", "Havenkade,12,3071EL"),
        ("Default Address Address1,Default Address Zip", "Havenkade 12,3071EL"),
        ("street,zip", "Havenkade,3071EL"),  # no house
    ],
)
def test_accounts(tmp_path: Path, headers: str, values: str) -> None:
    payments = "payment_id,account_id,amount,paid_at\np1,u1,5,2026-03-01\n"
    found = houses(tmp_path, payments, f"account_id,email,{headers}\nu1,a@one.example,{values}\n")
    assert found == (set() if headers == "street,zip" else {("u1", "havenkade 12, 3071EL")})


def houses(folder: Path, payments: str, accounts: str) -> set[tuple[str, str]]:
    evidence = folder / "evidence"
    evidence.mkdir()
    (evidence / "payments.csv").write_text(payments)
    (evidence / "accounts.csv").write_text(accounts)
    with new_case(folder / "case") as case:
        load(case, [str(evidence)], LoadOptions(), Silent())
        resolve(case)
        collect(case)
        rows = case.table("identifiers").filter(identifier_type="billing_address")
        return set(rows.select("account_id", "identifier_value").iter_rows())
