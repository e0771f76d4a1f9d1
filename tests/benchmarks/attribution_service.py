"""Truth of the whole analysis on a simulated service: who is named when it breaks, and who is not when nobody broke it.

Usage: python tests/benchmarks/attribution_service.py [--each 4] [--seed 0] [--only KIND] [--jobs 2] [--results FILE]

Independent of ``attribution_truth.py``: events instead of rollups, every stage of the analysis instead of one, and failures that follow
from load and capacity (``service.py``) instead of being written beside it. Precision and recall are over accounts, in all incidents of a
case.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.pool import Result, run
from tests.benchmarks.service import API, COSTS, ITEM, MEDIA, RENDER, SEARCH, STEP, Service

from forensics.analysis import ensure_analysed
from forensics.progress import Silent

BLAMED = ("attributed", "several actors")
WALK = 0.5 * (COSTS[API] + COSTS[3])
"""Milliseconds of work of one request of a walk."""


Truth = set[int]
"""Accounts that did it."""


def service(seed: int, **options: object) -> tuple[Service, np.random.Generator, float, float]:
    """Return a service, a generator for what is injected, and when that begins and how long it lasts (seconds)."""
    rng = np.random.default_rng([seed, 43])
    drawn = {
        "seed": seed, "days": int(rng.choice([2, 3, 5, 9, 16, 28])), "people": int(rng.choice([60, 250, 900, 2000])),
        "per_minute": float(rng.choice([6, 15, 40])), "anonymous": float(rng.choice([0.05, 0.3, 0.7])),
    }  # fmt: skip
    made = Service(**(drawn | options))  # type: ignore[arg-type]
    length = float(rng.uniform(25, 120)) * 60
    start = float(rng.uniform(max(0.66 * made.end, 86400.0), made.end - length - 3 * 3600))
    return made, rng, start, length


def pace(made: Service, rng: np.random.Generator, cost: float = WALK) -> float:
    """Requests a minute, of so much work each, that go beyond what the service bears."""
    return float(rng.uniform(1.1, 2.5)) * made.capacity / cost


def usual_work(made: Service, start: float) -> float:
    """Milliseconds of work a minute in the half hour before."""
    at = int(start // STEP)
    return float(made._work()[1][at - 1800 // STEP : at].sum()) / 30


def card(seed: int, number: int = 0) -> str:
    return f"ring{seed}-{number}"


def ring(seed: int) -> tuple[Service, Truth]:
    made, rng, start, length = service(seed)
    who = made.members(int(rng.integers(2, 13)), card(seed))
    made.fetches(who, start, length, pace(made, rng))
    return made, set(who)


def company_ring(seed: int) -> tuple[Service, Truth]:
    """Colleagues of the ring, with accounts at the same domain, go on working; they pay with the same card."""
    made, rng, start, length = service(seed)
    who = made.members(6, card(seed), "firm.example")
    idle = made.members(3, card(seed), "firm.example")
    for day in range(made.days):
        n = int(rng.integers(20, 60))
        by = idle[rng.integers(0, 3, n)]
        made.ask(day * 86400 + rng.uniform(8, 18, n) * 3600, by, by + 400_000, 3)
    made.fetches(who, start, length, pace(made, rng))
    return made, set(who)


def slow_and_low(seed: int) -> tuple[Service, Truth]:
    """Dozens of accounts, each no faster than a person, each request from another address, agents as everybody has."""
    made, rng, start, length = service(seed)
    who = made.members(int(rng.integers(30, 70)), card(seed))
    made.fetches(who, start, length, pace(made, rng), lambda n: rng.integers(0, 9, n), lambda n: rng.integers(0, 120_000, n))
    return made, set(who)


def at_home(seed: int) -> tuple[Service, Truth]:
    """One card and nothing else in common: each at a home of its own, with a browser of its own, no faster than a person."""
    made, rng, start, length = service(seed)
    who = made.members(int(rng.integers(30, 70)), card(seed))
    n = int(rng.poisson(pace(made, rng) * length / 60))
    by = who[rng.integers(0, len(who), n)]
    kinds, things = np.where(rng.random(n) < 0.5, API, MEDIA), rng.integers(5000, 25_000, n)
    made.ask(start + np.sort(rng.random(n)) * length, by, by + 400_000, by * 7 % 9, kinds, things)
    return made, set(who)


def habitual(seed: int) -> tuple[Service, Truth]:
    """Old accounts that always worked, and one day work like machines; they share a card."""
    made, rng, start, length = service(seed)
    who = rng.choice(made.people, 5, replace=False)
    for one in who:
        made.cards[one] = card(seed)
    made.fetches(who, start, length, pace(made, rng), address=lambda n: rng.choice(who, n) + 100_000)
    return made, set(who)


def shifts(seed: int) -> tuple[Service, Truth]:
    """Three groups take turns; the first is gone when the service falls."""
    made, rng, start, _ = service(seed)
    who = made.members(9, card(seed))
    rate = pace(made, rng)
    for turn, group in enumerate(np.split(who, 3)):
        made.fetches(group, start + turn * 1500, 1560.0, rate)
    return made, set(who)


def two_rings(seed: int) -> tuple[Service, Truth]:
    """Two hands that know nothing of each other; the service bears either of them, and not both."""
    made, rng, start, length = service(seed)
    first, second = made.members(5, card(seed, 1)), made.members(4, card(seed, 2))
    rate = float(rng.uniform(0.65, 0.9)) * (made.capacity - usual_work(made, start)) / WALK
    made.fetches(first, start, length, rate)
    made.fetches(second, start + rng.uniform(-600, 600), length, rate, agent=31)
    return made, {*first, *second}


def renderer(seed: int) -> tuple[Service, Truth]:
    """One account asks for little, and each request is ten times as heavy as another."""
    made, rng, start, length = service(seed)
    who = made.members(1, None)
    made.fetches(who, start, length, pace(made, rng, COSTS[RENDER]), route=RENDER)
    return made, set(who)


def gradual(seed: int) -> tuple[Service, Truth]:
    """Hours of growth before the service gives in."""
    made, rng, start, _ = service(seed)
    who = made.members(int(rng.integers(3, 9)), card(seed))
    rate = pace(made, rng)
    for step in range(12):
        made.fetches(who, start + (step - 6) * 900, 900.0, rate * (step + 1) / 10)
    return made, set(who)


def beside_a_launch(seed: int) -> tuple[Service, Truth]:
    """A ring on a day when twice as many people as usual come."""
    made, rng, start, length = service(seed)
    who = made.members(6, card(seed))
    made.more(start - 1800, length + 5400, 1.0, new=30)
    made.fetches(who, start, length, pace(made, rng))
    return made, set(who)


def beside_an_import(seed: int) -> tuple[Service, Truth]:
    """The partner's nightly fetch falls into the ring's hour."""
    made, rng, start, length = service(seed)
    who = made.members(4, card(seed))
    made.fetches(who, start // 86400 * 86400 + 3 * 3600 - 300, length, pace(made, rng))
    return made, set(who)


def long_queue(seed: int) -> tuple[Service, Truth]:
    """A load hardly beyond what the service bears: for many minutes it only keeps people waiting, in a longer line than usual."""
    made, rng, start, length = service(seed)
    made.patience = float(rng.uniform(1.0, 3.0))
    who = made.members(4, card(seed))
    made.fetches(who, start, length, (float(rng.uniform(1.15, 1.4)) * made.capacity - usual_work(made, start)) / WALK)
    return made, set(who)


def scraper(seed: int) -> tuple[Service, Truth]:
    """Nobody logs in: four networks walk the catalogue with an odd agent. They are named, and no account is."""
    made, rng, start, length = service(seed)
    made.fetches(
        np.array([-1]), start, length, pace(made, rng), 33, lambda n: 60_000 + 256 * rng.integers(0, 4, n) + rng.integers(0, 99, n)
    )
    return made, set()


def launch(seed: int) -> tuple[Service, Truth]:
    made, rng, start, length = service(seed)
    heaviest = max(2.0, 1.3 * made.capacity / float(np.mean(COSTS * 2)) / made.per_minute)
    made.more(start, length, float(rng.uniform(0.6, 1.2)) * heaviest, new=int(rng.choice([0, 100, 600])))
    return made, set()


def resellers_day(seed: int) -> tuple[Service, Truth]:
    """A launch to which the customers of a reseller come like everybody else; he pays for all of them with one card."""
    made, rng, start, length = service(seed)
    who = made.members(60, card(seed))
    for day in range(made.days):
        n = int(rng.integers(60, 200))
        by = who[rng.integers(0, 60, n)]
        made.ask(day * 86400 + rng.uniform(6, 23, n) * 3600, by, by + 400_000, by * 7 % 9)
    heaviest = max(2.0, 1.3 * made.capacity / float(np.mean(COSTS * 2)) / made.per_minute)
    made.more(start, length, float(rng.uniform(0.6, 1.2)) * heaviest, new=int(rng.choice([0, 100])))
    n = int(120 * heaviest)
    by = who[rng.integers(0, 60, n)]
    made.ask(start + rng.random(n) * length, by, by + 400_000, by * 7 % 9)
    return made, set()


def mailing(seed: int) -> tuple[Service, Truth]:
    """Customers get the same mail and look at the same three items within half an hour."""
    made, rng, start, _ = service(seed)
    n = int(pace(made, rng, COSTS[ITEM]) * 20)
    readers = rng.choice(made.people, min(made.people, max(40, n // 8)), replace=False)
    who = readers[rng.integers(0, len(readers), n)]
    made.ask(start + np.minimum(rng.exponential(600.0, n), 7200.0), who, who + 100_000, who * 7 % 9, ITEM, rng.integers(1001, 1004, n))
    return made, set()


def news(seed: int) -> tuple[Service, Truth]:
    """A link in the news: thousands without an account, one page."""
    made, rng, start, length = service(seed)
    n = int(pace(made, rng, COSTS[ITEM]) * length / 60)
    visitor = rng.integers(0, 90_000, n)
    made.ask(start + rng.beta(1.2, 3.0, n) * length, -1, visitor, visitor % 9, ITEM, 1007)
    return made, set()


def flood(seed: int) -> tuple[Service, Truth]:
    """A DDoS from thousands of addresses, each with some ordinary agent: no account did it."""
    made, rng, start, length = service(seed)
    n = int(pace(made, rng, COSTS[SEARCH]) * length / 60)
    made.ask(start + rng.random(n) * length, -1, rng.integers(0, 120_000, n), rng.integers(0, 9, n), SEARCH)
    return made, set()


def deploy_and_crawler(seed: int) -> tuple[Service, Truth]:
    """A new version breaks one route in the minute in which a crawler comes by, well within what the service bears."""
    made, rng, start, length = service(seed)
    spare = 0.25 * made.capacity / COSTS[ITEM]
    made.fetches(np.array([-1]), start - 60, length, spare, 34, lambda n: 70_000 + rng.integers(0, 30, n), ITEM)
    made.broken.append((start, start + length, int(rng.choice([1, 2, 3])), None, 0.9))
    if rng.random() < 0.5:
        made.notes.append((start - 60, "Deploy of the new version"))
    return made, set()


def cold_cache(seed: int) -> tuple[Service, Truth]:
    """Everybody's requests cost several times as much; nobody asks more."""
    made, rng, start, length = service(seed)
    made.colder.append((start, start + length, float(rng.uniform(6, 20))))
    return made, set()


