"""Is a value that many accounts share one owner's, or a shared resource (a reseller's card, a campus address, a VPN exit)?

The accounts that share a value are looked at for what else they share, of another family of evidence. An owner's accounts hang together
there too (one domain, one office, one device); the customers of a reseller do not. The test is a likelihood ratio of two binomials over
"is in the largest group that hangs together otherwise", with the type's own bits in favour of an owner as its prior.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from forensics.linkage.components import components

TIED_IF_OWNED = 0.5
TIED_BY_CHANCE = 0.05
"""Share of accounts in the largest otherwise connected group, if the value has one owner, and if it is a shared resource."""

SURPRISE_BITS = 6.0
"""A second value counts as something shared only if so many joint users would be this surprising by chance (Poisson)."""


@dataclass(frozen=True)
class Coherence:
    """What the test found for one value."""

    sharers: int
    tied: int
    """Accounts in the largest group that hangs together otherwise (0: none do)."""
    bits: float
    """Bits in favour of one owner; below 0 the value is a shared resource."""


def owner_bits(prior: float, sampled: int, tied: int) -> float:
    """Return the bits in favour of one owner when ``tied`` of ``sampled`` accounts hang together otherwise."""
    loose = sampled - tied
    return prior + tied * math.log2(TIED_IF_OWNED / TIED_BY_CHANCE) + loose * math.log2((1 - TIED_IF_OWNED) / (1 - TIED_BY_CHANCE))


def tied_accounts(ties: pl.DataFrame) -> dict[int, int]:
    """Return, per value, how many accounts its largest otherwise connected group has.

    ``ties``: value_no, account_no, other_no - the account shares ``other_no`` with other sharers of ``value_no``.
    """
    if ties.is_empty():
        return {}
    numbered = ties.select(
        "value_no",
        pl.struct("value_no", "account_no").rank("dense").cast(pl.Int32).alias("member") - 1,
        pl.struct("value_no", "other_no").rank("dense").cast(pl.Int32).alias("other") - 1,
    )
    members = int(numbered["member"].max()) + 1  # type: ignore[arg-type]
    others = int(numbered["other"].max()) + 1  # type: ignore[arg-type]
    left, right = numbered["member"].to_numpy(), numbered["other"].to_numpy() + members
    groups = components(members + others, left, right.astype(np.int32))
    sizes = (
        numbered.with_columns(pl.Series("group", groups[left]))
        .group_by("value_no", "group")
        .agg(pl.col("member").n_unique().alias("tied"))
        .group_by("value_no")
        .agg(pl.col("tied").max())
    )
    return dict(sizes.iter_rows())
