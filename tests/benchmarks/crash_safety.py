"""Faults injected and survived. Usage: ``PYTHONPATH=. python tests/benchmarks/crash_safety.py [RUNS [SEED]]`` (default 300).

In turn a run is killed at a random step that touches the disk, killed at a random moment, interrupted (Ctrl-C) at a random moment, told
at a random step that the disk is full or fails, or given a file system that is too small. In a third of the runs the same happens again
to the next attempt. After that the case must open, hold exactly the evidence that had completed, and be completed by the same command to
the same tables, Parquet files and report as an undisturbed run. File systems of their own are made by root only; others skip those runs.
"""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.case import test_crashes as crashes
from tests.faults import Server

SEED = 20240302
MODES = ("killed at a step", "killed at a moment", "interrupted", "write fails", "file system too small")


class Trial:
    """The evidence, what an undisturbed run makes of it, and chance."""

    def __init__(self, folder: Path, seed: int) -> None:
        for name in ("server", "evidence", "work"):
            (folder / name).mkdir()
        self.server, self.work = Server(folder / "server"), folder / "work"
        self.files = crashes.evidence(folder / "evidence")
        self.chance = random.Random(seed)
        self.undisturbed, self.seconds = {}, {}
        for name in crashes.COMMANDS:
            began = time.monotonic()
            self.undisturbed.update(crashes.undisturbed_runs(self.server, self.files, folder / "undisturbed", (name,)))
            self.seconds[name] = time.monotonic() - began
        self.room = sum(path.stat().st_size for path in (folder / "undisturbed" / "investigate").rglob("*") if path.is_file())
        self.waited: list[float] = []
        self.struck: list[str] = []
        """What the runs printed to which something happened."""

    def strike(self, name: str, mode: str) -> None:
        """Run a command to which ``mode`` happens somewhere."""
        command = crashes.command(name, self.files, self.work)
        if mode in ("killed at a moment", "interrupted"):
            number = signal.SIGINT if mode == "interrupted" else signal.SIGKILL
            self.server.run(*command, after=self.chance.uniform(0.02, self.seconds[name]), signalled=number)
            if mode == "interrupted":
                self.waited.append(self.server.seconds)
        elif mode == "file system too small":
            used = shutil.disk_usage(self.work).used
            resized(self.work, used + int(max(0, self.room - used) * self.chance.uniform(0.02, 1.0)) + (64 << 10))
            self.server.run(*command)
            resized(self.work, 1 << 30)
        else:
            fault = "kill" if mode == "killed at a step" else self.chance.choice(("full", "error"))
            self.server.run(*command, mode=fault, at=self.chance.randint(1, self.undisturbed[name][1]))

    def survives(self, name: str, mode: str) -> bool:
        """Whether all is well after one strike or two."""
        try:
            self.struck = []
            for _ in range(self.chance.choice((1, 1, 2))):
                self.strike(name, mode)
                self.struck.append(self.server.log)
                assert "fault of the program" not in self.server.log or mode == "write fails", self.server.log
            crashes.survives(self.server, self.files, self.undisturbed[name][0], name, self.work)
        except (AssertionError, OSError):
            print(f"{name}, {mode}: {self.struck}\n{traceback.format_exc()[-3000:]}", file=sys.stderr, flush=True)
            return False
        return True


def resized(folder: Path, size: int) -> None:
    """Give the file system at ``folder`` another size in bytes."""
    subprocess.run(["mount", "-o", f"remount,size={size}", str(folder)], check=True)


@contextmanager
def small(folder: Path) -> Iterator[bool]:
    """Mount a file system of its own at ``folder`` while the block runs; False where that is not allowed."""
    mounted = not subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(folder)], capture_output=True, check=False).returncode
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


def _sum(counts: Counter[str], what: str) -> int:
    return sum(count for name, count in counts.items() if name.endswith(what))


def main() -> None:
    """Do the runs and count."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        trial = Trial(Path(scratch), int(sys.argv[2]) if len(sys.argv) > 2 else SEED)
        for number in range(runs):
            mode, name = MODES[number % len(MODES)], trial.chance.choice(crashes.COMMANDS)
            with small(trial.work) as mounted:
                if mode != MODES[-1] or mounted:
                    counts[f"{mode}: injected"] += 1
                    counts[f"{mode}: survived"] += trial.survives(name, mode)
            shutil.rmtree(trial.work)
            trial.work.mkdir()
            if number % 50 == 49:
                print(
                    f"{number + 1} of {runs} runs: {_sum(counts, 'survived')} of {_sum(counts, 'injected')} survived",
                    file=sys.stderr,
                    flush=True,
                )
        trial.server.close()
    for what, count in sorted(counts.items()):
        print(f"{what} {count}")
    print(f"{_sum(counts, 'survived')} of {_sum(counts, 'injected')} survived")
    print(f"from Ctrl-C to the end: {max(trial.waited, default=0):.2f} s at most")


if __name__ == "__main__":
    main()
