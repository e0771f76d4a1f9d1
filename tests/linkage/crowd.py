"""Crowds of which only shared identifiers are known (``--kind identifiers``): wallets of an airdrop, accounts of a social network.

No exports, no logs: sharing is heavy-tailed, a few values (exchanges, contracts, popular links) are everybody's, plain components collapse
into one. Coordinated accounts share what their master funds, cashes out, or has them post; everybody else has friends, fandoms and habits.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from tests.stored_case import new_case

from forensics.case.loading import LoadOptions, load
from forensics.exports.accounts import resolve
from forensics.linkage import actors
from forensics.linkage.identifiers import collect
from forensics.progress import Silent

EPOCH = datetime(2022, 1, 1)


@cache
def _falling(count: int, slope: float) -> np.ndarray:
    """Return probabilities that fall with the rank."""
    weight = 1.0 / np.arange(1, count + 1) ** slope
    return weight / weight.sum()


@dataclass
class Crowd:
    """Rows of an identifiers file, and the truth: accounts of one master have one name, all others one each."""

    seed: int
    size: int
    rows: list[tuple[str, str, str, datetime]] = field(default_factory=list)
    master: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng([self.seed, 77])
        self.names = [f"0x{n:016x}" for n in self.rng.choice(2**62, self.size, replace=False)]
        self.master = {name: f"alone {name}" for name in self.names}
        self.fresh = 0

    def value(self, kind: str) -> str:
        """Return a value that nobody has yet."""
        self.fresh += 1
        return f"{kind}-{self.seed}-{self.fresh:07d}"

    def moment(self, days: float = 300) -> datetime:
        """Return any moment."""
        return EPOCH + timedelta(days=float(self.rng.uniform(0, days)))

    def say(self, name: str, kind: str, value: str, at: datetime) -> None:
        """Add a row."""
        self.rows.append((name, kind, value, at))

    def popular(self, values: list[str], count: int, slope: float) -> list[str]:
        """Return some of ``values``, the first ones far more often."""
        return [values[i] for i in self.rng.choice(len(values), size=count, p=_falling(len(values), slope))]

    def clusters(self, share: float, middle: float, spread: float, least: int, most: int) -> tuple[list[list[str]], list[str]]:
        """Return groups of accounts that one master runs (heavy-tailed sizes), and everybody else."""
        order = [self.names[i] for i in self.rng.permutation(self.size)]
        groups, taken = [], 0
        while taken < share * self.size:
            size = int(np.clip(self.rng.lognormal(np.log(middle), spread), least, most))
            groups.append(order[taken : taken + size])
            taken += size
        for number, group in enumerate(groups):
            for name in group:
                self.master[name] = f"master {number}"
        return groups, order[taken:]

    def write(self, folder: Path) -> Path:
        """Write ``identifiers.csv``."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "identifiers.csv"
        columns = ["account_id", "identifier_type", "identifier_value", "first_at"]
        frame = pl.DataFrame(self.rows, schema=columns, orient="row")
        frame.sample(fraction=1.0, shuffle=True, seed=self.seed).write_csv(path, datetime_format="%Y-%m-%dT%H:%M:%SZ")
        return path


