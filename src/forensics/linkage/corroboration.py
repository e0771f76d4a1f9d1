"""Groups that several weak values hold together, where none would be enough by itself.

An address is one person's, an office's or a whole campus's; a billing name may be two people's. Two groups of accounts are joined
when values of two independent causes (or addresses in three independent networks) together outweigh the prior. No pair can pass without
one value that is rare by itself, because every family but the strongest counts up to a limit only: pairs of groups that share such a
value are the candidates, and everything else that they share is added to it.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from forensics.linkage.components import Numbers
from forensics.linkage.weights import CORROBORATION_CAP, NEEDED_BITS, combine, prior_bits, value_bits_expr
from forensics.linkage.world import World

PAIR_BUDGET = 30_000_000
"""Candidate pairs at most; the values that fewest groups share come first."""

AT_A_TIME = 1_000_000
"""So many values of candidate pairs are looked at together: a few hundred people at a few hundred addresses each have tens of millions."""

FEWEST_BITS = 1.5
"""A value that says less than this for a pair is not worth a look."""

INDEPENDENT_NETWORKS = 3
"""So many shared addresses in different /16 (IPv6: /32) networks stand for a second cause."""

SCHEMA = {"left": pl.Int32(), "right": pl.Int32(), "bits": pl.Float64(), "level": pl.String(), "causes": pl.UInt32()}


def corroborated(world: World, uses: pl.DataFrame, groups: Numbers) -> pl.DataFrame:
    """Return the pairs of groups that weak evidence joins: left, right (groups), bits, level (operator | payer), causes.

    ``uses``: value_no, account_no of every use that is not ruled out; ``groups``: the group of each account.
    """
    held = _held(world, uses, groups)
    usual = _usual(world, held)
    pairs = _several_of(world, held, usual, _at_offices(world, uses, groups))
    if pairs.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    together = _enough(combine(pairs, ["left", "right"]), world)
    operator = _enough(combine(pairs.filter(pl.col("family") != "payment"), ["left", "right"]), world)
    joined = together.join(operator.select("left", "right", level=pl.lit("operator")), on=["left", "right"], how="left")
    return (
        _no_bridges(_both_sides(joined, pairs, groups))
        .select("left", "right", "bits", pl.col("level").fill_null("payer"), "causes")
        .sort("left", "right")
    )


def _enough(scored: pl.DataFrame, world: World) -> pl.DataFrame:
    independent = (pl.col("causes") > 1) | (pl.col("blocks") >= INDEPENDENT_NETWORKS)
    return scored.filter(independent & (pl.col("bits") - prior_bits(world.accounts) >= NEEDED_BITS))


def _several(pairs: pl.DataFrame) -> pl.DataFrame:
    """Leave out the evidence of pairs that cannot pass for want of another cause or of networks, whatever its bits."""
    sides = ["left", "right"]
    counts = pairs.group_by(sides).agg(pl.len(), several=pl.col("family").min() != pl.col("family").max())
    return pairs.join(counts.filter(pl.col("several") | (pl.col("len") >= INDEPENDENT_NETWORKS)), on=sides, how="semi")


def _telling(world: World) -> pl.DataFrame:
    """Return the values that can add something: of operator or payer level, not a shared resource, not too common."""
    resource = pl.col("owner_bits").is_not_null() & ~pl.col("owned")
    bits = value_bits_expr(pl.col("sharers") - pl.max_horizontal(pl.lit(2), "tied"), world.accounts)
    return world.values.with_columns(alone_bits=bits).filter(
        pl.col("level") != "organisation", pl.col("alone_bits") >= FEWEST_BITS, ~resource
    )


def _held(world: World, uses: pl.DataFrame, groups: Numbers) -> pl.DataFrame:
    """Return value_no, group, members: which group has which telling value, if another group has it too."""
    telling = np.zeros(world.values.height, dtype=np.bool_)
    telling[_telling(world)["value_no"].to_numpy()] = True
    chosen = telling[uses["value_no"].to_numpy()]
    value, account = uses["value_no"].to_numpy()[chosen], uses["account_no"].to_numpy()[chosen]
    # Both as one number: pairs take three times as long to count.
    held, members = np.unique(value.astype(np.int64) << 32 | groups[account], return_counts=True)
    value = (held >> 32).astype(np.int32)
    several = np.bincount(value, minlength=1)[value] > 1
    columns = {"value_no": value, "group": held.astype(np.int32), "members": members.astype(np.int32)}
    return pl.DataFrame({name: column[several] for name, column in columns.items()})


def _several_of(world: World, held: pl.DataFrame, usual: pl.DataFrame, offices: pl.DataFrame) -> pl.DataFrame:
    """Return the evidence of the pairs that may pass: left, right, value_no, family, block, bits, members of both.

    A group that has more values of a family than usual shares one with anybody more easily: the bits are less by as much.
    """
    sharing = _sharing(world, held, usual)
    eased = _eased(held.join(sharing.select("group").unique(), on="group", how="semi"), usual)
    looked = (_shared(world, eased, _candidates(sharing, lefts)) for lefts in _portions(sharing, eased))
    return pl.concat([_several(_without_office(pairs, offices)) for pairs in looked])


def _sharing(world: World, held: pl.DataFrame, usual: pl.DataFrame) -> pl.DataFrame:
    """Return value_no, group: the groups that share a value which is rare enough for two of them to pass at all.

    A family counts at most twice its strongest value, so half of what is needed must be left of that one when its ease is taken off.
    """
    least = prior_bits(world.accounts) + NEEDED_BITS - CORROBORATION_CAP
    rare = _telling(world).filter(pl.col("alone_bits") >= least).select("value_no", "family", "alone_bits")
    concerned = held.join(held.join(rare, on="value_no", how="semi").select("group").unique(), on="group", how="semi")
    eased = _eased(concerned, usual)
    sharing = eased.join(rare, on="value_no").filter(pl.col("alone_bits") - pl.col("ease") >= least / 2).select("value_no", "group")
    counts = sharing.group_by("value_no").agg(pl.len().cast(pl.Int64).alias("groups"))
    steps = counts.group_by("groups").agg(pl.len().alias("values")).sort("groups")
    pairs = pl.col("values") * pl.col("groups") * (pl.col("groups") - 1) // 2
    fitting = steps.filter(pairs.cum_sum() <= PAIR_BUDGET).select("groups")
    return sharing.join(counts.join(fitting, on="groups").select("value_no"), on="value_no")


def _candidates(sharing: pl.DataFrame, lefts: pl.DataFrame) -> pl.DataFrame:
    """Return left, right: the pairs of groups, the first (and smaller) of them one of ``lefts``, that share such a value."""
    both = sharing.join(lefts, on="group", how="semi").join(sharing, on="value_no").filter(pl.col("group") < pl.col("group_right"))
    return both.select(left="group", right="group_right").unique()


def _portions(sharing: pl.DataFrame, eased: pl.DataFrame) -> list[pl.DataFrame]:
    """Cut the groups where they have ``AT_A_TIME`` values together, each as often as it may have partners; one portion at least."""
    holdings = eased.group_by("group").agg(pl.len().cast(pl.Int64).alias("values"))
    after = (pl.len() - pl.col("group").rank("ordinal")).over("value_no").cast(pl.Int64)
    partners = sharing.with_columns(partners=after)
    counted = partners.group_by("group").agg(pl.col("partners").sum()).join(holdings, on="group").sort("group")
    portion = (pl.col("partners") * pl.col("values")).cum_sum() // AT_A_TIME
    cut = counted.select("group", portion=portion).partition_by("portion", maintain_order=True, include_key=False)
    return cut or [counted.select("group")]


def _shared(world: World, eased: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    values = world.values.select("value_no", "family", "block", "sharers", "tied", "m", "chance")
    left = eased.select("value_no", left="group", left_members="members", left_ease="ease")
    right = eased.select("value_no", right="group", right_members="members", right_ease="ease")
    own = pl.max_horizontal(pl.col("left_members") + pl.col("right_members"), "tied")
    return (
        candidates.join(left, on="left")
        .join(right, on=["right", "value_no"])
        .join(values, on="value_no")
        .with_columns((value_bits_expr(pl.col("sharers") - own, world.accounts) - pl.col("left_ease") - pl.col("right_ease")).alias("bits"))
        .filter(pl.col("bits") > 0)
        .select("left", "right", "value_no", "family", "block", "bits", "left_members", "right_members")
    )


def _usual(world: World, held: pl.DataFrame) -> pl.DataFrame:
    """Return value_no, family_no, usual, payment, brought: of each value's family, how many such values a group has in the mean."""
    groups: int = max(1, int(np.count_nonzero(np.bincount(held["group"].to_numpy()))))
    holders = pl.Series("holders", np.bincount(held["value_no"].to_numpy(), minlength=world.values.height))
    family = pl.col("family")
    return world.values.select(
        "value_no",
        family.rank("dense").alias("family_no"),
        (pl.lit(holders).sum().over("family") / groups).alias("usual"),
        (family == "payment").alias("payment"),
        family.str.starts_with("brought").alias("brought"),
    )


