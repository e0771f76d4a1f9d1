"""Weak bridges: one account or one value that alone joins two groups which have nothing else in common.

A group is followed through its values by depth-first search; an account or value whose removal would leave two sides of three or more
accounts each is a bridge (articulation point: R. E. Tarjan, "Depth-First Search and Linear Graph Algorithms", SIAM J. Comput. 1, 1972).
If the two sides share nothing of another family of evidence, the bridge stays with one side and its link to the other is kept out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import polars as pl

from forensics.linkage.world import NO_EDGES, World
from forensics.text import counted

LARGE_SIDE = 3
"""A side of fewer accounts is an extension of the other, not a group of its own."""

INSIDE = 0.5
"""A value vouches for two sides being one if at least this part of its sharers is on the two sides: a carrier's address does not."""


@dataclass
class _Cut:
    """A bridge and its sides: for each side its neighbours of the bridge, and its nodes."""

    node: int
    sides: list[tuple[list[int], set[int]]] = field(default_factory=list)


def weak_bridges(world: World, uses: pl.DataFrame) -> pl.DataFrame:
    """Return the uses (value_no, account_no, why) that only bridge otherwise unrelated groups, of the linking ``uses``."""
    bundles = _bundles(uses)
    suspect = _suspect(world, uses.join(bundles.filter(pl.col("value_no") == pl.col("bundle")).select("value_no"), on="value_no"))
    found: list[tuple[int, int, str]] = []
    if not suspect.is_empty():
        vouching = _vouching(world, suspect)
        for graph in _graphs(world, suspect):
            for cut in _cuts(graph, world.accounts):
                found.extend(_decide(cut, vouching, world.accounts))
    schema = {"bundle": pl.Int32(), "account_no": pl.Int32(), "why": pl.String()}
    named = pl.DataFrame(sorted(set(found)), schema=schema, orient="row").unique(
        ["bundle", "account_no"], keep="first", maintain_order=True
    )
    return named.join(bundles, on="bundle").select("value_no", "account_no", "why").sort("value_no", "account_no")


def _bundles(uses: pl.DataFrame) -> pl.DataFrame:
    """Return value_no, bundle: values that the very same accounts share (a card, its payer, his mailbox) are one bundle."""
    mixed = pl.col("account_no").hash(seed=1)
    sets = uses.group_by("value_no").agg(
        pl.len(), pl.col("account_no").min(), mixed.sum().alias("mix"), (mixed ^ 0x5BD1E995).max().alias("most")
    )
    return sets.select("value_no", pl.col("value_no").min().over("len", "account_no", "mix", "most").alias("bundle"))


def _suspect(world: World, uses: pl.DataFrame) -> pl.DataFrame:
    """Return the uses of groups with room for two large sides: value_no, account_no, group."""
    groups = world.grouped(uses, NO_EDGES)
    placed = uses.with_columns(pl.Series("group", groups[uses["account_no"].to_numpy()]))
    size = placed.group_by("group").agg(pl.col("account_no").n_unique().alias("accounts"), pl.col("value_no").n_unique().alias("values"))
    wide = size.filter(pl.col("accounts") > 2 * LARGE_SIDE, pl.col("values") > 1).select("group")
    return placed.join(wide, on="group").sort("group", "value_no", "account_no")


def _graphs(world: World, suspect: pl.DataFrame) -> list[dict[int, list[int]]]:
    """Return one adjacency per group; values are numbered after the accounts."""
    graphs = []
    for part in suspect.partition_by("group", maintain_order=True):
        graph: dict[int, list[int]] = defaultdict(list)
        for value, account in part.select("value_no", "account_no").iter_rows():
            graph[account].append(value + world.accounts)
            graph[value + world.accounts].append(account)
        graphs.append(graph)
    return graphs


@dataclass(frozen=True)
class _Vouching:
    """What can vouch for two sides being one: values of other families than payment, and how common each is."""

    held: dict[int, set[int]]
    """account -> values"""
    sharers: dict[int, int]
    """value -> how many accounts have it (0 for a company's own domain, which always vouches)"""

    def of(self, accounts: set[int]) -> set[int]:
        """Return the values that these accounts have."""
        return set().union(*(self.held.get(account, set()) for account in accounts))

    def vouch(self, left: set[int], right: set[int]) -> bool:
        """Whether the two sides share a value that is mostly theirs."""
        both = left | right
        return any(
            sum(value in self.held.get(account, set()) for account in both) >= INSIDE * self.sharers[value]
            for value in sorted(self.of(left) & self.of(right))
        )


