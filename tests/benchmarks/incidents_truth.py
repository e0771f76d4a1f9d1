"""Truth of the detection on seeded synthetic traffic: what was injected and found, boundary errors, and incidents in quiet weeks.

Usage: python tests/benchmarks/incidents_truth.py [--seeds 3] [--quiet 2] [--first 0] [--shape NAME]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests import traffic as t

DAYS = 12
QUIET_DAYS = 28
Injector = Callable[[pl.DataFrame, datetime, datetime], pl.DataFrame]

INJECTED: dict[str, tuple[int, Injector, tuple[str, ...]]] = {
    "errors": (25, lambda f, a, b: t.failing(f, a, b, 0.9), ("errors",)),
    "one route": (30, lambda f, a, b: t.failing(f, a, b, 0.9, route="/api/jobs"), ("errors",)),
    "silence": (25, lambda f, a, b: t.lost(f, a, b), ("silence",)),
    "overload": (40, lambda f, a, b: t.slow(t.failing(f, a, b, 0.3), a, b, 5.0), ("errors", "latency")),
    "latency": (40, lambda f, a, b: t.slow(f, a, b, 5.0), ("latency",)),
    "collapse": (60, lambda f, a, b: t.lost(f, a, b, 0.9), ("collapse", "silence")),
    "one host": (60, lambda f, a, b: t.lost(f, a, b, host="edge-2"), ("silence", "collapse")),
    "crowd": (60, lambda f, a, b: t.crowd(f, a, b, 2.0), ("surge",)),
    "collection": (15, lambda f, a, b: t.collector(f, a, b), ("collection",)),
}
"""Name -> (usual minutes, injector, kinds that name it rightly)."""


def world(shape: str, seed: int) -> tuple[pl.DataFrame, list[tuple[str, datetime, datetime]]]:
    """Traffic of a shape with one incident of each kind, a day apart, at times and of lengths drawn from the seed."""
    rng = np.random.default_rng([seed, 99])
    frame = t.traffic(shape, seed, days=DAYS)
    truths = []
    for day, (name, (minutes, inject, _)) in enumerate(INJECTED.items(), start=2):
        start = t.at(day) + timedelta(seconds=float(rng.uniform(8, 20) * 3600))
        length = minutes * float(rng.uniform(0.5, 2.0)) * (3 if shape == "sparse" and name != "collection" else 1)
        end = start + timedelta(minutes=length)
        frame = inject(frame, start, end)
        truths.append((name, start, end))
    return frame, truths


def detected(frame: pl.DataFrame) -> list[dict[str, object]]:
    with tempfile.TemporaryDirectory() as folder:
        case, rows = t.found(Path(folder) / "case", frame)
        case.close()
    return rows


def errors_of(truth: tuple[str, datetime, datetime], rows: list[dict[str, object]]) -> tuple[dict[str, object], float, float] | None:
    """The incident that an injected one was found as, and how far its boundaries are off, in minutes."""
    name, start, end = truth
    near = [r for r in rows if r["started_at"] < end and (r["ended_at"] or datetime.max) > start]
    kinds = INJECTED[name][2]
    near.sort(key=lambda r: (r["kind"] not in kinds, abs((r["started_at"] - start).total_seconds())))
    if not near or near[0]["kind"] not in kinds:
        return None
    row = near[0]
    after = (row["ended_at"] - end).total_seconds() / 60 if row["ended_at"] else float("inf")
    return row, (row["started_at"] - start).total_seconds() / 60, after


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--quiet", type=int, default=2)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--shape", choices=t.SHAPES)
    given = parser.parse_args()
    shapes = [given.shape] if given.shape else list(t.SHAPES)
    found: dict[str, int] = defaultdict(int)
    tried: dict[str, int] = defaultdict(int)
    starts: dict[str, list[float]] = defaultdict(list)
    ends: dict[str, list[float]] = defaultdict(list)
    spurious = 0
    for shape in shapes:
        for seed in range(given.first, given.first + given.seeds):
            frame, truths = world(shape, seed)
            rows = detected(frame)
            used = set()
            for truth in truths:
                tried[truth[0]] += 1
                answer = errors_of(truth, rows)
                if answer is None:
                    print(f"  missed: {shape} {seed} {truth[0]} {truth[1]:%d %H:%M} to {truth[2]:%d %H:%M}")
                    continue
                row, before, after = answer
                used.add(row["incident_id"])
                found[truth[0]] += 1
                starts[truth[0]].append(abs(before))
                ends[truth[0]].append(abs(after))
                if max(abs(before), abs(after)) > 5:
                    print(f"  off: {shape} {seed} {truth[0]} {truth[1]:%d %H:%M} by {before:+.1f} and {after:+.1f} min")
            for row in rows:
                if row["incident_id"] not in used:
                    spurious += 1
                    print(f"  spurious: {shape} {seed} {row['incident_id']} to {row['ended_at']}")
    print("boundary errors in minutes: median, 90 %, most, of starts and of ends")
    for name in INJECTED:
        report(name, found[name], tried[name], starts[name], ends[name])
    all_starts, all_ends = ([value for values in off.values() for value in values] for off in (starts, ends))
    report("all", sum(found.values()), sum(tried.values()), all_starts, all_ends)
    print(f"spurious beside injected incidents: {spurious} in {len(shapes) * given.seeds * DAYS} days")
    for shape in shapes:
        rows = [r for seed in range(given.quiet) for r in detected(t.traffic(shape, 1000 + given.first + seed, days=QUIET_DAYS))]
        rate = len(rows) * 30 / max(given.quiet * QUIET_DAYS, 1)
        print(f"quiet {shape:13} {rate:.2f} incidents in 30 days", *(str(r["incident_id"]) for r in rows[:5]))


def report(name: str, found: int, tried: int, *off: list[float]) -> None:
    """Print one row of the table: what was found, and errors of starts and of ends."""
    shown = [f"{np.median(values):8.2f} {np.quantile(values, 0.9):8.2f} {max(values):8.2f}" for values in off if values]
    print(f"{name:12} {found:4}/{tried:<4}", *shown)


if __name__ == "__main__":
    main()
