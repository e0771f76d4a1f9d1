"""Actors: clusters of accounts that hang together."""

from __future__ import annotations

from typing import Any

from forensics.report.blocks import Block, LinkGraph, Note, Section, TableView, view
from forensics.report.document import Document
from forensics.text import counted

ACTORS = {
    "label": "Actor",
    "level": "Claim",
    "likelihood": "Likelihood",
    "accounts": "Accounts",
    "requests": "Requests",
    "email_domains": "Domains",
    "first_at": "First seen (UTC)",
    "last_at": "Last seen (UTC)",
    "actor_id": "Id",
}
LINKS = {
    "account_id": "Account",
    "identifier_type": "Identifier",
    "identifier_value": "Value",
    "weight_bits": "Bits",
    "kept": "Kept",
    "why": "Why",
    "actor_id": "Actor",
}


def build(document: Document) -> tuple[Block, ...]:
    """Return the graph of those who took part, all actors of more than one account, and the links, those of the participants first."""
    named = {row["account_id"] for row in document.rows("participants")}
    blamed = {row["actor_id"] for row in document.rows("participants") if row["role"] == "participant"}
    actors = document.rows("actors")
    around = _around(actors, blamed)
    several = [row for row in actors if (row["accounts"] or 0) > 1 or row["actor_id"] in around]
    several.sort(key=lambda row: row["actor_id"] not in around)
    whole = document.tables["links"].total
    return (
        Note(EXPLAINED),
        *(LinkGraph(graph) for graph in document.graphs),
        view(document, "actors", ACTORS, rows=several, empty="No two accounts are linked.", facet="level"),
        _links(document, named),
        *(
            (Note(f"The case has {counted(whole, 'link')} in all; links.csv has every one, also those rejected, with the reason."),)
            if whole
            else ()
        ),
    )


EXPLAINED = (
    "An actor is a cluster of accounts that share identifiers; it is never a guilty person. "
    "Link strength is in bits: each bit doubles the odds. "
    "Actors nest: accounts of one operator within those of one payer within those of one organisation."
)


def _links(document: Document, named: set[str]) -> TableView:
    """Return the links of the accounts that an incident names; all links where none does."""
    rows = [row for row in document.rows("links") if row["account_id"] in named]
    if not rows:
        return view(document, "links", LINKS, empty="No identifier is shared by two accounts.", facet="identifier_type")
    return view(
        document, "links", LINKS, rows=rows, caption="links of the accounts named in an incident", empty="", facet="identifier_type"
    )


def _around(rows: list[dict[str, Any]], blamed: set[str]) -> set[str]:
    """Return the actors of those who took part and every wider actor around them."""
    parents = {row["actor_id"]: row["parent_actor_id"] for row in rows}
    found: set[str] = set()
    for actor in blamed:
        wider: str | None = actor
        while wider is not None and wider not in found:
            found.add(wider)
            wider = parents.get(wider)
    return found


SECTION = Section(50, "actors", "Actors", build)
