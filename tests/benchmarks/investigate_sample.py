"""Time ``forensics investigate`` on the sample evidence, whole process: python tests/benchmarks/investigate_sample.py [RUNS]."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EVIDENCE = Path(__file__).resolve().parents[2] / "sample_logs" / "evidence"
PROGRAM = Path(sys.executable).parent / "forensics"
LIMIT = 5.0


def once() -> float:
    """Return the seconds of one run with a new case."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        subprocess.run(
            [PROGRAM, "investigate", EVIDENCE, "--case", f"{folder}/case", "--out", f"{folder}/out"], check=True, capture_output=True
        )
        return time.perf_counter() - started


def main() -> None:
    """Print each run, the median and the peak memory."""
    runs = [once() for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 5)]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(" ".join(f"{seconds:.2f}" for seconds in runs), "s")
    print(f"median {statistics.median(runs):.2f} s (limit {LIMIT:.0f} s), peak memory {peak:.0f} MB")


if __name__ == "__main__":
    main()
