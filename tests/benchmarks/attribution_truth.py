"""Truth of the attribution on seeded synthetic rollups: who is named, who is not, whether p-values are calibrated.

Usage: python tests/benchmarks/attribution_truth.py [--cases 300] [--attacks 20] [--draws 2000] [--only KIND] [--seed 0] [--jobs 2]
                                                    [--results FILE]

``--cases`` are those with nobody to blame, shared among their kinds; ``--attacks`` are for each kind. With ``--results`` a run that was
stopped goes on where it was.
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

from tests.attribution.worlds import World
from tests.benchmarks.pool import Result, run

from forensics.attribution.attribute import attribute
from forensics.attribution.search.scan import Kind, Subjects, placebo_p, scores

Answer = tuple[World, set[str], dict[str, object]]
ACTOR = Kind("actor", "actor_id")
BLAMED = ("attributed", "several actors")


def world(seed: int, **options: object) -> World:
    rng = np.random.default_rng([seed, 7])
    drawn = {
        "seed": seed, "days": int(rng.choice([4, 8, 15, 22, 30])), "accounts": int(rng.choice([80, 200, 400, 800])),
        "per_minute": float(rng.choice([30, 80, 150, 300])), "anonymous": float(rng.choice([0.0, 0.2, 0.5])),
        "ramp": int(rng.choice([10, 20, 30])), "has_ramp": bool(rng.random() < 0.8), "end": 24 * 60 + int(rng.choice([15, 45, 90])),
    }  # fmt: skip
    return World(**(drawn | options))  # type: ignore[arg-type]


def linked(made: World, ring: np.ndarray) -> None:
    made.organisation(made.actor(ring), made.rng.choice(made.accounts, 2, replace=False))


def members(made: World, rng: np.random.Generator, count: int) -> np.ndarray:
    """Half of all rings are new accounts, half are people's old ones."""
    return made.newcomers(count) if rng.random() < 0.5 else rng.choice(made.accounts, count, replace=False)


def ring(seed: int) -> Answer:
    made, rng = world(seed), np.random.default_rng([seed, 8])
    who = members(made, rng, int(rng.integers(2, 15)))
    linked(made, who)
    made.ring(who, made.per_minute * rng.uniform(1.0, 4.0), shares=rng.dirichlet(np.full(len(who), 3.0)))
    return made, set(made.names[who]), {}


def slow_and_low(seed: int) -> Answer:
    made, rng = world(seed, accounts=400), np.random.default_rng([seed, 8])
    who = members(made, rng, int(rng.integers(25, 60)))
    linked(made, who)
    made.ring(who, made.per_minute * rng.uniform(0.8, 1.5))
    return made, set(made.names[who]), {}


def rotating(seed: int) -> Answer:
    made, rng = world(seed), np.random.default_rng([seed, 8])
    who = members(made, rng, 6)
    linked(made, who)
    made.ring(who, made.per_minute * rng.uniform(1.0, 3.0))
    part = made.parts[-1]
    part["network"] = 30_000 + rng.integers(0, 20_000, len(part["network"]))
    part["agent"] = rng.integers(0, 6, len(part["agent"]))
    return made, set(made.names[who]), {}


def shifts(seed: int) -> Answer:
    made, rng = world(seed, end=24 * 60 + 90, has_ramp=True, ramp=30), np.random.default_rng([seed, 8])
    who = members(made, rng, 9)
    linked(made, who)
    edges = [made.onset - 30, made.onset - 5, made.onset + 35, made.end]
    for group, low, high in zip(np.split(who, 3), edges[:-1], edges[1:], strict=True):
        made.ring(group, made.per_minute * 2.0, low, high)
    return made, set(made.names[who]), {}


