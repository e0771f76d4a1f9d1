"""The headers that the systems' own documents and published exports show, whole; what users choose; and secrets under any name."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.exports.test_reader import read

from forensics.exports import reader

STRIPE_PAYMENTS = (
    "id,Description,Seller Message,Created (UTC),Amount,Amount Refunded,Currency,Converted Amount,Converted Amount Refunded,Fee,Tax,"
    "Converted Currency,Mode,Status,Statement Descriptor,Customer ID,Customer Description,Customer Email,Captured,Card ID,Card Last4,"
    "Card Brand,Card Funding,Card Exp Month,Card Exp Year,Card Name,Card Address Line1,Card Address Line2,Card Address City,"
    "Card Address State,Card Address Country,Card Address Zip,Card Issue Country,Card Fingerprint,Card CVC Status,Card AVS Zip Status,"
    "Card AVS Line1 Status,Card Tokenization Method,Disputed Amount,Dispute Status,Dispute Reason,Dispute Date (UTC),"
    "Dispute Evidence Due (UTC),Invoice ID,Payment Source Type,Destination,Transfer,Transfer Group,PaymentIntent ID,userID (metadata)"
)
BRAINTREE = (
    "Transaction ID,Subscription ID,Transaction Type,Transaction Status,Escrow Status,Created Datetime,Created Timezone,Settlement Date,"
    "Disbursement Date,Merchant Account,Currency ISO Code,Amount Authorized,Amount Submitted For Settlement,Service Fee,Tax Amount,"
    "Tax Exempt,Purchase Order Number,"
    "Order ID,Refunded Transaction ID,Payment Instrument Type,Card Type,Cardholder Name,First Six of Credit Card,"
    "Last Four of Credit Card,Credit Card Number,Expiration Date,Credit Card Customer Location,Customer ID,Payment Method Token,"
    "Credit Card Unique Identifier,Customer First Name,Customer Last Name,Customer Company,Customer Email,Billing First Name,"
    "Billing Last Name,Billing Company,Billing Postal Code,Billing Country,IP Address,CVV Response Code,PayPal Payer Email,PayPal Payer ID"
)
PAYPAL = (
    "Date,Time,TimeZone,Name,Type,Status,Currency,Gross,Fee,Net,From Email Address,To Email Address,Transaction ID,CounterParty Status,"
    "Shipping Address,Address Status,Item Title,Item ID,Escrow Id,Reference Txn ID,Invoice Number,Custom Number,Quantity,Receipt ID,"
    "Balance,Zip/Postal Code,Country,Contact Phone Number,Subject,Note"
)
PAYPAL_GERMAN = (
    "Datum,Uhrzeit,Zeitzone,Name,Typ,Status,Währung,Brutto,Gebühr,Netto,Absender E-Mail-Adresse,Empfänger E-Mail-Adresse,Transaktionscode"
)
PAYPAL_FRENCH = (
    "Date,Heure,Fuseau horaire,Nom,Type,État,Devise,Avant commission,Commission,Net,De l'adresse email,À l'adresse email,"
    "Numéro de transaction,Numéro de client,Numéro de facture"
)
PAYPAL_FRENCH_STATEMENT = (
    "Date,Heure,Fuseau horaire,Description,Devise,Avant commission,Commission,Net,Solde,Numéro de transaction,"
    "Adresse email de l'expéditeur,Nom,Nom de la banque,Compte bancaire,TVA,Identifiant de facture,Numéro de la transaction de référence"
)
PAYPAL_SPANISH_STATEMENT = (
    "Fecha,Hora,Zona horaria,Descripción,Divisa,Bruto ,Comisión ,Neto,Saldo,Id. de transacción,Correo electrónico del remitente,Nombre"
)
ADYEN = (
    "Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Currency,Amount,Type,"
    "Risk Scoring,Shopper Interaction,Shopper Name,Shopper PAN,Shopper IP,Shopper Country,Issuer Name,Issuer Id,Issuer Country,"
    "Acquirer Response,Authorisation Code,Shopper Email,Shopper Reference,CVC2 Response,AVS Response,Billing Postal Code / ZIP,"
    "Billing Country,Payment Method Variant"
)
CLERK = (
    "id,first_name,last_name,username,primary_email_address,primary_phone_number,verified_email_addresses,unverified_email_addresses,"
    "verified_phone_numbers,unverified_phone_numbers,totp_secret,password_digest,password_hasher"
)
STRIPE_MIGRATION = (
    "description,name,email,id,card.address_city,card.address_country,card.address_zip,card.exp_month,card.exp_year,card.id,card.name,"
    "card.number,default_source,card.transaction_ids"
)


def row(header: str, **cells: str) -> str:
    """Return a file of one row: cells by header name with spaces as underscores, everything else empty."""
    wanted = {name.replace("_", " "): value for name, value in cells.items()} | cells
    return f"{header}\n" + ",".join(wanted.get(name, "") for name in header.split(",")) + "\n"


def only(text: str, table: str = "payment_records") -> dict[str, object]:
    return read(text).frames[table].to_dicts()[0]


def test_stripe_payments() -> None:
    text = row(
        STRIPE_PAYMENTS,
        id="ch_1",
        Card_Fingerprint="ztg6H",
        Customer_ID="cus_1",
        Card_Last4="4242",
        Card_Exp_Month="3",
        Card_Exp_Year="2027",
    )
    found = only(text)
    assert (found["card_fingerprint"], found["payer_id"], found["card_last4"], found["card_expiry"]) == ("ztg6H", "cus_1", "4242", "3/2027")
    assert read(text).format == "stripe_payments (csv)"


def test_the_account_is_read_where_a_value_stands() -> None:
    """A metadata column that nobody filled does not hide the customer's address."""
    found = only(row(STRIPE_PAYMENTS, id="ch_1", Customer_Email="a@firm.example", Card_Fingerprint="f"))
    assert found["account_key"] == "a@firm.example"


