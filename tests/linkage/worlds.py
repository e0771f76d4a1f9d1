"""Random worlds with known actors: ordinary people, companies, agencies, campuses, resellers, families, rings; seeded.

A world is what exports and logs would show of it (accounts, payments, visits); ``actor`` is the truth: accounts with the same number are
paid for or operated by the same people. A company whose people pay for themselves is no actor.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
from tests.stored_case import new_case

from forensics.case import store
from forensics.case.case import Case
from forensics.formats.schema import EVENTS

START = datetime(2024, 2, 1)
DAYS = 20
FREE = ("gmail.com", "outlook.com", "yahoo.com", "proton.me", "gmx.de", "icloud.com")
FIRST = ("Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gia", "Hal", "Ida", "Jon", "Kim", "Leo", "Mia", "Ned", "Ola", "Pia", "Quin")
LAST = ("Abel", "Berg", "Cole", "Diaz", "Egan", "Ford", "Gray", "Hahn", "Ives", "Jung", "Kaya", "Lind", "Mohr", "Nagy", "Otto")


@dataclass
class World:
    """Rows of what can be seen, and the truth."""

    seed: int
    busy: int = 1
    """How many times as often everybody comes (0: nobody is in the logs)."""
    accounts: list[dict[str, object]] = field(default_factory=list)
    payments: list[dict[str, object]] = field(default_factory=list)
    visits: list[tuple[str, str, datetime, str]] = field(default_factory=list)
    actor: dict[str, int] = field(default_factory=dict)
    kind: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.carriers = [self.address("mobile") for _ in range(12)]
        self.exits = [self.address("vpn") for _ in range(5)]
        self.actors = 0
        self.used: set[str] = set()

    def address(self, kind: str = "home") -> str:
        block = {"home": (10, 90), "office": (91, 120), "mobile": (121, 125), "vpn": (126, 130), "host": (131, 160)}[kind]
        return ".".join(
            str(n) for n in (self.random.randint(*block), *(self.random.randint(0, 255) for _ in range(2)), self.random.randint(1, 254))
        )

    def person(self) -> str:
        return f"{self.random.choice(FIRST)} {self.random.choice(LAST)}"

    def moment(self, low: float = 0, high: float = DAYS) -> datetime:
        return START + timedelta(days=self.random.uniform(low, high))

    def new_actor(self) -> int:
        self.actors += 1
        return self.actors

    def card(self, name: str | None = None, email: str | None = None, postcode: str | None = None) -> dict[str, object]:
        r = self.random
        return {
            "card_fingerprint": f"{r.getrandbits(64):016x}",
            "card_brand": r.choice(("visa", "mastercard")),
            "card_last4": f"{r.randint(0, 9999):04d}",
            "card_expiry": f"{r.randint(1, 12)}/{r.randint(2024, 2029)}",
            "payer_id": f"cus_{r.getrandbits(48):012x}",
            "payer_email": email,
            "billing_name": name or self.person(),
            "billing_postcode": postcode or f"{r.randint(10, 99)}115",
            "billing_country": r.choice(("DE", "FR", "US", "GB")),
        }

    def account(
        self,
        actor: int,
        kind: str,
        domain: str | None = None,
        card: dict[str, object] | None = None,
        places: list[str] | None = None,
        created: datetime | None = None,
        span: tuple[float, float] = (0, DAYS),
        visits: int | None = None,
    ) -> str:
        r = self.random
        name = f"a{len(self.accounts):06d}"
        email = f"{r.choice(FIRST).lower()}.{r.choice(LAST).lower()}{r.randint(1, 999999)}@{domain or r.choice(FREE)}"
        when = created or START - timedelta(days=r.uniform(0, 600))
        self.accounts.append({"account_id": name, "email": email, "created_at": when, "signup_ip": None})
        if card is not None:
            for _ in range(r.randint(1, 2)):
                self.payments.append({"account_key": name, "paid_at": self.moment(), **card, "payer_email": card["payer_email"] or email})
        for place in places or []:
            for _ in range((visits or r.randint(1, 4)) * self.busy):
                self.visits.append((name, place, self.moment(*span), "Mozilla/5.0"))
        if self.busy and r.random() < 0.4:
            self.visits.append((name, r.choice(self.carriers), self.moment(*span), "Mozilla/5.0"))
        if self.busy and r.random() < 0.06:
            self.visits.append((name, r.choice(self.exits), self.moment(*span), "Mozilla/5.0"))
        self.actor[name], self.kind[name] = actor, kind
        return name

    # Who lives in it ------------------------------------------------------------------------------------------------

    def ordinary(self, count: int) -> None:
        for _ in range(count):
            home = self.address()
            places = [home, self.address("office")] if self.random.random() < 0.3 else [home]
            self.account(self.new_actor(), "ordinary", card=self.card() if self.random.random() < 0.8 else None, places=places)
            if self.random.random() < 0.04:  # somebody who shares the flat and nothing else
                self.account(self.new_actor(), "ordinary", card=self.card() if self.random.random() < 0.7 else None, places=[home])

    def company(self) -> None:
        """People of one domain and office, each paying alone; one of them has a personal account too."""
        domain, office = f"corp{self.random.getrandbits(32):08x}.com", self.address("office")
        for _ in range(self.random.randint(3, 25)):
            self.account(self.new_actor(), "company", domain, self.card(), [office, self.address()])
        self.account(self.new_actor(), "personal account", None, self.card(), [office, self.address()])

    def agency(self) -> None:
        domain, office, actor = f"agency{self.random.getrandbits(32):08x}.com", self.address("office"), self.new_actor()
        card = self.card("Agency GmbH", f"finance@{domain}")
        for _ in range(self.random.randint(4, 30)):
            self.account(actor, "agency", domain, card, [office] if self.random.random() < 0.8 else [self.address()])

    def campus(self) -> None:
        gate, domain = self.address("office"), f"uni{self.random.getrandbits(32):08x}.edu"
        for _ in range(self.random.randint(20, 90)):
            self.account(self.new_actor(), "campus", domain if self.random.random() < 0.3 else None, self.card(), [gate])

    def reseller(self) -> None:
        card = self.card("Gift Shop Ltd", "sales@gifts.example")
        for _ in range(self.random.randint(10, 60)):
            self.account(self.new_actor(), "reseller's customer", None, card, [self.address()])

    def family(self) -> None:
        home, actor, card = self.address(), self.new_actor(), self.card()
        for _ in range(self.random.randint(2, 5)):
            self.account(actor, "family", None, card, [home])

    def recycled(self) -> None:
        """One address, handed from one customer of a provider to the next."""
        place, day = self.address(), 0.0
        while day < DAYS:
            self.account(self.new_actor(), "recycled address", None, self.card(), [place], span=(day, day + 1.5))
            day += 9

    def free_mail_ring(self) -> None:
        """Accounts opened together on free mail; paid by one card, or by some cards in one name; a pool of rented addresses."""
        r, actor = self.random, self.new_actor()
        name, postcode = self.person(), f"{r.randint(10, 99)}115"
        cards = [self.card(name, f"pay{r.getrandbits(32)}@gmail.com", postcode) for _ in range(r.choice((1, 1, 2, 3)))]
        pool, begun = [self.address("host") for _ in range(r.randint(2, 6))], self.moment(0, 10)
        for number in range(r.randint(4, 15)):
            places = r.sample(pool, min(len(pool), r.randint(1, 3)))
            self.account(actor, "free-mail ring", None, cards[number % len(cards)], places, begun + timedelta(minutes=r.uniform(0, 90)))

    def company_ring(self) -> None:
        """The March 2 case: a company's card behind its own domain and free mail, one account tied by name and network only."""
        r, actor = self.random, self.new_actor()
        domain, office = f"rival{r.getrandbits(32):08x}.com", self.address("office")
        near = office.rsplit(".", 1)[0]
        card = self.card("Rival Works Ltd", f"billing@{domain}")
        for _ in range(r.randint(3, 8)):
            self.account(actor, "company ring", domain, card, [office])
        for _ in range(r.randint(1, 4)):
            self.account(actor, "company ring", None, card, [office if r.random() < 0.5 else self.address()])
        own = {**self.card("RIVAL WORKS LIMITED", None, str(card["billing_postcode"]))}
        self.account(actor, "company ring", None, own, [f"{near}.{r.randint(1, 254)}"])
        for _ in range(r.randint(1, 3)):
            self.account(self.new_actor(), "uninvolved employee", domain, self.card(), [office, self.address()])

    def two_actors_bridged(self) -> None:
        """Two agencies; somebody of one once paid with the card of the other."""
        cards = []
        for _ in range(2):
            domain, office, actor = f"studio{self.random.getrandbits(32):08x}.com", self.address("office"), self.new_actor()
            cards.append(self.card("Studio GmbH", f"finance@{domain}"))
            for _ in range(self.random.randint(5, 12)):
                last = self.account(actor, "bridged agency", domain, cards[-1], [office])
        self.payments.append({"account_key": last, "paid_at": self.moment(), **cards[0]})