def _vouching(world: World, suspect: pl.DataFrame) -> _Vouching:
    office = pl.col("owned") & (pl.col("level") == "organisation")
    count = pl.when(office).then(0).otherwise("sharers")
    able = world.values.filter(pl.col("family") != "payment").select("value_no", count.alias("count"))
    rows = (
        world.uses.join(suspect.select("account_no").unique(), on="account_no")
        .join(able, on="value_no")
        .join(suspect.select("value_no").unique(), on="value_no", how="anti")
    )
    held: dict[int, set[int]] = defaultdict(set)
    for value, account in rows.select("value_no", "account_no").iter_rows():
        held[account].add(value)
    return _Vouching(held, dict(rows.select("value_no", "count").unique().iter_rows()))


def _cuts(graph: dict[int, list[int]], accounts: int) -> list[_Cut]:
    """Return the nodes whose removal leaves two large sides (an iterative depth-first search)."""
    root = min(graph)
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    size: dict[int, int] = {}
    parent = {root: root}
    children: dict[int, list[int]] = defaultdict(list)
    stack: list[tuple[int, int]] = [(root, 0)]
    while stack:
        node, place = stack.pop()
        if place == 0:
            order[node] = low[node] = len(order)
            size[node] = int(node < accounts)
        if place < len(graph[node]):
            stack.append((node, place + 1))
            other = graph[node][place]
            if other not in order:
                parent[other] = node
                children[node].append(other)
                stack.append((other, 0))
            elif other != parent[node]:
                low[node] = min(low[node], order[other])
        elif node != root:
            low[parent[node]] = min(low[parent[node]], low[node])
            size[parent[node]] += size[node]
    return _large_cuts(graph, accounts, root, order, low, size, children)


def _large_cuts(
    graph: dict[int, list[int]],
    accounts: int,
    root: int,
    order: dict[int, int],
    low: dict[int, int],
    size: dict[int, int],
    children: dict[int, list[int]],
) -> list[_Cut]:
    total = size[root]
    cuts = []
    for node in sorted(order):
        own = int(node < accounts)
        apart = [child for child in children[node] if low[child] >= order[node]]
        rest = total - own - sum(size[child] for child in apart)
        large = [child for child in apart if size[child] >= LARGE_SIDE]
        if len(large) + (rest >= LARGE_SIDE) < 2:
            continue
        cut = _Cut(node)
        taken: set[int] = {node}
        for child in large:
            side = _reach(graph, child, node)
            taken |= side
            cut.sides.append(([child], side))
        if rest >= LARGE_SIDE:
            entry = [other for other in graph[node] if other not in apart]
            cut.sides.append((entry, set().union(*(_reach(graph, start, node) for start in entry[:1]))))
        cuts.append(cut)
    return cuts


def _reach(graph: dict[int, list[int]], start: int, without: int) -> set[int]:
    """Return the nodes reachable from ``start`` when ``without`` is gone."""
    seen, stack = {start}, [start]
    while stack:
        for other in graph[stack.pop()]:
            if other != without and other not in seen:
                seen.add(other)
                stack.append(other)
    return seen


def _decide(cut: _Cut, vouching: _Vouching, accounts: int) -> list[tuple[int, int, str]]:
    """Keep the bridge with the side that most vouches for it; cut it from every large side that nothing else ties to that one."""
    own = vouching.held.get(cut.node, set())
    sides = [{node for node in side if node < accounts} for _, side in cut.sides]
    shared = [vouching.of(side) for side in sides]
    best = max(range(len(sides)), key=lambda i: (len(own & shared[i]), len(sides[i]), -min(sides[i])))
    found = []
    for place, (entry, _) in enumerate(cut.sides):
        if place == best or vouching.vouch(sides[place], sides[best]):
            continue
        counts = f"{counted(len(sides[place]), 'account')} and {counted(len(sides[best]), 'other')}"
        why = f"possibly related: this alone would join {counts} that have nothing else in common"
        for other in entry:
            value, account = (other, cut.node) if cut.node < accounts else (cut.node, other)
            found.append((value - accounts, account, why))
    return found