def strangers(seed: int) -> Answer:
    """A ring, and a few accounts that nothing links to it, each with at least 2 % of the excess."""
    made, rng = world(seed), np.random.default_rng([seed, 8])
    who, alone = made.newcomers(8), made.newcomers(3)
    linked(made, who)
    rate = made.per_minute * 2.0
    made.ring(who, rate)
    for one in alone:
        made.ring(np.array([one]), rate * rng.uniform(0.03, 0.08))
    return made, set(made.names[who]) | set(made.names[alone]), {}


def unlinked(seed: int) -> Answer:
    """A ring of accounts that nothing links at all."""
    made, rng = world(seed), np.random.default_rng([seed, 8])
    who = made.newcomers(int(rng.integers(6, 16)))
    made.ring(who, made.per_minute * rng.uniform(1.5, 4.0))
    return made, set(made.names[who]), {}


def two_rings(seed: int) -> Answer:
    made, rng = world(seed), np.random.default_rng([seed, 8])
    first, second = made.newcomers(5), made.newcomers(5)
    made.actor(first)
    made.actor(second)
    made.ring(first, made.per_minute * rng.uniform(1.0, 2.0))
    made.ring(second, made.per_minute * rng.uniform(1.0, 2.0))
    return made, set(made.names[first]) | set(made.names[second]), {}


def ring_in_surge(seed: int) -> Answer:
    made = world(seed)
    who = made.newcomers(7)
    linked(made, who)
    made.surge(0.4)
    made.ring(who, made.per_minute * 2.5)
    return made, set(made.names[who]), {}


def surge(seed: int) -> Answer:
    made, rng = world(seed), np.random.default_rng([seed, 8])
    made.surge(float(rng.choice([0.3, 0.7, 1.5, 4.0])), new=int(rng.choice([0, 50, 400])))
    return made, set(), {"fail": float(rng.choice([0.2, 0.9]))}


def surge_of_visitors(seed: int) -> Answer:
    made, rng = world(seed), np.random.default_rng([seed, 8])
    low = made.onset - made.ramp
    n = int(made.per_minute * rng.uniform(0.5, 4) * (made.end - low))
    made.add_anonymous(rng.integers(0, 9000, n), made.last + rng.integers(low, made.end, n))
    return made, set(), {}


def deploy(seed: int) -> Answer:
    return world(seed), set(), {"failing_route": int(np.random.default_rng([seed, 8]).integers(0, 6))}


def deploy_and_retries(seed: int) -> Answer:
    made, rng = world(seed), np.random.default_rng([seed, 8])
    made.retries(float(rng.uniform(0.5, 4)), float(rng.choice([0.02, 0.2, 1.0])))
    return made, set(), {"failing_route": 3}


def backend(seed: int) -> Answer:
    return world(seed), set(), {"failing_backend": "edge-2"}


def missing_log(seed: int) -> Answer:
    return world(seed, kind="silence", has_ramp=False), set(), {"lost_host": "edge-2"}


def retry_storm(seed: int) -> Answer:
    """The service fails by itself; some clients - often very few - then ask many times as much as ever."""
    made, rng = world(seed), np.random.default_rng([seed, 8])
    made.retries(float(rng.uniform(1, 8)), float(rng.choice([0.01, 0.03, 0.2, 1.0])))
    return made, set(), {}


def echo(seed: int) -> Answer:
    """The same, with few clients that begin to hammer in the very minute of the failure, and no ramp known."""
    made, rng = world(seed, has_ramp=False, late=30), np.random.default_rng([seed, 8])
    who = rng.choice(made.accounts, int(rng.integers(1, 4)), replace=False)
    made.ring(who, made.per_minute * rng.uniform(2, 15), made.onset)
    return made, set(), {}


