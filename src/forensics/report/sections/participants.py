"""Who took part, and who is linked but did not."""

from __future__ import annotations

from typing import Any

from forensics.report.blocks import Block, Note, Section, TableView, by_incident, view
from forensics.report.document import Document

COLUMNS = {
    "account_id": "Account",
    "role": "Role",
    "requests": "Requests",
    "load_share": "Share of load",
    "first_at": "First",
    "last_at": "Last",
    "source": "Evidence",
}


def build(document: Document) -> tuple[Block, ...]:
    """Return the participants and the uninvolved of each incident."""
    found = by_incident(document, "participants")
    if not found:
        return (view(document, "participants", COLUMNS, empty="No account is named: no load was attributed to an actor."),)
    tables = (view(document, "participants", COLUMNS, rows=rows, caption=title or None, empty="") for title, rows in found)
    return (Note(EXPLAINED), *tables)


def _table(document: Document, title: str, rows: list[dict[str, Any]]) -> TableView:
    return view(document, "participants", COLUMNS, rows=rows, caption=title or None, facet="role", empty="")


EXPLAINED = (
    "A participant took part in the load. An uninvolved account is linked to the participants at some level of the claims "
    "but took no part: any measure that goes by the link alone would hit it."
)


SECTION = Section(60, "participants", "Participants and the uninvolved", build)
