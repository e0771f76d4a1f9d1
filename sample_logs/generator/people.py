"""Who uses the service: ordinary people, the ring, and those who must not be blamed."""

import hashlib
import random
from dataclasses import dataclass, field

from generator.story import BEGIN, END, at

COLOURS = "amber azure basil cedar cobalt coral crimson ebony fern flint hazel indigo ivory jade lilac maple ochre olive onyx opal pearl plum rose rust sage scarlet sienna slate teal topaz umber violet".split()
BEASTS = "adder badger bison bream crane curlew dingo drake eider falcon ferret finch gecko gibbon heron ibis jackal kestrel lark lemur linnet lynx marten merlin newt ocelot osprey otter petrel plover puffin quail raven robin sable shrew siskin stoat swift tapir tern thrush vole wren".split()
FIRST = "Ada Aiko Amir Anna Bela Carla Chen Dario Dina Elif Emil Enzo Farid Femi Gita Hana Hugo Ines Ivan Jana Joao Kai Kofi Lars Lea Lina Luca Maja Marc Mina Nadia Nils Noor Olga Omar Paul Petra Ravi Rosa Sami Sara Selma Tariq Tess Tomas Uma Vera Wei Yara Zoe".split()
LAST = "Abara Adler Bauer Berg Blanc Boyd Castro Cohen Costa Dahl Diaz Ebner Falk Fischer Gallo Haas Hale Ito Jansen Kaya Keller Klein Kovac Lang Lopez Mbeki Meyer Mori Nagy Nolan Novak Okoye Otto Park Pena Quist Rao Reyes Rossi Sato Silva Singh Stone Tanaka Torres Varga Vogel Walsh Weiss Zhou".split()
TRADES = "studio labs design media prints games books films works press".split()
FREE_MAIL = ("gmail.com",) * 11 + ("outlook.com",) * 3 + ("proton.me",) * 2 + ("yahoo.com",) * 2 + ("icloud.com",)
PLANS = ("free", "basic", "basic", "standard", "standard", "pro")
PRICES = {"basic": "10.00", "standard": "30.00", "pro": "60.00"}

AGENTS = (
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Safari/537.36", 30),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Safari/537.36", 16),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_3_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.3.1 Mobile/15E148 Safari/604.1",
        16,
    ),
    ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Mobile Safari/537.36", 12),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.3 Safari/605.1.15", 8),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:123.0) Gecko/20100101 Firefox/123.0", 7),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/121.0.0.0 Safari/537.36 Edg/121.0.0.0", 6),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:122.0) Gecko/20100101 Firefox/122.0", 3),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36", 2),
    ("pixelforge-python/1.4.2", 1),
)
OLD_CHROME = AGENTS[8][0]

VPN_EXIT = "203.0.113.77"
CAMPUS = "198.18.200.9"
AGENCY_OFFICE = "198.18.91.40"
RING_OFFICE = "198.18.140.20"
CARRIERS = tuple(f"198.19.{250 + n % 3}.{11 + 7 * n}" for n in range(14))  # mobile carriers put thousands behind few addresses


@dataclass(slots=True)
class Card:
    payer_email: str
    name: str
    postcode: str
    country: str
    fingerprint: str = ""
    brand: str = "visa"
    last4: str = ""
    expiry: str = ""

    def __post_init__(self) -> None:
        digest = hashlib.sha256(f"{self.payer_email} {self.name} {self.postcode}".encode()).hexdigest()
        number = int(digest, 16)
        self.fingerprint = digest[:16]
        self.brand = ("Visa", "MasterCard", "Visa", "American Express")[number % 4]
        self.last4 = f"{number // 7 % 10000:04d}"
        self.expiry = f"{number // 11 % 12 + 1:02d}/{2025 + number // 13 % 4}"


@dataclass(slots=True)
class Person:
    account_id: str
    user_name: str
    email: str
    name: str
    created_at: float
    plan: str
    signup_ip: str
    addresses: list[str]
    agent: str
    activity: float
    role: str = "ordinary"
    card: Card | None = None
    mobile: float = 0.0  # share of visits from a carrier's address
    vpn: float = 0.0
    extra: dict[str, float] = field(default_factory=dict)