def link_post(seed: int) -> Answer:
    """A post with a link is read by thousands, each opens one page or a few; some have accounts. The service gives in on the way up."""
    made, rng = world(seed), np.random.default_rng([seed, 8])
    low, high = made.onset - made.ramp, made.end
    n = int(made.per_minute * rng.uniform(1.0, 5.0) * (high - low))
    at = made.last + low + (rng.beta(1.3, 2.5, n) * (high - low)).astype(int)
    made.add_anonymous(4000 + rng.integers(0, 5000, n), at, rng.integers(0, 6, n))
    made.parts[-1]["route"] = np.full(n, 5)
    who = made.newcomers(150)
    m = n // 10
    made.add_accounts(rng.choice(who, m), made.last + low + (rng.beta(1.3, 2.5, m) * (high - low)).astype(int), np.full(m, 5))
    return made, set(), {"fail": float(rng.choice([0.2, 0.9]))}


def crawler_and_deploy(seed: int) -> Answer:
    """A search engine walks the catalogue as it does every night, a new version fails: the crawler was always there."""
    made, rng = world(seed), np.random.default_rng([seed, 8])
    pace = made.per_minute * rng.uniform(0.2, 1.5)
    for day in range(made.days):
        n = rng.poisson(pace * 180 * rng.uniform(0.7, 1.4))
        made.add_anonymous(np.full(n, 9100), day * 1440 + rng.integers(22 * 60 + 30, 25 * 60 + 30, n), np.full(n, 8))
    return made, set(), {"failing_route": int(rng.integers(0, 6))}


def monitors(seed: int) -> Answer:
    """Health checks ask every few seconds, with and without an account; when the backend dies they ask ten times as often."""
    made, rng = world(seed), np.random.default_rng([seed, 8])
    checks = made.newcomers(2)
    for day in range(made.days):
        at = day * 1440 + np.repeat(np.arange(22 * 60, 26 * 60), 6)
        made.add_accounts(rng.choice(checks, len(at)), at, np.zeros(len(at), dtype=int), np.full(len(at), 9))
        made.add_anonymous(np.full(len(at), 9200), at, np.full(len(at), 9))
    more = made.last + np.repeat(np.arange(made.onset, made.end), 60)
    made.add_accounts(rng.choice(checks, len(more)), more, np.zeros(len(more), dtype=int), np.full(len(more), 9))
    made.add_anonymous(np.full(len(more), 9200), more, np.full(len(more), 9))
    return made, set(), {"failing_backend": "edge-1"}


def sudden(seed: int) -> Answer:
    """A ring that begins at full force two minutes before the service gives in; no ramp known."""
    made = world(seed, has_ramp=False, late=30)
    who = made.newcomers(8)
    linked(made, who)
    made.ring(who, made.per_minute * 8, made.onset - 2)
    return made, set(made.names[who]), {}


ATTACKS: list[Callable[[int], Answer]] = [ring, slow_and_low, rotating, shifts, strangers, unlinked, sudden, two_rings, ring_in_surge]
NOBODY: list[Callable[[int], Answer]] = [
    surge,
    surge_of_visitors,
    deploy,
    deploy_and_retries,
    backend,
    missing_log,
    retry_storm,
    echo,
    link_post,
    crawler_and_deploy,
    monitors,
]


def solve(kind: str, seed: int) -> Result:
    """Make one case, attribute it, and say what came of it beside the truth."""
    make = next(make for make in (*ATTACKS, *NOBODY) if make.__name__ == kind)
    made, guilty, options = make(seed)
    if make in (surge, surge_of_visitors, link_post):  # too much load keeps people waiting before it fails
        options |= {"strained": made.ramp}
    folder = Path(tempfile.mkdtemp())
    try:
        with made.write(folder, **options) as case:  # type: ignore[arg-type]
            attribute(case)
            rows = case.table("participants")
            return {
                "verdict": str(case.table("incidents")["verdict"][0]),
                "named": sorted(rows.filter(rows["role"] == "participant")["account_id"]),
                "attributions": len(case.table("attributions")),
                "truth": sorted(str(name) for name in guilty),
            }  # fmt: skip
    finally:
        shutil.rmtree(folder)


