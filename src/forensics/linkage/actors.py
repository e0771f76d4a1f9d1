"""From shared values to actors: ``links``, ``actors``, ``actor_accounts``.

1. A value that can have one owner (a card, a company's domain) links its accounts if they cohere (``coherence``), unless it is a weak
   bridge between two groups (``bridges``) or a person ruled it out (``rulings``).
2. Values that are never enough by themselves (addresses) join groups that two families of evidence hold together (``corroboration``).
3. A source (who funded, who invited) that is an actor's brings those of whom nothing else is known (``sources``).
4. Groups are components: same operator within same payer; an organisation is everybody at the domain that most of a group is at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from forensics.case.case import Case
from forensics.linkage import rulings
from forensics.linkage.bridges import weak_bridges
from forensics.linkage.components import Numbers, components
from forensics.linkage.corroboration import corroborated
from forensics.linkage.registry import signals
from forensics.linkage.sources import attached, owned_sources
from forensics.linkage.verdicts import written
from forensics.linkage.weights import INTERESTS
from forensics.linkage.world import World, without

GAP_DAYS = 7
"""An address that nobody used for so long may have been handed to somebody else."""

ROUNDS = 3
"""How often groups that weak evidence made are looked at again."""


def link(case: Case) -> None:
    """Fill ``links``, ``actors`` and ``actor_accounts`` from ``identifiers``."""
    case.replace("identifier_types", _types(case))
    case.execute("linkage", "number", gap_days=GAP_DAYS)
    world = World.of(case)
    grouping = group(world, rulings.in_force(case))
    for table, rows in written(world, grouping).items():
        case.insert(table, rows)
    case.execute("linkage", "write_actors")
    case.execute("linkage", "blocks")
    case.execute("linkage", "changes")


def _types(case: Case) -> pl.DataFrame:
    """Return how each type of identifier weighs; one that no signal knows is a family of its own, weighed like ``brought``."""
    columns = {"identifier_type": pl.String(), "family": pl.String(), "level": pl.String()}
    numbers = dict.fromkeys(("m", "chance", "owner_bits", "loose_bits"), pl.Float64())
    known = signals()
    other = known["brought"]
    rows = [(s.name, s.family, s.level, s.m, s.chance, s.owner, s.loose) for s in known.values() if s is not other]
    for name, many in case.frame("linkage", "unknown_types").iter_rows():
        if name not in known or name == other.name:
            family = f"{INTERESTS if many else other.family} {name}"
            rows.append((name, family, other.level, other.m, other.chance, other.owner, other.loose))
    return pl.DataFrame(rows, schema={**columns, **numbers}, orient="row")


@dataclass(frozen=True)
class Grouping:
    """Which group each account is in, at each level, which links were cut, and which sources are a group's own."""

    leaf: Numbers
    payer: Numbers
    organisation: Numbers
    cut: pl.DataFrame
    """value_no, account_no, why"""
    sources: pl.DataFrame
    """value_no, group_no (of ``payer``), source_bits"""


def group(world: World, ruled: rulings.Ruled) -> Grouping:
    """Decide which accounts belong together."""
    strong = world.values.filter((pl.col("owned") | pl.col("value_no").is_in(ruled.values)) & (pl.col("level") != "organisation"))
    linking = world.uses.join(strong.select("value_no", "level"), on="value_no", maintain_order="left")
    linking = without(linking, world.loose)
    bridging = weak_bridges(world, linking)
    linking = without(linking, bridging)
    apart = rulings.separating(world, linking, ruled.together, ruled)
    linking = without(linking, apart)
    cut = pl.concat([world.loose, bridging, apart]).unique(["value_no", "account_no"], keep="first", maintain_order=True)
    groups = world.grouped(linking, ruled.together)
    joined = _joined(world, linking, cut, groups, ruled)
    edges = pl.concat([ruled.together, joined.select("left", "right")])
    payer = world.grouped(linking, edges)
    uses = without(world.uses, cut)
    sources = owned_sources(world, uses, payer)
    brought = _allowed(attached(world, uses, payer, sources), payer, ruled)
    payer = world.grouped(linking, pl.concat([edges, brought]))
    operator = pl.concat([ruled.together, joined.filter(pl.col("level") == "operator").select("left", "right"), brought])
    leaf = world.grouped(linking.filter(pl.col("level") == "operator"), operator)
    cut = without(cut, _tied_otherwise(world, uses, payer))
    group_no = pl.Series("group_no", payer[sources["group"].to_numpy()], dtype=pl.Int32)
    told = sources.select("value_no", group_no, source_bits="bits")
    return Grouping(leaf, payer, _organisations(world, payer, cut), cut, told)