class Registry:
    """Makes accounts with names, ids and addresses that are not given twice."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.people: list[Person] = []
        self.taken: set[str] = set()
        agents, self.weights = zip(*AGENTS, strict=True)
        self.agents: tuple[str, ...] = agents
        self.companies = [f"{c}{t}.example" for c in COLOURS for t in TRADES]
        rng.shuffle(self.companies)

    def unused(self, make: str) -> str:
        """Return ``make`` with a number that no account has."""
        while True:
            name = make + str(self.rng.randrange(10, 9999))
            if name not in self.taken:
                self.taken.add(name)
                return name

    def address(self) -> str:
        """Return a home's address: mostly IPv4, some IPv6."""
        rng = self.rng
        if rng.random() < 0.16:
            return f"2001:db8:{rng.randrange(1, 4000):x}:{rng.randrange(1, 65000):x}::{rng.randrange(1, 65000):x}"
        return f"198.{rng.choice((18, 18, 19))}.{rng.randrange(0, 240)}.{rng.randrange(1, 255)}"

    def postcode(self) -> str:
        return f"{self.rng.randrange(10000, 99999)}"

    def add(self, **given: object) -> Person:
        """Add one account; whatever is not given is drawn."""
        rng = self.rng
        colour, beast = rng.choice(COLOURS), rng.choice(BEASTS)
        handle = self.unused(f"{colour}{beast}")
        first, last = rng.choice(FIRST), rng.choice(LAST)
        mail = rng.choice(FREE_MAIL) if rng.random() < 0.84 else self.companies[int(len(self.companies) * rng.random() ** 2)]
        # a hyphen before five digits: the large free mail services give out no such names
        local = (
            f"{colour}.{beast}-{rng.randrange(10000, 99999)}" if mail in FREE_MAIL else f"{first}.{last}{rng.choice(('', '', '2'))}".lower()
        )
        home = self.address()
        values: dict[str, object] = {
            "account_id": "acc_" + hashlib.sha256(handle.encode()).hexdigest()[:12],
            "user_name": handle,
            "email": f"{local}@{mail}",
            "name": f"{first} {last}",
            "created_at": BEGIN - rng.random() ** 1.6 * 500 * 86400 if rng.random() < 0.9 else BEGIN + rng.random() * 11.5 * 86400,
            "plan": rng.choice(PLANS),
            "signup_ip": home if rng.random() < 0.7 else self.address(),
            "addresses": [home] if rng.random() < 0.7 else [home, self.address()],
            "agent": rng.choices(self.agents, self.weights)[0],
            "activity": rng.lognormvariate(0, 0.9),
            "mobile": 0.5 if rng.random() < 0.3 else 0.0,
        }
        values.update(given)
        person = Person(**values)  # type: ignore[arg-type]
        if person.card is None and person.plan != "free":
            person.card = Card(
                person.email, person.name, self.postcode(), rng.choice(("US", "US", "US", "DE", "GB", "BR", "JP", "FR", "CA"))
            )
        self.people.append(person)
        return person


def company_fellow(registry: Registry, role: str, domain: str, first: str, last: str, **given: object) -> Person:
    """Add an account on a company's domain."""
    return registry.add(email=f"{first}.{last}@{domain}".lower(), name=f"{first} {last}", role=role, mobile=0.0, **given)


