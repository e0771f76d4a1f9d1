"""Groups that several weak values hold together, where none would be enough by itself.

An address is one person's, an office's or a whole campus's; a billing name may be two people's. Two groups of accounts are joined
when values of at least two families (or addresses in at least three independent networks) together outweigh the prior. Candidates are
the pairs of groups that share a value; the rarest values come first, until a budget of pairs is spent: what is shared by many groups
carries few bits.
"""

from __future__ import annotations

import polars as pl

from forensics.linkage.components import Numbers
from forensics.linkage.weights import NEEDED_BITS, combine, prior_bits, value_bits_expr
from forensics.linkage.world import World

LARGEST_COUNT = 64
PAIR_BUDGET = 30_000_000
"""Values shared by more groups than this are not tried, and fewer where the pairs would exceed the budget."""

FEWEST_BITS = 1.5
"""A value that says less than this for a pair is not worth a look."""

INDEPENDENT_NETWORKS = 3
"""So many shared addresses in different /16 (IPv6: /32) networks stand for a second family of evidence."""


def corroborated(world: World, uses: pl.DataFrame, groups: Numbers) -> pl.DataFrame:
    """Return the pairs of groups that weak evidence joins: left, right (groups), bits, level (operator | payer).

    ``uses``: value_no, account_no of every use that is not ruled out; ``groups``: the group of each account.
    """
    shared = _shared(world, uses, groups)
    pairs = _without_office(_pairs(world, shared), world, uses, groups)
    if pairs.is_empty():
        return pl.DataFrame(schema={"left": pl.Int32(), "right": pl.Int32(), "bits": pl.Float64(), "level": pl.String()})
    together = _enough(combine(pairs, ["left", "right"]), world)
    operator = _enough(combine(pairs.filter(pl.col("family") != "payment"), ["left", "right"]), world)
    reach = pairs.group_by("left", "right").agg(pl.col("left_members").max(), pl.col("right_members").max())
    sizes = pl.DataFrame({"group": groups}).group_by("group").len()
    return (
        together.join(operator.select("left", "right", level=pl.lit("operator")), on=["left", "right"], how="left")
        .join(reach, on=["left", "right"])
        .join(sizes.select(left="group", left_size="len"), on="left")
        .join(sizes.select(right="group", right_size="len"), on="right")
        .filter(
            ((pl.col("left_size") < 3) | (pl.col("left_members") > 1) | (pl.col("right_size") < 3))
            & ((pl.col("right_size") < 3) | (pl.col("right_members") > 1) | (pl.col("left_size") < 3))
        )
        .select("left", "right", "bits", pl.col("level").fill_null("payer"))
        .sort("left", "right")
    )


def _enough(scored: pl.DataFrame, world: World) -> pl.DataFrame:
    independent = (pl.col("families") > 1) | (pl.col("blocks") >= INDEPENDENT_NETWORKS)
    return scored.filter(independent & (pl.col("bits") - prior_bits(world.accounts) >= NEEDED_BITS))


def _shared(world: World, uses: pl.DataFrame, groups: Numbers) -> pl.DataFrame:
    """Return value_no, group, members of all values of operator and payer level that are not one group's alone and not too common."""
    columns = ["value_no", "family", "block", "sharers", "m", "chance"]
    most = value_bits_expr(pl.col("sharers") - 2, world.accounts)
    resource = pl.col("owner_bits").is_not_null() & ~pl.col("owned")
    values = world.values.filter(pl.col("level") != "organisation", most >= FEWEST_BITS, ~resource).select(columns)
    held = (
        uses.with_columns(pl.Series("group", groups[uses["account_no"].to_numpy()]))
        .join(values, on="value_no")
        .group_by("value_no", "group", "family", "block", "sharers", "m", "chance")
        .agg(pl.len().cast(pl.Int32).alias("members"))
    )
    count = held.group_by("value_no").agg(pl.len().alias("groups"))
    chosen = _affordable(count.filter(pl.col("groups") > 1, pl.col("groups") <= LARGEST_COUNT))
    return held.join(chosen, on="value_no")


def _affordable(counts: pl.DataFrame) -> pl.DataFrame:
    """Keep the values of fewest groups as long as all their pairs fit the budget."""
    steps = (
        counts.group_by("groups")
        .agg((pl.len() * pl.col("groups").first() * (pl.col("groups").first() - 1) // 2).alias("pairs"))
        .sort("groups")
        .filter(pl.col("pairs").cum_sum() <= PAIR_BUDGET)
    )
    largest = steps["groups"].max()
    return counts.filter(pl.col("groups") <= (largest if isinstance(largest, int) else 0)).select("value_no")


def _pairs(world: World, shared: pl.DataFrame) -> pl.DataFrame:
    """Return one row per pair of groups and value they share: left, right, value_no, family, block, bits, members of both."""
    others = pl.col("sharers") - pl.col("members") - pl.col("right_members")
    right = shared.select("value_no", right="group", right_members="members")
    return (
        shared.join(right, on="value_no")
        .filter(pl.col("group") < pl.col("right"))
        .with_columns(value_bits_expr(others, world.accounts).alias("bits"))
        .select("value_no", "family", "block", "bits", "right", "right_members", left="group", left_members="members")
    )


def _without_office(pairs: pl.DataFrame, world: World, uses: pl.DataFrame, groups: Numbers) -> pl.DataFrame:
    """Drop shared networks between groups of one organisation: colleagues share the office, whoever pays."""
    offices = world.values.filter(pl.col("owned"), pl.col("level") == "organisation").select("value_no")
    at = uses.join(offices, on="value_no")
    at = at.with_columns(pl.Series("group", groups[at["account_no"].to_numpy()])).select("value_no", "group").unique()
    colleagues = (
        pairs.select("left", "right").unique()
        .join(at.select(left="group", office="value_no"), on="left")
        .join(at.select(right="group", office="value_no"), on=["right", "office"])
        .select("left", "right").unique().with_columns(colleagues=pl.lit(True))
    )  # fmt: skip
    return pairs.join(colleagues, on=["left", "right"], how="left").filter(pl.col("colleagues").is_null() | (pl.col("family") != "network"))
