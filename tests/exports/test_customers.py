"""What a payment provider calls an account joins the provider's payments, and links accounts that share it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.stored_case import new_case

from forensics.case.case import Case
from forensics.case.load_options import LoadOptions
from forensics.case.loading import load
from forensics.case.status import section
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
    case = new_case(folder / "case")
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


def test_accounts_that_go_by_the_customers_own_id(tmp_path: Path) -> None:
    accounts = "key_id,customer_id,created_at\npk_1,cus_N5xYk2Ab,2024-01-01\npk_2,17,2024-01-01\npk_3,bernadette,2024-01-01\n"
    payments = UNIFIED.format("Customer ID,Customer Email") + ROW.format("py_1", 1, "cus_N5xYk2Ab,billing@one.example")
    payments += ROW.format("py_2", 2, "17,two@two.example") + ROW.format("py_3", 3, "bernadette,three@two.example")
    with case_of(tmp_path, accounts, payments) as case:
        assert paid(case) == {"py_1": "cus_N5xYk2Ab", "py_2": None, "py_3": None}  # numbers and names mean something else elsewhere
        mailboxes = dict(case.table("accounts").select("account_id", "email").iter_rows())
        assert mailboxes == {"cus_N5xYk2Ab": "billing@one.example", "17": None, "bernadette": None}


def test_a_list_of_customers_tells_the_mailbox_and_no_payment(tmp_path: Path) -> None:
    accounts = "key_id,customer_id,created_at\npk_1,cus_N5xYk2Ab,2024-01-01\npk_2,cus_7Qw8Er9T,2024-01-01\n"
    customers = "id,Email,Created (UTC),Delinquent,Card Fingerprint\ncus_N5xYk2Ab,A@Firm.example,2024-01-01 10:00,false,fp1\n"
    customers += "cus_7Qw8Er9T,b@firm.example,2024-01-01 10:00,false,fp2\ncus_7Qw8Er9T,c@firm.example,2024-01-02 10:00,false,fp2\n"
    with case_of(tmp_path, accounts, customers) as case:
        assert case.table("payments").select("account_id", "payment_id", "paid_at", "amount").unique().sort("account_id").rows() == [
            ("cus_7Qw8Er9T", None, None, None),
            ("cus_N5xYk2Ab", None, None, None),
        ]
        mailboxes = case.table("accounts").select("account_id", "email", "email_domain").sort("account_id").rows()
        assert mailboxes == [("cus_7Qw8Er9T", None, None), ("cus_N5xYk2Ab", "a@firm.example", "firm.example")]  # two of one name neither


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


def test_a_log_that_knows_accounts_by_their_second_id(tmp_path: Path) -> None:
    """Numbers fit whatever is counted: they are no second id, and neither is what two accounts have."""
    accounts = "account_id,email,user_id,id\n17,a@one.example,x9f,2\n18,b@two.example,y7c,17\n19,c@two.example,y7c,3\n"
    log = "".join(f'192.0.2.1 - {who} [02/Mar/2024:00:00:00 +0000] "GET / HTTP/1.1" 200 5\n' for who in ("x9f", "y7c", "17", "3"))
    with case_of(tmp_path, accounts, UNIFIED.format("Customer ID")) as case:
        path = tmp_path / "access.log"
        path.write_text(log)
        load(case, [str(path)], LoadOptions(), Silent())
        resolve(case)
        aliases = dict(case.table("account_aliases").filter(source="log").select("key", "account_id").iter_rows())
        assert aliases == {"x9f": "17", "17": "17", "3": "3"}


PAYPAL = "Date,Time,TimeZone,Name,Status,Currency,Gross,From Email Address,Transaction ID,Custom Number,Invoice Number\n"
PAID = '25/03/2024,20:46:56,CET,A,Completed,EUR,"23,00",{},{},{},{}\n'


def test_a_key_that_no_account_has_leaves_the_mailbox_to_speak(tmp_path: Path) -> None:
    """PayPal's invoice number is the order's, its custom field whatever the shop writes: 700 payments stayed unjoined by one of them."""
    accounts = "account_id,email\nu1,a@one.example\nu2,b@two.example\n1001,c@three.example\n"
    rows = ("a@one.example,t1,,F00001", "A@One.example,t2,order-7,F00002", "b@two.example,t3,u1,1001", "x@nobody.example,t4,order-9,F00004")
    with case_of(tmp_path, accounts, PAYPAL + "".join(PAID.format(*row.split(",")) for row in rows)) as case:
        assert paid(case) == {"t1": "u1", "t2": "u1", "t3": "u1", "t4": None}
        told = section(case, "assumptions").filter(subject="unified_payments.csv")["assumption"].to_list()
        assert "3 of 4 payments are joined to an account; 1 name none that is known, and are no account's" in told


def test_a_mailbox_does_not_speak_for_a_key_of_two_accounts(tmp_path: Path) -> None:
    accounts = "account_id,email,user_name\nu1,a@one.example,sam\nu2,b@two.example,sam\n"
    rows = "payment_id,amount,username,payer_email\np1,1,sam,a@one.example\n"
    with case_of(tmp_path, accounts, rows) as case:
        assert paid(case) == {"p1": None}


def test_names_of_no_exported_account_are_told(tmp_path: Path) -> None:
    with case_of(tmp_path, "account_id,email\nu1,a@one.example\n", UNIFIED.format("Customer ID")) as case:
        path = tmp_path / "access.log"
        path.write_text("".join(f'192.0.2.1 - {name} [02/Mar/2024:00:00:00 +0000] "GET / HTTP/1.1" 200 5\n' for name in ("u1", "u8", "u9")))
        load(case, [str(path)], LoadOptions(), Silent())
        resolve(case)
        told = section(case, "assumptions").filter(subject="user names of the logs")["assumption"].to_list()
        assert told == [
            "2 of 3 are joined to no account of the exports: each is taken for an account of its own",
            "joined to accounts by account_id (1)",
        ]


def test_what_two_exports_say_of_one_account_is_kept_together(tmp_path: Path) -> None:
    """The user database knows the mailbox, billing the tax number: whichever file comes first, both are known, each from its own file."""
    users = '{"localId":"u1","email":"a@b.com","createdAt":"1709251200000","phoneNumber":"+15550100"}\n{"localId":"u2","createdAt":"1"}\n'
    with case_of(
        tmp_path, "id,email,company,vat_number,phoneNumber\nu1,a@b.com,Lumen Works Ltd,GB204918837,0\n", UNIFIED.format("Customer ID")
    ) as case:
        (tmp_path / "evidence" / "users.jsonl").write_text(users)
        load(case, [str(tmp_path / "evidence")], LoadOptions(), Silent())
        resolve(case)
        collect(case)
        extra = case.table("accounts").filter(account_id="u1")["extra"].to_list()[0]
        paths = dict(case.table("evidence_files").select("evidence_id", "path").iter_rows())
        found = {row["identifier_type"]: row for row in case.table("identifiers").filter(account_id="u1").to_dicts()}
    assert (extra["company"], extra["vat_number"], extra["phonenumber"]) == ("Lumen Works Ltd", "GB204918837", "+15550100")
    assert list(extra) == sorted(extra)
    assert (found["tax_number"]["identifier_value"], found["company_name"]["identifier_value"]) == ("GB204918837", "lumen works")
    assert paths[found["tax_number"]["evidence_id"]] == "accounts.csv"


def shops(folder: Path, one: str, other: str) -> Case:
    """Two folders, each with customers counted from one, their orders, and a log."""
    for shop, people in (("a", one), ("b", other)):
        where = folder / "evidence" / shop
        where.mkdir(parents=True)
        (where / "customers.csv").write_text(people)
        (where / "orders.csv").write_text(
            "order_id,customer_id,paid_at,amount,card_fingerprint\n" + f"{shop}1,1,2024-02-01,9.00,fp_{shop}\n"
        )
        line = '198.18.0.1 - {} [02/Mar/2024:00:00:01 +0000] "GET /' + shop + '{} HTTP/1.1" 200 1\n'
        (where / "access.log").write_text("".join(line.format(n % 6 + 1, n) for n in range(30)))
    case = new_case(folder / "case")
    load(case, [str(folder / "evidence")], LoadOptions(), Silent())
    resolve(case)
    return case


def customers(name: str, born: str = "2024-01-0{}T10:0{}:01Z", ids: range = range(1, 6)) -> str:
    rows = (f"{n},{name.format(n)}@{name[0]}.example,{born.format(n, n)}" for n in ids)
    return "\n".join(["id,email,created_at", *rows, ""])


def test_ids_that_two_exports_give_to_different_people_name_neither(tmp_path: Path) -> None:
    with shops(tmp_path, customers("ann{}"), customers("bob{}", "2023-05-0{}T11:0{}:02Z", range(1, 7))) as case:
        known = {row["account_id"]: row for row in case.table("accounts").to_dicts()}
        assert known["1 (a/customers.csv)"]["email"] == "ann1@a.example"
        assert known["1 (b/customers.csv)"]["email"] == "bob1@b.example"
        assert (known["1"]["source"], known["1"]["email"]) == ("log", None)
        assert known["6"]["email"] == "bob6@b.example"  # only one of the exports has it
        assert set(case.table("payments")["account_id"]) == {None}
        told = " ".join(section(case, "assumptions")["assumption"])
        assert "5 stand in two exports for different people" in told


@pytest.mark.parametrize(
    "other",
    [
        customers("ann{}").replace("@a.", "@new."),  # the company has a new domain
        customers("a.lee{}"),  # mailboxes are written in a new way; the accounts began in the same second
        customers("ann{}").replace("ann1", "other").replace("ann2", "another"),  # two have another mailbox now
        "customer_id,plan\n1,pro\n2,pro\n3,free\n",  # says nothing of who they are
    ],
)
def test_two_exports_of_the_same_accounts_stay_together(tmp_path: Path, other: str) -> None:
    with shops(tmp_path, customers("ann{}"), other) as case:
        assert {"1", "2", "3"} <= set(case.table("accounts")["account_id"])
        assert not case.table("accounts").filter(source="log").filter(account_id="1").height
        assert "1" in set(case.table("payments")["account_id"])


def test_of_one_database_the_ids_of_the_table_that_is_called_after_people_are_meant(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    for name, text in {
        "public.users_2024-03-04.csv": customers("ann{}"),
        "invites.csv": customers("guest{}", "2023-05-0{}T11:0{}:02Z"),
        "payments.csv": "payment_id,user_id,paid_at,amount\np1,1,2024-02-01,9.00\n",
    }.items():
        (tmp_path / "evidence" / name).write_text(text)
    with new_case(tmp_path / "case") as case:
        load(case, [str(tmp_path / "evidence")], LoadOptions(), Silent())
        resolve(case)
        known = {row["account_id"]: row["email"] for row in case.table("accounts").to_dicts()}
        assert (known["1"], known["1 (invites.csv)"]) == ("ann1@a.example", "guest1@g.example")
        assert case.table("payments")["account_id"].to_list() == ["1"]
        told = " ".join(section(case, "assumptions")["assumption"])
        assert "5 of its ids belong to others in an export that is called after people: here they are called 1 (invites.csv)" in told
        assert "stand in two exports" not in told


@pytest.mark.parametrize("other", ["users_eu.csv", "shop_berlin.csv", "newsletter_shop.csv"])
def test_a_file_that_is_called_after_people_does_not_show_that_another_is_of_the_same_database(tmp_path: Path, other: str) -> None:
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "users.csv").write_text(customers("ann{}"))
    (tmp_path / "evidence" / other).write_text(customers("zoe{}", "2023-05-0{}T11:0{}:02Z"))
    (tmp_path / "evidence" / "payments.csv").write_text("payment_id,user_id,paid_at,amount\np1,1,2024-02-01,9.00\n")
    with new_case(tmp_path / "case") as case:
        load(case, [str(tmp_path / "evidence")], LoadOptions(), Silent())
        resolve(case)
        assert paid(case) == {"p1": None}
        assert {"1 (users.csv)", f"1 ({other})"} <= set(case.table("accounts")["account_id"])


@pytest.mark.parametrize(
    ("own", "header", "keys", "expected"),
    [
        ("id", "account_id", ["1", "2"], [None, None]),  # the header of the customers: who has such an id himself is of another company
        ("id", "account_id", ["1", "4"], [None, None]),  # of customer 4 nobody is known
        ("id", "account_id", ["3", "3"], ["3", "3"]),  # the only one of that customer is called so himself
        ("id", "user_id", ["1", "2"], [None, None]),  # a header of neither: these are customers, most likely
        ("id", "user_id", ["1", "4"], ["1", "4"]),  # no customer is called 4
        ("user_id", "user_id", ["1", "2"], ["1", "2"]),  # the header of the people
    ],
)
def test_payments_of_customers_are_no_strangers(tmp_path: Path, own: str, header: str, keys: list[str], expected: list[str | None]) -> None:
    rows = (
        "1,2,ann@two.example,Ann",
        "2,2,bob@two.example,Bob",
        "4,1,cy@one.example,Cy",
        "5,1,di@one.example,Di",
        "3,3,ed@three.example,Ed",
    )
    people = "\n".join([f"{own},account_id,email,name", *rows, ""])
    payments = f"payment_id,{header},paid_at,amount\n" + "".join(f"p{n},{key},2024-02-01,9.00\n" for n, key in enumerate(keys))
    with case_of(tmp_path, people, payments) as case:
        assert list(paid(case).values()) == expected


@pytest.mark.parametrize(
    ("person", "keys", "expected"),
    [
        ("u{}", ["u1", "u2"], ["u1", "u2"]),  # the customers' header, but who is meant is written in each key
        ("10{}", ["101", "102"], ["101", "102"]),
        ("u{}", ["t1", "u2"], [None, None]),  # of customers, so it is not told who u2 is
        ("{}", ["t1", "2"], [None, None]),
    ],
)
def test_a_header_of_customers_over_ids_of_people_names_people(
    tmp_path: Path, person: str, keys: list[str], expected: list[str | None]
) -> None:
    people = "user_id,account_id,email,name\n" + "".join(f"{person.format(n)},t{n // 3},p{n}@one.example,P{n}\n" for n in range(1, 9))
    payments = "payment_id,account_id,paid_at,amount\n" + "".join(f"p{n},{key},2024-02-01,9.00\n" for n, key in enumerate(keys))
    with case_of(tmp_path, people, payments) as case:
        assert list(paid(case).values()) == expected