def _tied_otherwise(world: World, uses: pl.DataFrame, payer: Numbers) -> pl.DataFrame:
    """Return the loose uses (value_no, account_no) by accounts that came to the others who have the value by another way after all."""

    def placed(rows: pl.DataFrame) -> pl.DataFrame:
        group = pl.Series("group", payer[rows["account_no"].to_numpy()], dtype=pl.Int32)
        return rows.select("value_no", "account_no", group)

    others = placed(uses.join(world.loose, on="value_no", how="semi"))
    return placed(world.loose).join(others, on=["value_no", "group"], how="semi", maintain_order="left").drop("group")


def _joined(world: World, linking: pl.DataFrame, cut: pl.DataFrame, groups: Numbers, ruled: rulings.Ruled) -> pl.DataFrame:
    """Return the pairs of groups that weak evidence joins.

    What was joined is looked at again as one group, a few times at most; then only two causes count, and only between groups of several
    accounts, as a group shares something with any single account more easily.
    """
    uses = without(world.uses, cut)
    rounds: list[pl.DataFrame] = []
    for number in range(ROUNDS):
        found = _allowed(corroborated(world, uses, groups), groups, ruled)
        if number > 0:
            several = np.bincount(groups, minlength=world.accounts) > 1
            both = several[found["left"].to_numpy()] & several[found["right"].to_numpy()]
            found = found.filter(pl.Series(both) & (pl.col("causes") > 1))
        rounds.append(found)
        if found.is_empty():
            break
        groups = world.grouped(linking, pl.concat([ruled.together, *(made.select("left", "right") for made in rounds)]))
        uses = uses.join(_touched(uses, groups, found), on="value_no", how="semi", maintain_order="left")
    return pl.concat(rounds)


def _touched(uses: pl.DataFrame, groups: Numbers, found: pl.DataFrame) -> pl.DataFrame:
    """Return the values (value_no) of groups that have just been joined: only their pairs can have changed."""
    changed = np.isin(groups, groups[found["left"].to_numpy()])
    return uses.filter(pl.Series(changed[uses["account_no"].to_numpy()])).select("value_no").unique()


def _allowed(joined: pl.DataFrame, groups: Numbers, ruled: rulings.Ruled) -> pl.DataFrame:
    """Drop joins that would bring a rejected pair together again (directly; a longer way round is cut by dropping all of them)."""
    parted = {int(groups[a]) for pair in ruled.apart for a in pair}
    return joined.filter(~(pl.col("left").is_in(list(parted)) & pl.col("right").is_in(list(parted)))) if parted else joined


def _organisations(world: World, payer: Numbers, cut: pl.DataFrame) -> Numbers:
    """Return each account's organisation: every group belongs to the organisation value that most of its accounts have."""
    kept = world.values.filter(pl.col("owned"), pl.col("level") == "organisation").select("value_no", "identifier_type")
    uses = without(world.uses.join(kept, on="value_no"), cut)
    main = (
        uses.with_columns(pl.Series("group", payer[uses["account_no"].to_numpy()]))
        .group_by("group", "identifier_type", "value_no")
        .len()
        .sort("group", "identifier_type", "len", "value_no", descending=[False, False, True, False])
        .unique(["group", "identifier_type"], keep="first", maintain_order=True)
    )
    left = main["group"].to_numpy().astype(np.int32)
    right = (main["value_no"].to_numpy() + world.accounts).astype(np.int32)
    whole: Numbers = components(world.accounts + world.values.height, left, right)[payer]
    return whole
