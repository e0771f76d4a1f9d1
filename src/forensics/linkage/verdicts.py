"""What was decided about each use of a shared value, in words and bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from forensics.linkage.weights import combine, likelihood_expr, prior_bits, value_bits_expr
from forensics.linkage.world import World

if TYPE_CHECKING:
    from forensics.linkage.actors import Grouping


def _placed(world: World, grouping: Grouping) -> pl.DataFrame:
    """Return every use with its value, the account's groups, and how many accounts of the group share the value.

    Values of the level ``organisation`` are looked at within the organisation, others within the payer's group.
    """
    account = world.uses["account_no"].to_numpy()
    wide = world.uses.with_columns(pl.Series("payer", grouping.payer[account]), pl.Series("organisation", grouping.organisation[account]))
    valued = wide.join(world.values, on="value_no", maintain_order="left").with_columns(
        pl.when(pl.col("level") == "organisation").then("organisation").otherwise("payer").alias("group")
    )
    cut = grouping.cut.with_columns(cut=pl.lit(value=True)).rename({"why": "cut_why"})
    known = valued.join(cut, on=["value_no", "account_no"], how="left", maintain_order="left").with_columns(
        pl.col("cut").fill_null(value=False)
    )
    within = known.filter(~pl.col("cut")).group_by("value_no", "group").agg(pl.len().cast(pl.Int32).alias("within"))
    return known.join(within, on=["value_no", "group"], how="left", maintain_order="left").with_columns(pl.col("within").fill_null(0))


def use_verdicts(world: World, grouping: Grouping) -> pl.DataFrame:
    """Return value_no, account_no, kept, weight_bits, why for every use of a shared value."""
    kept = ~pl.col("cut") & (pl.col("within") > 1)
    others = pl.when(kept).then(pl.col("sharers") - pl.col("within")).otherwise(pl.col("sharers") - 2)
    return (
        _placed(world, grouping)
        .with_columns(kept.alias("kept"), value_bits_expr(others, world.accounts).round(6).alias("weight_bits"))
        .with_columns(_why(world).alias("why"))
        .select("value_no", "account_no", "kept", "weight_bits", "why")
    )


def _why(world: World) -> pl.Expr:
    name = pl.col("identifier_type").str.replace_all("_", " ")
    outside = pl.col("sharers") - pl.col("within")
    elsewhere = pl.when(outside > 0).then(pl.format(", and by {} outside it", outside)).otherwise(pl.lit(""))
    coherent = (
        pl.when(pl.col("tied") > 0).then(pl.format("; {} of {} hang together in other ways too", "tied", "sampled")).otherwise(pl.lit(""))
    )
    nothing = (
        pl.when(pl.col("tied") > 0)
        .then(pl.format("only {} of {} of whom hang together in any other way", "tied", "sampled"))
        .otherwise(pl.lit("who have nothing else in common"))
    )
    resource = pl.format("this {} is shared by {} accounts, {}: a shared resource, not one owner", name, "sharers", nothing)
    needed = f"{prior_bits(world.accounts) + 3:.1f}"
    weak = pl.format(
        "this {} is shared by {} accounts; alone it is not enough ({} of " + needed + " bits)",
        name,
        "sharers",
        pl.col("weight_bits").round(1),
    )
    return (
        pl.when(pl.col("cut"))
        .then(pl.col("cut_why"))
        .when(pl.col("kept") & pl.col("owned"))
        .then(pl.format("this {} is shared by {} of the actor's accounts{}{}", name, "within", elsewhere, coherent))
        .when(pl.col("kept"))
        .then(pl.format("this {} is shared by {} of the actor's accounts{}; it adds to what else ties them", name, "within", elsewhere))
        .when(pl.col("owner_bits").is_not_null() & ~pl.col("owned"))
        .then(resource)
        .otherwise(weak)
    )


def strengths(world: World, grouping: Grouping) -> pl.DataFrame:
    """Return account_no, strength_bits, likelihood, via: what ties each account into its widest group that is not an organisation."""
    inside = _placed(world, grouping).filter(~pl.col("cut"), pl.col("within") > 1, pl.col("level") != "organisation")
    evidence = inside.with_columns(value_bits_expr(pl.col("sharers") - pl.col("within"), world.accounts).alias("bits"))
    strength = combine(evidence.select("account_no", "family", "block", "bits"), ["account_no"])
    best = (
        evidence.sort("account_no", "bits", "value_no", descending=[False, True, False])
        .unique("account_no", keep="first", maintain_order=True)
        .select("account_no", via=pl.col("value_no"))
    )
    return strength.join(best, on="account_no").select(
        "account_no",
        pl.col("bits").round(6).alias("strength_bits"),
        likelihood_expr(pl.col("bits"), world.accounts).round(6).alias("likelihood"),
        "via",
    )
