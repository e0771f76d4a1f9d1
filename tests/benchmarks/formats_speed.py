"""Print lines per second for every format, and for JSON formats the time against Polars' own ``scan_ndjson`` of the same file.

Usage: python tests/benchmarks/formats_speed.py [--lines N] [FORMAT...]      (needs a quiet machine; about a minute for all)

Lines are the formats' samples with their numbers varied, so that caches and dictionaries do not help more than they would in earnest.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

from forensics.formats.base import Format, ReadOptions
from forensics.formats.registry import all_formats

BATCH = 65_536
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


def best(work: Callable[[], object], rounds: int = 3) -> float:
    """Return the shortest of several runs, in seconds."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def measure(entry: Format, count: int) -> tuple[float, float | None, float]:
    """Return lines per second, the multiple of ``scan_ndjson`` (None for other formats), and the share of lines read."""
    raw = varied(entry, count)
    lines = pl.DataFrame({"line": pl.int_range(1, len(raw) + 1, eager=True), "raw": raw}, schema={"line": pl.Int64, "raw": pl.String})
    outcome: list[pl.DataFrame] = []

    def parse() -> None:
        parser = entry.open(ReadOptions())
        outcome[:] = [parser(lines[start : start + BATCH]) for start in range(0, len(lines), BATCH)]

    seconds = best(parse)
    share = sum((frame["outcome"] == "event").sum() for frame in outcome) / len(lines)
    ratio = None
    if raw[-1].startswith("{"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "log.jsonl"
            path.write_text("\n".join(line for line in raw if line.startswith("{")) + "\n", encoding="utf-8")
            try:
                ratio = seconds / best(lambda: pl.scan_ndjson(path).collect())
            except pl.exceptions.PolarsError:  # lines that scan_ndjson itself cannot read
                ratio = None
    return len(lines) / seconds, ratio, share


def main(arguments: list[str]) -> int:
    """Print the table; the exit code tells whether all formats are fast enough."""
    count = int(arguments[arguments.index("--lines") + 1]) if "--lines" in arguments else 200_000
    wanted = [name for name in arguments if not name.startswith("-") and not name.isdigit()]
    slow = 0
    print(f"{'format':24} {'lines/s':>10} {'x scan_ndjson':>14} {'read':>7}")
    for entry in sorted(all_formats(), key=lambda entry: entry.name):
        if wanted and entry.name not in wanted:
            continue
        speed, ratio, share = measure(entry, count)
        bad = speed < LEAST_LINES_PER_SECOND or (ratio or 0) > MOST_OF_SCAN_NDJSON
        slow += bad
        print(f"{entry.name:24} {speed:10,.0f} {'' if ratio is None else f'{ratio:.2f}':>14} {share:7.1%}{'  SLOW' if bad else ''}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
