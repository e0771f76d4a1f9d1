"""What loading a combined log costs against merely reading it: ``python tests/benchmarks/load_combined.py [LINES] [--lnav] [--goaccess]``.

Prints the median of five readings (warm, ``sum(len_bytes)``), of loads (whole function, hashing and commit included, a thousand-line load
taken off as start-up), their ratio, peak memory, and with the options how long lnav and GoAccess take for the same file, whole process.
"""

from __future__ import annotations

import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

from forensics.case.case import Case
from forensics.case.loading import LoadOptions, load
from forensics.progress import Silent

AGENTS = [
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{n}.0.0.0" for n in range(90, 120)
]


def make(path: Path, lines: int) -> None:
    """Write a combined log of so many lines; the same bytes every time."""
    part = 100_000
    with path.open("wb") as out:
        for first in range(0, lines, part):
            number = pl.int_range(first, min(lines, first + part), eager=True)
            mixed = number.hash(seed=7)
            stamp = (pl.lit(1_709_337_600) + number // 20).cast(pl.Int64) * 1_000_000
            frame = pl.select(
                pl.format(
                    '198.18.{}.{} - {} [{} +0000] "GET /api/v1/jobs/{}/image?size={}&token={} HTTP/1.1" {} {} '
                    '"https://app.example/g/{}" "{}"',
                    mixed % 256,
                    mixed // 256 % 256,
                    pl.when(mixed % 2 == 0).then(pl.format("u{}", mixed % 5000)).otherwise(pl.lit("-")),
                    stamp.cast(pl.Datetime("us")).dt.strftime("%d/%b/%Y:%H:%M:%S"),
                    mixed % 1_000_000,
                    mixed % 2000,
                    mixed,
                    pl.Series([200, 200, 200, 304, 404, 500]).gather(mixed % 6),
                    mixed % 100_000,
                    mixed % 1000,
                    pl.Series(AGENTS).gather(mixed % len(AGENTS)),
                ).alias("line")
            )
            out.write(("\n".join(frame["line"].to_list()) + "\n").encode())


def median(times: int, run: Callable[[], None]) -> float:
    """Return the median of so many runs, in seconds."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def read(path: Path) -> None:
    """Merely read the lines."""
    scanned = pl.scan_csv(path, separator="\x01", quote_char=None, has_header=False, encoding="utf8-lossy", schema={"raw": pl.String})
    scanned.select(pl.col("raw").str.len_bytes().sum()).collect(engine="streaming")


def loading(path: Path, folder: Path) -> Callable[[], None]:
    """Return a load of the file into a new case."""

    def run() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        with Case.create(folder) as case:
            load(case, [path], LoadOptions(), Silent())

    return run


def main() -> None:
    """Measure and print."""
    numbers = [argument for argument in sys.argv[1:] if argument.isdigit()]
    lines = int(numbers[0]) if numbers else 4_000_000
    with tempfile.TemporaryDirectory() as place:
        log, little, folder = Path(place, "access.log"), Path(place, "little.log"), Path(place, "case")
        make(log, lines)
        make(little, 1000)
        read(log)
        reading = median(5, lambda: read(log))
        loading(little, folder)()
        startup = median(5, loading(little, folder))
        taken = median(5 if lines < 2_000_000 else 3, loading(log, folder)) - startup
        print(f"{lines:,} lines, {log.stat().st_size / 1e6:,.0f} MB")
        print(f"reading {reading:.2f} s, loading {taken:.2f} s (start-up {startup:.2f} s), ratio {taken / reading:.1f}")
        print(f"{lines / taken:,.0f} lines a second, peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
        commands = {"--lnav": ["lnav", "-n", "-c", ";SELECT count(*) FROM access_log", str(log)]}
        commands["--goaccess"] = ["goaccess", str(log), "--log-format=COMBINED", "-o", str(Path(place, "report.json"))]
        for option, command in commands.items():
            if option in sys.argv and shutil.which(command[0]):
                print(f"{command[0]} {median(1, lambda c=command: subprocess.run(c, capture_output=True, check=False)):.1f} s")  # type: ignore[misc]


if __name__ == "__main__":
    main()
