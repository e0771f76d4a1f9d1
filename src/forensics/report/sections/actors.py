"""Actors: clusters of accounts that hang together."""

from __future__ import annotations

from collections import Counter
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
PAPER = 20
"""Links that are printed: the page and links.csv have all."""
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
    """Return the graph of those who took part, the actors that they are in, and the links of the accounts that are named.

    Where nobody took part, all actors of more than one account and the links that hold: companies that an incident does not
    concern have no place in a report about it.
    """
    named = {row["account_id"] for row in document.rows("participants")}
    blamed = {row["actor_id"] for row in document.rows("participants") if row["role"] == "participant"}
    actors = document.rows("actors")
    around = _around(actors, blamed)
    several = [row for row in actors if (row["accounts"] or 0) > 1]
    others = sum(row["actor_id"] not in around for row in several)
    shown = [row for row in actors if row["actor_id"] in around] if around else several
    whole = document.tables["links"].total
    return (
        Note(EXPLAINED),
        *(LinkGraph(graph) for graph in document.graphs),
        view(document, "actors", ACTORS, rows=shown, empty="No two accounts are linked.", facet="level"),
        *((Note(_apart(others)),) if around and others else ()),
        *((_links(document, named),) if whole else ()),
        *((Note(_in_all(whole)),) if whole else ()),
    )


def _apart(others: int) -> str:
    are, have = ("is", "has") if others == 1 else ("are", "have")
    told = f"{counted(others, 'other actor')} of several accounts {are} known and {have} no part"
    return f"{told} in what is told here; actors.csv lists them."


def _in_all(links: int) -> str:
    return f"The case has {counted(links, 'link')} in all; links.csv has every one, also those rejected, with the reason."


EXPLAINED = (
    "An actor is a cluster of accounts that share identifiers; it is never a guilty person. "
    "Link strength is in bits: each bit doubles the odds. "
    "Actors nest: accounts of one operator within those of one payer within those of one organisation."
)


def _links(document: Document, named: set[str]) -> TableView:
    """Return the links of the accounts that an incident names; where none does, those that hold. Paper has the strongest of each first."""
    rows = [row for row in document.rows("links") if (row["account_id"] in named if named else row["kept"])]
    caption = "links of the accounts named in an incident" if named else "links that hold"
    return view(
        document, "links", LINKS, rows=rows, caption=caption, empty="No link between accounts holds.", facet="identifier_type",
        ranks=_strongest_of_each(rows), paper=PAPER,
    )  # fmt: skip


def _strongest_of_each(rows: list[dict[str, Any]]) -> tuple[int, ...]:
    """Return of each link how many of its account's are stronger; those that were rejected come after all that hold."""
    ranks, seen = [0] * len(rows), Counter[str]()
    for place in sorted(range(len(rows)), key=lambda place: (not rows[place]["kept"], -(rows[place]["weight_bits"] or 0))):
        account = rows[place]["account_id"]
        ranks[place] = seen[account] + (0 if rows[place]["kept"] else len(rows))
        seen[account] += 1
    return tuple(ranks)


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
