"""What people ruled about links, as the linkage obeys it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from forensics.case.case import Case
from forensics.linkage.components import Numbers
from forensics.linkage.world import World


@dataclass(frozen=True)
class Ruled:
    """Rulings in force, as numbers. (Rejected identifiers are left out of the world before it is numbered.)"""

    together: pl.DataFrame
    """left, right: accounts that a person said are one actor"""
    apart: list[tuple[int, int]]
    """pairs of accounts that a person said are not"""
    values: list[int]
    """values that a person confirmed for somebody: they link whoever has them"""


def in_force(case: Case) -> Ruled:
    """Read the rulings of the case."""
    pairs = case.frame("linkage", "ruled_pairs")
    return Ruled(
        together=pairs.filter(pl.col("verdict") == "confirm").select(
            pl.col("account_no").cast(pl.Int32).alias("left"), pl.col("other_no").cast(pl.Int32).alias("right")
        ),
        apart=list(pairs.filter(pl.col("verdict") == "reject").select("account_no", "other_no").iter_rows()),
        values=case.frame("linkage", "ruled_links")["value_no"].to_list(),
    )


def separating(world: World, uses: pl.DataFrame, edges: pl.DataFrame, ruled: Ruled) -> pl.DataFrame:
    """Return the linking uses (value_no, account_no, why) that must go so that rejected pairs end up in different groups.

    Of a rejected pair the account with fewer ties leaves: every value through which it is in the group of the other is cut from it.
    """
    cut: list[tuple[int, int, str]] = []
    kept = uses
    for left, right in ruled.apart:
        groups: Numbers = world.grouped(kept, edges)
        if groups[left] != groups[right]:
            continue
        ties = kept.filter(pl.col("account_no").is_in([left, right])).group_by("account_no").len().sort("len", "account_no")
        if ties.is_empty():
            continue
        leaver = int(ties["account_no"][0]) if ties.height > 1 else right
        gone = kept.filter(pl.col("account_no") == leaver)
        cut.extend((value, leaver, "ruled out: a person rejected this link") for value in gone["value_no"])
        kept = kept.filter(pl.col("account_no") != leaver)
    return pl.DataFrame(cut, schema={"value_no": pl.Int32(), "account_no": pl.Int32(), "why": pl.String()}, orient="row")
