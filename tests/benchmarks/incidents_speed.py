"""Seconds that rollups, detection and attribution take on a case of so many events, stage by stage, and the peak of memory.

Usage: python tests/benchmarks/incidents_speed.py [--events 4000000] [--threads 2] [--memory 3GB] [--keep DIR]
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests import traffic as t
from tests.stored_case import add_log, add_user_accounts

from forensics.analysis import stages_run
from forensics.case.case import Case

DAYS = 15
CHUNK = 1_000_000
MEASURED = ("incidents", "attribution")


def made(folder: Path, events: int) -> None:
    """Write a case of so many events over fifteen days: a ring of ten collects from two accounts' worth of ids until it breaks."""
    with Case.create(folder) as case:
        parts = max(1, round(events / CHUNK))
        for part in range(parts):
            frame = part_of_traffic(part, events // parts)
            add_log(case, f"access-{part}.log", frame.drop("logged_by"), f"edge-{part % 2 + 1}")
        add_user_accounts(case)


def part_of_traffic(seed: int, events: int) -> pl.DataFrame:
    """Evenly daily traffic with an outage on the last day but two."""
    rng = np.random.default_rng([seed, 5])
    day = rng.integers(0, DAYS, events)
    hour = rng.normal(14, 5, events) % 24
    seconds = np.sort(day * 86400 + hour * 3600 + rng.random(events))
    seconds = np.minimum(seconds, DAYS * 86400 - 1)
    accounts = np.minimum(rng.pareto(1.1, events) * 30, 4999).astype(int)
    frame = t.events(rng, seconds, accounts, 0.002)
    start = t.at(12, 13)
    ring = (seconds > (12 * 86400 + 12.5 * 3600)) & (seconds < (12 * 86400 + 15 * 3600)) & (rng.random(events) < 0.7)
    frame = frame.with_columns(
        pl.when(pl.Series(ring)).then(pl.format("u{}", pl.lit(9000) + pl.Series(accounts % 10))).otherwise("user_name").alias("user_name")
    )
    return t.failing(frame, start, t.at(12, 15), 0.8, seed=seed)


def main() -> None:
    """Print seconds by stage."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=4_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", help="of the database, as DuckDB writes it; the process takes some more")
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    folder = given.keep or Path(tempfile.mkdtemp()) / "case"
    if not (folder / "case.duckdb").exists():
        made(folder, given.events)
    total = 0.0
    with Case.open(folder) as case:
        case.connection.execute(f"SET threads = {given.threads}")
        if given.memory:
            case.connection.execute("SET memory_limit = $limit", {"limit": given.memory})
        with case.transaction():
            began, burnt = time.perf_counter(), time.process_time()
            for stage in stages_run(case):
                took, burnt = time.perf_counter() - began, time.process_time() - burnt
                counts = any(f".{name}." in stage.function for name in MEASURED)
                total += took if counts else 0.0
                print(f"{took:7.2f} s  ({burnt:6.2f} s of processor)  {stage.label}{'' if counts else '  (not counted)'}", flush=True)
                began, burnt = time.perf_counter(), time.process_time()
        rows = case.connection.sql("SELECT incident_id, verdict FROM incidents ORDER BY 1").fetchall()
    print(f"{total:7.2f} s  incidents and attribution together, {given.events:,} events, {given.threads} threads")
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:7.2f} GB peak memory (making the case included)", *rows)
    if given.keep is None:
        shutil.rmtree(folder.parent)


if __name__ == "__main__":
    main()