def _eased(concerned: pl.DataFrame, usual: pl.DataFrame) -> pl.DataFrame:
    """Add to the values held by the groups concerned: ease, the bits by which the group shares such a value with anybody more easily.

    Addresses: by how many more the group has than groups usually have. Types that were brought: of how many values it has any one
    could be the common one (half of the bits for each side). Cards are many in a large company, and say no less for that.
    """
    own = pl.col("own").cast(pl.Float64)
    more = (own / pl.max_horizontal("usual", pl.lit(1.0))).log(2).clip(lower_bound=0)
    ease = pl.when("payment").then(0.0).when("brought").then(own.log(2) / 2).otherwise(more).alias("ease")
    counted = concerned.join(usual, on="value_no").with_columns(pl.len().over("group", "family_no").alias("own"))
    return counted.select("value_no", "group", "members", ease)


def _at_offices(world: World, uses: pl.DataFrame, groups: Numbers) -> pl.DataFrame:
    """Return value_no, group: the groups of each organisation, by what is its own."""
    own = world.values.filter(pl.col("owned"), pl.col("level") == "organisation").select("value_no")
    at = uses.join(own, on="value_no")
    return at.select("value_no", pl.Series("group", groups[at["account_no"].to_numpy()], dtype=pl.Int32)).unique()


