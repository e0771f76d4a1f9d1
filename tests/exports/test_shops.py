"""Exports of shops and payment services by what their documentation says they hold, and rows and columns that are none of a record."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.exports.test_reader import read, reader

from forensics.exports.reader import recognise

ORDER = (
    '{{"id":{id},"number":"{id}","order_key":"k","status":"processing","currency":"EUR","date_created":"2026-03-01T16:28:02",'
    '"date_created_gmt":"2026-03-01T15:28:02","date_paid_gmt":"2026-03-01T15:28:08","total":"29.35","customer_id":{customer},'
    '"billing":{{"first_name":"Ann","last_name":"Lee","postcode":"12345","country":"DE","email":"Ann@a.example"}},"payment_method":"stripe"}}'
)
PADDLE = (
    '{{"data":[{{"id":"txn_1","status":"completed","customer_id":"ctm_1","custom_data":{{"user_id":"u-17"}},"currency_code":"{currency}",'
    '"origin":"web","billed_at":"2026-03-01T10:00:01Z","created_at":"2026-03-01T10:00:00Z","details":{{"totals":{{"total":"10900"}}}},'
    '"payments":[{{"method_details":{{"card":{{"type":"visa","last4":"3184","expiry_month":1,"expiry_year":2028}}}}}}]}}]}}'
)


def payment(text: str) -> dict[str, Any]:
    (row,) = read(text).frames["payment_records"].to_dicts()
    return row


@pytest.mark.parametrize(
    ("text", "system", "expected"),
    [
        (
            f"[{ORDER.format(id=727, customer=5)}]",
            "woocommerce",
            {"payment_id": "727", "account_key": "5", "paid_at": datetime(2026, 3, 1, 15, 28, 8), "payer_email": "ann@a.example"},
        ),
        (
            '{"entity":"collection","count":1,"items":[{"id":"pay_1","entity":"payment","amount":50000,"currency":"INR","status":"captured",'
            '"order_id":"order_1","international":false,"method":"upi","amount_refunded":0,"captured":true,"vpa":"ann@bank.example",'
            '"email":"ann@a.example","contact":"+9100000","created_at":1772380800}]}',
            "razorpay_api",
            {"payment_id": "pay_1", "amount": Decimal("500"), "account_key": "ann@a.example", "paid_at": datetime(2026, 3, 1, 16)},
        ),
        (
            "id,amount,currency,status,order_id,international,method,amount_refunded,amount_transferred,captured,vpa,email,contact,created_at\n"
            "pay_1,500.00,INR,captured,order_1,0,card,0.00,0,1,,ann@a.example,+9100000,2026-03-01 16:00:00\n",
            "razorpay",
            {"payment_id": "pay_1", "amount": Decimal("500"), "account_key": "ann@a.example"},
        ),
        (
            "Order Number,Order Status,Order Date,First Name (Billing),Last Name (Billing),Postcode (Billing),Email (Billing),"
            "Payment Method Title,Order Total Amount\n727,Completed,2026-03-01 16:28,Ann,Lee,12345,ann@a.example,Card,29.35\n",
            "woocommerce",
            {"payment_id": "727", "account_key": "ann@a.example", "amount": Decimal("29.35"), "billing_name": "Ann Lee"},
        ),
        (
            PADDLE.format(currency="USD"),
            "paddle",
            {"account_key": "u-17", "payer_id": "ctm_1", "paid_at": datetime(2026, 3, 1, 10, 0, 1), "amount": Decimal(109)},
        ),
        (PADDLE.format(currency="JPY"), "paddle", {"amount": Decimal(10900), "card_last4": "3184", "card_expiry": "1/2028"}),
        (
            '{"data":[{"type":"orders","id":"1","attributes":{"store_id":1,"customer_id":77,"identifier":"104e","user_name":"Ann Lee",'
            '"user_email":"ann@a.example","currency":"USD","currency_rate":"1.0","total":1199,"status":"paid",'
            '"created_at":"2026-03-01T09:45:53.000000Z"}}]}',
            "lemonsqueezy",
            {"payment_id": "104e", "account_key": "ann@a.example", "payer_id": "77", "amount": Decimal("11.99")},
        ),
        (
            "id,created_at,charge_date,amount,currency,status,links.mandate,customers.id,customers.given_name,customers.email\n"
            "PM1,2026-03-01T10:00:00.000Z,2026-03-04,25.00,GBP,paid_out,MD1,CU1,Ann,ann@a.example\n",
            "gocardless",
            {"payment_id": "PM1", "account_key": "ann@a.example", "paid_at": datetime(2026, 3, 4), "status": "paid_out"},
        ),
        (
            "Date,Time,Time Zone,Gross Sales,Total Collected,Transaction ID,Payment ID,Card Brand,PAN Suffix,Customer ID,"
            "Customer Reference ID\n"
            "2026-03-01,10:00:00,Eastern Time (US & Canada),$20.00,$21.00,tx1,pay1,Visa,1111,C1,u-17\n",
            "square",
            {"account_key": "u-17", "paid_at": datetime(2026, 3, 1, 15), "amount": Decimal(21), "card_last4": "1111"},
        ),
        (
            "Purchase ID,Item Name,Buyer Name,Purchase Email,Purchase Date,Purchase Time (UTC timezone),Sale Price ($),Zip Code\n"
            "p==,Prompts,Ann Lee,ann@a.example,2026-03-01,10:00:00,10,12345\n",
            "gumroad",
            {"account_key": "ann@a.example", "paid_at": datetime(2026, 3, 1, 10), "amount": Decimal(10), "billing_postcode": "12345"},
        ),
    ],
)
def test_payments_of_shops(text: str, system: str, expected: dict[str, Any]) -> None:
    assert read(text).format.startswith(system)
    row = payment(text)
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("text", "system", "expected"),
    [
        (
            '{"object":"list","data":[{"id":"pi_1","object":"payment_intent","amount":2000,"created":1772380800,"currency":"usd","customer":"cus_1",'
            '"latest_charge":"ch_1","livemode":true,"metadata":{"user_id":"u1"},"receipt_email":"ann@a.example","status":"succeeded"}]}',
            "stripe_api",
            {"payment_id": "pi_1", "amount": Decimal(20), "account_key": "u1", "payer_id": "cus_1"},
        ),
        (
            '{"data":[{"id":"cs_1","object":"checkout.session","amount_total":2000,"client_reference_id":"u1","created":1772380800,"currency":"jpy",'
            '"customer_details":{"email":"ann@a.example"},"livemode":true,"status":"complete"}]}',
            "stripe_api",
            {"payment_id": "cs_1", "amount": Decimal(2000), "account_key": "u1", "payer_email": "ann@a.example"},
        ),
        (
            '{"data":[{"id":"cus_1","object":"customer","balance":0,"created":1772380800,"delinquent":false,"email":"ann@a.example",'
            '"invoice_prefix":"X","livemode":true,"metadata":{"user_id":"u1"}}]}',
            "stripe_customers",
            {"payment_id": None, "account_key": "u1", "payer_id": "cus_1"},
        ),
        (
            '{"list":[{"transaction":{"id":"txn_1","customer_id":"c1","gateway":"chargebee","type":"payment","date":1772380800,"amount":1100,'
            '"status":"success","object":"transaction","currency_code":"USD","masked_card_number":"************4242"}}]}',
            "chargebee_api",
            {"payment_id": "txn_1", "amount": Decimal(11), "account_key": "c1", "card_last4": "4242"},
        ),
        (
            '{"transaction_details":[{"transaction_info":{"transaction_id":"5TY","transaction_initiation_date":"2026-03-01T17:00:00+0100",'
            '"transaction_amount":{"currency_code":"USD","value":"465.00"},"transaction_status":"S","custom_field":"u17"},"payer_info":'
            '{"account_id":"6ST","email_address":"ann@a.example","payer_name":{"given_name":"Ann","surname":"Lee"}}}]}',
            "paypal_api",
            {"payment_id": "5TY", "amount": Decimal(465), "account_key": "u17", "payer_id": "6ST", "billing_name": "Ann Lee"},
        ),
        (
            '[{"id":"b1","status":"settled","currencyIsoCode":"USD","amount":"10.00","merchantAccountId":"m","createdAt":"2026-03-01T16:00:00Z",'
            '"customer":{"id":"u17","email":"ann@a.example"},"creditCard":{"last4":"1111","uniqueNumberIdentifier":"abc"},'
            '"paymentInstrumentType":"credit_card"}]',
            "braintree_api",
            {"payment_id": "b1", "amount": Decimal(10), "account_key": "u17", "card_fingerprint": "abc", "currency": "USD"},
        ),
        (
            '{"live":"true","notificationItems":[{"NotificationRequestItem":{"additionalData":{"shopperReference":"u17","cardSummary":"1111"},'
            '"amount":{"currency":"EUR","value":1000},"eventCode":"AUTHORISATION","eventDate":"2026-03-01T17:00:00+01:00",'
            '"merchantAccountCode":"m","paymentMethod":"visa","pspReference":"791","success":"true"}}]}',
            "adyen_api",
            {"payment_id": "791", "amount": Decimal(10), "currency": "EUR", "account_key": "u17", "card_last4": "1111"},
        ),
        (
            '{"object":"list","data":[{"id":"t1","object":"transaction","account":{"id":"x","code":"a1","email":"ann@a.example"},"amount":10.0,'
            '"currency":"USD","status":"success","payment_method":{"card_type":"Visa","last_four":"1111"},"collected_at":"2026-03-01T16:00:00Z",'
            '"created_at":"2026-03-01T16:00:00Z"}]}',
            "recurly",
            {"payment_id": "t1", "amount": Decimal(10), "account_key": "a1", "card_last4": "1111"},
        ),
        (
            "rc_original_app_user_id;rc_last_seen_app_user_id_alias;start_time;store;price_in_usd;store_transaction_id\n"
            "u1;u1;2026-03-01 16:00:00;app_store;9.99;100001\n",
            "revenuecat",
            {"payment_id": "100001", "amount": Decimal("9.99"), "account_key": "u1"},
        ),
        (
            '{"payments":[{"id":"bP","created_at":"2026-03-01T16:00:00Z","amount_money":{"amount":555,"currency":"USD"},"status":"COMPLETED",'
            '"source_type":"CARD","card_details":{"card":{"card_brand":"VISA","last_4":"1111","fingerprint":"sq-1"}},"location_id":"L",'
            '"order_id":"o1","customer_id":"c1","total_money":{"amount":555,"currency":"USD"}}]}',
            "square_api",
            {"payment_id": "bP", "amount": Decimal("5.55"), "account_key": "c1", "card_fingerprint": "sq-1", "currency": "USD"},
        ),
        (
            '{"_embedded":{"payments":[{"resource":"payment","id":"tr_1","mode":"live","amount":{"value":"10.00","currency":"EUR"},'
            '"method":"creditcard","metadata":{"user_id":"u17"},"status":"paid","paidAt":"2026-03-01T16:00:00+00:00",'
            '"details":{"cardFingerprint":"fp"}}]}}',
            "mollie_api",
            {"payment_id": "tr_1", "amount": Decimal(10), "account_key": "u17", "card_fingerprint": "fp"},
        ),
        (
            '{"orders":[{"id":45,"browser_ip":"203.0.113.9","currency":"USD","customer":{"id":207},"email":"ann@a.example","financial_status":'
            '"paid","name":"#1001","order_number":1001,"processed_at":"2026-03-01T11:00:00-05:00","total_price":"598.94"}]}',
            "shopify_api",
            {"payment_id": "#1001", "amount": Decimal("598.94"), "account_key": "207", "payer_email": "ann@a.example"},
        ),
    ],
    ids=[
        "intent",
        "session",
        "customer",
        "chargebee",
        "paypal",
        "braintree",
        "adyen",
        "recurly",
        "revenuecat",
        "square",
        "mollie",
        "shopify",
    ],
)
def test_payments_as_the_interfaces_return_them(text: str, system: str, expected: dict[str, Any]) -> None:
    assert read(text).format.startswith(f"{system} (")
    row = payment(text)
    assert {name: row[name] for name in expected} == expected
    assert row["paid_at"] == (None if system == "stripe_customers" else datetime(2026, 3, 1, 16))


def test_an_interface_counts_pence_where_the_table_of_the_same_service_has_pounds() -> None:
    row = payment('[{"id":"PM1","charge_date":"2026-03-01","amount":1099,"currency":"GBP","status":"paid_out","links":{"mandate":"MD1"}}]')
    assert row["amount"] == Decimal("10.99")
    row = payment("id,charge_date,amount,currency,status,links.mandate\nPM1,2026-03-01,10.99,GBP,paid_out,MD1\n")
    assert row["amount"] == Decimal("10.99")


def test_a_time_of_greenwich_is_before_the_shops_own() -> None:
    text = (
        '[{"id":25,"date_created":"2026-03-01T10:00:00","date_created_gmt":"2026-03-01T09:00:00","email":"ann@a.example","username":"ann"}]'
    )
    (row,) = read(text).frames["account_records"].to_dicts()
    assert row["created_at"] == datetime(2026, 3, 1, 9)


def test_subscriptions_are_no_accounts() -> None:
    text = '{"data":[{"id":"sub_1","customer":"c1","created":1772380800,"cancel_at_period_end":false,"status":"active"}]}'
    assert recognise(text.encode(), "subscriptions.json") is None


def test_guests_of_a_shop_are_no_account() -> None:
    rows = read(f"[{ORDER.format(id=1, customer=0)},{ORDER.format(id=2, customer=5)}]").frames["payment_records"]
    assert rows["account_key"].to_list() == [None, "5"]


def test_payments_whose_account_has_an_unknown_name_are_no_accounts() -> None:
    assert reader.recognise(b"id,created_at,amount,currency,status,who\nP1,2026-03-01,25.00,GBP,paid,x\n", "export") is None


def test_the_sum_under_a_table_is_no_payment() -> None:
    header = "user_id,payment_id,paid_at,amount,card_fingerprint\n"
    rows = read(f"{header}u1,p1,2026-03-01 10:00:00,10.00,fp1\nTotal,,,20.00,\nGrand total:,,,20.00,\n")
    assert rows.frames["payment_records"]["account_key"].to_list() == ["u1"]
    rows = read(f"{header}total,p1,2026-03-01 10:00:00,10.00,fp1\nu2,p2,,10.00,fp2\n")
    assert rows.frames["payment_records"]["account_key"].to_list() == ["total", "u2"]


def test_of_columns_of_one_name_each_row_has_what_is_filled() -> None:
    text = "id,email,created_at,email\n1,,2026-03-01,ann@a.example\n2,ben@b.example,2026-03-01,\n3,cy@c.example,2026-03-01,dan@d.example\n"
    assert read(text).frames["account_records"]["email"].to_list() == ["ann@a.example", "ben@b.example", "cy@c.example"]
    text = "id,email,created_at,email_2\n1,,2026-03-01,ann@a.example\n"
    assert read(text).frames["account_records"]["email"].to_list() == [None]


def test_the_state_of_an_address_is_no_status() -> None:
    (row,) = read("user_id,email,street,city,state\n1,ann@a.example,Main St 1,Town,CA\n").frames["account_records"].to_dicts()
    assert row["status"] is None
    (row,) = read("user_id,email,state\n1,ann@a.example,suspended\n").frames["account_records"].to_dicts()
    assert row["status"] == "suspended"


@pytest.mark.parametrize(
    "text",
    [
        '[{"id":"9f42","state":"active","traits":{"email":"ann@a.example","name":{"first":"Ann","last":"Lee"}},"created_at":"2026-01-01T10:00:00Z"}]',
        '{"results":[{"user_id":"9f42","emails":[{"email":"ann@a.example"}],"name":{"first_name":"Ann","last_name":"Lee"},'
        '"created_at":"2026-01-01T10:00:00Z"}]}',
        '{"users":[{"id":"9f42","email":"ann@a.example","firstName":"Ann","lastName":"Lee","insertInstant":1767261600000}]}',
    ],
    ids=["Ory Kratos", "Stytch", "FusionAuth"],
)
def test_accounts_of_user_stores(text: str) -> None:
    (row,) = read(text).frames["account_records"].to_dicts()
    found = tuple(row[name] for name in ("account_id", "email", "name", "created_at"))
    assert found == ("9f42", "ann@a.example", "Ann Lee", datetime(2026, 1, 1, 10))


def test_a_table_of_two_columns_may_tell_of_deploys() -> None:
    rows = read("deployed_at,description\n2026-03-01 10:00:00,Release 1.2\n2026-03-02 10:00:00,Rollback\n").frames["notes"]
    assert rows.select("message", "event_type").rows() == [("Release 1.2", "deploy"), ("Rollback", "deploy")]
    assert reader.recognise(b"released_at,title\n2026-03-01,A film\n", "export") is None


def test_the_primary_address_of_several_is_the_accounts() -> None:
    text = (
        '{"data":[{"id":"user_1","object":"user","username":"ann","primary_email_address_id":"idn_2","email_addresses":'
        '[{"id":"idn_1","email_address":"old@a.example"},{"id":"idn_2","email_address":"ann@a.example"}],"created_at":1767261600000}]}'
    )
    assert read(text).frames["account_records"]["email"].to_list() == ["ann@a.example"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "id,Amount Due,Currency,Customer,Date (UTC),Number,Paid,Amount Paid,Status,Customer Email\n"
            "in_1,10.00,usd,cus_1,2026-03-01 10:00,A-1,TRUE,9.00,paid,ann@a.example\n",
            {"payment_id": "in_1", "account_key": "ann@a.example", "paid_at": datetime(2026, 3, 1, 10), "amount": Decimal(9)},
        ),
        (
            "balance_transaction_id,created_utc,currency,gross,net,charge_id,customer_id,customer_email,payment_metadata[user_id]\n"
            "txn_1,2026-03-01 10:00:00,usd,10.00,9.41,ch_1,cus_1,ann@a.example,u-17\n",
            {"payment_id": "ch_1", "account_key": "u-17", "payer_id": "cus_1", "amount": Decimal(10)},
        ),
    ],
    ids=["invoices", "balance"],
)
def test_other_reports_of_stripe(text: str, expected: dict[str, Any]) -> None:
    row = payment(text)
    assert {name: row[name] for name in expected} == expected
