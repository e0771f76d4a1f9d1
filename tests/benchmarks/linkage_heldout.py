"""How right linking is on worlds that it was not made on: ``python tests/benchmarks/linkage_heldout.py [WORLDS] [FIRST_SEED]``.

The cities of ``tests/linkage/city.py`` (default: 30 from seed 5000) are written as exports and logs, loaded as a user would, and linked by
the methods of ``linkage_truth``. Below the table: which kinds of accounts were joined wrongly, and which were left apart.
"""

from __future__ import annotations

import importlib.util
import logging
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from forensics.case.case import Case
from forensics.case.loading import LoadOptions, load
from forensics.evidence.overlap import find_duplicates
from forensics.evidence.tiers import assign_tiers
from forensics.exports.accounts import resolve
from forensics.linkage.identifiers import collect
from forensics.progress import Silent

TESTS = Path(__file__).parents[1]


def module(path: Path) -> ModuleType:
    """Return a file of the tests as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = loaded
    spec.loader.exec_module(loaded)
    return loaded


@contextmanager
def loaded(made: Any) -> Iterator[Case]:
    """Give a case with a city's files loaded and its identifiers collected."""
    with tempfile.TemporaryDirectory() as folder:
        made.write(Path(folder) / "evidence")
        with Case.create(Path(folder) / "case") as case:
            load(case, [Path(folder) / "evidence"], LoadOptions(), Silent())
            for stage in (find_duplicates, assign_tiers, resolve, collect):
                stage(case)
            yield case


def errors(made: Any, found: dict[str, Any]) -> tuple[Counter[str], Counter[str]]:
    """Return pairs joined wrongly and pairs left apart, by the roles of both."""
    actors: dict[Any, Counter[tuple[str, str]]] = defaultdict(Counter)
    payers: dict[str, Counter[tuple[Any, str]]] = defaultdict(Counter)
    for key, payer in made.payer.items():
        actors[found[key]][payer, made.role[key]] += 1
        payers[payer][found[key], made.role[key]] += 1
    return _mixed(actors.values()), _mixed(payers.values())


def _mixed(groups: Any) -> Counter[str]:
    pairs: Counter[str] = Counter()
    for group in groups:
        members = sorted(group.items(), key=str)
        for place, ((first, role), count) in enumerate(members):
            for (second, other), others in members[place + 1 :]:
                if first != second:
                    pairs[" + ".join(sorted((role, other)))] += count * others
    return pairs


def main() -> None:
    """Make the cities, let every method link them, print one table and the errors of this program."""
    logging.disable(logging.WARNING)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    truth = module(Path(__file__).with_name("linkage_truth.py"))
    cities = module(TESTS / "linkage" / "city.py")
    methods = {name: method for name, method in truth.METHODS.items() if name != "splink" or importlib.util.find_spec("splink")}
    scores: dict[str, Any] = defaultdict(truth.Score)
    wrong: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for seed in range(first, first + count):
        made = cities.city(seed)
        with loaded(made) as case:
            identifiers = case.table("identifiers")
            for name, method in methods.items():
                found = method(identifiers, case)
                scores[name].add(made.payer, found)
                if name == "forensics":
                    bad = errors(made, found)
                    wrong, missed = wrong + bad[0], missed + bad[1]
    total = scores["forensics"]
    print(f"\n{count} cities from seed {first}: {total.accounts:,} accounts, {total.true:,} pairs that belong together")
    print(f"{'':34} {'precision':>9} {'recall':>9} {'worst p.':>9} {'B3 prec.':>9} {'B3 rec.':>9}")
    for name, score in scores.items():
        print(score.row(name))
    for title, pairs in (("joined wrongly", wrong), ("left apart", missed)):
        print(f"{title}: " + (", ".join(f"{kind} {number}" for kind, number in pairs.most_common(12)) or "none"))


if __name__ == "__main__":
    main()
