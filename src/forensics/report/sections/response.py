"""What could be done, and whom it would hit."""

from __future__ import annotations

from forensics.report.blocks import Block, Note, Section, by_incident, view
from forensics.report.document import Document

COLUMNS = {
    "measure": "Measure",
    "scope": "Scope",
    "load_covered": "Load covered",
    "accounts_hit": "Accounts hit",
    "uninvolved_hit": "Uninvolved hit",
    "basis": "Basis",
}


def build(document: Document) -> tuple[Block, ...]:
    """Return the plan for each incident."""
    found = by_incident(document, "response")
    if not found:
        return (view(document, "response", COLUMNS, empty="There is nothing to plan: no load was attributed."),)
    tables = (view(document, "response", COLUMNS, rows=rows, caption=title or None, empty="") for title, rows in found)
    return (Note(EXPLAINED), *tables)


EXPLAINED = (
    "What each measure would have covered of the incident's load, and whom it would hit that took no part. These are choices for people; "
    "“forensics response” writes block lists with a reason and an expiry for each entry."
)


SECTION = Section(90, "response", "Response plan", build)
