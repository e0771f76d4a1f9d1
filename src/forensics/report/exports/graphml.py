"""GraphML: accounts and the identifiers that tie them, for Gephi, yEd or Cytoscape."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import polars as pl

from forensics.case.case import Case
from forensics.report.exports import Export
from forensics.report.frames import Frames
from forensics.text import printable

NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
NODE = {"label": "string", "kind": "string", "actor": "string", "role": "string"}
EDGE = {"weight": "double", "bits": "double", "kept": "boolean", "why": "string"}

LEAST = 0.01
"""Weight of a link that carries no bits, or bits against: Gephi throws away edges of weight 0, and what was rejected has to be seen."""


def write(case: Case, frames: Frames, out: Path) -> list[Path]:
    """Write ``links.graphml``: one node for each account and identifier, one edge for each link: its bits, and the weight to draw it by."""
    path = out / "links.graphml"
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(_document(frames))
    return [path]


def _document(frames: Frames) -> Iterator[str]:
    """Yield the file in pieces: a million links as elements in memory would take gigabytes."""
    yield f"<?xml version='1.0' encoding='utf-8'?>\n<graphml xmlns={quoteattr(NAMESPACE)}>\n"
    for domain, keys in (("node", NODE), ("edge", EDGE)):
        for name, kind in keys.items():
            yield f'  <key id="{name}" for="{domain}" attr.name="{name}" attr.type="{kind}" />\n'
    yield '  <graph edgedefault="undirected">\n'
    yield from _accounts(frames)
    named = frames.of("links", lambda piece: piece.select("identifier_type", "identifier_value").unique()).unique().sort(pl.all())
    for kind, value in named.iter_rows():
        yield _element("node", {"id": f"{kind}: {value}"}, {"label": value or "", "kind": kind, "actor": "", "role": ""})
    for piece in frames.pieces("links"):
        for row in piece.iter_rows(named=True):
            ends = {"source": f"account: {row['account_id']}", "target": f"{row['identifier_type']}: {row['identifier_value']}"}
            bits = row["weight_bits"] or 0.0
            kept = "true" if row["kept"] else "false"
            yield _element("edge", ends, {"weight": f"{max(LEAST, bits):g}", "bits": f"{bits:g}", "kept": kept, "why": row["why"] or ""})
    yield "  </graph>\n</graphml>\n"


def _accounts(frames: Frames) -> Iterator[str]:
    linked = frames.of("links", lambda piece: piece.select("account_id").unique()).unique()
    actors = frames.of("accounts", lambda piece: piece.select("account_id", "actor_id").join(linked, on="account_id", how="semi"))
    roles = frames["participants"].select("account_id", "role").unique("account_id", keep="last", maintain_order=True)
    told = linked.join(actors.unique("account_id", keep="last", maintain_order=True), on="account_id", how="left")
    for account, actor, role in told.join(roles, on="account_id", how="left").sort("account_id").iter_rows():
        yield _element(
            "node", {"id": f"account: {account}"}, {"label": account, "kind": "account", "actor": actor or "", "role": role or ""}
        )


def _element(tag: str, attributes: dict[str, str], values: dict[str, str]) -> str:
    """Return a node or an edge; what XML cannot carry (control characters) is shown instead."""
    named = "".join(f" {key}={quoteattr(_clean(value))}" for key, value in attributes.items())
    data = "".join(
        f'      <data key="{key}">{escape(_clean(value))}</data>\n' if value else f'      <data key="{key}" />\n'
        for key, value in values.items()
    )
    return f"    <{tag}{named}>\n{data}    </{tag}>\n"


def _clean(text: str) -> str:
    return printable(text).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")


EXPORT = Export("graphml", "accounts and identifiers as a graph for Gephi", "http://graphml.graphdrawing.org/specification.html", write)
