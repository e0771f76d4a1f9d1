"""What was decided about each shared value, in words and bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from forensics.linkage.components import Numbers
from forensics.linkage.weights import NEEDED_BITS, combine, likelihood_expr, prior_bits, value_bits_expr
from forensics.linkage.world import World, without

if TYPE_CHECKING:
    from forensics.linkage.actors import Grouping

NOBODY = -1
"""The group of everybody who shares a value with nobody of his own group."""


def _within(world: World, grouping: Grouping) -> pl.DataFrame:
    """Return value_no, account_no, group, within for uses of accounts whose group has several: how many of it share the value.

    Values of the level ``organisation`` are looked at within the organisation, others within the payer's group.
    """
    levels = world.values["level"].to_numpy() == "organisation"
    office = levels[world.uses["value_no"].to_numpy()]
    parts = []
    for chosen, groups in ((~office, grouping.payer), (office, grouping.organisation)):
        uses = world.uses.filter(pl.Series(chosen & _several(groups)[world.uses["account_no"].to_numpy()]))
        parts.append(uses.with_columns(pl.Series("group_no", groups[uses["account_no"].to_numpy()], dtype=pl.Int32)))
    placed = without(pl.concat(parts), grouping.cut)
    counts = placed.group_by("value_no", "group_no").agg(pl.len().cast(pl.Int32).alias("within")).filter(pl.col("within") > 1)
    return placed.join(counts, on=["value_no", "group_no"], maintain_order="left")


def _several(groups: Numbers) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return for each account whether its group has other accounts."""
    several: np.ndarray[tuple[int], np.dtype[np.bool_]] = np.bincount(groups, minlength=len(groups))[groups] > 1
    return several


def value_verdicts(world: World, within: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """Return value_no, group_no, kept, weight_bits, why: one row per value and group that shares it, and one for everybody else."""
    held = within.select("value_no", "group_no", "within").unique().join(world.values, on="value_no").with_columns(kept=pl.lit(value=True))
    rest = world.values.with_columns(kept=pl.lit(value=False), group_no=pl.lit(NOBODY, pl.Int32), within=pl.lit(0, pl.Int32))
    others = pl.when("kept").then(pl.col("sharers") - pl.col("within")).otherwise(pl.col("sharers") - 2)
    weighed = (
        pl.concat([held, rest.select(held.columns)])
        .join(sources, on=["value_no", "group_no"], how="left", maintain_order="left")
        .with_columns(_weight(value_bits_expr(others, world.accounts)).round(6).alias("weight_bits"))
    )
    # Most sentences are said of many values: each is put together once.
    told = weighed.select(SAID_OF).unique().with_columns(_why(world).alias("why"))
    return weighed.join(told, on=SAID_OF, how="left", nulls_equal=True, maintain_order="left").select(
        "value_no", "group_no", "kept", "weight_bits", "why"
    )


def _weight(bits: pl.Expr) -> pl.Expr:
    """Return the weight of a value in a group: of a source that is the group's own, at least what that says."""
    return pl.max_horizontal(bits, "source_bits")


SAID = {
    "hand_over": "walk over ids, which one account goes on with where another stopped,",
    "id_walk": "walk over the ids of one route on one day",
    "ids_divided": "stretch of ids, divided without meeting,",
    "same_order": "order of objects, asked for one by one,",
    "at_work_together": "habit of beginning in the very minutes of another account",
    "cadence": "interval between requests",
    "sign_up_burst": "burst of sign-ups",
    "sign_up_names": "series of numbered names",
}
"""Behaviour whose name is no thing that accounts share, put so that a sentence can say that they do."""


SAID_OF = [
    "identifier_type", "sharers", "within", "tied", "sampled", "kept", "owned", "source_bits", "owner_bits", "weight_bits",
]  # fmt: skip
"""All that a sentence about a value depends on."""


def _why(world: World) -> pl.Expr:
    kind = pl.col("identifier_type")
    name = kind.replace_strict(list(SAID), list(SAID.values()), default=kind.str.replace_all("_", " "), return_dtype=pl.String)
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
    needed = f"{prior_bits(world.accounts) + NEEDED_BITS:.1f}"
    weak = pl.format(
        "this {} is shared by {} accounts; alone it is not enough ({} of " + needed + " bits)",
        name,
        "sharers",
        pl.col("weight_bits").round(1),
    )
    return (
        pl.when(pl.col("kept") & pl.col("owned"))
        .then(pl.format("this {} is shared by {} of the actor's accounts{}{}", name, "within", elsewhere, coherent))
        .when(pl.col("kept") & pl.col("source_bits").is_not_null())
        .then(
            pl.format(
                "this {} is shared by {} of the actor's accounts{}: of whom else anything is known, nearly all are the actor's",
                name,
                "within",
                elsewhere,
            )
        )
        .when(pl.col("kept"))
        .then(pl.format("this {} is shared by {} of the actor's accounts{}; it adds to what else ties them", name, "within", elsewhere))
        .when(pl.col("owner_bits").is_not_null() & ~pl.col("owned"))
        .then(resource)
        .otherwise(weak)
    )


def strengths(world: World, within: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """Return account_no, strength_bits, likelihood, via: what ties each account into its widest group that is not an organisation."""
    columns = world.values.filter(pl.col("level") != "organisation").select("value_no", "family", "block", "sharers", "m", "chance")
    bits = value_bits_expr(pl.col("sharers") - pl.col("within"), world.accounts)
    placed = within.join(columns, on="value_no").join(sources, on=["value_no", "group_no"], how="left")
    evidence = placed.with_columns(_weight(bits).alias("bits"))
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


def written(world: World, grouping: Grouping) -> dict[str, pl.DataFrame]:
    """Return the rows of ``value_verdicts``, ``use_verdicts`` and ``account_groups``."""
    within = _within(world, grouping)
    groups = pl.DataFrame(
        {
            "account_no": np.arange(world.accounts, dtype=np.int32),
            "leaf": grouping.leaf,
            "payer": grouping.payer,
            "organisation": grouping.organisation,
        }
    )
    tied = groups.join(strengths(world, within, grouping.sources), on="account_no", how="left", maintain_order="left")
    return {
        "value_verdicts": value_verdicts(world, within, grouping.sources),
        "use_verdicts": pl.concat([within.select("value_no", "account_no", "group_no"), grouping.cut], how="diagonal"),
        "account_groups": tied.join(_offices(world, within), on="organisation", how="left", maintain_order="left"),
    }


def _offices(world: World, within: pl.DataFrame) -> pl.DataFrame:
    """Return organisation, office_likelihood: how sure the strongest value that makes each organisation is."""
    bits = value_bits_expr(pl.col("sharers") - pl.col("within"), world.accounts)
    office = within.join(world.values.filter(pl.col("level") == "organisation").select("value_no", "sharers", "m", "chance"), on="value_no")
    best = office.with_columns(bits.alias("bits")).group_by(organisation="group_no").agg(pl.col("bits").max()).sort("organisation")
    return best.select("organisation", likelihood_expr(pl.col("bits"), world.accounts).round(6).alias("office_likelihood"))
