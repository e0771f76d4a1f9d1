"""The accounts and shared values of a case as numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from forensics.case.case import Case
from forensics.linkage import coherence
from forensics.linkage.components import Numbers, components
from forensics.linkage.weights import SMALLEST_POPULATION


@dataclass(frozen=True)
class World:
    """The two-sided graph of accounts and the values that two or more of them share."""

    accounts: int
    values: pl.DataFrame
    """value_no, identifier_type, sharers, family, level, m, chance, owner_bits, block, source; tied, sampled, coherence_bits, owned"""
    uses: pl.DataFrame
    """value_no, account_no; sorted"""
    loose: pl.DataFrame
    """value_no, account_no, why: uses of a value in doubt by accounts that have nothing else in common with the others"""

    @classmethod
    def of(cls, case: Case) -> World:
        """Read the numbered values of a case and test each for coherence."""
        accounts = case.rows("linkage", "size")[0]["accounts"]
        ties = case.frame(
            "linkage",
            "ties",
            sample=coherence.SAMPLE,
            surprise_bits=coherence.SURPRISE_BITS,
            doubt_bits=coherence.DOUBT_BITS,
            accounts=max(1, accounts),
            common=coherence.COMMON,
            alike=coherence.ALIKE,
            many=coherence.MANY,
        )
        held = coherence.held_together(ties)
        values = coherence.tested(case.frame("linkage", "shared_values"), coherence.tied_accounts(held))
        runs = case.frame("linkage", "runs", surprise_bits=coherence.SURPRISE_BITS, accounts=max(SMALLEST_POPULATION, accounts))
        values = coherence.with_runs(values, runs)
        uses = case.frame("linkage", "value_uses")
        doubtful = values.filter(pl.col("owned"), pl.col("owner_bits") < 0).select("value_no", "identifier_type")
        loose = uses.join(doubtful, on="value_no").join(coherence.largest_groups(held), on=["value_no", "account_no"], how="anti")
        why = pl.format("only the {} is the same, nothing else", pl.col("identifier_type").str.replace_all("_", " ")).alias("why")
        return cls(accounts, values, uses, loose.sort("value_no", "account_no").select("value_no", "account_no", why))

    def grouped(self, uses: pl.DataFrame, edges: pl.DataFrame) -> Numbers:
        """Return for each account the smallest account of its group: groups hang together through ``uses`` and account ``edges``.

        ``uses``: value_no, account_no; ``edges``: left, right (account numbers).
        """
        left = np.concatenate([uses["account_no"].to_numpy(), edges["left"].to_numpy()]).astype(np.int32)
        right = np.concatenate([uses["value_no"].to_numpy() + self.accounts, edges["right"].to_numpy()]).astype(np.int32)
        return components(self.accounts + self.values.height, left, right)[: self.accounts]


NO_EDGES = pl.DataFrame(schema={"left": pl.Int32(), "right": pl.Int32()})
"""No pairs of accounts."""

USE = pl.col("value_no").cast(pl.Int64) * 2**32 + pl.col("account_no")
"""A use of a value by an account as one number."""


def without(uses: pl.DataFrame, cut: pl.DataFrame) -> pl.DataFrame:
    """Return the uses (value_no, account_no ...) that are not cut, in their order (a join would hash them all to leave out a few)."""
    return uses.filter(~USE.is_in(cut.select(USE).to_series().implode()))