def add_ring(registry: Registry) -> None:
    """Ten accounts: five on the company's domain, three on free mail, one tied by billing and network, one employee who did nothing."""
    company = Card("billing@lumenworks.example", "Lumenworks Ltd", "LW1 4QT", "GB")
    other = Card("accounts-payable-77120@proton.me", "LUMENWORKS LIMITED", "LW1 4QT", "GB")
    cloud = [f"198.51.100.{n}" for n in (18, 19, 21, 22, 25, 26, 28, 30)]
    office = {"addresses": [RING_OFFICE], "plan": "pro", "activity": 0.7}
    drawn = (("dario.voss@lumenworks.example", 0), ("render+a@lumenworks.example", 1), ("render+b@lumenworks.example", 2),
             ("team@research.lumenworks.example", 3), ("ines.marlow@lumenworks.example", 4))  # fmt: skip
    for index, (email, n) in enumerate(drawn):
        person = registry.add(email=email, role="ring", mobile=0.0, card=company, signup_ip=RING_OFFICE,
                              created_at=at("2024-01-23T10:12") + n * 86400 * 1.7, agent=OLD_CHROME if n % 2 else AGENTS[0][0], **office)  # fmt: skip
        person.extra = {"speed": (1.0, 1.25, 0.8, 1.1, 0.9)[n], "part": index}
        person.addresses = [RING_OFFICE, cloud[n]]
    for index in range(3):
        person = registry.add(role="ring", mobile=0.0, card=company, plan="pro", activity=0.5,
                              email=f"{COLOURS[7 * index + 3]}.{BEASTS[5 * index]}-{48213 + 977 * index}@{('gmail.com', 'proton.me', 'gmail.com')[index]}",
                              created_at=at("2024-02-12T16:40") + index * 2900, signup_ip=(VPN_EXIT, RING_OFFICE, cloud[5])[index])  # fmt: skip
        person.addresses = [registry.address(), (VPN_EXIT, VPN_EXIT, cloud[5 + index])[index]]
        person.extra = {"speed": (1.05, 0.95, 1.15)[index], "part": 5 + index}
    lone = registry.add(role="ring", mobile=0.0, card=other, plan="pro", activity=0.4, email="slate.heron-70316@outlook.com",
                        created_at=at("2024-02-14T11:05"), signup_ip="198.18.140.23")  # fmt: skip
    lone.addresses, lone.extra = ["198.18.140.23", cloud[6]], {"speed": 0.85, "part": 8}
    company_fellow(registry, "employee", "lumenworks.example", "Hana", "Ebner", plan="standard", activity=3.0, addresses=[RING_OFFICE, registry.address()],
                   created_at=at("2023-08-03T18:20"))  # fmt: skip


def add_decoys(registry: Registry) -> None:
    """Those who look linked or busy, and did nothing wrong."""
    agency = Card("finance@brightkite.example", "Brightkite Agency GmbH", "10997", "DE")
    for first, last in (("Lea", "Adler"), ("Marc", "Blanc"), ("Noor", "Kaya"), ("Sami", "Dahl"), ("Vera", "Falk"), ("Wei", "Zhou")):
        company_fellow(registry, "agency", "brightkite.example", first, last, plan="pro", card=agency, activity=2.5, addresses=[AGENCY_OFFICE],
                       created_at=at("2023-05-10T09:00") + len(registry.people) % 7 * 86400)  # fmt: skip
    for n in range(40):
        campus: dict[str, object] = {"role": "campus", "addresses": [CAMPUS, CAMPUS, registry.address()], "mobile": 0.0, "activity": 1.1}
        if n % 4 == 0:
            campus["email"] = registry.unused("student") + "@university.example"
        registry.add(**campus, signup_ip=CAMPUS if n % 3 else registry.address())
    reseller = Card("orders@giftvault.example", "Giftvault Resale Inc", "60601", "US")
    for _ in range(25):
        registry.add(role="gift card", plan="basic", card=reseller)
    for _ in range(60):
        registry.add(role="vpn", vpn=0.5)
    registry.add(role="heavy", plan="pro", activity=0.0, mobile=0.0, agent=AGENTS[1][0])


def everybody(rng: random.Random, ordinary: int) -> list[Person]:
    """Return all accounts, in an order that says nothing (that of sign-up)."""
    registry = Registry(rng)
    add_ring(registry)
    add_decoys(registry)
    for _ in range(ordinary):
        registry.add()
    assert all(person.created_at < END for person in registry.people)
    return sorted(registry.people, key=lambda person: (person.created_at, person.account_id))
