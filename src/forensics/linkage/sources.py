"""Accounts of which one thing alone is known: the source that an actor's accounts got something from.

Of types that were brought, a value is never enough by itself. But where most accounts with one funder, one inviter, one till are an
actor's for other reasons, and (nearly) all of whom anything else is known, the funder is his, and so are those of whom nothing else is
known. How likely is told by Laplace's rule of succession from those who are known: (own + 1) / (known + 2).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from forensics.linkage.components import Numbers
from forensics.linkage.weights import NEEDED_BITS, prior_bits
from forensics.linkage.world import World

LEAST_SHARE = 2 / 3
"""Of the accounts with a value, the actor's own: those of whom nothing else is known may be another crowd."""

CLAIMED = 0.5
"""Of another group, those who have a source of the actor."""


def owned_sources(world: World, uses: pl.DataFrame, groups: Numbers) -> pl.DataFrame:
    """Return the sources that are one actor's: value_no, group (of ``groups``), bits (the odds above the prior, and the prior).

    ``uses``: value_no, account_no of every use that is not ruled out.
    """
    placed = _placed(world, uses, groups)
    known = placed.filter("known").group_by("value_no", "group").agg(pl.len().alias("own"))
    counts = known.with_columns(pl.col("own").sum().over("value_no").alias("known")).join(
        placed.group_by("value_no").len("all"), on="value_no"
    )
    odds = ((pl.col("own") + 1) / (pl.col("known") - pl.col("own") + 1)).log(2)
    owned = counts.filter(pl.col("own") >= LEAST_SHARE * pl.col("all"), odds >= NEEDED_BITS)
    return owned.select("value_no", "group", bits=odds + prior_bits(world.accounts)).sort("value_no")


def attached(world: World, uses: pl.DataFrame, groups: Numbers, sources: pl.DataFrame) -> pl.DataFrame:
    """Return pairs (left: an actor's group, right: another group, mostly a single account) that sources join.

    At least half of the other group must have sources of the actor; one that two actors could claim is nobody's.
    """
    size = pl.Series(np.bincount(groups, minlength=world.accounts))
    claims = (
        _placed(world, uses, groups)
        .join(sources.select("value_no", left="group"), on="value_no")
        .filter(pl.col("group") != pl.col("left"))
        .group_by("left", right="group")
        .agg(pl.col("account_no").n_unique().alias("claimed"))
    )
    claims = claims.with_columns(size.gather(claims["right"]).alias("size"))
    clear = claims.filter(pl.len().over("right") == 1, pl.col("claimed") >= CLAIMED * pl.col("size"))
    return clear.select("left", "right").sort("left", "right")


def _placed(world: World, uses: pl.DataFrame, groups: Numbers) -> pl.DataFrame:
    """Return value_no, account_no, group, known: the uses of sources, and whether the account is with any other."""
    several = np.bincount(groups, minlength=world.accounts) > 1
    chosen = uses.join(world.values.filter("source").select("value_no"), on="value_no", maintain_order="left")
    placed = groups[chosen["account_no"].to_numpy()]
    return chosen.with_columns(pl.Series("group", placed, dtype=pl.Int32), pl.Series("known", several[placed]))
