"""Ordinary traffic: visits of people and of those without an account, a crawler, scanners."""

import random
from collections.abc import Iterator
from itertools import accumulate

from generator import story
from generator.people import CARRIERS, VPN_EXIT, Person, Registry
from generator.service import Request, answer, failure_share, latest_id

SITE = "https://pixelforge.example"
CRAWLER = "Mozilla/5.0 (compatible; ExampleSearchBot/2.1; +https://search.example/bot)"
SCANS = (
    "/wp-login.php",
    "/.env",
    "/.git/config",
    "/phpmyadmin/",
    "/xmlrpc.php",
    "/explore?q=<script>alert(1)</script>",
    "/api/v1/../../etc/passwd",
)


class Visit:
    """One visit: a browser that goes from page to page."""

    def __init__(self, rng: random.Random, person: Person | None, ip: str, agent: str, started: float) -> None:
        self.rng, self.person, self.ip, self.agent, self.now = rng, person, ip, agent, started
        self.requests: list[Request] = []

    def get(self, kind: str, uri: str, referrer: str = "-", method: str = "GET") -> Request:
        """Ask for something and wait for the answer."""
        user = self.person.user_name if self.person else "-"
        account = self.person.account_id if self.person else None
        request = answer(Request(self.now, kind, method, uri, self.ip, user, account, self.agent, referrer), self.rng)
        self.requests.append(request)
        self.now += request.duration
        return request

    def wait(self, typical: float, spread: float = 0.8) -> None:
        self.now += typical * self.rng.lognormvariate(0, spread)

    def page(self, uri: str, referrer: str = "-") -> bool:
        """Open a page with what it needs; False when it failed."""
        rng = self.rng
        if self.get("page", uri, referrer).status >= 500:
            return False
        for asset in ("/static/app.3f9c.css", "/static/app.81d2.js"):
            if rng.random() < 0.16:
                asked = self.get("static", asset, SITE + uri)
                if asked.status == 200 and rng.random() < 0.55:
                    asked.status, asked.size = 304, 0
        return True

    def look(self) -> bool:
        """Look at somebody's picture: its description, then the picture."""
        rng = self.rng
        newest = latest_id(self.now)
        number = newest - int(rng.expovariate(1 / 500)) if rng.random() < 0.9 else rng.randrange(1_000, newest)
        asked = self.get("job", f"/api/jobs/{number}", SITE + "/explore")
        if asked.status == 200 and rng.random() < 0.01:
            asked.status, asked.size = 404, 61
        if asked.status != 200:
            return asked.status < 500
        self.wait(0.25, 0.6)
        if rng.random() < 0.85:
            picture = self.get("image", f"/cdn/images/{number}.png", SITE + "/explore")
            if picture.status == 200 and rng.random() < 0.12:
                picture.status, picture.size = 304, 0
        return True

    def create(self) -> bool:
        """Have a picture made, and look at it."""
        for _ in range(4):
            made = self.get("generate", "/api/generate", SITE + "/create", "POST")
            if made.status == 200:
                made.status = 201
                number = latest_id(made.started + made.duration)
                self.wait(0.4, 0.3)
                self.get("job", f"/api/jobs/{number}", SITE + "/create")
                self.get("image", f"/cdn/images/{number}.png", SITE + "/create")
                return True
            self.wait(6, 0.5)
            if self.rng.random() < 0.4:
                break
        return False

    def go(self, steps: float) -> list[Request]:
        """Do the whole visit: about so many steps."""
        rng = self.rng
        paying = self.person is not None and self.person.plan != "free"
        if self.person and rng.random() < 0.12:
            self.log_in()
        alive = self.page(rng.choices(("/", "/explore", "/explore?sort=top", "/create"), (4, 4, 2, 3 if paying else 1))[0])
        for _ in range(min(60, int(rng.expovariate(1 / steps)) + 1)):
            self.wait(22)
            chance = rng.random()
            if chance < 0.6:
                alive = self.look()
            elif chance < 0.76 and paying:
                alive = self.create()
            elif chance < 0.95 or not self.person:
                alive = self.page(rng.choice(("/explore", "/explore?sort=new", f"/explore?page={rng.randrange(2, 9)}")), SITE + "/")
            else:
                alive = (
                    self.get("account", rng.choice(("/account/settings", "/account/billing", "/account/gallery")), SITE + "/").status < 500
                )
            if not alive and rng.random() < 0.7:
                break
        if failure_share(self.now) and self.requests[-1].status >= 500:
            self.wait(9, 0.6)
            self.page("/")
        return self.requests

    def log_in(self) -> None:
        while True:
            asked = self.get("login", "/login", SITE + "/login", "POST")
            if asked.status != 200:
                return
            asked.status = 401 if self.rng.random() < 0.12 else 302
            if asked.status == 302:
                return
            self.requests[-1].user, self.requests[-1].account_id = "-", None
            self.wait(7, 0.4)