def test_braintree() -> None:
    text = row(BRAINTREE, Transaction_ID="t1", Customer_ID="u1", Credit_Card_Unique_Identifier="a8d", First_Six_of_Credit_Card="411111",
               Credit_Card_Number="411111******1111", Expiration_Date="03/2027", PayPal_Payer_ID="PQ7")  # fmt: skip
    found = only(text)
    assert read(text).format == "braintree (csv)"
    assert (found["account_key"], found["card_fingerprint"], found["card_last4"], found["payer_id"]) == ("u1", "a8d", "1111", "PQ7")


def test_what_a_shop_says_of_its_customer_is_read_in_german() -> None:
    header = PAYPAL_GERMAN + ",Rechnungsnummer,Zollnummer,Anzahl,PLZ"
    cells = {"Datum": "25.03.2024", "Uhrzeit": "20:46:56", "Zeitzone": "MEZ", "Zollnummer": "u7", "Rechnungsnummer": "9"}
    found = only(row(header, Brutto="1", Transaktionscode="T1", **cells))
    assert (found["account_key"], found["paid_at"]) == ("u7", datetime(2024, 3, 25, 19, 46, 56))


@pytest.mark.parametrize("header", [PAYPAL, PAYPAL_GERMAN])
def test_a_refund_is_its_receivers(header: str) -> None:
    names = header.split(",")
    gross, sender, receiver, code = ("Brutto", "Absender E-Mail-Adresse", "Empfänger E-Mail-Adresse", "Transaktionscode")
    if header is PAYPAL:
        gross, sender, receiver, code = ("Gross", "From Email Address", "To Email Address", "Transaction ID")
    rows = [
        {gross: '"10,00"', sender: "buyer@mail.example", receiver: "shop@mail.example", code: "T1"},
        {gross: '"-10,00"', sender: "shop@mail.example", receiver: "buyer@mail.example", code: "T2"},
    ]
    text = header + "\n" + "".join(",".join(cells.get(name, "") for name in names) + "\n" for cells in rows)
    found = read(text)
    assert found.format == "paypal (csv)"
    assert found.frames["payment_records"]["payer_email"].to_list() == ["buyer@mail.example"] * 2
    assert found.frames["payment_records"]["account_key"].to_list() == ["buyer@mail.example"] * 2


