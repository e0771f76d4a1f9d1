"""How long linking takes at scale: ``python tests/benchmarks/linkage_scale.py [ACCOUNTS [MEMORY [DEVICES]]]``.

By default 1,000,000 accounts of eight uses each; ``10000000 10GB 2`` is ten million accounts with a hundred million uses.

Times ``link`` from a filled table of identifiers to written links and actors, on two threads, and prints the peak memory. ``MEMORY``
is what ``--memory`` would say; every one of DEVICES is one more use.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from forensics import limits
from forensics.case.case import Case
from forensics.linkage.actors import link


def main() -> None:
    """Make a case of so many accounts, link it, print seconds and memory."""
    accounts = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    if len(sys.argv) > 2:
        limits.choose(memory=limits.parse_memory(sys.argv[2]))
    devices = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    text = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder, Case.create(Path(folder) / "case") as case:
        case.connection.execute("SET threads = 2")
        case.execute("linkage", "forget")
        case._run(text, {"accounts": accounts, "devices": devices})
        case.execute("linkage", "macros")
        uses = case.connection.table("identifiers").count("*").fetchall()[0][0]
        case.execute("linkage", "brought_uses")  # nothing was brought
        begun = time.perf_counter()
        link(case)
        seconds = time.perf_counter() - begun
        actors = case.connection.sql(
            "SELECT level, count(*), max(accounts) FROM actors WHERE accounts > 1 GROUP BY level ORDER BY level"
        ).fetchall()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{accounts:,} accounts, {uses:,} uses of identifiers: {seconds:.1f} s, peak {peak:.1f} GB")
    for level, count, largest in actors:
        print(f"  {level}: {count:,} actors of several accounts, the largest of {largest:,}")


if __name__ == "__main__":
    main()