def _without_office(pairs: pl.DataFrame, at: pl.DataFrame) -> pl.DataFrame:
    """Drop shared networks between groups of one organisation: colleagues share the office, whoever pays."""
    colleagues = (
        pairs.select("left", "right").unique()
        .join(at.select(left="group", office="value_no"), on="left")
        .join(at.select(right="group", office="value_no"), on=["right", "office"])
        .select("left", "right").unique().with_columns(colleagues=pl.lit(value=True))
    )  # fmt: skip
    place = pl.col("family").is_in(["network", "signup"])
    return pairs.join(colleagues, on=["left", "right"], how="left").filter(pl.col("colleagues").is_null() | ~place).drop("colleagues")


def _both_sides(joined: pl.DataFrame, pairs: pl.DataFrame, groups: Numbers) -> pl.DataFrame:
    """Drop pairs of large groups where a single account of one carries all that they share: a weak bridge."""
    reach = pairs.group_by("left", "right").agg(pl.col("left_members").max(), pl.col("right_members").max())
    sizes = pl.Series(np.bincount(groups))
    sized = joined.join(reach, on=["left", "right"], maintain_order="left").with_columns(
        sizes.gather(joined["left"]).alias("left_size"), sizes.gather(joined["right"]).alias("right_size")
    )
    large = (pl.col("left_size") > 2) & (pl.col("right_size") > 2)
    return sized.filter(~large | ((pl.col("left_members") > 1) & (pl.col("right_members") > 1)))


def _no_bridges(joined: pl.DataFrame) -> pl.DataFrame:
    """Drop pairs that chain strangers together: where both groups have other partners, they must have one in common.

    Weak evidence is not transitive: A may be tied to B and B to C by different addresses. A pair whose partners do not know each other
    is kept only between groups that have no other partner (on one side at least).
    """
    edges = joined.select("left", "right")
    ways = pl.concat([edges, edges.select(left="right", right="left")])
    degree = ways.group_by("left").agg(pl.len().alias("partners"))
    common = (
        edges.join(ways.select(left="left", third="right"), on="left")
        .join(ways.select(right="left", third="right"), on=["right", "third"])
        .select("left", "right").unique().with_columns(common=pl.lit(value=True))
    )  # fmt: skip
    return (
        joined.join(degree.select(left="left", left_partners="partners"), on="left")
        .join(degree.select(right="left", right_partners="partners"), on="right")
        .join(common, on=["left", "right"], how="left")
        .filter(pl.col("common").is_not_null() | (pl.col("left_partners") == 1) | (pl.col("right_partners") == 1))
    )
