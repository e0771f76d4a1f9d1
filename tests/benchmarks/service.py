"""A service whose answers follow from its load: people, programs and machines ask, a queue answers, clients that fail ask again.

Nothing here writes a status by hand: there is a capacity in milliseconds of work a minute, and what exceeds it fails and slows down. Only
a cause that is no load (a deploy, a dead database, a cold cache) is put in as such. Times are seconds since ``FIRST``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from tests.stored_case import add_log

from forensics.case.case import Case

FIRST = datetime(2023, 10, 5)
MOST_EVENTS = 220_000
STEP = 10
"""Seconds in which load is weighed."""
ROUTES = ("/", "/search", "/items/{}", "/media/{}.webp", "/api/v2/items/{}", "/api/v2/render", "/session", "/assets/app.js")
COSTS = np.array([25.0, 80.0, 30.0, 10.0, 30.0, 300.0, 40.0, 4.0])
HABIT = np.array([0.12, 0.08, 0.25, 0.25, 0.05, 0.005, 0.045, 0.2])
SEARCH, ITEM, MEDIA, API, RENDER = 1, 2, 3, 4, 5
Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]


@dataclass
class Service:
    """Requests are collected in ``parts`` and answered by ``write``; whose they are is an index into ``names`` (-1: nobody's)."""

    seed: int
    days: int = 9
    people: int = 400
    per_minute: float = 20.0
    anonymous: float = 0.3
    rng: np.random.Generator = field(init=False)
    parts: list[dict[str, Any]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    cards: list[str | None] = field(default_factory=list)
    broken: list[tuple[float, float, int | None, int | None, float]] = field(default_factory=list)
    """(from, to, route, host, share of requests that fail): causes that are no load."""
    colder: list[tuple[float, float, float]] = field(default_factory=list)
    """(from, to, factor): stretches in which every request costs more."""
    notes: list[tuple[float, str]] = field(default_factory=list)
    lost: list[tuple[float, float, int]] = field(default_factory=list)
    """(from, to, host): what was answered, and is missing from the logs."""
    stubborn: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Accounts whose client asks again at once, many times."""
    timed: bool = True
    """Whether the logs tell how long an answer took."""
    capacity: float = 0.0

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng([self.seed, 41])
        rng = self.rng
        self.per_minute = min(self.per_minute, MOST_EVENTS / (self.days * 1440))
        self.hosts = int(rng.integers(1, 4))
        self.peak_hour, self.swing = float(rng.uniform(8, 22)), float(rng.uniform(0.2, 0.9))
        self.patience = float(rng.choice([0.5, 1.0, 2.0]))
        """Minutes of work that wait before anything fails."""
        self.weekend = float(rng.choice([0.5, 0.8, 1.0, 1.2]))
        companies = rng.integers(0, max(2, self.people // 8), self.people)
        for company in companies:
            self.account(f"co{company}.example")
        self.zeal = 1.0 / np.arange(1, self.people + 1) ** rng.uniform(0.4, 0.9)
        rng.shuffle(self.zeal)
        self.zeal /= self.zeal.sum()
        self._people(0, self.days * 1440, 1.0)
        self._programs()
        minutes = self._work()[1].reshape(-1, 60 // STEP).sum(axis=1)
        self.capacity = float(np.quantile(minutes, 0.9995)) * float(rng.uniform(1.3, 2.0))

    @property
    def end(self) -> float:
        """Where the logs end."""
        return self.days * 86400.0

    def account(self, domain: str, card: str | None = None) -> int:
        """Make an account; returns its index."""
        number = len(self.names)
        self.names.append(f"m{self.rng.integers(10_000, 99_999)}{number:04d}")
        self.emails.append(f"{self.names[-1]}@{domain}")
        self.cards.append(card or (f"fp{self.seed}x{number}" if self.rng.random() < 0.5 else None))
        return number

    def rate(self, minute: Ints) -> Floats:
        """Requests a minute that people make at these minutes since the start."""
        hour = minute / 60 % 24
        week = np.where((FIRST.weekday() + minute // 1440) % 7 >= 5, self.weekend, 1.0)
        rhythm: Floats = self.per_minute * week * (1 + self.swing * np.cos((hour - self.peak_hour) / 24 * 2 * np.pi))
        return rhythm

    def _people(self, low: int, high: int, factor: float) -> None:
        """Visits: somebody comes, looks at a few things, leaves; how often somebody comes changes from day to day."""
        minute = np.arange(low, high)
        drift = np.exp(np.convolve(self.rng.normal(0, 0.25, len(minute) + 59), np.ones(60) / 60**0.5, "valid") * 0.4)
        length = 6.0
        begins = self.rng.poisson(self.rate(minute) * drift * factor / length)
        start = np.repeat(minute, begins) * 60.0 + self.rng.random(begins.sum()) * 60
        mood = self.zeal * self.rng.gamma(1.0, 1.0, len(self.zeal))
        who = np.where(self.rng.random(len(start)) < self.anonymous, -1, self.rng.choice(len(self.zeal), len(start), p=mood / mood.sum()))
        sizes = self.rng.geometric(1 / length, len(start))
        visit = np.repeat(np.arange(len(start)), sizes)
        gaps = self.rng.exponential(12.0, len(visit))
        gaps[np.cumsum(sizes) - sizes] = 0.0
        along = np.cumsum(gaps)
        along -= np.repeat(along[np.cumsum(sizes) - sizes], sizes)
        passer = self.rng.integers(0, 40_000, len(start))
        home = np.where(who >= 0, np.where(who % 20 == 0, 7, who) + 100_000, passer)
        away = self.rng.random(len(start)) < 0.15
        home = np.where(away & (who >= 0), 200_000 + self.rng.integers(0, 3000, len(start)), home)
        agent = np.where(who >= 0, who * 7 % 9, passer % 9)
        self.ask(start[visit] + along, who[visit], home[visit], agent[visit])

    def _programs(self) -> None:
        """A monitor, a search crawler that comes every day, and a partner that fetches its orders every night."""
        beat = np.arange(0, self.end, 60.0)
        self.ask(beat, -1, 300_001, 20, route=0)
        daily = np.arange(0, self.end, 60.0 / max(0.5, self.per_minute * 0.04))
        self.ask(daily + self.rng.uniform(0, 20, len(daily)), -1, 300_100 + self.rng.integers(0, 4, len(daily)), 21, route=ITEM)
        self.partner = self.account("partner.example")
        for day in range(self.days):
            size = self.rng.uniform(0.7, 1.3) * self.per_minute * 20
            self.fetches(np.array([self.partner]), day * 86400 + 3 * 3600.0, 1800.0, size / 30, agent=22)

    def ask(self, at: Floats, who: Any, address: Any, agent: Any, route: Any = None, thing: Any = None) -> None:
        """Add requests; what is not an array is the same for all of them."""
        n = len(at)
        chosen = self.rng.choice(len(ROUTES), n, p=HABIT) if route is None else np.broadcast_to(route, n)
        things = np.minimum(self.rng.zipf(1.3, n), 40_000) + 1000 if thing is None else thing
        whole = {"at": at, "who": who, "address": address, "agent": agent, "route": chosen, "thing": things}
        self.parts.append({key: np.broadcast_to(value, n) for key, value in whole.items()})

    def fetches(
        self, who: Ints, start: float, length: float, per_minute: float, agent: Any = 30, address: Any = None, route: Any = None
    ) -> int:
        """Let accounts (or, with -1, nobody) walk the catalogue: description and picture of one item after the other."""
        n = int(self.rng.poisson(per_minute * length / 60))
        at = start + np.sort(self.rng.random(n)) * length
        by = who[self.rng.integers(0, len(who), n)]
        number = 5000 + int(self.rng.integers(0, 20_000)) + np.arange(n) // 2
        chosen = np.where(np.arange(n) % 2 == 0, API, MEDIA) if route is None else route
        self.ask(at, by, by + 400_000 if address is None else address(n), agent(n) if callable(agent) else agent, chosen, number)
        return n

    def members(self, count: int, card: str | None, domain: str = "") -> Ints:
        """Make accounts of one hand: one card, or nothing in common."""
        made = [self.account(domain or f"solo{self.rng.integers(10**6)}.example", card) for _ in range(count)]
        return np.array(made)

    def more(self, start: float, length: float, factor: float, new: int = 0) -> None:
        """Let people come so many times more often than usual, and newcomers with them."""
        self._people(int(start // 60), int((start + length) // 60), factor)
        if new:
            n = int(self.rate(np.array([int(start // 60)]))[0] * factor * length / 60 * 0.6)
            who = self.rng.choice(self.members(new, None), n)
            self.ask(start + self.rng.random(n) * length, who, who + 500_000, who % 9)

    def _work(self) -> tuple[dict[str, Any], Floats]:
        whole = {key: np.concatenate([part[key] for part in self.parts]) for key in self.parts[0]}
        keep = (whole["at"] >= 0) & (whole["at"] < self.end)
        whole = {key: values[keep] for key, values in whole.items()}
        cost = COSTS[whole["route"]]
        for low, high, factor in self.colder:
            cost = np.where((whole["at"] >= low) & (whole["at"] < high), cost * factor, cost)
        whole["cost"] = cost
        return whole, np.bincount((whole["at"] // STEP).astype(int), cost, self.days * 86400 // STEP)

    def answered(self) -> dict[str, Any]:
        """Answer everything: overload fails and slows; after three minutes of it the service falls over, for half an hour or so."""
        whole, load = self._work()
        share = self._overload(load)
        minute = (whole["at"] // STEP).astype(int)
        pain = np.minimum(load[minute] * 60 / STEP / self.capacity, 6.0)
        fails = self.rng.random(len(minute)) < np.maximum(share[minute], 0.001)
        whole["host"] = self.rng.integers(0, self.hosts, len(minute))
        for low, high, route, host, part in self.broken:
            hit = (whole["at"] >= low) & (whole["at"] < high) & (self.rng.random(len(minute)) < part)
            hit &= (whole["route"] == route) if route is not None else True
            hit &= (whole["host"] == host) if host is not None else True
            fails |= hit
        whole["status"] = np.where(fails, self.rng.choice([502, 503, 504], len(minute)), 200)
        slow = np.where(pain > 0.8, 1 + 4 * (pain - 0.8) ** 2, 1.0)
        whole["ms"] = np.round(whole["cost"] * self.rng.lognormal(0, 0.4, len(minute)) * slow, 1)
        return self._again(whole, fails)

    def _overload(self, load: Floats) -> Floats:
        """Return the share of requests that fail in each step: a queue holds ``patience`` minutes of work, what comes on top fails."""
        bears = self.capacity * STEP / 60
        over, waiting = np.zeros(len(load)), 0.0
        for step in np.flatnonzero(load > 0.5 * bears).tolist():
            if step and load[step - 1] <= 0.5 * bears:
                waiting = 0.0
            waiting = max(0.0, waiting + load[step] - bears)
            if waiting > self.patience * self.capacity:
                over[step] = 1 - min(1.0, bears / load[step])
        long = np.convolve(over > 0.15, np.ones(180 // STEP), "full")[: len(over)] >= 0.8 * 180 / STEP
        for step in np.flatnonzero(long & ~np.roll(long, 1)).tolist():
            over[step : step + int(self.rng.integers(20, 60)) * 60 // STEP] = 0.93
        return over

    def _again(self, whole: dict[str, Any], fails: Any) -> dict[str, Any]:
        """Failed requests are asked again: by people once or twice, by stubborn clients many times a minute."""
        stubborn = np.isin(whole["who"], self.stubborn)
        times = np.where(fails, np.where(stubborn, self.rng.integers(10, 40, len(fails)), self.rng.random(len(fails)) < 0.4), 0)
        index = np.repeat(np.arange(len(fails)), times)
        extra = {key: values[index].copy() for key, values in whole.items()}
        extra["at"] = extra["at"] + self.rng.exponential(np.where(stubborn[index], 20.0, 8.0))
        together = {key: np.concatenate([whole[key], extra[key]]) for key in whole}
        for low, high, host in self.lost:
            kept = ~((together["at"] >= low) & (together["at"] < high) & (together["host"] == host))
            together = {key: values[kept] for key, values in together.items()}
        order = np.argsort(together["at"], kind="stable")
        inside = together["at"][order] < self.end
        return {key: values[order][inside] for key, values in together.items()}

    def write(self, folder: Path) -> Case:
        """Answer everything and store logs, accounts, payments and notes as loads would have."""
        whole = self.answered()
        frame = _frame(whole, self.names)
        if not self.timed:
            frame = frame.with_columns(duration_ms=pl.lit(None, pl.Float64))
        case = Case.create(folder)
        for host in range(self.hosts):
            add_log(case, f"node{host}.log", frame.filter(pl.col("node") == host).drop("node"), f"node{host}")
        seen = {"evidence_id": "accounts", "source": "accounts"}
        rows = [seen | {"line": i, "account_id": n, "email": e} for i, (n, e) in enumerate(zip(self.names, self.emails, strict=True))]
        case.insert("account_records", pl.DataFrame(rows))
        paid = [
            {"evidence_id": "payments", "source": "payments", "line": i, "payment_id": f"p{i}", "account_key": self.names[i],
             "paid_at": FIRST, "card_fingerprint": card}
            for i, card in enumerate(self.cards) if card
        ]  # fmt: skip
        case.insert("payment_records", pl.DataFrame(paid))
        told = [{"occurred_at": FIRST + timedelta(seconds=at), "message": text, "event_type": "note"} for at, text in self.notes]
        if told:
            case.insert("notes", pl.DataFrame(told))
        return case


def _frame(whole: dict[str, Any], names: list[str]) -> pl.DataFrame:
    known = pl.Series("name", [*names, None], dtype=pl.String)
    who = np.where(whole["who"] < 0, len(names), whole["who"])
    address = pl.Series(whole["address"])
    head, tail = pl.Series([r.partition("{}")[0] for r in ROUTES]), pl.Series([r.partition("{}")[2] for r in ROUTES])
    holds = np.array(["{}" in r for r in ROUTES])[whole["route"]]
    frame = pl.DataFrame({
        "started_at": np.datetime64(FIRST, "us") + (whole["at"] * 1e6).astype("timedelta64[us]"),
        "user_name": known.gather(who), "a": address, "head": head.gather(whole["route"]), "tail": tail.gather(whole["route"]),
        "thing": whole["thing"], "holds": holds, "status": whole["status"], "duration_ms": whole["ms"], "agent": whole["agent"],
        "node": whole["host"],
    })  # fmt: skip
    path = pl.col("head") + pl.when("holds").then(pl.col("thing").cast(pl.String)).otherwise(pl.lit("")) + pl.col("tail")
    ip = pl.format("198.{}.{}.{}", 18 + pl.col("a") // 65536 % 2, pl.col("a") // 256 % 256, pl.col("a") % 256)
    wide = pl.format("2001:db8:{}:{}::1", (pl.col("a") // 60_000).cast(pl.String), pl.col("a") % 60_000)
    return frame.select(
        "started_at", "user_name", "status", "duration_ms", "node", pl.lit("GET").alias("method"), path.alias("path"),
        pl.when(pl.col("a") >= 100_000).then(wide).otherwise(ip).alias("client_ip"),
        pl.format("Client{}/1.0", "agent").alias("user_agent"), pl.lit(1200).alias("bytes_sent"),
    )  # fmt: skip