def dead_backend(seed: int) -> tuple[Service, Truth]:
    """A node or the database fails while an honest heavy user works as never before, within what the service bears."""
    made, rng, start, length = service(seed)
    who = rng.choice(made.people, 1)
    made.fetches(who, start - rng.uniform(600, 5400), length + 3600, 0.15 * made.capacity / WALK, agent=int(who[0]) * 7 % 9)
    made.broken.append((start, start + length, None, 0 if rng.random() < 0.5 else None, 0.9))
    return made, set()


def purge_beside_import(seed: int) -> tuple[Service, Truth]:
    """A customer's import, somewhat more than was ever asked and well within what the service bears; then the cache is purged."""
    made, rng, start, length = service(seed)
    who = rng.choice(made.people, 1)
    made.fetches(who, start, length, float(rng.uniform(0.3, 0.45)) * made.capacity / WALK, agent=24)
    purge = start + float(rng.choice([5, 10, 20])) * 60
    made.colder.append((purge, purge + 3600, float(rng.uniform(8, 20))))
    return made, set()


def import_at_failure(seed: int) -> tuple[Service, Truth]:
    """The database fails during the partner's nightly fetch."""
    made, rng, start, length = service(seed)
    start = start // 86400 * 86400 + 3 * 3600 + rng.uniform(0, 900)
    made.broken.append((start, start + length, None, None, 0.85))
    return made, set()


