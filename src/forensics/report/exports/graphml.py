"""GraphML: accounts and the identifiers that tie them, for Gephi, yEd or Cytoscape."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import polars as pl

from forensics.case.case import Case
from forensics.report.document import Frames
from forensics.report.exports import Export
from forensics.text import printable

NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
NODE = {"label": "string", "kind": "string", "actor": "string", "role": "string"}
EDGE = {"weight": "double", "bits": "double", "kept": "boolean", "why": "string"}

LEAST = 0.01
"""Weight of a link that carries no bits, or bits against: Gephi throws away edges of weight 0, and what was rejected has to be seen."""


def write(case: Case, frames: Frames, out: Path) -> list[Path]:
    """Write ``links.graphml``: one node for each account and identifier, one edge for each link: its bits, and the weight to draw it by."""
    root = ElementTree.Element("graphml", xmlns=NAMESPACE)
    for domain, keys in (("node", NODE), ("edge", EDGE)):
        for name, kind in keys.items():
            ElementTree.SubElement(root, "key", {"id": name, "for": domain, "attr.name": name, "attr.type": kind})
    graph = ElementTree.SubElement(root, "graph", edgedefault="undirected")
    links = frames["links"].sort("account_id", "identifier_type", "identifier_value", "kept")
    actors = dict(frames["accounts"].select("account_id", "actor_id").iter_rows())
    roles = dict(frames["participants"].select("account_id", "role").iter_rows())
    for account in links["account_id"].unique().sort():
        values = {"label": account, "kind": "account", "actor": actors.get(account) or "", "role": roles.get(account) or ""}
        _add(graph, "node", {"id": f"account: {account}"}, values)
    for kind, value in links.select("identifier_type", "identifier_value").unique().sort(pl.all()).iter_rows():
        _add(graph, "node", {"id": f"{kind}: {value}"}, {"label": value or "", "kind": kind, "actor": "", "role": ""})
    for row in links.iter_rows(named=True):
        ends = {"source": f"account: {row['account_id']}", "target": f"{row['identifier_type']}: {row['identifier_value']}"}
        bits = row["weight_bits"] or 0.0
        kept = "true" if row["kept"] else "false"
        _add(graph, "edge", ends, {"weight": f"{max(LEAST, bits):g}", "bits": f"{bits:g}", "kept": kept, "why": row["why"] or ""})
    path = out / "links.graphml"
    ElementTree.indent(root)
    path.write_bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")
    return [path]


def _add(graph: ElementTree.Element, tag: str, attributes: dict[str, str], values: dict[str, str]) -> None:
    """Add a node or an edge; what XML cannot carry (control characters) is shown instead."""
    element = ElementTree.SubElement(graph, tag, {key: _clean(value) for key, value in attributes.items()})
    for key, value in values.items():
        ElementTree.SubElement(element, "data", key=key).text = _clean(value)


def _clean(text: str) -> str:
    return printable(text).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")


EXPORT = Export("graphml", "accounts and identifiers as a graph for Gephi", "http://graphml.graphdrawing.org/specification.html", write)
