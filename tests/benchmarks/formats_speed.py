"""Print lines per second for every format, and for JSON formats the time against Polars' own ``scan_ndjson`` of the same file.

Usage: python tests/benchmarks/formats_speed.py [--lines N] [FORMAT...]      (needs a quiet machine; a few seconds for each format)

A log is read as a load reads it, from its bytes to events, but for the hash and the Parquet file. Lines are the formats' samples with
their numbers varied, so that caches and dictionaries do not help more than they would in earnest.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

from forensics.case.reading import EventWriter, Reading, Window, read_log
from forensics.evidence.line_reader import LineReader
from forensics.evidence.recognise import Plan, Recognition
from forensics.evidence.streams import utf8_chunks
from forensics.formats.base import Format, ReadOptions
from forensics.formats.registry import all_formats

VARIED = 50_000
LEAST_LINES_PER_SECOND = 150_000
MOST_OF_SCAN_NDJSON = 3.0


def varied(entry: Format, count: int) -> list[str]:
    """Return ``count`` lines made of the format's samples: header lines as they are, request lines with other numbers."""
    heads = [sample.line for sample in entry.samples if sample.expected.get("outcome") == "skipped"]
    bodies = [sample.line for sample in entry.samples if sample.expected.get("outcome") != "skipped"]
    first = [sample.line for sample in entry.samples]
    if heads:  # columns by header: the header and the lines that follow it
        start = next(index for index, line in enumerate(first) if line in bodies)
        heads, bodies = first[:start], [first[start]]
    made = [vary(bodies[index % len(bodies)], index) for index in range(count - len(heads))]
    return [*heads, *made]


def vary(line: str, index: int) -> str:
    """Return the line with another last digit in its addresses and numbers after a slash or an equals sign."""
    return re.sub(
        r"(?<=[./=])\d(?=[ :\",?\])/]|$)", lambda match: str((int(match[0]) + index) % 10) + str(index % 997 % 100 or 7)[:1], line
    )


def best(work: Callable[[], object], rounds: int = 3) -> tuple[float, float]:
    """Return the shortest of several runs: seconds by the clock, seconds of processor time of all threads."""
    clock, processor = [], []
    for _ in range(rounds):
        begun, used = time.perf_counter(), time.process_time()
        work()
        clock.append(time.perf_counter() - begun)
        processor.append(time.process_time() - used)
    return min(clock), min(processor)


class Nowhere(EventWriter):
    """Takes events and writes nothing."""

    def __init__(self) -> None:
        pass

    def write(self, events: pl.DataFrame) -> None:
        """Do nothing."""


def measure(entry: Format, count: int, path: Path) -> dict[str, float]:
    """Return lines per second (by the clock, and of processor time), multiples of ``scan_ndjson`` for JSON, and the share of lines read."""
    made = varied(entry, min(count, VARIED))
    heads = sum(1 for line in made[:20] if line.startswith("#"))
    with path.open("w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in made[:heads])
        for _ in range(-(-count // VARIED)):
            out.writelines(f"{line}\n" for line in made[heads:])
    outcome: list[Reading] = []

    def read() -> None:
        reader = LineReader(Plan([Recognition(entry, 1.0, 1)]), ReadOptions(), alone=True)
        with path.open("rb") as stream:
            outcome[:] = [read_log(utf8_chunks(stream), reader, Nowhere(), Window())]

    clock, processor = best(read)
    reading = outcome[0]
    found = {"clock": reading.lines / clock, "processor": reading.lines / processor, "share": reading.parsed / reading.lines}
    if made[-1].startswith("{"):
        try:
            theirs = best(lambda: pl.scan_ndjson(path).collect())
        except pl.exceptions.PolarsError:  # lines that scan_ndjson itself cannot read
            return found
        found |= {"clock ratio": clock / theirs[0], "processor ratio": processor / theirs[1]}
    return found


def main(arguments: list[str]) -> int:
    """Print the table; the exit code tells whether all formats are fast enough."""
    count = int(arguments[arguments.index("--lines") + 1]) if "--lines" in arguments else 400_000
    wanted = [name for name in arguments if not name.startswith("-") and not name.isdigit()]
    slow = 0
    print(f"{'format':24} {'lines/s':>10} {'/s of CPU':>10} {'x scan_ndjson':>14} {'of CPU':>7} {'read':>7}")
    for entry in sorted(all_formats(), key=lambda entry: entry.name):
        if wanted and entry.name not in wanted:
            continue
        with tempfile.TemporaryDirectory() as folder:
            found = measure(entry, count, Path(folder, "a.log"))
        ratios = (f"{found[key]:.2f}" if key in found else "" for key in ("clock ratio", "processor ratio"))
        bad = found["clock"] < LEAST_LINES_PER_SECOND or found.get("clock ratio", 0) > MOST_OF_SCAN_NDJSON
        slow += bad
        ours = f"{found['clock']:10,.0f} {found['processor']:10,.0f} {next(ratios):>14} {next(ratios):>7} {found['share']:7.1%}"
        print(f"{entry.name:24} {ours}{'  SLOW' if bad else ''}", flush=True)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