def world(seed: int, ordinary: int = 1200, busy: int = 1) -> World:
    """Return the world of a seed: everybody in it at least once; ``busy`` times as many visits as usual."""
    made = World(seed, busy)
    made.ordinary(ordinary)
    times = {
        "company": 6, "agency": 3, "campus": 2, "reseller": 2, "family": 25, "recycled": 8, "free_mail_ring": 4, "company_ring": 2,
        "two_actors_bridged": 1,
    }  # fmt: skip
    for kind, most in times.items():
        for _ in range(made.random.randint(1, most)):
            getattr(made, kind)()
    return made


def as_case(made: World, folder: Path) -> Case:
    """Return an open case with the world's exports and log in it, not yet analysed."""
    case = new_case(folder)
    empty = pl.lit([], dtype=pl.List(pl.Struct({"key": pl.String(), "value": pl.String()}))).cast(pl.Map(pl.String(), pl.String()))
    for sha, kind, table, rows in (
        ("a" * 64, "accounts", "account_records", made.accounts),
        ("b" * 64, "payments", "payment_records", made.payments),
    ):
        frame = pl.DataFrame(rows, infer_schema_length=None).with_row_index("line", offset=2).with_columns(
            pl.lit(sha[:12]).alias("evidence_id"), pl.lit("world").alias("source"), empty.alias("extra"), pl.col("line").cast(pl.Int64)
        )  # fmt: skip
        row = {"evidence_id": sha[:12], "path": f"{kind}.csv", "sha256": sha, "kind": kind}
        store.commit(case, [store.Prepared(row, {table: frame}, None)])
    columns = {"user_name": pl.String(), "client_ip": pl.String(), "timestamp": pl.Datetime("us"), "user_agent": pl.String()}
    visits = pl.DataFrame(made.visits, schema=columns, orient="row").sort("timestamp", "user_name", "client_ip")
    rows = {name: pl.col(name) if name in columns else pl.lit(None, dtype=kind).alias(name) for name, kind in EVENTS.items()}
    rows |= {
        "started_at": pl.col("timestamp").alias("started_at"),
        "status": pl.lit(200, pl.Int16).alias("status"),
        "extra": empty.alias("extra"),
    }
    numbered = visits.with_row_index("line", offset=1).with_columns(pl.col("line").cast(pl.Int64))
    events = numbered.select(
        pl.lit("c" * 12).alias("evidence_id"), *(pl.col("line") if name == "line" else row for name, row in rows.items())
    )
    staged = store.staged_path(case, "c" * 64)
    events.write_parquet(staged)
    row = {"evidence_id": "c" * 12, "path": "access.log", "sha256": "c" * 64, "kind": "log", "host": "edge", "parsed": 1}
    store.commit(case, [store.Prepared(row, {}, staged)])
    store.settle(case)
    return case
