"""Crowds known only by what they share: python tests/benchmarks/linkage_crowds.py [SIZE] [SEED...].

Wallets of an airdrop and accounts of a network (``tests/linkage/crowd.py``), loaded with ``--kind identifiers`` and linked. Per crowd:
pairwise precision and recall, B-cubed, the share of coordinated accounts that are in an actor with any other, and that of all others.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.linkage.crowd import Crowd, linked, pairs, posters, wallets


def told(crowd: Crowd, found: dict[str, str]) -> tuple[float, ...]:
    """Return pairwise precision and recall, B-cubed precision and recall, and shares of coordinated and of other accounts in actors."""
    both = Counter((crowd.master[name], found[name]) for name in found)
    said, true = Counter(found.values()), Counter(crowd.master[name] for name in found)
    coordinated = [name for name in found if crowd.master[name].startswith("master")]
    others = [name for name in found if not crowd.master[name].startswith("master")]
    b3p = sum(n * n / said[actor] for (_, actor), n in both.items()) / len(found)
    b3r = sum(n * n / true[master] for (master, _), n in both.items()) / len(found)
    caught, wronged = (sum(said[found[name]] > 1 for name in part) / max(len(part), 1) for part in (coordinated, others))
    return pairs(both) / max(pairs(said), 1), pairs(both) / max(pairs(true), 1), b3p, b3r, caught, wronged


def main() -> None:
    """Print one line per crowd."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 36_000
    print("crowd     seed    precision recall  B3p    B3r    caught others  seconds")
    for seed in map(int, sys.argv[2:] or ["1", "2", "3"]):
        for make, count in ((wallets, size), (posters, size // 6)):
            crowd = make(seed, count)
            with tempfile.TemporaryDirectory() as folder:
                path = crowd.write(Path(folder))
                began = time.perf_counter()
                found = linked(Path(folder), path)
            figures = "  ".join(f"{value:.4f}" for value in told(crowd, found))
            print(f"{make.__name__:9s} {seed:<7d} {figures}  {time.perf_counter() - began:.1f}", flush=True)


if __name__ == "__main__":
    main()
