"""The graph of an actor: accounts on the left, the identifiers that tie them on the right, laid out so that few links cross.

A two-layer drawing instead of springs: links run only between accounts and identifiers, labels have room beside their node, and the same
case gives the same picture on every machine. The order inside each layer follows the barycentre heuristic (Sugiyama, Tagawa and Toda,
Methods for visual understanding of hierarchical system structures, 1981).
"""

from __future__ import annotations

from collections import defaultdict

import polars as pl

from forensics.report.document import Edge, Graph, Node
from forensics.report.frames import Frames

MAX_NODES = 200
MAX_IDENTIFIERS = 60
MAX_LINKS = 1_000
"""Links that are drawn; more are a grey surface, and heavy."""
MAX_GRAPHS = 3
ROW, CLOSE = 22.0, 14.0
"""Pixels from one node to the next, in short columns and in long ones."""

LEFT, RIGHT, WIDTH, TOP = 270.0, 690.0, 1000.0, 24.0
ROUNDS = 12

DRAWN = frozenset({"participant", "uninvolved"})
"""Roles that have a look of their own."""
FAMILIES = frozenset({"organisation", "payment", "network", "device", "behaviour"})


def graphs(frames: Frames) -> tuple[Graph, ...]:
    """Return a graph for each actor that took part in an incident; for the largest actor where none did."""
    part = frames["participants"].filter(role="participant")
    ordered = list(dict.fromkeys(part["actor_id"].drop_nulls())) or _largest(frames)
    inside = frames.where("actors", pl.col("parent_actor_id").is_not_null()).select("actor_id", "parent_actor_id")
    parents = dict(inside.iter_rows())
    roots = list(dict.fromkeys(_root(actor, parents) for actor in ordered))[:MAX_GRAPHS]
    roles = dict(frames["participants"].sort("role", descending=True).select("account_id", "role").iter_rows())
    found = []
    for root in roots:
        mine = frames.where("accounts", pl.col("actor_id").is_in(_within(root, inside)))["account_id"]
        links = frames.where("links", pl.col("account_id").is_in(mine.implode()))
        if not links.is_empty():
            label = frames.where("actors", pl.col("actor_id") == root)["label"]
            found.append(_graph((label[0] if len(label) else None) or root, mine.len(), links, roles))
    return tuple(found)


def _largest(frames: Frames) -> list[str]:
    """Return the largest actor of several accounts (``actors`` begins with it), if there is one."""
    return frames.head("actors", 1).filter(pl.col("accounts") > 1)["actor_id"].to_list()


def _root(actor: str, parents: dict[str, str]) -> str:
    """Return the widest actor around an actor."""
    seen = {actor}
    while (parent := parents.get(actor)) is not None and parent not in seen:
        seen.add(parent)
        actor = parent
    return actor


def _within(root: str, inside: pl.DataFrame) -> pl.Series:
    """Return an actor and all actors that it is made of, as one list (``inside``: actor_id, parent_actor_id)."""
    found = newest = pl.Series("actor_id", [root])
    while len(newest):
        within = inside.filter(pl.col("parent_actor_id").is_in(newest.implode()))["actor_id"]
        newest = within.filter(~within.is_in(found.implode()))
        found = pl.concat([found, newest])
    return found.implode()


def _graph(title: str, accounts: int, links: pl.DataFrame, roles: dict[str, str]) -> Graph:
    chosen = _strongest(links, roles)
    edges = [
        Edge(
            row["account_id"],
            f"{row['identifier_type']}: {row['identifier_value']}",
            round(row["weight_bits"] or 0.0, 2),
            bool(row["kept"]),
            row["why"] or "",
        )
        for row in chosen.sort("account_id", "identifier_type", "identifier_value", "kept").iter_rows(named=True)
    ]
    families = {f"{row[0]}: {row[1]}": row[2] for row in chosen.select("identifier_type", "identifier_value", "family").iter_rows()}
    left, right = _ordered(edges)
    rows = max(len(left), len(right), 1)
    height = 2 * TOP + (ROW if rows <= 60 else CLOSE) * rows
    nodes = [
        *_column(left, LEFT, height, {name: role if (role := roles.get(name)) in DRAWN else "account" for name in left}),
        *_column(right, RIGHT, height, {name: family if family in FAMILIES else "other" for name, family in families.items()}),
    ]
    identifiers = links.select("identifier_type", "identifier_value").unique().height
    return Graph(title, WIDTH, height, tuple(nodes), tuple(edges), accounts, identifiers, links.height)


def _strongest(links: pl.DataFrame, roles: dict[str, str]) -> pl.DataFrame:
    """Return the links of the strongest identifiers and accounts, at most ``MAX_NODES`` nodes and ``MAX_LINKS`` links in all."""
    value = ["identifier_type", "identifier_value"]
    bits = pl.col("weight_bits").fill_null(0.0)
    by_value = links.group_by(value).agg(bits.filter("kept").sum().alias("bits"), pl.len().alias("uses"))
    best = by_value.sort(["bits", "uses", *value], descending=[True, True, False, False], nulls_last=True).head(MAX_IDENTIFIERS)
    kept = links.join(best.select(value), on=value)
    took_part = pl.col("account_id").is_in([name for name, role in roles.items() if role == "participant"])
    by_account = kept.group_by("account_id").agg(bits.filter("kept").sum().alias("bits")).with_columns(took_part.alias("part"))
    named = by_account.sort(["part", "bits", "account_id"], descending=[True, True, False]).head(MAX_NODES - best.height)
    drawn = kept.join(named.select("account_id"), on="account_id").unique([*value, "account_id"], keep="first", maintain_order=True)
    strength = [pl.col("kept"), bits, *(pl.col(name) for name in value), pl.col("account_id")]
    return drawn.sort(strength, descending=[True, True, False, False, False], nulls_last=True).head(MAX_LINKS)


def _ordered(edges: list[Edge]) -> tuple[list[str], list[str]]:
    """Return both layers in an order with few crossings."""
    across: dict[str, dict[str, list[str]]] = {"left": defaultdict(list), "right": defaultdict(list)}
    for edge in edges:
        across["left"][edge.account].append(edge.identifier)
        across["right"][edge.identifier].append(edge.account)
    left, right = sorted(across["left"]), sorted(across["right"])
    for _ in range(ROUNDS):
        right = _by_barycentre(right, left, across["right"])
        left = _by_barycentre(left, right, across["left"])
    return left, right


def _by_barycentre(layer: list[str], other: list[str], across: dict[str, list[str]]) -> list[str]:
    place = {name: index for index, name in enumerate(other)}
    return sorted(layer, key=lambda name: (round(sum(place[n] for n in across[name]) / len(across[name]), 6), name))


def _column(names: list[str], x: float, height: float, kinds: dict[str, str]) -> list[Node]:
    """Return a layer's nodes, evenly spread over the height."""
    gap = (height - 2 * TOP) / max(1, len(names))
    return [Node(name, kinds[name], name, kinds[name], x, round(TOP + gap * (index + 0.5), 1)) for index, name in enumerate(names)]
