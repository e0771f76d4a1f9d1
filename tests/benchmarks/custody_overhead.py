"""What custody costs a load, hashing aside. Usage: ``PYTHONPATH=. python tests/benchmarks/custody_overhead.py [MEGABYTES]`` (default 200).

The time spent in ``custody.append`` (a line per file and one for the load, each flushed to disk) as a share of the whole load: once for
one large file, once for the same lines in forty files.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.case import cases

from forensics.case.case import Case
from forensics.case.loading import LoadOptions, load
from forensics.evidence import custody
from forensics.progress import Silent


def measure(folder: Path, files: int, lines: int) -> tuple[float, float]:
    """Return seconds of a load of ``files`` files of ``lines`` lines, and how many of them custody took."""
    block = "".join(cases.log_line(number) + "\n" for number in range(min(lines, 10_000)))
    for number in range(files):
        path = folder / "evidence" / f"{number:03}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(cases.log_line(number) + "\n" + block * max(1, lines // 10_000))
    spent = 0.0
    original = custody.append

    def timed(*arguments: Any, **options: Any) -> str:
        nonlocal spent
        began = time.perf_counter()
        result = original(*arguments, **options)
        spent += time.perf_counter() - began
        return result

    custody.append = timed
    try:
        began = time.perf_counter()
        with Case.create(folder / "case") as case:
            load(case, [folder / "evidence"], LoadOptions(), Silent())
        return time.perf_counter() - began, spent
    finally:
        custody.append = original


def main() -> None:
    """Measure both."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    lines = megabytes * 12_500
    for files in (1, 40):
        with tempfile.TemporaryDirectory() as scratch:
            seconds, spent = measure(Path(scratch), files, lines // files)
        print(f"{megabytes} MB in {files} files: load {seconds:.2f} s, custody {spent * 1000:.0f} ms, {100 * spent / seconds:.2f} %")


if __name__ == "__main__":
    main()
