"""A second kind of random world, written as the files that a service would hand over: exports of several systems and access logs.

It shares no code, names, sizes or shapes with ``worlds.py``. Whoever lives here is a *payer*: accounts of one payer belong together,
nobody else's do. Traps by name: households, flats, co-working spaces, campuses, carriers, VPN exits, prepaid cards, gift cards, an
accountant who gets everybody's receipts, guests without a customer id, employees with accounts of their own, freelancers between two
companies, recycled addresses, namesakes.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

EPOCH = datetime(2025, 5, 5)
SYLLABLES = ("ba", "do", "ke", "li", "mo", "na", "pu", "ri", "so", "tu", "ve", "wa", "xi", "yo", "zan", "mer", "tol", "gri", "fen", "hal")
COMMON_SURNAMES = ("Smith", "Nguyen", "Garcia", "Kim", "Müller", "Silva", "Khan", "Li", "Rossi", "Ivanova")
MAIL = (
    "gmail.com",
    "gmail.com",
    "gmail.com",
    "outlook.com",
    "hotmail.com",
    "yahoo.com",
    "icloud.com",
    "proton.me",
    "web.de",
    "qq.com",
    "hey.com",
)
BROWSERS = tuple(f"Mozilla/5.0 (X11; Linux x86_64; rv:{n}.0) Gecko/20100101 Firefox/{n}.0" for n in range(96, 128))
FORMS = ("Ltd", "GmbH", "Inc.", "S.A.", "B.V.", "LLC")


@dataclass
class Person:
    """Somebody with a name, a home and habits."""

    first: str
    last: str
    home: str
    postcode: str
    browser: str
    mobile: int


@dataclass
class Method:
    """A way to pay: what the payment provider will say of it."""

    fingerprint: str
    last4: str
    expiry: tuple[int, int]
    name: str | None
    postcode: str | None
    customer: str | None
    receipts: str | None = None


@dataclass
class City:
    """Accounts, payments and visits of a service in one month, and who really pays for which account."""

    seed: int
    accounts: list[dict[str, Any]] = field(default_factory=list)
    payments: list[dict[str, Any]] = field(default_factory=list)
    visits: list[tuple[datetime, str, str, str, str]] = field(default_factory=list)
    payer: dict[str, str] = field(default_factory=dict)
    role: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        self.days = int(self.rng.integers(10, 45))
        self.payers = 0
        self.carrier = [[self.v4() for _ in range(int(self.rng.integers(2, 10)))] for _ in range(3)]
        self.vpn = [self.v4() for _ in range(int(self.rng.integers(3, 15)))]
        self.cafes = [self.v4() for _ in range(6)]

    # Small things ----------------------------------------------------------------------------------------------------

    def one(self, choices: Any) -> Any:
        """Return one of them."""
        return choices[int(self.rng.integers(len(choices)))]

    def chance(self, p: float) -> bool:
        """Return true with probability ``p``."""
        return bool(self.rng.random() < p)

    def between(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both possible."""
        return int(self.rng.integers(low, high + 1))

    def word(self, parts: int = 3) -> str:
        """Return a made-up word."""
        return "".join(self.one(SYLLABLES) for _ in range(parts))

    def hexed(self, digits: int) -> str:
        """Return so many hexadecimal digits."""
        return "".join(f"{n:x}" for n in self.rng.integers(0, 16, digits))

    def v4(self) -> str:
        """Return an address of its own /24, mostly."""
        return f"198.{self.between(18, 19)}.{self.between(0, 255)}.{self.between(1, 254)}" if self.chance(0.02) else (
            f"{self.between(20, 99)}.{self.between(0, 255)}.{self.between(0, 255)}.{self.between(1, 254)}"
        )  # fmt: skip

    def home(self) -> str:
        """Return a home: one address, or a /64 of which every visit uses another address."""
        if self.chance(0.25):
            return f"2001:db8:{self.hexed(4)}:{self.hexed(4)}::/64"
        return self.v4()

    def at(self, place: str) -> str:
        """Return the address that a visit from a place shows."""
        if not place.endswith("/64"):
            return place
        return place.removesuffix("::/64") + ":" + ":".join(self.hexed(4) for _ in range(4))

    def person(self, last: str | None = None, home: str | None = None, postcode: str | None = None) -> Person:
        """Return a new person; one in five has a very common name."""
        first = self.word(2).title()
        surname = last or (self.one(COMMON_SURNAMES) if self.chance(0.2) else self.word().title())
        return Person(
            first, surname, home or self.home(), postcode or f"{self.between(10000, 99999)}", self.one(BROWSERS), self.between(0, 2)
        )

    def new_payer(self) -> str:
        """Return a payer nobody else is."""
        self.payers += 1
        return f"payer {self.payers}"

    def method(self, person: Person | None = None, name: str | None = None, postcode: str | None = None, **more: Any) -> Method:
        """Return a card in somebody's or some company's name."""
        whose = name or (f"{person.first} {person.last}" if person else None)
        customer = None if self.chance(0.1) else f"cus_{self.hexed(14)}"
        return Method(
            self.hexed(16), f"{self.between(0, 9999):04d}", (self.between(1, 12), self.between(2025, 2031)), whose,
            postcode or (person.postcode if person else None), customer, **more,
        )  # fmt: skip

    def mailbox(self, person: Person) -> str:
        """Return a free mailbox."""
        tail = "" if self.chance(0.3) else str(self.between(1, 9999))
        return f"{person.first}{self.one(('.', '', '_'))}{person.last}{tail}@{self.one(MAIL)}".lower()

    # Accounts --------------------------------------------------------------------------------------------------------

    def account(
        self, payer: str, role: str, person: Person, email: str | None = None, methods: list[Method] | None = None,
        places: list[str] | None = None, born: datetime | None = None, agent: str | None = None, days: tuple[float, float] | None = None,
        company: str | None = None,
    ) -> str:  # fmt: skip
        """Add an account with its payments and visits; return its id."""
        key = f"{self.between(10**7, 10**8 - 1)}-{len(self.accounts)}"
        mail = email or self.mailbox(person)
        created = born or EPOCH - timedelta(days=float(self.rng.exponential(300)))
        self.accounts.append({"id": key, "email": mail, "name": f"{person.first} {person.last}", "created": created, "company": company})
        for method in methods or []:
            for _ in range(self.between(1, 3)):
                self.payments.append({"account": key, "email": mail, "at": self.moment(days), "method": method})
        busy = min(60, int(self.rng.lognormal(1.2, 1.0)))
        spots = places if places is not None else [person.home]
        for _ in range(busy):
            self.visit(key, mail, self.at(self.one(spots)), agent or person.browser, days)
        if self.chance(0.5):
            for _ in range(self.between(1, 6)):
                self.visit(key, mail, self.one(self.carrier[person.mobile]), agent or person.browser, days)
        for pool, share in ((self.vpn, 0.05), (self.cafes, 0.05)):
            if self.chance(share):
                self.visit(key, mail, self.one(pool), agent or person.browser, days)
        self.payer[key], self.role[key] = payer, role
        return key

    def moment(self, days: tuple[float, float] | None = None) -> datetime:
        """Return a moment of the month, mostly by day."""
        low, high = days or (0, self.days)
        day = float(self.rng.uniform(low, high))
        return EPOCH + timedelta(days=int(day), seconds=float(np.clip(self.rng.normal(14, 4), 0, 23.9)) * 3600)

    def visit(self, key: str, mail: str, address: str, agent: str, days: tuple[float, float] | None = None) -> None:
        """Add a request."""
        self.visits.append((self.moment(days), key, mail, address, agent))

    # Who lives here --------------------------------------------------------------------------------------------------

    def singles(self, count: int) -> None:
        """People with one account."""
        for _ in range(count):
            person = self.person()
            self.account(self.new_payer(), "single", person, methods=[self.method(person)] if self.chance(0.6) else None)

    def several_accounts(self) -> None:
        """One person with two to four accounts: one mailbox in spellings, one card, or new cards in the same name from the same home."""
        person, payer, way = self.person(), self.new_payer(), self.one(("spellings", "card", "name and home"))
        shared = self.method(person)
        local = f"{person.first}{person.last}{self.between(1, 99)}".lower()
        for number in range(self.between(2, 4)):
            email = f"{local[:3]}.{local[3:]}+{number}@gmail.com" if way == "spellings" else None
            methods = {"spellings": [self.method(person)], "card": [shared], "name and home": [self.method(person)]}[way]
            self.account(payer, f"several accounts: {way}", person, email, methods)

    def household(self) -> None:
        """A couple or family: everybody pays alone, from one home, mostly under one surname."""
        head = self.person()
        for _ in range(self.between(2, 4)):
            member = self.person(head.last if self.chance(0.7) else None, head.home, head.postcode)
            self.account(self.new_payer(), "household", member, methods=[self.method(member)])

    def family_card(self) -> None:
        """A family that pays with one card, with a phone each."""
        head = self.person()
        payer, card = self.new_payer(), self.method(head)
        for _ in range(self.between(2, 5)):
            self.account(payer, "family on one card", self.person(head.last, head.home, head.postcode), methods=[card])

    def company(self) -> tuple[str, Method, str, str]:
        """A company that pays for everybody, under sub-domains, with a card that was renewed, and contractors on free mail."""
        name, domain = self.word().title(), f"{self.word(4)}{self.between(1, 99)}.com"
        office, payer = self.v4(), self.new_payer()
        cards = [self.method(name=f"{name} {self.one(FORMS)}", postcode=f"{self.between(10000, 99999)}", receipts=f"ap@{domain}")]
        if self.chance(0.5):
            cards.append(Method(self.hexed(16), "0001", (5, 2030), cards[0].name, cards[0].postcode, cards[0].customer, cards[0].receipts))
        for _ in range(self.between(2, 40)):
            person = self.person()
            host = f"{self.one(('eu', 'us', 'lab'))}.{domain}" if self.chance(0.4) else domain
            email = f"{person.first}.{person.last}@{host}".lower()
            self.account(payer, "company", person, email, [self.one(cards)], [office, office, person.home], company=name)
        for _ in range(self.between(0, 3)):
            contractor = self.person()
            self.account(payer, "contractor", contractor, methods=[cards[0]])
        worker = self.person()
        self.account(self.new_payer(), "employee's own", worker, methods=[self.method(worker)], places=[office, worker.home])
        return payer, cards[0], domain, office

    def own_cards(self) -> None:
        """Colleagues who pay for themselves: one domain, one office, nothing else."""
        domain, office = f"{self.word(3)}-group.net", self.v4()
        for _ in range(self.between(4, 50)):
            person = self.person()
            email = f"{person.first[0]}{person.last}{self.between(1, 999)}@{domain}".lower()
            self.account(self.new_payer(), "pays alone", person, email, [self.method(person)], [office, person.home])

    def company_cards(self) -> None:
        """A company whose people have a card each, all in the company's name."""
        name, domain, office = f"{self.word(4).title()} {self.one(FORMS)}", f"{self.word(4)}.io", self.v4()
        postcode, payer = f"{self.between(10000, 99999)}", self.new_payer()
        for _ in range(self.between(3, 15)):
            person = self.person()
            email = f"{person.first}@{domain}".lower() if self.chance(0.9) else None
            self.account(payer, "company cards", person, email, [self.method(name=name, postcode=postcode)], [office, person.home])

    def merged(self) -> None:
        """Two companies that became one: each had its card, now both use a third."""
        payer, common = self.new_payer(), self.method(name=f"{self.word().title()} Holding", postcode="70001")
        for _ in range(2):
            domain, old, office = f"{self.word(4)}.de", self.method(name=self.word().title()), self.v4()
            for _ in range(self.between(3, 12)):
                person = self.person()
                email = f"{person.first}.{person.last}@{domain}".lower()
                methods = [old, common] if self.chance(0.7) else [self.one((old, common))]
                self.account(payer, "merged companies", person, email, methods, [office, person.home])

    def agency(self) -> None:
        """An agency that runs an account for each client under the client's name, from its own desks, on its card."""
        payer, desks = self.new_payer(), [self.v4() for _ in range(2)]
        card = self.method(name=f"{self.word().title()} Media {self.one(FORMS)}", postcode=f"{self.between(10000, 99999)}")
        for _ in range(self.between(4, 35)):
            person = self.person()
            email = f"social@{self.word(4)}{self.between(1, 99)}.shop" if self.chance(0.6) else None
            self.account(payer, "agency", person, email, [card], desks)

    def freelancer(self) -> None:
        """Somebody with an account at each of two companies, each paid by that company: the companies stay apart."""
        person = self.person()
        for payer, card, domain, office in (self.company(), self.company()):
            email = f"{person.first}.{person.last}.ext@{domain}".lower() if self.chance(0.5) else None
            self.account(payer, "freelancer", person, email, [card], [office, person.home])

    def accountant(self) -> None:
        """A bookkeeper whose mailbox gets the receipts of unrelated customers."""
        receipts = f"belege@{self.word(4)}-tax.example"
        for _ in range(self.between(5, 25)):
            person = self.person()
            self.account(self.new_payer(), "accountant's client", person, methods=[self.method(person, receipts=receipts)])

    def gift_cards(self) -> None:
        """A shop's card behind vouchers that strangers redeem."""
        card = self.method(name="Voucher Shop", postcode="10000")
        for _ in range(self.between(8, 120)):
            self.account(self.new_payer(), "voucher", self.person(), methods=[card])

    def prepaid(self) -> None:
        """Prepaid cards: the issuer's name and postcode on each, another number for everybody."""
        for _ in range(self.between(10, 60)):
            self.account(self.new_payer(), "prepaid", self.person(), methods=[self.method(name="Prepaid Cardholder", postcode="57117")])

    def guests(self) -> None:
        """Checkouts without a customer id: the provider writes the same nothing for each."""
        for _ in range(self.between(10, 80)):
            person = self.person()
            method = self.method(person)
            method.customer, method.receipts = self.one(("guest", "N/A")), None
            self.account(self.new_payer(), "guest", person, methods=[method])

    def campus(self) -> None:
        """Students behind one gateway; one lab among them pays with one card."""
        gates, domain = [self.v4() for _ in range(self.between(1, 3))], f"uni-{self.word(3)}.edu"
        for _ in range(self.between(30, 200)):
            person = self.person()
            email = f"{person.last}{self.between(1, 9999)}@students.{domain}".lower() if self.chance(0.6) else None
            self.account(self.new_payer(), "campus", person, email, [self.method(person)] if self.chance(0.5) else None, gates)
        lab, payer = self.method(name=f"{self.word().title()} Lab", postcode="31000"), self.new_payer()
        for _ in range(self.between(3, 8)):
            person = self.person()
            self.account(payer, "lab", person, f"{person.last}.{person.first}@lab.{domain}".lower(), [lab], gates)

    def co_working(self) -> None:
        """Unrelated people at one address, some of whom also live together."""
        place = self.v4()
        for _ in range(self.between(10, 40)):
            person = self.person()
            self.account(self.new_payer(), "co-working", person, methods=[self.method(person)], places=[place, place, person.home])

    def handed_on(self) -> None:
        """An address that the provider gives to one customer after the other."""
        place, day, gap = self.v4(), 0.0, float(self.rng.uniform(8, 12))
        while day + 1 < self.days:
            person = self.person()
            self.account(self.new_payer(), "handed on", person, methods=[self.method(person)], places=[place], days=(day, day + 1))
            day += 1 + gap

    def namesakes(self) -> None:
        """Two strangers with one very common name in one postcode."""
        first, last, postcode = self.word(1).title(), self.one(COMMON_SURNAMES), f"{self.between(10000, 99999)}"
        for _ in range(2):
            person = self.person(last, None, postcode)
            person.first = first
            self.account(self.new_payer(), "namesake", person, methods=[self.method(person)])

    def ring(self) -> None:
        """A ring on free mail: numbered names opened in one evening, a card for every two or three accounts, rented addresses."""
        payer, stem, host = self.new_payer(), self.word(4), self.one(MAIL)
        rented = [
            f"{self.between(100, 140)}.{self.between(0, 255)}.{self.between(0, 255)}.{self.between(1, 254)}"
            for _ in range(self.between(3, 8))
        ]
        agent = self.one(("python-requests/2.31.0", f"{self.word(2)}-sync/1.{self.between(0, 9)}", self.one(BROWSERS)))
        size, first = self.between(5, 30), self.between(1, 80)
        evening = EPOCH + timedelta(days=float(self.rng.uniform(-20, self.days - 1)))
        holder, cards = self.person(), []
        for number in range(size):
            if number % 3 == 0:
                cards.append(self.method(holder))
            born = evening + timedelta(minutes=float(number * self.rng.uniform(0.5, 4)))
            methods = [cards[-1]] if self.chance(0.8) else [cards[0]]
            mail = f"{stem}{first + number}@{host}"
            self.account(payer, "ring", self.person(), mail, methods, list(self.rng.permutation(rented)[:3]), born, agent)

    # The month and its files -----------------------------------------------------------------------------------------

    def populate(self) -> None:
        """Fill the city: everybody at least sometimes, in other numbers each time."""
        self.singles(self.between(200, 2500))
        most = {
            "several_accounts": 25, "household": 60, "family_card": 30, "company": 8, "own_cards": 5, "company_cards": 4, "merged": 2,
            "agency": 4, "freelancer": 3, "accountant": 2, "gift_cards": 2, "prepaid": 2, "guests": 2, "campus": 2, "co_working": 3,
            "handed_on": 10, "namesakes": 4, "ring": 6,
        }  # fmt: skip
        for kind, count in most.items():
            for _ in range(self.between(0, count)):
                getattr(self, kind)()

    def write(self, folder: Path) -> None:
        """Write the exports and logs; the seed decides whose exports these are."""
        folder.mkdir(parents=True, exist_ok=True)
        self.accounts = [self.accounts[i] for i in self.rng.permutation(len(self.accounts))]
        name, text = self.one((self._auth0, self._clerk, self._plain))()
        (folder / name).write_text(text, encoding="utf-8")
        name, text = self.one((self._stripe, self._braintree))()
        (folder / name).write_text(text, encoding="utf-8")
        by_mail = self.chance(0.5)
        with (folder / "access.log").open("w", encoding="utf-8") as log:
            for at, key, mail, address, agent in sorted(self.visits):
                user = mail if by_mail else key
                log.write(f'{address} - {user} [{at:%d/%b/%Y:%H:%M:%S} +0000] "GET /app HTTP/1.1" 200 512 "-" "{agent}"\n')

    def _auth0(self) -> tuple[str, str]:
        lines = (
            {
                "user_id": f"auth0|{a['id']}", "email": a["email"], "email_verified": True, "name": a["name"], "logins_count": 4,
                "created_at": f"{a['created']:%Y-%m-%dT%H:%M:%S}.000Z", "app_metadata": {"account_id": a["id"]},
                "user_metadata": {"company": a["company"]} if a["company"] else {},
            }
            for a in self.accounts
        )  # fmt: skip
        return "users.json", "".join(json.dumps(line) + "\n" for line in lines)

    def _clerk(self) -> tuple[str, str]:
        header = [
            "id",
            "external_id",
            "first_name",
            "last_name",
            "username",
            "primary_email_address",
            "created_at",
            "password_digest",
            "totp_secret",
        ]
        rows = (
            [f"user_{n}", a["id"], *a["name"].split(" ", 1), "", a["email"], f"{a['created']:%Y-%m-%dT%H:%M:%S}Z", "$2b$10$" + "x" * 53, ""]
            for n, a in enumerate(self.accounts)
        )
        return "clerk.csv", _csv(header, rows)

    def _plain(self) -> tuple[str, str]:
        header = ["User ID", "E-Mail", "Full Name", "Registered At", "Company"]
        rows = ([a["id"], a["email"], a["name"], f"{a['created']:%Y-%m-%d %H:%M:%S}", a["company"] or ""] for a in self.accounts)
        return "members.csv", _csv(header, rows)

    def _stripe(self) -> tuple[str, str]:
        header = [
            "id", "Created date (UTC)", "Amount", "Currency", "Status", "Customer ID", "Customer Email", "Card Last4", "Card Brand",
            "Card Exp Month", "Card Exp Year", "Card Name", "Card Address Zip", "Card Fingerprint", "account_id (metadata)",
        ]  # fmt: skip
        rows = (
            [
                f"ch_{n}", f"{p['at']:%Y-%m-%d %H:%M:%S}", "19.00", "eur", "Paid", m.customer or "",
                m.receipts or p["email"], m.last4, "Visa",
                m.expiry[0], m.expiry[1], m.name or "", m.postcode or "", m.fingerprint, p["account"],
            ]
            for n, p in enumerate(self.payments) for m in (p["method"],)
        )  # fmt: skip
        return "unified_payments.csv", _csv(header, rows)

    def _braintree(self) -> tuple[str, str]:
        header = [
            "Transaction ID", "Transaction Type", "Transaction Status", "Created Datetime", "Created Timezone", "Merchant Account",
            "Amount Authorized", "Customer ID", "Customer Email", "Payment Method Token", "Card Type", "Cardholder Name",
            "Last Four of Credit Card",
            "Expiration Date", "Billing Postal Code", "Unique Card Number Identifier", "account_id",
        ]  # fmt: skip
        rows = (
            [
                f"t{n}", "sale", "settled", f"{p['at']:%m/%d/%Y %H:%M:%S}", "UTC", "main", "19.00", p["account"],
                m.receipts or p["email"], "tok",
                "Visa", m.name or "", m.last4, f"{m.expiry[0]:02d}/{m.expiry[1]}", m.postcode or "", m.fingerprint, "",
            ]
            for n, p in enumerate(self.payments) for m in (p["method"],)
        )  # fmt: skip
        return "transaction_search.csv", _csv(header, rows)


def _csv(header: list[str], rows: Iterator[list[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def city(seed: int) -> City:
    """Return the city of a seed, populated."""
    made = City(seed)
    made.populate()
    return made