def wallets(seed: int, size: int = 36_000) -> Crowd:
    """Return the wallets of an airdrop: who funded each, where each cashed out, whom each traded with."""
    made = Crowd(seed, size)
    r = made.rng
    exchanges = [made.value("hot-wallet") for _ in range(30)]
    contracts = [made.value("contract") for _ in range(400)]
    groups, others = made.clusters(float(r.uniform(0.15, 0.45)), 18, 1.0, 3, 900)
    staff = _employers(made, others)
    desks = [made.value("desk") for _ in range(max(2, size // 3000))]
    for name in others:
        if name in staff:
            continue
        friend = others[int(r.integers(len(others)))]
        dice = r.random()
        small = made.popular(desks, 1, 0.5)[0] if dice < 0.68 else friend if dice < 0.78 else made.value("wallet")
        source = made.popular(exchanges, 1, 1.1)[0] if dice < 0.65 else small
        made.say(name, "funded_by", source, made.moment())
        if r.random() < 0.5:
            target = made.value("deposit") if r.random() < 0.9 else made.popular(exchanges, 1, 1.1)[0]
            made.say(name, "cash_out", target, made.moment())
        for _ in range(int(r.poisson(0.5))):
            made.say(name, "traded_with", others[int(r.integers(len(others)))], made.moment())
    for group in groups:
        _run(made, group, exchanges if r.random() < 0.8 else desks)
    for name in made.names:
        for contract in set(made.popular(contracts, 1 + int(r.poisson(6)), 1.0)):
            made.say(name, "used_contract", contract, made.moment())
    return made


def _employers(made: Crowd, others: list[str]) -> set[str]:
    """Staff who got their first money on one pay day, or in the week of a faucet; each cashes out for himself, some for two."""
    r = made.rng
    staff: list[str] = []
    while len(staff) < 0.06 * len(others):
        team = others[len(staff) : len(staff) + int(np.clip(r.lognormal(3.0, 0.8), 5, 200))]
        employer, day, minutes = made.value("employer"), made.moment(), 40 if r.random() < 0.6 else 10_000
        for place, name in enumerate(team):
            made.say(name, "funded_by", employer, day + timedelta(minutes=float(r.uniform(0, minutes))))
            if r.random() < 0.7:
                till = made.value("deposit")
                for spouse in {name, *(team[place + 1 : place + 2] if r.random() < 0.06 else ())}:
                    made.say(spouse, "cash_out", till, made.moment())
            if r.random() < 0.15:
                made.say(name, "traded_with", team[int(r.integers(len(team)))], made.moment())
        staff += team
    return set(staff)


def _run(made: Crowd, group: list[str], exchanges: list[str]) -> None:
    """A master funds his wallets (some by an exchange, some from one to the next), collects from them, and moves between them."""
    r, begun = made.rng, made.moment()
    purse, till = made.value("purse"), [made.value("till") for _ in range(1 + len(group) // 40)]
    careful, collects = float(r.uniform(0, 0.5)), float(r.uniform(0.3, 1.0))
    for place, name in enumerate(group):
        at = begun + timedelta(minutes=float(place * r.uniform(1, 20)))
        source = made.popular(exchanges, 1, 1.1)[0] if r.random() < careful else purse if r.random() < 0.8 else group[place - 1]
        made.say(name, "funded_by", source, at)
        if r.random() < collects:
            made.say(name, "cash_out", till[int(r.integers(len(till)))], begun + timedelta(days=float(r.uniform(20, 30))))
        for _ in range(int(r.poisson(0.8))):
            made.say(name, "traded_with", group[int(r.integers(len(group)))], made.moment())


def posters(seed: int, size: int = 6_000) -> Crowd:
    """Return the accounts of a network: the links that each shared and the tags it used, to the second."""
    made = Crowd(seed, size)
    r = made.rng
    everywhere = [made.value("https://news.example/story") for _ in range(3000)]
    topics = [[made.value(f"https://topic{n}.example/post") for _ in range(400)] for n in range(60)]
    tags = [made.value("#tag") for _ in range(800)]
    groups, others = made.clusters(float(r.uniform(0.05, 0.2)), 12, 0.7, 4, 120)
    campaigns = [(group, [made.value("https://campaign.example/item") for _ in range(int(r.integers(15, 80)))]) for group in groups]
    for name in made.names:
        interests = [topics[int(i)] for i in r.integers(len(topics), size=2)]
        for _ in range(int(np.clip(r.lognormal(2.8, 0.8), 3, 250))):
            pool = everywhere if r.random() < 0.4 else interests[int(r.integers(2))]
            made.say(name, "link", made.popular(pool, 1, 0.9)[0], made.moment(60))
            if r.random() < 0.4:
                made.say(name, "tag", made.popular(tags, 1, 0.8)[0], made.moment(60))
    for group, links in campaigns:
        for link in links:
            at = made.moment(60)
            for name in group:
                if r.random() < 0.6:
                    made.say(name, "link", link, at + timedelta(seconds=float(r.exponential(40))))
            for stranger in r.integers(len(others), size=int(r.poisson(3))):  # what is pushed is seen, and passed on by some
                made.say(others[stranger], "link", link, at + timedelta(days=float(r.exponential(2))))
    return made


def linked(folder: Path, path: Path) -> dict[str, str]:
    """Return the actor of each account in an identifiers file."""
    with new_case(folder / "case") as case:
        load(case, [path], LoadOptions(kind="identifiers"), Silent())
        resolve(case)
        collect(case)
        actors.link(case)
        return dict(case.table("account_actors").select("account_id", "actor_id").iter_rows())


def pairs(counts: Counter[object]) -> int:
    """Return how many pairs are within groups of these sizes."""
    return sum(n * (n - 1) // 2 for n in counts.values())
