"""Faults injected and survived. Usage: ``PYTHONPATH=. python tests/benchmarks/crash_safety.py [RUNS]`` (default 300).

A third of the runs is killed at a random step that touches the disk, a third at a random moment, a third meets a full disk or a failing
write. After each, the case must open, hold exactly the evidence that had completed, and be completed by the same command to the same
tables, Parquet files and report as an undisturbed run.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.case import test_crashes as crashes
from tests.faults import Server

SEED = 20240302


def main() -> None:
    """Do the runs and count."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    chance = random.Random(SEED)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "server").mkdir()
        (folder / "evidence").mkdir()
        server = Server(folder / "server")
        files = crashes.evidence(folder / "evidence")
        began = time.monotonic()
        undisturbed = crashes.undisturbed_runs(server, files, folder / "undisturbed")
        seconds = time.monotonic() - began
        for number in range(runs):
            name = "load" if chance.random() < 0.75 else "investigate"
            mode = ("kill", "moment", chance.choice(("full", "error")))[number % 3]
            work = folder / "work"
            counts[f"{mode}: injected"] += 1
            command = crashes.command(name, files, work)
            if mode == "moment":
                server.run(*command, mode="kill", after=chance.uniform(0.02, seconds * (0.3 if name == "load" else 0.7)))
            else:
                server.run(*command, mode=mode, at=chance.randint(1, undisturbed[name][1]))
            try:
                crashes.survives(server, files, undisturbed[name][0], name, work)
                counts[f"{mode}: survived"] += 1
            except AssertionError as error:
                print(f"run {number} ({name}, {mode}): {error}", file=sys.stderr)
            shutil.rmtree(work, ignore_errors=True)
        server.close()
    for what, count in sorted(counts.items()):
        print(f"{what} {count}")
    print(f"{sum(v for k, v in counts.items() if 'survived' in k)} of {runs} survived")


if __name__ == "__main__":
    main()
