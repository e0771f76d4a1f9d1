"""Is a value that many accounts share one owner's, or a shared resource (a reseller's card, a campus address, a VPN exit)?

The accounts that share a value are looked at for what else they share, of another family of evidence. An owner's accounts hang together
there too (one domain, one office, one device); the customers of a reseller do not. The test is a likelihood ratio of two binomials over
"is in the largest group that hangs together otherwise", with the type's own bits in favour of an owner as its prior.
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forensics.linkage.components import components

TIED_IF_OWNED = 0.5
TIED_BY_CHANCE = 0.05
"""Share of accounts in the largest otherwise connected group, if the value has one owner, and if it is a shared resource."""

TIED_BITS = math.log2(TIED_IF_OWNED / TIED_BY_CHANCE)
"""What each tied account adds in favour of one owner. (What a loose one takes away depends on the type: ``loose_bits``.)"""

SMALLEST_SHARE = 1 / 3
"""A group that hangs together but is less than this part of the sharers is a resource's customers who know each other."""

SURPRISE_BITS = 6.0
"""A second value counts as something shared only if so many joint users would be this surprising by chance (Poisson)."""

DOUBT_BITS = 4.0
"""So much more surprising it must be where the type is in doubt by itself (a name with a postcode)."""

SECOND_GROUP = 3
"""A value in doubt whose users form two groups of so many accounts is two owners' by coincidence."""

SAMPLE = 256
"""Sharers of one value that are looked at."""

MANY = 0.1
"""Accounts that share a value are no measure of what is common from this part of all accounts on: the others are."""

COMMON = 64
"""An address that more accounts share than this is not looked at: too many strangers are behind it."""

RUN_BITS = -6.0
"""Bits in favour of a run's accounts being one owner's before they are looked at."""

RUN_IF_OWNED = 0.8
RUN_BY_CHANCE = 0.3
"""Share of a run's accounts that hang together otherwise, if one owner was given to, and if they are staff, who deal with each other."""

ALIKE = 0.4
"""Two values of types that were brought speak for each other only if their sharers are this much the same (cosine)."""


def tested(values: pl.DataFrame, tied: pl.DataFrame) -> pl.DataFrame:
    """Add to values: sampled, tied, coherence_bits (bits in favour of one owner; NULL where the type is never enough) and owned.

    ``values``: value_no, sharers, owner_bits, loose_bits ...; ``tied``: value_no, tied, second.
    """
    sampled = pl.min_horizontal("sharers", pl.lit(SAMPLE))
    bits = pl.col("owner_bits") + pl.col("tied") * TIED_BITS - (pl.col("sampled") - pl.col("tied")) * pl.col("loose_bits")
    enough = (pl.col("level") == "organisation") | (pl.col("tied") == 0) | (pl.col("tied") >= pl.col("sampled") * SMALLEST_SHARE)
    torn = (pl.col("owner_bits") < 0) & (pl.col("second") >= SECOND_GROUP)
    return (
        values.join(tied, on="value_no", how="left", maintain_order="left")
        .with_columns(pl.col("tied").fill_null(0), pl.col("second").fill_null(0), sampled.alias("sampled"))
        .with_columns(pl.when((pl.col("sharers") == 2) & (pl.col("tied") == 0)).then("owner_bits").otherwise(bits).alias("coherence_bits"))
        .with_columns(((pl.col("coherence_bits") > 0) & enough & ~torn).fill_null(value=False).alias("owned"))
    )


def with_runs(values: pl.DataFrame, runs: pl.DataFrame) -> pl.DataFrame:
    """Take for one owner's the runs of a source (value_no, tied) in which enough accounts hang together otherwise.

    What else they share need not be one thing: that they were given to in one run says already that the giver is one.
    """
    tied, loose = math.log2(RUN_IF_OWNED / RUN_BY_CHANCE), math.log2((1 - RUN_BY_CHANCE) / (1 - RUN_IF_OWNED))
    bits = RUN_BITS + pl.col("tied_run") * tied - (pl.col("sharers") - pl.col("tied_run")) * loose
    owned = (bits > 0).fill_null(value=False)
    return (
        values.join(runs.select("value_no", pl.col("tied").alias("tied_run")), on="value_no", how="left", maintain_order="left")
        .with_columns(
            pl.when(owned).then(True).otherwise("owned").alias("owned"),
            pl.when(owned).then("tied_run").otherwise("tied").alias("tied"),
            pl.when(owned).then("sharers").otherwise("sampled").alias("sampled"),
        )
        .drop("tied_run")
    )


def tied_accounts(held: pl.DataFrame) -> pl.DataFrame:
    """Return value_no, tied, second: how many accounts the largest and the second largest group of ``held_together`` have."""
    return (
        held.group_by("value_no", "group")
        .agg(pl.len().cast(pl.Int64).alias("tied"))
        .sort("value_no", "tied", descending=[False, True])
        .group_by("value_no", maintain_order=True)
        .agg(pl.col("tied").first(), pl.col("tied").slice(1, 1).first().fill_null(0).alias("second"))
    )


def largest_groups(held: pl.DataFrame) -> pl.DataFrame:
    """Return value_no, account_no: the accounts of each value's largest group of ``held_together``."""
    sized = held.with_columns(pl.len().over("value_no", "group").alias("size"))
    first = sized.sort("value_no", "size", "group", descending=[False, True, False]).unique("value_no", keep="first", maintain_order=True)
    return (
        sized.join(first.select("value_no", "group"), on=["value_no", "group"])
        .select("value_no", "account_no")
        .sort("value_no", "account_no")
    )


def held_together(ties: pl.DataFrame) -> pl.DataFrame:
    """Return value_no, account_no, group: how the sharers of each value hang together through their other values.

    ``ties``: value_no, account_no, other_no - the account shares ``other_no`` with other sharers of ``value_no``.
    """
    if ties.is_empty():
        return pl.DataFrame(schema={"value_no": pl.Int32(), "account_no": pl.Int32(), "group": pl.Int32()})
    value = ties["value_no"].to_numpy().astype(np.int64)
    left = _counted((value << 32) | ties["account_no"].to_numpy())
    right = _counted((value << 32) | ties["other_no"].to_numpy())
    members, others = int(left.max()) + 1, int(right.max()) + 1
    groups = components(members + others, left.astype(np.int32), (right + members).astype(np.int32))
    return ties.select("value_no", "account_no").with_columns(pl.Series("group", groups[left])).unique().sort("value_no", "account_no")


def _counted(keys: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Return for each key its place (from 0) among the different ones."""
    return pl.Series(keys).rank("dense").to_numpy() - 1
