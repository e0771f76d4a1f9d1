"""Load the same requests as thousands of small files and as one: python tests/benchmarks/small_files.py [FILES].

Services deliver logs so (S3, load balancers, CDNs). Printed: whole processes' seconds, and what a file costs beyond its lines.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

PROGRAM = Path(sys.executable).parent / "forensics"
MOST_LINES = 40
LINE = (
    "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be photos [{time:%d/%b/%Y:%H:%M:%S} +0000] 198.18.0.{client} - {name} "
    'REST.GET.OBJECT {key}.jpg "GET /photos/{key}.jpg HTTP/1.1" 200 - {size} {size} {ms} {ms} "-" "curl/8.5.0" - - - - - - - -\n'
)


def made(folder: Path, files: int) -> Path:
    """Write the files as S3 names them, and all their lines as one; return the latter."""
    rng, start = np.random.default_rng(1), datetime(2024, 3, 1)
    whole = folder / "whole.log"
    (folder / "delivered").mkdir()
    with whole.open("w") as one:
        for number in range(files):
            begins = start + timedelta(seconds=20 * number)
            name = f"{rng.integers(1 << 60):016X}"
            lines = [
                LINE.format(
                    time=begins + timedelta(seconds=float(second)), client=rng.integers(1, 250), name=name, key=rng.integers(1, 9999),
                    size=rng.integers(100, 99999), ms=rng.integers(1, 900),
                )
                for second in np.sort(rng.random(rng.integers(1, MOST_LINES)) * 20)
            ]  # fmt: skip
            (folder / "delivered" / f"{begins:%Y-%m-%d-%H-%M-%S}-{name}").write_text("".join(lines))
            one.writelines(lines)
    return whole


def seconds(evidence: Path) -> float:
    """Return how long a load takes, whole process."""
    with tempfile.TemporaryDirectory() as case:
        started = time.perf_counter()
        subprocess.run([PROGRAM, "load", evidence, "--case", f"{case}/case"], check=True, capture_output=True)
        return time.perf_counter() - started


def main() -> None:
    """Print the figures."""
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        whole = made(Path(folder), files)
        many, one = seconds(Path(folder) / "delivered"), seconds(whole)
    print(f"{files:,} files {many:.2f} s, their lines in one file {one:.2f} s: {1000 * (many - one) / files:.1f} ms a file")


if __name__ == "__main__":
    main()