def test_adyen() -> None:
    text = row(
        ADYEN,
        Psp_Reference="p1",
        Shopper_Email="A@firm.example",
        Shopper_Reference="u1",
        Shopper_PAN="1111",
        **{"Billing Postal Code / ZIP": "10115"},
    )
    found = only(text)
    assert (found["account_key"], found["payer_email"], found["card_last4"], found["billing_postcode"]) == (
        "u1",
        "a@firm.example",
        "1111",
        "10115",
    )


def test_clerk_and_its_secrets() -> None:
    text = row(
        CLERK,
        id="user_1",
        primary_email_address="a@firm.example",
        totp_secret="JBSWY3DP",
        password_digest="$2b$10$abc",
        first_name="A",
        last_name="B",
    )
    rows = read(text)
    assert rows.format == "clerk (csv)"
    assert "JBSWY3DP" not in str(rows.frames) + str(rows.assumptions)
    assert len([told for told in rows.assumptions if "secrets" in told]) == 2


def test_a_card_vault_export_keeps_four_digits_of_each_card() -> None:
    rows = read(
        row(
            STRIPE_MIGRATION,
            id="cus_1",
            email="a@firm.example",
            **{"card.number": "4242424242424242", "card.name": "A B", "card.exp_month": "3"},
        )
    )
    assert rows.format == "stripe_customers (csv)"
    assert "424242424242" not in str(rows.frames["payment_records"].to_dicts())


def test_customers_with_a_card_and_nothing_paid() -> None:
    rows = read("id,Email,Created (UTC),Status,Card Fingerprint\ncus_1,a@firm.example,2024-03-01 10:00,active,fp1\n")
    assert rows.format == "stripe_customers (csv)"
    found = rows.frames["payment_records"].to_dicts()[0]
    assert (found["account_key"], found["payer_id"], found["card_fingerprint"]) == ("a@firm.example", "cus_1", "fp1")


def test_what_is_owed_each_month_is_no_payment() -> None:
    rows = read(
        "id,Customer ID,Customer Email,Plan,Quantity,Currency,Interval,Amount,Status,Created (UTC),Start (UTC),"
        "Current Period Start (UTC),Current Period End (UTC)\n"
        "sub_1,cus_1,a@firm.example,p1,1,usd,month,20.00,active,2024-01-02 10:00,2024-01-02 10:00,2024-03-02 10:00,"
        "2024-04-02 10:00\n"
    )
    assert rows.format == "stripe_subscriptions (csv)"
    found = rows.frames["payment_records"].to_dicts()[0]
    assert (found["account_key"], found["payer_id"], found["payer_email"]) == ("a@firm.example", "cus_1", "a@firm.example")
    assert [found[name] for name in ("payment_id", "paid_at", "amount", "status")] == [None] * 4


def test_a_disputed_charge_is_no_second_payment() -> None:
    disputed = "Dispute Reason,Dispute Status,Dispute Created (UTC),Customer ID,Customer Email,Card Fingerprint"
    values = "fraudulent,lost,2024-03-05 10:00,cus_1,a@firm.example,fp1"
    rows = read(f"id,Charge ID,Dispute Amount,{disputed}\ndp_1,ch_1,20.00,{values}\n")
    assert rows.format == "stripe_disputes (csv)"
    found = rows.frames["payment_records"].to_dicts()[0]
    assert (found["account_key"], found["payer_id"], found["card_fingerprint"]) == ("a@firm.example", "cus_1", "fp1")
    assert [found[name] for name in ("payment_id", "paid_at", "amount", "status")] == [None] * 4

    rows = read(f"id,PaymentIntent ID,Created (UTC),Amount,Amount Refunded,{disputed}\nch_1,pi_1,2024-03-02 10:00,20.00,0.00,{values}\n")
    assert rows.format == "stripe_payments (csv)"  # the list of payments tells of disputes, too
    assert rows.frames["payment_records"]["paid_at"].to_list() == [datetime(2024, 3, 2, 10)]


