"""Detection on sites that it was not built on (tests/sites.py): troubles found, boundary errors, and incidents where nothing happened.

Usage: python tests/benchmarks/incidents_sites.py [--seeds 1] [--first 0] [--site NAME] [--kind NAME] [--requests 150000]

``--requests`` is the most that a site is asked for, so that all of them take minutes (0: as much as it is; that takes an hour).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests import sites
from tests.traffic import found

Row = dict[str, Any]


def detected(frame: pl.DataFrame) -> list[Row]:
    """Incidents of these events."""
    with tempfile.TemporaryDirectory() as folder:
        case, rows = found(Path(folder) / "case", frame)
        case.close()
    return rows


def worlds(site: sites.Site, seed: int, kind: str | None) -> Iterator[sites.World]:
    """Worlds of a site with all its kinds of trouble, at most one a day."""
    names = [name for name in sites.kinds_of(site) if kind in (None, name)]
    alone = [name for name in names if name == "day-long"]
    names = [name for name in names if name not in alone]
    size = max(1, int(site.days / 1.2))
    groups = [names[i : i + size] for i in range(0, len(names), size)] + [alone] * bool(alone)
    for number, group in enumerate(groups):
        yield sites.troubled(site, 100 * seed + number, group)


class Score:
    """What was found of each kind of trouble, and how far off."""

    def __init__(self) -> None:
        self.tried: dict[str, int] = defaultdict(int)
        self.found: dict[str, int] = defaultdict(int)
        self.off: dict[str, list[float]] = defaultdict(list)
        self.spurious = 0
        self.days = 0.0

    def add(self, site: str, seed: int, world: sites.World, rows: list[Row]) -> None:
        """Compare a world's truths with what was found in it."""
        used: set[str] = set()
        self.days += world.site.days
        for truth in world.truths:
            self.tried[truth.name] += 1
            near = [r for r in rows if r["started_at"] < truth.end and (r["ended_at"] or datetime.max) > truth.start]
            used |= {r["incident_id"] for r in near if r["kind"] in (*truth.kinds, "surge")}
            right = [r for r in near if r["kind"] in truth.kinds]
            if not right:
                seen = [r["incident_id"] for r in near]
                print(f"  missed: {site} {seed} {truth.name} {truth.start} to {truth.end:%d %H:%M}", *seen, flush=True)
                continue
            row = min(right, key=lambda r: abs((r["started_at"] - truth.start).total_seconds()))
            self.found[truth.name] += 1
            after = (row["ended_at"] - truth.end).total_seconds() / 60 if row["ended_at"] else float("inf")
            before = (row["started_at"] - truth.start).total_seconds() / 60
            self.off[truth.name] += [abs(before), abs(after)]
            scope = "" if row["scope"] == truth.scope or truth.scope == "everything" else f" scope {row['scope']}"
            if max(abs(before), abs(after)) > 5 or scope:
                named = f"{site} {seed} {truth.name} {truth.start} to {truth.end:%d %H:%M}"
                print(f"  off: {named} by {before:+.1f} and {after:+.1f} min{scope}")
        for row in rows:
            if row["incident_id"] not in used:
                self.spurious += 1
                print(f"  spurious: {site} {seed} {row['incident_id']} to {row['ended_at']} {row['reading'] or ''}")

    def show(self) -> None:
        """Print the table."""
        print(f"{'trouble':16} {'found':>9} {'median':>8} {'90 %':>8}  (boundary error in minutes)")
        for name in self.tried:
            self._line(name, self.found[name], self.tried[name], self.off[name])
        self._line("all", sum(self.found.values()), sum(self.tried.values()), [x for xs in self.off.values() for x in xs])
        print(f"spurious beside troubles: {self.spurious} in {self.days:.0f} days")

    def _line(self, name: str, hits: int, of: int, off: list[float]) -> None:
        shown = f"{np.median(off):8.2f} {np.quantile(off, 0.9):8.2f}" if off else ""
        print(f"{name:16} {hits:4}/{of:<4} {shown}")


def main() -> None:
    """Print what was missed, what was off, and the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--site", choices=[site.name for site in sites.SITES])
    parser.add_argument("--kind", choices=list(sites.KINDS))
    parser.add_argument("--requests", type=float, default=150_000)
    given = parser.parse_args()
    score, spurious, days = Score(), 0, 0.0
    for site in (s for s in sites.SITES if given.site in (None, s.name)):
        site = sites.lighter(site, given.requests) if given.requests else site
        for seed in range(given.first, given.first + given.seeds):
            for world in worlds(site, seed, given.kind):
                score.add(site.name, seed, world, detected(world.frame))
            if given.kind is not None:
                continue
            rows = detected(sites.quiet(site, 5000 + seed))
            spurious, days = spurious + len(rows), days + site.days
            for row in rows:
                print(f"  quiet: {site.name} {seed} {row['incident_id']} to {row['ended_at']} {row['reading'] or ''}", flush=True)
    score.show()
    print(f"where nothing happened: {spurious} in {days:.0f} days, {30 * spurious / max(days, 1):.2f} in 30 days")


if __name__ == "__main__":
    main()
