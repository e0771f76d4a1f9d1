"""How fast evidence is re-hashed. Usage: ``python tests/benchmarks/verify_speed.py [GIGABYTES]`` (default 4, warm, median of 3)."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.case import cases

from forensics.case.case import Case
from forensics.evidence.verify import verify
from forensics.progress import Silent


def main() -> None:
    """Make files, load them, verify them."""
    gigabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with Case.create(folder / "case") as case:
            for number in range(gigabytes):
                path = folder / f"{number}.log"
                block = os.urandom(1 << 20)
                with path.open("wb") as stream:
                    stream.write(bytes([number]))
                    for _ in range(954):
                        stream.write(block)
                cases.load(case, path)
            taken = []
            for _ in range(3):
                began = time.perf_counter()
                checks = verify(case, Silent())
                taken.append(time.perf_counter() - began)
            assert {check.state for check in checks} == {"intact"}
    seconds = statistics.median(taken)
    print(f"{gigabytes} GB in {seconds:.2f} s: {gigabytes / seconds:.2f} GB/s")


if __name__ == "__main__":
    main()