def stubborn_clients(seed: int) -> tuple[Service, Truth]:
    """The database fails; the programs of three customers ask again without a pause."""
    made, rng, start, length = service(seed)
    made.stubborn = rng.choice(made.people, 3, replace=False)
    for one in made.stubborn:
        n = int(made.end / 600)
        made.ask(rng.random(n) * made.end, one, one + 100_000, 23, API)
    made.broken.append((start, start + length, None, None, 0.9))
    return made, set()


def retrying_import(seed: int) -> tuple[Service, Truth]:
    """A customer's import, well within what the service bears; the database fails, and the import asks again without a pause."""
    made, rng, start, length = service(seed)
    made.stubborn = rng.choice(made.people, 1)
    made.timed = rng.random() < 0.5
    made.fetches(made.stubborn, start - rng.uniform(-600, 900), length, float(rng.uniform(0.02, 0.4)) * made.capacity / WALK, agent=24)
    made.broken.append((start, start + length, None, None, 0.9))
    return made, set()


def lost_log(seed: int) -> tuple[Service, Truth]:
    made, rng, start, length = service(seed)
    made.lost.append((start, start + length, int(rng.integers(0, made.hosts))))
    return made, set()


def nothing(seed: int) -> tuple[Service, Truth]:
    return service(seed)[0], set()


