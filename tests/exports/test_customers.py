"""What a payment provider calls an account joins the provider's payments, and links accounts that share it."""

from __future__ import annotations

from pathlib import Path

import pytest

from forensics.case.case import Case
from forensics.case.load_options import LoadOptions
from forensics.case.loading import load
from forensics.exports.accounts import resolve
from forensics.linkage.identifiers import collect
from forensics.progress import Silent

UNIFIED = "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Fee,Is Link,Mode,Payment Source Type,Status,{}\n"
ROW = "{},2024-02-0{} 10:00:00,20.00,0.00,usd,true,0.9,false,Live,card,Paid,{}\n"


def case_of(folder: Path, accounts: str, payments: str) -> Case:
    evidence = folder / "evidence"
    evidence.mkdir()
    (evidence / "accounts.csv").write_text(accounts)
    (evidence / "unified_payments.csv").write_text(payments)
    case = Case.create(folder / "case")
    load(case, [str(evidence)], LoadOptions(), Silent())
    resolve(case)
    return case


def paid(case: Case) -> dict[str, str | None]:
    return dict(case.table("payments").select("payment_id", "account_id").iter_rows())


@pytest.mark.parametrize("header", ["stripe_customer_id", "Customer ID", "billing customer id"])
def test_payments_that_name_a_customer_only(tmp_path: Path, header: str) -> None:
    accounts = f"account_id,email,{header}\nu1,a@one.example,cus_1\nu2,b@two.example,cus_2\n"
    payments = UNIFIED.format("Customer ID") + ROW.format("py_1", 1, "cus_1") + ROW.format("py_2", 2, "cus_9")
    with case_of(tmp_path, accounts, payments) as case:
        assert paid(case) == {"py_1": "u1", "py_2": None}
        assert case.table("evidence_files").filter(kind="payments")["format"].to_list() == ["stripe_payments (csv)"]


def test_the_customer_is_read_where_the_mailbox_is_unknown(tmp_path: Path) -> None:
    accounts = "account_id,email,stripe_customer_id\nu1,a@one.example,cus_1\nu2,b@two.example,cus_2\n"
    payments = UNIFIED.format("Customer ID,Customer Email")
    payments += ROW.format("py_1", 1, "cus_1,billing@one.example") + ROW.format("py_2", 2, "cus_1,b@two.example")
    with case_of(tmp_path, accounts, payments) as case:
        assert paid(case) == {"py_1": "u1", "py_2": "u2"}  # a mailbox that is an account's says more than who pays


def test_a_customer_of_two_accounts_joins_none_and_links_both(tmp_path: Path) -> None:
    accounts = "account_id,email,stripe_customer_id,customer_id\nu1,a@one.example,cus_1,t1\nu2,b@two.example,cus_1,t1\nu3,c@x.example,,t1\n"
    with case_of(tmp_path, accounts, UNIFIED.format("Customer ID") + ROW.format("py_1", 1, "cus_1")) as case:
        assert paid(case) == {"py_1": None}
        collect(case)
        uses = case.table("identifiers").filter(identifier_type="payer_id").select("account_id", "identifier_value", "line").rows()
        assert uses == [("u1", "cus_1", 2), ("u2", "cus_1", 3)]  # a plain customer_id may be a tenant's


def test_a_log_is_not_joined_by_customer(tmp_path: Path) -> None:
    accounts = "account_id,email,customer_id\nu1,a@one.example,bob\n"
    log = "".join(f'192.0.2.1 - bob [02/Mar/2024:00:00:0{n} +0000] "GET / HTTP/1.1" 200 5\n' for n in range(5))
    with case_of(tmp_path, accounts, UNIFIED.format("Customer ID")) as case:
        path = tmp_path / "access.log"
        path.write_text(log)
        load(case, [str(path)], LoadOptions(), Silent())
        resolve(case)
        aliases = case.table("account_aliases").filter(source="log").select("key", "account_id").rows()
        assert aliases == [("bob", "bob")]