def test_firebases_table_has_no_header() -> None:
    empty = 17 * ","
    rows = read(
        f"u1,a@firm.example,true,HASH,SALT,Ann{empty},1704189600000,1709373600000,+15550100,false,,\n"
        f'u2,,false,,,"Lee, B"{empty},1704189600000,,,true,"{{""plan"":""pro""}}",\n'
    )
    assert (rows.format, rows.lines, rows.parsed) == ("firebase (csv)", 2, 2)
    found = rows.frames["account_records"].to_dicts()
    assert [(row["account_id"], row["email"], row["name"]) for row in found] == [("u1", "a@firm.example", "Ann"), ("u2", None, "Lee, B")]
    assert {row["created_at"] for row in found} == {datetime(2024, 1, 2, 10)}
    assert not {"HASH", "SALT"} & set(str(found).replace("'", " ").split())


def test_a_table_without_a_header_of_no_known_order_is_none() -> None:
    assert reader.recognise(b"u1,a@firm.example,true,x,1704189600000,1709373600000,+15550100,false,\n", "users.csv") is None


def test_keycloak_credentials() -> None:
    text = (
        '{"realm":"r","users":[{"id":"k1","username":"bob","emailVerified":true,"createdTimestamp":1709251200000,"credentials":[{"type":"password",'
        '"hashedSaltedValue":"SALTED","secretData":"{\\"value\\":\\"HASHED\\"}","value":"PLAIN"}]}]}'
    )
    rows = read(text)
    assert rows.format == "keycloak (json)"
    assert not [secret for secret in ("SALTED", "HASHED", "PLAIN") if secret in str(rows.frames["account_records"].to_dicts())]


def test_auth0_by_the_names_of_its_default_columns() -> None:
    text = "Id,Given Name,Nickname,Name,Email,Email Verified,Connection,Created At\nauth0|1,A,ab,A B,a@firm.example,true,db,2024-03-01\n"
    rows = read(text)
    assert rows.format == "auth0 (csv)"
    assert rows.frames["account_records"]["account_id"].to_list() == ["auth0|1"]


SECRETS = [
    ("user_pass", "plain-text"), ("userPassword", "plain-text"), ("encrypted_password", "x" * 20),
    ("otp_secret_key", "JBSWY3DP"), ("totpSeed", "JBSWY3DP"), ("Хеш пароля", "geheim"), ("Токен", "geheim"), ("密码哈希", "geheim"),
    ("パスワードハッシュ", "geheim"), ("Hasło użytkownika", "geheim"), ("Contraseña actual", "geheim"), ("wachtwoord_2", "geheim"),
    ("google2fa_secret", "JBSWY3DP"), ("Kennwort", "geheim"), ("passphrase", "four words"), ("security_answer", "rex"),
    ("hash", "$2y$10$abcdefghijk"),
    ("credential", "$argon2id$v=19$m=65536"), ("legacy", "pbkdf2_sha256$600000$abc"), ("ldap", "{SSHA}abcdef"), ("note", "otpauth://totp/x?secret=JBSW"),
    ("shadow", "$6$salt$abc"), ("wp", "$P$Babcdef"), ("mfaKey", "JBSWY3DP"), ("recovery_codes", "123-456"),
]  # fmt: skip


@pytest.mark.parametrize(("header", "secret"), SECRETS)
def test_secrets_go_under_any_name(header: str, secret: str) -> None:
    rows = read(f"account_id,email,{header}\n1,a@firm.example,{secret}\n")
    assert secret not in str(rows.frames["account_records"].to_dicts())
    assert any("secrets" in told for told in rows.assumptions)


@pytest.mark.parametrize(
    "header",
    ["cvc_check", "CVV Response Code", "password_changed_at", "totp_enabled", "secretary", "passport_country", "Password changed at"],
)
def test_results_are_no_secrets(header: str) -> None:
    assert "kept" in str(read(f"account_id,email,{header}\n1,a@firm.example,kept\n").frames["account_records"].to_dicts())


