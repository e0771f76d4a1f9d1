"""Actors: clusters of accounts that hang together."""

from __future__ import annotations

from forensics.report.blocks import Block, LinkGraph, Note, Section, view
from forensics.report.document import Document

ACTORS = {
    "label": "Actor",
    "level": "Claim",
    "likelihood": "Likelihood",
    "accounts": "Accounts",
    "requests": "Requests",
    "email_domains": "Domains",
    "first_at": "First seen",
    "last_at": "Last seen",
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
    """Return the actors of more than one account, and the links."""
    several = [row for row in document.rows("actors") if (row["accounts"] or 0) > 1]
    return (
        Note(
            "An actor is a cluster of accounts that share identifiers; it is never a guilty person. "
            "Link strength is in bits: each bit doubles the odds."
        ),
        *(LinkGraph(graph) for graph in document.graphs),
        view(document, "actors", ACTORS, rows=several, empty="No two accounts are linked."),
        view(document, "links", LINKS, empty="No identifier is shared by two accounts."),
    )


SECTION = Section(50, "actors", "Actors", build)
