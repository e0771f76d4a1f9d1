"""Weights in bits: how much a shared value says for two accounts having one operator, payer or organisation.

The weight of a value is ``log2(m / u)`` (I. P. Fellegi and A. B. Sunter, "A Theory for Record Linkage", JASA 64, 1969): ``m`` is the
probability that two accounts of one actor share it, ``u`` that two unrelated ones do. ``u`` is the value's own frequency in this case
(term frequency: W. E. Winkler, "Frequency-Based Matching in Fellegi-Sunter Model of Record Linkage", 2000) among the accounts *outside*
the actor, so that the actor's own accounts do not make their own value look common, plus what its type has by chance.

Evidence of one family (payment, network, device ...) follows from one cause: of a family the strongest value counts in full, the
others add less and less. Families are added up, each but the strongest up to a limit. The prior odds that two accounts picked at random
belong together are one in the number of accounts.
"""

from __future__ import annotations

import math

import polars as pl

SMALLEST_POPULATION = 1000
"""A case with fewer accounts is weighed as if it had this many: frequencies in a handful of accounts mean little."""

NEEDED_BITS = 3.0
"""Bits that must be left above the prior for a link to be kept: odds of 8 to 1."""

DISCOUNT = 0.5
"""What each further value of one family adds, against the one before it."""

INTERESTS = "brought interests"
"""Beginning of the families of types that were brought and of which an account has many: links, tags, places."""

CORROBORATION_CAP = 6.0
"""The most that a second family can add, in bits: sharing a household or an office explains several families at once."""


def prior_bits(accounts: int) -> float:
    """Return the bits that speak against any two of ``accounts`` accounts belonging together."""
    return math.log2(max(accounts, SMALLEST_POPULATION))


def value_bits(m: float, others: float, chance: float, accounts: int) -> float:
    """Return ``log2(m / u)`` for a value that ``others`` accounts outside the actor have, ``chance`` more being expected unseen."""
    return math.log2(m * max(accounts, SMALLEST_POPULATION) / (others + chance))


def value_bits_expr(others: pl.Expr, accounts: int) -> pl.Expr:
    """Return ``value_bits`` as an expression over the columns ``m`` and ``chance``."""
    return (pl.col("m") * max(accounts, SMALLEST_POPULATION) / (others.clip(lower_bound=0) + pl.col("chance"))).log(2)


def combined(families: dict[str, list[float]]) -> float:
    """Return the bits of values by family, discounted within and capped across families (the plain form of ``combine``)."""
    totals = sorted(
        (sum(bits * DISCOUNT**place for place, bits in enumerate(sorted(values, reverse=True))) for values in families.values()),
        reverse=True,
    )
    return sum(totals[:1]) + sum(min(total, CORROBORATION_CAP) for total in totals[1:])


def combine(evidence: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return per ``by`` the combined bits of rows (``by``..., family, block, bits), and from how many families, causes and blocks.

    Of a block (neighbouring addresses; one type of identifier) only the strongest value counts. A place and the burst of sign-ups from
    it are one cause; so are a source and the run in which it gave (pay day is one, too), and so is all that interests explain: who likes
    the same things shares links and tags. What says next to nothing is none.
    """
    keys = [*by, "family"]
    blocks = evidence.group_by(*keys, "block").agg(pl.col("bits").max())
    ranked = blocks.sort(*keys, "bits", descending=[*(False for _ in keys), True])
    row, first = pl.int_range(pl.len()), pl.any_horizontal(pl.col(key) != pl.col(key).shift() for key in keys).fill_null(value=True)
    place = row - pl.when(first).then(row).forward_fill()
    families = (
        ranked.with_columns(pl.col("bits") * DISCOUNT**place)
        .group_by(keys, maintain_order=True)
        .agg(pl.col("bits").sum().alias("total"), pl.len().alias("blocks"))
    )
    named = pl.col("family").str.replace(f"^{INTERESTS} .*$", INTERESTS).replace({"signup": "network", "run": None})
    counted = pl.when(~pl.col("family").str.starts_with(INTERESTS)).then("blocks")
    capped, strongest = pl.col("total").clip(upper_bound=CORROBORATION_CAP), pl.col("total").max()
    return (
        families.with_columns(counted, pl.when(pl.col("total") >= NEEDED_BITS).then(named).alias("cause"))
        .group_by(by, maintain_order=True)
        .agg(
            (capped.sum() - strongest.clip(upper_bound=CORROBORATION_CAP) + strongest).round(9).alias("bits"),
            pl.len().alias("families"),
            pl.col("cause").drop_nulls().n_unique().alias("causes"),
            pl.col("blocks").max().fill_null(1),
        )
    )


def likelihood(bits_above_prior: float) -> float:
    """Return the probability for log2-odds."""
    return 1.0 / (1.0 + math.exp2(-max(-60.0, min(60.0, bits_above_prior))))


def likelihood_expr(bits: pl.Expr, accounts: int) -> pl.Expr:
    """Return the probability, within [.01, .99], for weights in bits in a case of so many accounts."""
    odds = (bits - prior_bits(accounts)).clip(-60.0, 60.0)
    return (1.0 / (1.0 + pl.lit(2.0) ** -odds)).clip(0.01, 0.99)