@pytest.mark.parametrize(
    "digits", ["411111", "41111111", "**** 1111", "411111******1111", "xxxx-xxxx-xxxx-1111", "1111", "4242424242424242"]
)
def test_digits_of_a_card_are_no_fingerprint(digits: str) -> None:
    assert only(f"account_id,amount,card_hash\n1,5,{digits}\n")["card_fingerprint"] is None


@pytest.mark.parametrize(
    "text", ["account_id,email\n", "account_id,email", "id,Created (UTC),Amount,Customer ID,Customer Email,Card Fingerprint\n"]
)
def test_an_export_without_rows(text: str) -> None:
    rows = read(text)
    assert rows.parsed == 0
    assert rows.lines == rows.skipped == 1, "the header"


def test_cells_that_mean_nothing() -> None:
    frame = read("account_id,email,payer_id,amount\n1,a@firm.example,NONE,5\n2,b@firm.example,Unknown,5\n3,c@firm.example, ,5\n").frames[
        "payment_records"
    ]
    assert frame["payer_id"].to_list() == [None] * 3


def test_recognition_needs_no_rows() -> None:
    assert {reader.recognise(f"{header}\n".encode(), "x.csv").format for header in (BRAINTREE, PAYPAL, ADYEN, CLERK)} == {  # type: ignore[union-attr]
        "braintree (csv)", "paypal (csv)", "adyen (csv)", "clerk (csv)",
    }  # fmt: skip


def test_headers_in_other_languages_are_those_in_english() -> None:
    german = "Kunden-Nr;E-Mail;Vorname;Nachname;Registriert am;Tarif\n7;a@firm.example;Jörg;Müller;31.08.2026;Pro\n"
    found = only(german, "account_records")
    assert (found["account_id"], found["email"], found["name"], found["plan"]) == ("7", "a@firm.example", "Jörg Müller", "Pro")
    assert str(found["created_at"]) == "2026-08-31 00:00:00"
    french = "Identifiant de paiement;Identifiant client;Date de paiement;Montant;Devise;Nom de facturation;Code postal\n"
    paid = only(french + "p1;7;31.08.2026;1 019,90;EUR;Société A;75001\n")
    assert (paid["payment_id"], paid["account_key"], str(paid["amount"]), paid["billing_name"]) == ("p1", "7", "1019.9000", "Société A")
    spanish = only("ID de usuario,Correo electrónico,Fecha de registro\n7,a@firm.example,2026-08-31\n", "account_records")
    assert (spanish["account_id"], spanish["email"]) == ("7", "a@firm.example")


@pytest.mark.parametrize(
    ("header", "day"),
    [
        ("Kundennummer;E-Mail-Adresse;Name;Erstellt;Tarif", "13.03.2026"),
        ("Identifiant;Adresse e-mail;Nom;Date de création;Forfait", "13/03/2026"),
        ("ID Usuario;Correo electrónico;Nombre;Fecha de alta;Plan", "13/03/2026"),
        ("ID cliente;Indirizzo email;Nome;Data di registrazione;Piano", "13/03/2026"),
        ("Klantnummer;E-mailadres;Naam;Aangemaakt op;Abonnement", "13-03-2026"),
        ("ID klienta;Adres e-mail;Imię i nazwisko;Data rejestracji;Abonament", "2026-03-13"),
        ("ID do usuário;E-mail;Nome completo;Data de cadastro;Plano", "13/03/2026"),
        ("会員番号;メールアドレス;お名前;登録日;プラン", "2026年3月13日"),
        ("ユーザーＩＤ;ﾒｰﾙアドレス;氏名;登録日時;プラン", "2026/03/13"),  # wide letters and half-width kana are the same words
        ("用户ID;邮箱;姓名;注册时间;套餐", "2026-03-13"),
        ("ID пользователя;Эл. почта;ФИО;Дата регистрации;Тариф", "13.03.2026"),
    ],
)
def test_accounts_in_many_languages(header: str, day: str) -> None:
    found = only(f"{header};カード\n7;a@firm.example;Ann Lee;{day};Pro;1\n", "account_records")
    assert [found[name] for name in ("account_id", "email", "name", "plan")] == ["7", "a@firm.example", "Ann Lee", "Pro"]
    assert (str(found["created_at"]), found["extra"]) == ("2026-03-13 00:00:00", {"カード": "1"})