def report_attacks(results: list[Result]) -> None:
    """Print who was named rightly, by kind of attack."""
    print(f"{'attack':20} {'cases':>5} {'blamed':>6} {'precision':>9} {'recall':>7}")
    for kind in (*dict.fromkeys(row["kind"] for row in results), "all"):
        rows = [row for row in results if kind in (row["kind"], "all")]
        right = sum(len(set(row["named"]) & set(row["truth"])) for row in rows)
        named, truth = sum(len(row["named"]) for row in rows), sum(len(row["truth"]) for row in rows)
        blamed = sum(row["verdict"] in BLAMED for row in rows)
        print(f"{kind:20} {len(rows):5} {blamed:6} {right / max(named, 1):9.4f} {right / max(truth, 1):7.4f}")
    print("wanted: precision .99, recall .95")
    for row in results:
        wrong, missed = set(row["named"]) - set(row["truth"]), set(row["truth"]) - set(row["named"])
        if wrong or missed:
            print("  ", row["kind"], row["seed"], row["verdict"], "wrong", sorted(wrong), "missed", len(missed), "of", len(row["truth"]))


def report_nobody(results: list[Result]) -> None:
    """Print how often somebody was blamed where nobody was to blame."""
    print(f"\n{'nobody to blame':20} {'cases':>5} {'blamed':>6}  verdicts")
    for kind in (*dict.fromkeys(row["kind"] for row in results), "all"):
        rows = [row for row in results if kind in (row["kind"], "all")]
        verdicts = Counter(row["verdict"] for row in rows)
        print(f"{kind:20} {len(rows):5} {sum(map(wronged, rows)):6}  {dict(verdicts.most_common())}")
    print("wanted: 0 blamed")
    for row in filter(wronged, results):
        print("  ", row["kind"], row["seed"], row["verdict"], row["named"])


def wronged(row: Result) -> bool:
    """Whether anybody was named in a case where nobody was to blame."""
    return bool(row["named"]) or row["verdict"] in BLAMED or row["attributions"] > 0


def calibration(draws: int, seed: int) -> None:
    """Null matrices: gamma-Poisson loads, no window special; p of the first must be below .05 in no more than 6 % of draws."""
    rng = np.random.default_rng(seed)
    found = np.zeros(draws)
    for draw in range(draws):
        windows, accounts = int(rng.integers(20, 60)), int(rng.integers(50, 400))
        mean = rng.lognormal(1, 1.3, (accounts, 1)) * rng.gamma(0.5, 2.0, (accounts, windows)) * rng.normal(1, 0.1, windows).clip(0.5)
        load = rng.poisson(mean).astype(float)
        names = [str(i) for i in range(accounts)]
        matrix = scores(Subjects([ACTOR] * accounts, names, [None] * accounts, load, load.sum(axis=0), {ACTOR: accounts}))
        found[draw] = placebo_p(matrix.max(axis=0))
    print(f"\nplacebo p-values of {draws} null draws: {np.mean(found < 0.05):.2%} below .05 (wanted: at most 6 %), "
          f"{np.mean(found < 0.2):.1%} below .2, {np.mean(found < 0.5):.1%} below .5")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--attacks", type=int, default=20)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--only")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--results", type=Path)
    chosen = parser.parse_args()
    started = time.perf_counter()
    attacks = [make.__name__ for make in ATTACKS if chosen.only in (None, make.__name__)]
    nobody = [make.__name__ for make in NOBODY if chosen.only in (None, make.__name__)]
    each = -(-chosen.cases // max(len(nobody), 1))
    tasks = [(kind, chosen.seed + 1000 + n) for kind in attacks for n in range(chosen.attacks)]
    tasks += [(kind, chosen.seed + 5000 + n) for kind in nobody for n in range(each)]
    results = run(tasks, solve, chosen.jobs, chosen.results)
    report_attacks([row for row in results if row["kind"] in attacks])
    report_nobody([row for row in results if row["kind"] in nobody])
    if chosen.only is None:
        calibration(chosen.draws, chosen.seed)
    print(f"{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
