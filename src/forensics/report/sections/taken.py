"""What was collected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from forensics.report.blocks import Block, Note, Section, view
from forensics.report.document import Document

COLUMNS = {
    "account_id": "Account",
    "object_kind": "Kind",
    "objects": "Objects served",
    "pairs": "Pairs",
    "requests": "Asked for",
    "served": "Served",
    "bytes": "Bytes",
    "first_at": "First (UTC)",
    "last_at": "Last (UTC)",
    "source": "Evidence",
    "actor_id": "Actor",
}


def build(document: Document) -> tuple[Block, ...]:
    """Return what was taken: by actor, then by account."""
    each = view(document, "taken", COLUMNS, empty="No collection was counted.", caption="by account")
    if not document.rows("taken_totals"):
        return (each,)
    return (Note(EXPLAINED), view(document, "taken_totals", TOTALS, empty="", caption="in all"), each)


TOTALS = {
    "actor_id": "Actor",
    "object_kind": "Kind",
    "objects": "Objects served",
    "catalogue_share": "Share of all served",
    "pairs": "Pairs",
    "requests": "Asked for",
    "served": "Served",
    "bytes": "Bytes",
    "accounts": "Accounts",
    "first_at": "First (UTC)",
    "last_at": "Last (UTC)",
}
EXPLAINED = (
    "Counted over the whole time of the logs. An object is one id of one kind, counted once however often it was fetched, and only "
    "where it was handed over (status 200 or 206). A pair is one id of which both kinds were served; it is counted with the kind that is "
    "fetched first. "
    "The share is of all objects of the kind that anybody was served in these logs."
)


@dataclass(frozen=True)
class Collected:
    """What the participants of an incident were served in all, and the query that says so."""

    objects: int
    pairs: int
    bytes: int
    query: str
    first: dict[str, Any]
    """The row of the account that took most."""


def collected(document: Document, incident_id: str) -> Collected | None:
    """Return what the participants of an incident collected; None where nothing was counted."""
    people = [row for row in document.tables["participants"].of(incident_id) if row["role"] == "participant"]
    accounts, actors = ({row[column] for row in people} for column in ("account_id", "actor_id"))
    rows = [row for row in document.rows("taken") if row["account_id"] in accounts]
    if not rows:
        return None
    everybody = {row["account_id"] for row in document.rows("taken") if row["actor_id"] in actors} <= accounts
    totals = [row for row in document.rows("taken_totals") if row["actor_id"] in actors] if everybody else []
    objects, pairs, weight = (sum(row[column] or 0 for row in totals or rows) for column in ("objects", "pairs", "bytes"))
    return Collected(objects, pairs, weight, "taken_totals" if totals else "taken", rows[0])


SECTION = Section(70, "taken", "What was taken", build)
