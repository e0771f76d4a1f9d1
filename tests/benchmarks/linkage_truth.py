"""How right linking is: ``python tests/benchmarks/linkage_truth.py [WORLDS]`` (default 30 random worlds with known actors; seeded).

One table: this program, plain connected components, components of values that at most ten accounts share, and Splink (if installed:
``pip install splink``), on the same identifiers. Pairwise precision and recall over all worlds, and B-cubed (A. Bagga and B. Baldwin,
"Entity-Based Cross-Document Coreferencing Using the Vector Space Model", 1998). Variants: sparse logs, dense logs, exports only, small.
"""

from __future__ import annotations

import importlib.util
import logging
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl

from forensics.exports.accounts import resolve
from forensics.linkage.actors import link
from forensics.linkage.components import components
from forensics.linkage.identifiers import collect

Found = dict[str, Any]
"""account -> whatever names its actor"""


def worlds() -> ModuleType:
    """Return ``tests/linkage/worlds.py`` as a module."""
    path = Path(__file__).parents[1] / "linkage" / "worlds.py"
    spec = importlib.util.spec_from_file_location("linkage_worlds", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["linkage_worlds"] = module
    spec.loader.exec_module(module)
    return module


@dataclass
class Score:
    """Sums over worlds."""

    right: int = 0
    said: int = 0
    true: int = 0
    precision: float = 0.0
    recall: float = 0.0
    accounts: int = 0
    worst: float = 1.0

    def add(self, truth: Found, found: Found) -> None:
        """Count one world: pairs, and B-cubed per account."""
        both = Counter((truth[name], found[name]) for name in truth)
        said, true = Counter(found[name] for name in truth), Counter(truth.values())
        right, claimed = _pairs(both), _pairs(said)
        self.right, self.said, self.true = self.right + right, self.said + claimed, self.true + _pairs(true)
        self.worst = min(self.worst, right / claimed if claimed else 1.0)
        for name in truth:
            shared = both[(truth[name], found[name])]
            self.precision += shared / said[found[name]]
            self.recall += shared / true[truth[name]]
        self.accounts += len(truth)

    def row(self, name: str) -> str:
        """Return one line of the table."""
        precision = self.right / self.said if self.said else 1.0
        recall = self.right / self.true if self.true else 1.0
        cubed = f"{self.precision / self.accounts:9.4f} {self.recall / self.accounts:9.4f}"
        return f"{name:34} {precision:9.4f} {recall:9.4f} {self.worst:9.4f} {cubed}"


def _pairs(counts: Counter[Any]) -> int:
    return sum(n * (n - 1) // 2 for n in counts.values())


def ours(identifiers: pl.DataFrame, case: Any) -> Found:
    """Return what this program says: the actor that each account's load is counted to."""
    link(case)
    return dict(case.table("account_actors").select("account_id", "actor_id").iter_rows())


def plain(most: int | None) -> Callable[[pl.DataFrame, Any], Found]:
    """Return connected components over all values (of at most ``most`` accounts), a company's domain left out as in the truth."""

    def found(identifiers: pl.DataFrame, case: Any) -> Found:
        accounts = case.table("accounts")["account_id"].sort().to_list()
        number = {name: place for place, name in enumerate(accounts)}
        used = identifiers.filter(~pl.col("identifier_type").is_in(["email_domain", "company_name", "sign_up_burst"]))
        if most is not None:
            used = used.filter(pl.len().over("identifier_type", "identifier_value") <= most)
        keyed = used.with_columns(pl.concat_str("identifier_type", "identifier_value", separator=":").rank("dense").alias("value") - 1)
        left = np.array([number[name] for name in keyed["account_id"]], dtype=np.int32)
        right = keyed["value"].to_numpy().astype(np.int32) + len(accounts)
        names = components(len(accounts) + int(right.max()) + 1, left, right)
        return {name: int(names[place]) for place, name in enumerate(accounts)}

    return found


def splink(identifiers: pl.DataFrame, case: Any) -> Found:
    """Return Splink's clusters at 95 %: one record per account (its commonest value of each type), EM-trained, blocked on each column."""
    import splink.comparison_library as compare
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    columns = ["card_fingerprint", "payer_email", "billing_identity", "client_ip", "client_network"]
    wide = (
        identifiers.filter(pl.col("identifier_type").is_in(columns))
        .sort("account_id", "identifier_type", "uses", "identifier_value", descending=[False, False, True, False])
        .unique(["account_id", "identifier_type"], keep="first", maintain_order=True)
        .pivot(on="identifier_type", index="account_id", values="identifier_value")
    )
    everybody = case.table("accounts").select(pl.col("account_id").alias("unique_id"))
    missing = [pl.lit(None, pl.String).alias(name) for name in columns if name not in wide.columns]
    records = everybody.join(wide.with_columns(missing), left_on="unique_id", right_on="account_id", how="left")
    comparisons = [compare.ExactMatch(name).configure(term_frequency_adjustments=True) for name in columns]
    settings = SettingsCreator(
        link_type="dedupe_only", comparisons=comparisons, blocking_rules_to_generate_predictions=[block_on(name) for name in columns]
    )
    linker = Linker(DuckDBAPI().register(records.to_arrow()), settings)
    linker.training.estimate_probability_two_random_records_match([block_on("card_fingerprint")], recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for name in ("card_fingerprint", "client_ip" if records["client_ip"].drop_nulls().is_duplicated().any() else "billing_identity"):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(name))
    scored = linker.inference.predict(threshold_match_probability=0.9)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(scored, threshold_match_probability=0.95)
    rows = clusters.as_record_list()
    return {row["unique_id"]: row["cluster_id"] for row in rows}


METHODS: dict[str, Callable[[pl.DataFrame, Any], Found]] = {
    "forensics": ours,
    "connected components": plain(None),
    "connected components, at most 10": plain(10),
    "splink": splink,
}

VARIANTS: dict[str, dict[str, Any]] = {
    "as it comes": {},
    "dense logs": {"busy": 6},
    "exports only": {"busy": 0},
    "small": {"ordinary": 150},
}


def main() -> None:
    """Make the worlds, let every method link them, print one table per variant."""
    logging.disable(logging.WARNING)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    made_of = worlds()
    methods = {name: method for name, method in METHODS.items() if name != "splink" or importlib.util.find_spec("splink")}
    for variant, settings in VARIANTS.items():
        scores: dict[str, Score] = defaultdict(Score)
        for seed in range(count):
            made = made_of.world(seed, **settings)
            with tempfile.TemporaryDirectory() as folder, made_of.as_case(made, Path(folder) / "case") as case:
                resolve(case)
                collect(case)
                identifiers = case.table("identifiers")
                for name, method in methods.items():
                    scores[name].add(made.actor, method(identifiers, case))
        total = scores["forensics"]
        print(f"\n{count} worlds, {variant}: {total.accounts:,} accounts, {total.true:,} pairs that belong together")
        print(f"{'':34} {'precision':>9} {'recall':>9} {'worst p.':>9} {'B3 prec.':>9} {'B3 rec.':>9}")
        for name, score in scores.items():
            print(score.row(name))


if __name__ == "__main__":
    main()