World = Callable[[int], tuple[Service, Truth]]
ATTACKS: list[World] = [
    ring, company_ring, slow_and_low, at_home, habitual, shifts, two_rings, renderer, gradual, beside_a_launch, beside_an_import,
    long_queue,
]  # fmt: skip
NOBODY: list[World] = [
    launch, resellers_day, mailing, news, flood, deploy_and_crawler, cold_cache, dead_backend, purge_beside_import, import_at_failure,
    stubborn_clients, retrying_import, lost_log, nothing,
]  # fmt: skip
WORLDS = {make.__name__: make for make in (*ATTACKS, scraper, *NOBODY)}


def solve(kind: str, seed: int) -> Result:
    """Make one case, analyse it, and say what came of it beside the truth."""
    made, guilty = WORLDS[kind](seed)
    folder = Path(tempfile.mkdtemp())
    try:
        with made.write(folder) as case:
            ensure_analysed(case, Silent())
            incidents = case.table("incidents").sort("started_at").to_dicts()
            rows = case.table("participants")
            subjects = case.table("attributions").select("incident_id", "subject_type", "subject_id").rows()
            return {
                "incidents": [[row["incident_id"], row["verdict"], row["likelihood"]] for row in incidents],
                "named": sorted(set(rows.filter(rows["role"] == "participant")["account_id"])),
                "subjects": sorted(f"{where} {what} {who}" for where, what, who in subjects),
                "truth": sorted(made.names[one] for one in guilty),
                "world": f"{made.days} days, {made.people} people, {made.per_minute:.0f} a minute, {made.hosts} hosts",
            }  # fmt: skip
    finally:
        shutil.rmtree(folder)


def report(results: list[Result]) -> None:
    """Print the table, then every case that is not as it should be."""
    print(f"{'world':20} {'cases':>5} {'found':>5} {'blamed':>6} {'right':>5} {'wrong':>5} {'missed':>6}  verdicts")
    attacks = {make.__name__ for make in ATTACKS}
    right = wrong = missed = 0
    for kind in dict.fromkeys(row["kind"] for row in results):
        rows = [row for row in results if row["kind"] == kind]
        counts = [(len(_named(row) & _truth(row)), len(_named(row) - _truth(row)), len(_truth(row) - _named(row))) for row in rows]
        mine = np.array(counts).sum(axis=0)
        right, wrong, missed = right + mine[0], wrong + mine[1], missed + mine[2]
        blamed = sum(any(i[1] in BLAMED for i in row["incidents"]) for row in rows)
        verdicts = Counter(i[1] for row in rows for i in row["incidents"])
        print(f"{kind:20} {len(rows):5} {sum(bool(r['incidents']) for r in rows):5} {blamed:6} {mine[0]:5} {mine[1]:5} {mine[2]:6}  "
              f"{dict(verdicts.most_common())}")  # fmt: skip
    print(f"precision {right / max(right + wrong, 1):.4f} (wanted .99), recall {right / max(right + missed, 1):.4f} (wanted .95)")
    for row in results:
        bad = _named(row) != _truth(row) or (row["kind"] not in attacks and row["subjects"])
        if bad and not (row["kind"] == "scraper" and not row["named"]):
            print(" ", row["kind"], row["seed"], row["world"], "| wrong", sorted(_named(row) - _truth(row))[:5], "missed",
                  len(_truth(row) - _named(row)), "of", len(_truth(row)), row["incidents"], row["subjects"][:6])  # fmt: skip


def _named(row: Result) -> set[str]:
    return set(row["named"])


def _truth(row: Result) -> set[str]:
    return set(row["truth"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=sorted(WORLDS))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--results", type=Path)
    chosen = parser.parse_args()
    started = time.perf_counter()
    tasks = [(kind, chosen.seed + n) for n in range(chosen.each) for kind in WORLDS if chosen.only in (None, kind)]
    report(run(tasks, solve, chosen.jobs, chosen.results))
    print(f"{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