def moments(rng: random.Random, a_day: float) -> Iterator[float]:
    """Times of a Poisson process that follows the daily rhythm; ``a_day`` is the number on a day that is all peak."""
    t = story.BEGIN
    swing = {day: rng.gauss(1, 0.05) for day in range(16)}
    while True:
        t += rng.expovariate(a_day * 1.2 / 86400)
        if t >= story.END:
            return
        if rng.random() * 1.2 < story.rhythm(t) * swing[int((t - story.BEGIN) // 86400)] * story.patience(t):
            yield t


def visits(rng: random.Random, people: list[Person], a_day: float) -> Iterator[Request]:
    """All visits of ordinary people, a fifth of them without an account."""
    weights = list(accumulate(person.activity for person in people))
    passers = Registry(rng)
    for started in moments(rng, a_day):
        if rng.random() < 0.2:
            agent = rng.choices(passers.agents, passers.weights)[0]
            yield from Visit(rng, None, passers.address() if rng.random() < 0.8 else rng.choice(CARRIERS), agent, started).go(2.5)
            continue
        person = rng.choices(people, cum_weights=weights)[0]
        if person.created_at > started or (person.role == "campus" and not 13 <= started % 86400 / 3600 < 24):
            continue
        chance = rng.random()
        ip = (
            VPN_EXIT
            if chance < person.vpn
            else rng.choice(CARRIERS)
            if chance < person.vpn + person.mobile
            else rng.choice(person.addresses)
        )
        if person.role == "ring" and not ip.startswith("198.18."):
            ip = person.addresses[0]
        yield from Visit(rng, person, ip, person.agent, started).go(4.5)


def crawler(rng: random.Random) -> Iterator[Request]:
    """A search engine that names itself and keeps its pace."""
    t = story.BEGIN + 11
    while t < story.END:
        failing = failure_share(t) > 0
        t += (600 if failing and t > story.OUTAGE_BEGIN + 1200 else 65) * rng.uniform(0.85, 1.15)
        number = int(latest_id(t) - rng.random() ** 2 * 30_000)
        kind, uri = ("page", f"/explore?page={rng.randrange(1, 400)}") if rng.random() < 0.3 else ("page", f"/gallery/{number}")
        if rng.random() < 0.006:
            kind, uri = "static", "/robots.txt"
        yield answer(Request(t, kind, "GET", uri, f"203.0.113.{rng.choice((10, 11, 12))}", "-", None, CRAWLER), rng)


def scanners(rng: random.Random) -> Iterator[Request]:
    """What knocks at every server: scanners, and bytes that are no request."""
    t = story.BEGIN
    while True:
        t += rng.expovariate(30 / 86400)
        if t >= story.END:
            return
        ip = f"192.0.2.{rng.randrange(1, 255)}"
        request = Request(t, "other", "GET", rng.choice(SCANS), ip, "-", None, rng.choice(("-", "Mozilla/5.0 zgrab/0.x", "curl/7.88.1")))
        request.status, request.size, request.duration = 404, 153, 0.001
        if rng.random() < 0.4:
            request.raw = rng.choice(
                ("\\x16\\x03\\x01\\x02\\x00\\x01\\x00\\x01\\xFC\\x03\\x03", "", "\\x03\\x00\\x00/*\\xE0", "SSH-2.0-Go")
            )
            request.status, request.size, request.duration = 400, 157 if request.raw else 0, 0.0
        yield request


def heavy_user(rng: random.Random, person: Person) -> Iterator[Request]:
    """One honest person at work all day long, that evening too."""
    for day in range(15):
        t = story.BEGIN + day * 86400 + (16 + rng.random()) * 3600
        while t < story.BEGIN + day * 86400 + 24.6 * 3600 and t < story.END:
            if not story.OUTAGE_BEGIN + 2400 < t < story.OUTAGE_END:
                visit = Visit(rng, person, person.addresses[0], person.agent, t)
                yield from visit.go(7)
                t = visit.now
            t += 240 * rng.lognormvariate(0, 0.6)


def agency_evening(rng: random.Random, people: list[Person]) -> Iterator[Request]:
    """Six people of an agency with a deadline, on the evening before the outage."""
    for person in people:
        t = story.at("2024-03-01T21:40") + rng.random() * 1800
        while t < story.OUTAGE_BEGIN + 1500:
            visit = Visit(rng, person, person.addresses[0], person.agent, t)
            yield from visit.go(6)
            t = visit.now + 260 * rng.lognormvariate(0, 0.5)