@pytest.mark.parametrize("header", ["パスワード", "密码", "Пароль", "Hasło", "Contraseña", "Senha", "Wachtwoord", "Mot de passe"])
def test_passwords_are_dropped_in_many_languages(header: str) -> None:
    assert "hunter2" not in str(only(f"user_id,email,{header}\n7,a@firm.example,hunter2\n", "account_records"))


@pytest.mark.parametrize("header", [PAYPAL_FRENCH, PAYPAL_FRENCH_STATEMENT, PAYPAL_SPANISH_STATEMENT])
def test_paypal_reports_in_other_languages(header: str) -> None:
    """Semicolons, decimal commas, days first: also where no day tells."""
    cells = dict.fromkeys(header.split(","), "") | {
        **dict.fromkeys(("Date", "Fecha"), "05/04/2024"),
        **dict.fromkeys(("Heure", "Hora"), "20:46:56"),
        **dict.fromkeys(("Fuseau horaire", "Zona horaria"), "CEST"),
        **dict.fromkeys(("Avant commission", "Bruto "), "1.023,00"),
        **dict.fromkeys(("Devise", "Divisa"), "EUR"),
        **dict.fromkeys(("Nom", "Nombre"), "Victor L"),
        **dict.fromkeys(("Numéro de transaction", "Id. de transacción"), "T1"),
        **dict.fromkeys(("De l'adresse email", "Adresse email de l'expéditeur", "Correo electrónico del remitente"), "V@x.example"),
    }
    names = header.split(",")
    text = ";".join(f'"{name}"' for name in names) + "\n" + ";".join(f'"{cells[name]}"' for name in names) + "\n"
    rows = read("\ufeff" + text)
    paid = rows.frames["payment_records"].to_dicts()[0]
    assert rows.format == "paypal (csv)"
    assert (paid["payment_id"], paid["payer_email"], paid["billing_name"], paid["currency"]) == ("T1", "v@x.example", "Victor L", "EUR")
    assert (str(paid["paid_at"]), float(paid["amount"])) == ("2024-04-05 18:46:56", 1023.0)
    assert any("read as day first" in told for told in rows.assumptions)


@pytest.mark.parametrize(
    "header",
    [
        "Numéro de client,Prénom,Nom,Courriel",
        "Id cliente,Nombre,Apellidos,Correo electrónico",
        "ID cliente,Nome,Cognome,E-mail",
        "ID,Имя,Фамилия,email",
    ],
)
def test_names_of_two_halves_in_other_languages(header: str) -> None:
    text = header + "\nC1,Zoé,Klein,z@x.example\n"
    assert only(text, "account_records")["name"] == "Zoé Klein"


@pytest.mark.parametrize("header", ["customer_no", "Customer Number", "Member-No.", "cust_no", "user_number"])
def test_a_customers_number_is_the_account(header: str) -> None:
    found = read(f"{header};email;opened\n4711;ann@mail.example;2026-01-01\n").frames["account_records"]
    assert found["account_id"].to_list() == ["4711"]


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("order_id,user_id,session_id,created_at,total", "payments"),
        ("id,user_id,checkout_session_id,session_id,created_at,total,card_last4", "payments"),
        ("email,prefix,first_name,last_name,expires_at", "accounts"),
        ("email,name,api_key_prefix,last_used_at", "accounts"),
        ("id,email,name,created_at,session_id", "accounts"),
        ("user_id,session_id,ip_address,user_agent,created_at", "identifiers"),
    ],
)
def test_a_column_of_sessions_or_keys_makes_no_table_of_them(header: str, kind: str) -> None:
    match = reader.recognise(f"{header}\n{','.join('x' * len(header.split(',')))}\n".encode(), "table.csv", None)
    assert match is not None
    assert match.kind == kind
