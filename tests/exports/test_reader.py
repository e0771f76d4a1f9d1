"""Exports are recognised by their headers, whatever they are written in, and their secrets stay outside."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import polars as pl
import pytest

from forensics.errors import RefusedEvidenceError
from forensics.evidence.readable import Rows
from forensics.exports import reader
from forensics.exports.rows import array_start


class Given:
    def __init__(self, data: bytes | str, name: str = "export") -> None:
        self.data = data.encode() if isinstance(data, str) else data
        self.name = name

    def open(self) -> io.BytesIO:
        return io.BytesIO(self.data)


def read(data: bytes | str, name: str = "export", time_zone: str | None = None) -> Rows:
    file = Given(data, name)
    match = reader.recognise(file.data[:65536], name)
    assert match is not None
    rows = reader.read(file, match, "e1", time_zone)
    assert rows.lines == rows.parsed + rows.rejected.height + rows.skipped
    return rows


STRIPE = (
    "id,Created (UTC),Amount,Currency,Card Fingerprint,Customer ID,Customer Email,Card Last4,Card Exp Month,Card Exp Year,"
    "user_id (metadata),Card Name,Card Address Zip\nch_1,2024-03-01 00:01,10.00,usd,fp1,cus_1,a@b.com,4242,03,2026,u1,Bob X,12345\n"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (STRIPE, "stripe_payments (csv)"),
        ("account_id,email,created_at\n1,a@b.com,2024-03-01\n", "plain_accounts (csv)"),
        ("user_id;e-mail;Signup Date\n1;a@b.com;2024-03-01\n", "plain_accounts (csv)"),
        ("user_id\tamount\tpaid_at\n1\t5\t2024-03-01\n", "plain_payments (csv)"),
        ("Account ID,Identifier Type,Identifier Value\n1,ip,192.0.2.1\n", "plain_identifiers (csv)"),
        ('{"user_id":"auth0|1","email":"a@b.com","identities":[{"connection":"x"}],"last_ip":"192.0.2.1"}\n', "auth0 (json lines)"),
        ('[{"user_id":"auth0|1","email":"a@b.com","email_verified":true}]', "auth0 (json)"),
        ('{"realm":"x","users":[{"id":"k1","username":"bob","createdTimestamp":1709251200000}]}', "keycloak (json)"),
        ('{"id":"00u","status":"ACTIVE","created":"2024-01-01T00:00:00Z","lastLogin":null,"activated":"2024-01-01T00:00:00Z",'
         '"profile":{"login":"a","email":"a@b.com"}}', "okta (json lines)"),
        ("id,first_name,last_name,username,primary_email_address,totp_secret\nuser_1,A,B,ab,a@b.com,JBSWY3DP\n", "clerk (csv)"),
        ("Date,Time,TimeZone,Name,Type,Status,Currency,Gross,Fee,Net,From Email Address,Transaction ID,Custom Number\n"
         "03/25/2024,10:00:00,PST,A B,Payment,Completed,USD,10.00,0.5,9.5,a@b.com,T1,u1\n", "paypal (csv)"),
        ("Transaction ID,Transaction Type,Transaction Status,Created Datetime,Merchant Account,Customer ID,Unique Number Identifier\n"
         "t1,sale,settled,2024-03-01 00:00:00,m,c1,fp\n", "braintree (csv)"),
        ("Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,Shopper Email,Shopper Reference\n"
         "c,m,p1,u1,visa,2024-03-01 00:00:00,a@b.com,u1\n", "adyen (csv)"),
        ("Customer Id,Subscription Id,Transaction Id,Payment Method,Gateway,Amount,Date\n"
         "c1,s1,t1,Card,stripe,5,2024-03-01\n", "chargebee (csv)"),
        ("id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Converted Amount,Fee,Is Link,Mode,Payment Source Type,Status,"
         "Customer ID\npy_1,2026-07-10 18:37:41,10.86,0.00,usd,true,10.86,0.65,false,Live,card,Paid,cus_1\n", "stripe_payments (csv)"),
        ("Store,Order ID,Date (UTC),Customer Name,Customer Email,Status,Total (USD),Card Last 4\n"
         "S,1,2024-02-10 10:00:00,A B,a@b.com,paid,10.00,1111\n", "plain_payments (csv)"),
        ("account_code,name,transaction_id,type,amount,tax_amount,currency,date,status,cc_type\n"
         "u1,A B,t1,purchase,10.00,0,USD,2024-02-10 11:16:41 PST,success,visa\n", "recurly (csv)"),
        ("account_code,email,first_name,last_name,created_at\nu1,a@b.com,A,B,2024-02-10 11:16:41 PST\n", "plain_accounts (csv)"),
    ],
)  # fmt: skip
def test_system_by_headers(text: str, expected: str) -> None:
    assert read(text).format == expected


@pytest.mark.parametrize(
    "text",
    [
        '192.0.2.1 - bob [10/Oct/2023:13:55:36 -0700] "GET / HTTP/1.0" 200 2326\n',
        '{"time":"2024-03-01T00:00:00Z","path":"/x","user":"bob","email":"a@b.com","status":200}\n',
        "a,b,c\n1,2,3\n",
        "",
        "\x00\x01\x02",
    ],
)
def test_logs_and_others_are_no_exports(text: str) -> None:
    assert reader.recognise(text.encode(), "x.csv") is None


@pytest.mark.parametrize(
    ("text", "system", "expected"),
    [
        (
            '{"Users":[{"Username":"ann","Attributes":[{"Name":"email","Value":"a@b.com"},{"Name":"sub","Value":"s-1"},{"Name":"name","Value":'
            '"Ann B"}],"UserCreateDate":"2024-02-01T10:00:00.5+01:00","Enabled":true,"UserStatus":"CONFIRMED"}]}',
            "cognito (json)",
            ("s-1", "ann", "a@b.com", "Ann B", datetime(2024, 2, 1, 9, 0, 0, 500_000), "true"),
        ),
        (
            "userPrincipalName,displayName,mail,id,userType,accountEnabled,createdDateTime\n"
            "ann@b.example,Ann B,a@b.com,o-1,Member,True,2024-02-01T10:00:00Z\n",
            "entra (csv)",
            ("o-1", "ann@b.example", "a@b.com", "Ann B", datetime(2024, 2, 1, 10), "True"),
        ),
        (
            "First Name [Required],Last Name [Required],Email Address [Required],Org Unit Path [Required],Status [READ ONLY]\n"
            "Ann,B,a@b.com,/,Active\n",
            "google_workspace (csv)",
            ("a@b.com", None, "a@b.com", "Ann B", None, "Active"),
        ),
        (
            "id,last_login,is_superuser,username,first_name,last_name,email,is_staff,is_active,date_joined\n"
            "7,2024-03-01 10:00:00+00,f,ann,Ann,B,a@b.com,f,t,2024-02-01 10:00:00+00\n",
            "django (csv)",
            ("7", "ann", "a@b.com", "Ann B", datetime(2024, 2, 1, 10), "t"),
        ),
        (
            "ID,user_login,user_nicename,user_email,user_registered,user_status,display_name\n"
            "7,ann,ann,a@b.com,2024-02-01 10:00:00,0,Ann B\n",
            "wordpress (csv)",
            ("7", "ann", "a@b.com", "Ann B", datetime(2024, 2, 1, 10), "0"),
        ),
        (
            "user.id,user.status,user.created,profile.login,profile.email,profile.firstName,profile.lastName\n"
            "00u1,ACTIVE,2024-02-01T10:00:00.000Z,ann,a@b.com,Ann,B\n",
            "okta (csv)",
            ("00u1", "ann", "a@b.com", "Ann B", datetime(2024, 2, 1, 10), "ACTIVE"),
        ),
    ],
)
def test_accounts_of_user_directories(text: str, system: str, expected: tuple[Any, ...]) -> None:
    made = read(text)
    row = made.frames["account_records"].to_dicts()[0]
    assert made.format == system
    assert tuple(row[name] for name in ("account_id", "user_name", "email", "name", "created_at", "status")) == expected


@pytest.mark.parametrize(
    ("text", "system", "expected"),
    [
        ("deployed_at,version,service,author\n2024-03-01 22:00:00,v1.2.3,api,ci\n", "deploys (csv)", ("api v1.2.3", "deploy")),
        (
            '[{"url":"https://api.example/1","id":1,"task":"deploy","original_environment":"production","environment":"production","description":null,"sha":"8c2f1a","ref":"v1.2.3",'
            '"created_at":"2024-03-01T22:00:00Z","creator":{"login":"ci"}}]',
            "deploys (json)",
            ("production v1.2.3", "deploy"),
        ),
        (
            "id,incident_number,urgency,description,service_name,created_on,resolved_on\n"
            "Q1,41,high,5xx above 10%,edge,2024-03-01T22:00:00Z,2024-03-02T22:00:00Z\n",
            "pagerduty (csv)",
            ("5xx above 10% edge", "page"),
        ),
        (
            '{"page":{"id":"p"},"incidents":[{"name":"Elevated errors","status":"resolved","impact":"major","shortlink":"https://stspg.example/1",'
            '"created_at":"2024-03-01T23:00:00+01:00"}]}',
            "statuspage (json)",
            ("Elevated errors", "status page"),
        ),
        (
            '[{"id":1,"dashboardUID":"x","time":1709330400000,"timeEnd":1709330400000,"text":"api v1.2.3","tags":["deploy"]}]',
            "grafana_annotations (json)",
            ("api v1.2.3", "deploy"),
        ),
    ],
)
def test_records_of_the_operators_tools_are_notes(text: str, system: str, expected: tuple[str, str]) -> None:
    made = read(text)
    row = made.frames["notes"].to_dicts()[0]
    assert (made.kind, made.format) == ("notes", system)
    assert (row["message"], row["event_type"]) == expected
    assert row["occurred_at"] == datetime(2024, 3, 1, 22)


def test_tasks_of_a_queue_are_no_deploys() -> None:
    assert reader.recognise(b"task,service,environment,created_at\nsend_mail,api,production,2024-03-01 22:00:00\n", "tasks.csv") is None


def test_a_record_without_a_time_is_rejected() -> None:
    made = read("deployed_at,version\nsoon,v1\n2024-03-01 22:00:00,v2\n")
    assert made.frames["notes"]["message"].to_list() == ["v2"]
    assert made.rejected.select("line", "reason").rows() == [(2, "no time that can be read")]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("sep=;\nuser_id;email\nu1;a@b.com\n", [3]),
        ('Accounts report\nGenerated,"4 March 2024, 10:00"\n\nuser_id,email,plan\nu1,a@b.com,pro\n', [5]),
        ('{"data":[{"id":"u1","email":"a@b.com"}],"has_more":false}', [1]),
        ('{"count":1,"next":null,\n"results":[\n{"id":"u1","email":"a@b.com"}]}', [3]),
        ('{"@odata.context":"https://graph.example","value":[{"id":"u1","email":"a@b.com"}]}', [1]),
    ],
)
def test_titles_before_a_header_and_answers_of_interfaces(text: str, lines: list[int]) -> None:
    frame = read(text).frames["account_records"]
    assert frame.select("account_id", "email").rows() == [("u1", "a@b.com")]
    assert frame["line"].to_list() == lines


@pytest.mark.parametrize(
    "text",
    [
        "To do\n\nWhoever likes to work on one of the items that are listed here may write, email\na@b.com or better, a letter:\n",
        "DROP TABLE t;\n\nCREATE TABLE t (\n\tname\ttext,\n\tusername\ttext not null\n);\nINSERT INTO t\nVALUES ('a');\n\nSELECT 1;\n",
    ],
)
def test_prose_and_programs_with_a_word_of_a_header_are_no_exports(text: str) -> None:
    assert reader.recognise(text.encode(), "TODO") is None


def test_records_of_mongodb() -> None:
    users = '{"_id":{"$oid":"65b1"},"email":"a@b.com","createdAt":{"$date":"2024-02-01T10:00:00Z"}}\n'
    row = read(users).frames["account_records"].to_dicts()[0]
    assert (row["account_id"], row["email"], row["created_at"]) == ("65b1", "a@b.com", datetime(2024, 2, 1, 10))
    payment = (
        '{"_id":{"$oid":"75b1"},"userId":{"$oid":"65b1"},"amount":{"$numberDecimal":"10.50"},"paidAt":{"$date":{"$numberLong":"1707559200000"}},'
        '"card":{"fingerprint":"fp","last4":"4242"}}\n'
    )
    row = read(payment).frames["payment_records"].to_dicts()[0]
    assert (row["payment_id"], row["account_key"], str(row["amount"]), row["card_fingerprint"]) == ("75b1", "65b1", "10.5000", "fp")
    assert row["paid_at"] == datetime(2024, 2, 10, 10)
    assert (
        read("_id,email\nObjectId(65b1000000000000000000aa),a@b.com\n").frames["account_records"]["account_id"][0]
        == "65b1000000000000000000aa"
    )


def test_records_of_dynamodb() -> None:
    text = '{"Item":{"userId":{"S":"u1"},"email":{"S":"a@b.com"},"createdAt":{"N":"1706781600"},"plan":{"M":{"name":{"S":"pro"}}}}}\n'
    row = read(text).frames["account_records"].to_dicts()[0]
    assert (row["account_id"], row["email"], row["plan"], row["created_at"]) == ("u1", "a@b.com", "pro", datetime(2024, 2, 1, 10))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (" id |  email  \n----+---------\n  1 | a@b.com\n  2 | c@b.com\n(2 rows)\n\n", [3, 4]),
        (
            "+----+---------+\n| id | email   |\n+----+---------+\n| 1 | a@b.com |\n| 2 | c@b.com |\n+----+---------+\n2 rows in set\n",
            [4, 5],
        ),
    ],
)
def test_tables_as_database_clients_draw_them(text: str, lines: list[int]) -> None:
    """Their rules and what stands below them are no accounts."""
    found = read(text).frames["account_records"].select("account_id", "email", "line").rows()
    assert found == list(zip(("1", "2"), ("a@b.com", "c@b.com"), lines, strict=True))


def test_who_says_what_a_file_is_knows_better() -> None:
    text = b"user_id,username,created_at,current_session_id,event_type\nu1,ann,2024-02-01,s1,signup\n"
    assert reader.recognise(text, "x.csv") is None
    match = reader.recognise(text, "x.csv", "accounts")
    assert match is not None
    assert reader.read(Given(text), match, "e1").frames["account_records"]["account_id"].to_list() == ["u1"]


def test_a_log_in_parquet_is_no_export_whatever_its_name_lets_guess() -> None:
    stream = io.BytesIO()
    pl.DataFrame({"time": ["x"], "user_id": ["u1"], "email": ["a@b.com"], "path": ["/a"]}).write_parquet(stream)
    match = reader.recognise(stream.getvalue(), "users.parquet")
    assert match is not None
    with pytest.raises(RefusedEvidenceError, match="without the columns of an export"):
        reader.read(Given(stream.getvalue()), match, "e1")


@pytest.mark.parametrize(("currency", "amount"), [("usd", "19.9900"), ("JPY", "1999.0000")])
def test_amounts_in_cents_by_their_header(currency: str, amount: str) -> None:
    row = read(f"user_id,amount_cents,currency\nu1,1999,{currency}\n").frames["payment_records"].to_dicts()[0]
    assert str(row["amount"]) == amount


def test_what_a_system_does_not_call_its_own_way_is_read_by_its_plain_name() -> None:
    woo = (
        "order_id,date,status,total,customer_id,customer_email,billing_first_name,billing_last_name,billing_postcode,payment_method,"
        "transaction_id\n"
        "9,10-Feb-2024 10:00,completed,10.00,7,a@b.com,Ann,B,94103,stripe,t1\n"
    )
    row = read(woo).frames["payment_records"].to_dicts()[0]
    assert (row["account_key"], row["billing_name"], row["billing_postcode"], row["paid_at"]) == (
        "7",
        "Ann B",
        "94103",
        datetime(2024, 2, 10, 10),
    )


def test_stripe_row() -> None:
    row = read(STRIPE).frames["payment_records"].to_dicts()[0]
    assert (row["account_key"], row["payer_id"], row["payer_email"], row["card_fingerprint"]) == ("u1", "cus_1", "a@b.com", "fp1")
    assert (row["card_expiry"], row["billing_name"], row["billing_postcode"]) == ("03/2026", "Bob X", "12345")
    assert row["paid_at"] == datetime(2024, 3, 1, 0, 1)
    assert str(row["amount"]) == "10.0000"


def test_a_mailbox_in_metadata_names_the_account() -> None:
    header = "id,Created date (UTC),Amount,Amount Refunded,Currency,Status,Customer Email,Name (metadata),email (metadata)\n"
    row = read(header + "ch_1,2026-06-05 20:38:34,31.00,0.00,usd,Paid,,Corp,ann@corp.example\n").frames["payment_records"].to_dicts()[0]
    assert row["account_key"] == "ann@corp.example"


def test_masked_cards_and_expiries_of_adyen_and_chargebee() -> None:
    adyen = (
        "Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Currency,Amount,Type,"
        "Shopper Email,Shopper Reference,Card Number,Expiry Month,Expiry Year\n"
        "C,M,8515,o1,visa,2024-02-26 19:58:55,CET,EUR,12.50,Received,a@b.com,u1,411111******1111,03,2030\n"
    )
    row = read(adyen).frames["payment_records"].to_dicts()[0]
    assert (row["card_last4"], row["card_expiry"], row["paid_at"]) == ("1111", "03/2030", datetime(2024, 2, 26, 18, 58, 55))
    chargebee = "Id,Customer Id,Subscription Id,Gateway,Payment Method,Date,Amount,Status,Masked Card Number\n"
    row = (
        read(chargebee + "t1,c1,s1,stripe,card,2024-02-01 10:00:00,20.00,success,************1111\n")
        .frames["payment_records"]
        .to_dicts()[0]
    )
    assert (row["card_last4"], row["payer_id"]) == ("1111", "c1")


SECRETS = ("JBSWY3DPEHPK3PXP", "$2b$12$abcdefghijklmnopqrstuv", "4242424242424242", "4242 4242 4242 4242", "DE89370400440532013000")


def test_secrets_never_come_through() -> None:
    text = (
        "user_id,email,password_hash,totp_secret,note,card_number,iban,amount\n"
        f"u1,a@b.com,{SECRETS[1]},{SECRETS[0]},paid with {SECRETS[3]} once,{SECRETS[2]},{SECRETS[4]},5\n"
        f"u2,b@b.com,{SECRETS[1]},{SECRETS[0]},x,{SECRETS[2]},{SECRETS[4]},5,one,too,many\n"
    )
    rows = read(text)
    everything = str([frame.to_dicts() for frame in rows.frames.values()]) + str(rows.rejected.to_dicts())
    assert not [secret for secret in SECRETS if secret in everything]
    assert "**** 4242" in everything
    assert any("password_hash" in told for told in rows.assumptions)
    assert any("card numbers" in told for told in rows.assumptions)


@pytest.mark.parametrize("prefix", ["cus_", "ch_", "pi_", "ORDER_"])
def test_a_number_in_an_identifier_is_no_card(prefix: str) -> None:
    """The digits are those of a card by their check digit: one identifier in ten has such."""
    rows = read(f"account_id,email,ref\n1,a@b.com,{prefix}4242424242424242\n")
    assert f"{prefix}4242424242424242" in str(rows.frames["account_records"].to_dicts())
    assert rows.assumptions == []


@pytest.mark.parametrize(
    "text", ["4242424242424242", "card_4242424242424242", "paid_with 4242424242424242", "_4242424242424242", "x: 4242 4242 4242 4242"]
)
def test_a_card_number_is_cut_wherever_it_stands(text: str) -> None:
    rows = read(f"account_id,email,ref\n1,a@b.com,{text}\n")
    kept = str(rows.frames["account_records"].to_dicts())
    assert "**** 4242" in kept
    assert "4242424" not in kept.replace(" ", "")


def test_whether_there_is_a_one_time_code_is_no_secret() -> None:
    users = '{"id": "u1", "username": "a", "emailVerified": true, "totp": %s}\n'
    kept = read("".join(users % said for said in ("true", "false")))
    assert [dict(row)["totp"] for row in kept.frames["account_records"]["extra"].to_list()] == ["true", "false"]
    assert kept.assumptions == []
    dropped = read("".join(users % said for said in ("true", '"JBSWY3DPEHPK3PXP"')))
    assert "JBSWY3DPEHPK3PXP" not in str(dropped.frames["account_records"].to_dicts())


def test_long_numbers_that_are_no_cards_stay() -> None:
    rows = read("account_id,email,reference\n1,a@b.com,1234567890123456\n")
    assert "1234567890123456" in str(rows.frames["account_records"].to_dicts())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-01T01:00:00+01:00", datetime(2024, 3, 1)),
        ("2024-03-01 00:00:00 UTC", datetime(2024, 3, 1)),
        ("2024-02-29T23:59:59.5Z", datetime(2024, 2, 29, 23, 59, 59, 500000)),
        ("1709251200", datetime(2024, 3, 1)),
        ("1709251200000", datetime(2024, 3, 1)),
        ("2024-03-01", datetime(2024, 3, 1)),
        ("25/03/2024 10:00", datetime(2024, 3, 25, 10)),
        ("03/25/2024 10:00", datetime(2024, 3, 25, 10)),
        ("25.03.2024", datetime(2024, 3, 25)),
        ("soon", None),
    ],
)
def test_times(text: str, expected: datetime | None) -> None:
    assert read(f"account_id,email,created_at\n1,a@b.com,{text}\n").frames["account_records"]["created_at"][0] == expected


def test_lines_survive_quotes_blank_lines_and_bad_rows() -> None:
    rows = read('account_id,email,note\n1,a@b.com,"two\nlines"\n\n2,b@b.com\n3,c@b.com,x,y,z\n4,d@b.com,\n')
    frame = rows.frames["account_records"]
    assert dict(zip(frame["account_id"], frame["line"], strict=True)) == {"1": 2, "2": 5, "4": 7}
    assert rows.rejected.select("line", "reason").rows() == [(6, "5 cells under 3 headers")]


def test_a_carriage_return_in_a_cell_ends_no_line_of_the_file() -> None:
    for end in ("\n", "\r\n", "\r"):
        text = end.join(["account_id,email,note", '1,a@b.com,"two\rlines"', "2,b@b.com,x", ""])
        frame = read(text).frames["account_records"]
        assert frame["line"].to_list() == [2, 4 if end == "\r" else 3]


def test_byte_order_marks_and_encodings() -> None:
    text = "account_id,email,name\n1,a@b.com,Jörg\n"
    for data in (text.encode("utf-8-sig"), text.encode("utf-16"), text.encode("cp1252")):
        assert read(data).frames["account_records"]["name"][0] == "Jörg"


def test_parquet_is_read_by_its_columns() -> None:
    stream = io.BytesIO()
    pl.DataFrame({"user_id": [1, 2], "amount": [5.0, 6.5], "paid_at": [datetime(2024, 3, 1)] * 2}).write_parquet(stream)
    rows = read(stream.getvalue(), "whatever.parquet")
    assert rows.kind == "payments"
    assert rows.frames["payment_records"]["paid_at"][0] == datetime(2024, 3, 1)


def test_parquet_without_an_account_is_refused_in_plain_words() -> None:
    stream = io.BytesIO()
    pl.DataFrame({"a": [1], "b": [2]}).write_parquet(stream)
    match = reader.recognise(stream.getvalue()[:100], "x.parquet")
    assert match is not None
    with pytest.raises(RefusedEvidenceError, match=r"rename them in a copy: account_id"):
        reader.read(Given(stream.getvalue(), "x.parquet"), match, "e1")


def test_rows_that_name_no_account_are_rejected() -> None:
    rows = read("account_id,email,plan\n1,a@b.com,pro\n,,pro\n")
    assert rows.rejected.select("line", "reason").rows() == [(3, "no account is named")]


@pytest.mark.parametrize(("zone", "hour"), [("PST", 18), ("CET", 9), ("America/New_York", 14), ("Nowhere", 10)])
def test_a_column_may_name_the_zone(zone: str, hour: int) -> None:
    text = f"Date,Time,TimeZone,Name,Gross,From Email Address,Transaction ID\n03/25/2024,10:00:00,{zone},A B,10.00,a@b.com,T1\n"
    rows = read(text)
    assert rows.frames["payment_records"]["paid_at"][0] == datetime(2024, 3, 25, hour)
    assert any("is not known" in told for told in rows.assumptions) == (zone == "Nowhere")


def test_times_without_a_zone_are_of_the_zone_that_was_given() -> None:
    text = "customer_id;email;registered_at\nC1;a@b.com;14/10/2022 03:56\nC2;c@d.com;30/01/2022 03:56\nC3;e@f.com;2022-10-14T03:56:00Z\n"
    assumed, given = read(text), read(text, time_zone="Europe/Paris")
    assert [at.hour for at in assumed.frames["account_records"]["created_at"]] == [3, 3, 3]
    assert [at.hour for at in given.frames["account_records"]["created_at"]] == [1, 2, 3]
    assert assumed.assumptions == ["times of column 'registered_at' carry no zone; read as UTC (--time-zone says otherwise)"]
    assert given.assumptions == ["times of column 'registered_at' carry no zone; read as Europe/Paris, as given"]
    assert [(rows.time_zone, rows.time_zone_source) for rows in (assumed, given)] == [("UTC", "assumed"), ("Europe/Paris", "given")]
    zoned = read("account_id,email,created_at\n1,a@b.com,2022-10-14T03:56:00Z\n", time_zone="Europe/Paris")
    assert (zoned.time_zone, zoned.time_zone_source, zoned.assumptions) == ("as logged", "log", [])


@pytest.mark.parametrize("header", ["Created (UTC)", "Created date (UTC)", "created_utc"])
def test_a_header_may_name_the_zone(header: str) -> None:
    text = f"id,Amount,{header},Customer Email,Card Fingerprint\nch_1,5.00,2024-03-01 12:00:00,a@b.com,fp1\n"
    rows = read(text, time_zone="Europe/Paris")
    assert rows.frames["payment_records"]["paid_at"][0] == datetime(2024, 3, 1, 12)
    assert (rows.time_zone, rows.assumptions) == ("as logged", [])


def test_a_column_for_the_zone_says_more_than_the_zone_that_was_given() -> None:
    """An empty cell, and a zone that nobody knows, leave the time to what was given; how days were read is said all the same."""
    head = "Date,Time,TimeZone,Name,Gross,From Email Address,Transaction ID\n"
    rows = read(
        head + "".join(f"03/02/2024,10:00:00,{zone},A B,10.00,a@b.com,T1\n" for zone in ("PST", "", "Nowhere")), time_zone="Europe/Paris"
    )
    assert [at.hour for at in rows.frames["payment_records"]["paid_at"]] == [18, 9, 9]
    assert rows.assumptions == [
        "dates of column 'Date' and 'Time' such as 03/02/2024 read as month first",
        "time zone 'Nowhere' is not known; read as Europe/Paris",
        "times of column 'Date' and 'Time' carry no zone; read as Europe/Paris, as given",
    ]


USER = '{"id":"a-%d","username":"v%d","email":"v%d@x.example","emailVerified":true,"createdTimestamp":1700000000000}'


@pytest.mark.parametrize("users", [1, 3])
@pytest.mark.parametrize("around", ["[\n %s\n]\n", "[%s]", '{"realm": "x", "users": [%s]}', '{"groups": [], "users" : [\n%s ] }'])
def test_users_of_keycloak_in_a_realm_and_by_themselves(users: int, around: str) -> None:
    rows = read(around % ",\n ".join(USER.replace("%d", str(n)) for n in range(users)))
    assert rows.format == "keycloak (json)"
    assert rows.frames["account_records"]["email"].to_list() == [f"v{n}@x.example" for n in range(users)]


def test_json_without_a_list_of_records_is_refused_in_half_a_sentence() -> None:
    with pytest.raises(RefusedEvidenceError, match=r"^holds no list of records: .* objects$"):
        array_start("{}", "users")


def test_a_null_byte_in_a_cell_costs_nobody_else() -> None:
    rows = read(b"account_id,email\nu1,a@one.example\nu2,\x00b@two.example\n")
    assert rows.frames["account_records"]["account_id"].to_list() == ["u1", "u2"]


FIREBASE_USER = (
    '{"localId":"Ab1","email":"A@b.com","emailVerified":true,"displayName":"A B","createdAt":"1709251200000","disabled":false,'
    '"passwordHash":"x","salt":"y","customAttributes":"{\\"plan\\":\\"pro\\"}"}'
)


@pytest.mark.parametrize("text", [FIREBASE_USER + "\n", f'{{"users":[{FIREBASE_USER}]}}'])
def test_firebase_users_are_named_by_their_local_id(text: str) -> None:
    rows = read(text)
    row = rows.frames["account_records"].to_dicts()[0]
    assert rows.format.startswith("firebase ")
    assert (row["account_id"], row["email"], row["plan"]) == ("Ab1", "a@b.com", "pro")
    assert row["created_at"] == datetime(2024, 3, 1)
    assert not {"passwordhash", "salt"} & set(row["extra"])


def test_shopify_writes_an_apostrophe_before_long_numbers() -> None:
    customers = read(
        "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Zip,"
        "Total Spent,Total Orders\n"
        "'7001234567890,A,B,a@b.com,no,Corp Ltd,'01234,5.00,1\n"
    )
    row = customers.frames["account_records"].to_dicts()[0]
    extra = row["extra"]
    assert (customers.format, row["account_id"], row["name"]) == ("shopify_customers (csv)", "7001234567890", "A B")
    assert (extra["company"], extra["default_address_zip"]) == ("Corp Ltd", "01234")
    orders = read(
        "Name,Email,Financial Status,Paid at,Currency,Total,Lineitem quantity,Lineitem name,Billing Name,"
        "Billing Zip,Billing Country,Payment Reference\n"
        "#1001,a@b.com,paid,2024-03-01 10:00:00 +0100,EUR,9.90,1,Tea,A B,'01234,DE,c1.1\n"
    )
    row = orders.frames["payment_records"].to_dicts()[0]
    assert (orders.format, row["account_key"], row["payment_id"], row["status"]) == ("shopify_orders (csv)", "a@b.com", "c1.1", "paid")
    assert (row["billing_postcode"], row["paid_at"], str(row["amount"])) == ("01234", datetime(2024, 3, 1, 9), "9.9000")


def test_an_apostrophe_that_is_part_of_a_name_stays() -> None:
    row = read("account_id,email,name\n'12',a@b.com,'t Hooft\n").frames["account_records"].to_dicts()[0]
    assert (row["account_id"], row["name"]) == ("'12'", "'t Hooft")


def test_a_table_of_devices_is_read_as_identifiers() -> None:
    rows = read("user_id,device_id,platform,first_seen,last_seen\nu1,d1,web,2024-03-01T00:00:00Z,2024-03-02T00:00:00Z\n")
    row = rows.frames["identifier_records"].to_dicts()[0]
    assert rows.format == "devices (csv)"
    assert (row["account_key"], row["identifier_type"], row["identifier_value"]) == ("u1", "device", "d1")
    assert (row["first_at"], row["last_at"]) == (datetime(2024, 3, 1), datetime(2024, 3, 2))


@pytest.mark.parametrize("text", ["user_id,email,device_id\nu1,a@b.com,d1\n", "user_id,device_id,amount,paid_at\nu1,d1,5,2024-03-01\n"])
def test_accounts_and_payments_may_have_a_device(text: str) -> None:
    assert "identifiers" not in read(text).format


def test_ids_of_which_some_pass_for_cards_by_chance_are_no_cards() -> None:
    header = "Name,Email,Financial Status,Paid at,Total,Lineitem name,Id\n"
    ids = [5_400_000_000_000 + 7 * n for n in range(100)]
    rows = read(header + "".join(f"#1,a{n}@b.com,paid,2024-03-01 10:00:00 +0100,5,Tea,{number}\n" for n, number in enumerate(ids)))
    assert not any("card" in text for text in rows.assumptions)
    assert [row["id"] for row in rows.frames["payment_records"]["extra"].to_list()] == [str(number) for number in ids]


def test_a_few_cards_among_other_texts_are_cut_all_the_same() -> None:
    notes = ["4111111111111111", *(f"order {5_400_000_000_000 + 7 * n}" for n in range(100))]
    rows = read("account_id,email,note\n" + "".join(f"{n},a{n}@b.com,{note}\n" for n, note in enumerate(notes)))
    assert rows.frames["account_records"]["extra"].to_list()[0]["note"] == "**** 1111"


def test_partners_are_accounts_that_sign_in_with_certificates() -> None:
    table = "partner_id;company;contact_email;certificate_subject\nP1;A AG;edi@a.example;CN=edi.a.example,O=A AG"
    row = read(table).frames["account_records"].row(0, named=True)
    assert (row["account_id"], row["email"], row["user_name"]) == ("P1", "edi@a.example", "CN=edi.a.example,O=A AG")
