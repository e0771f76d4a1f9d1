"""What could be done, and whom it would hit."""

from __future__ import annotations

from forensics.report.blocks import Block, Note, Section, by_incident, view
from forensics.report.document import Document
from forensics.report.sections.participants import mailboxes, with_mailbox

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
    if not document.rows("incidents"):
        return ()
    if not found:
        empty = "no load was attributed to accounts or networks" if document.rows("attributions") else "no load was attributed"
        return (view(document, "response", COLUMNS, empty=f"There is nothing to plan: {empty}."),)
    tables = (view(document, "response", COLUMNS, rows=rows, caption=title or None, empty="") for title, rows in found)
    hit = by_incident(document, "bystanders") if "bystanders" in document.tables else []
    columns = with_mailbox(BYSTANDERS, mailboxes([row for _, rows in hit for row in rows]))
    named = (view(document, "bystanders", columns, rows=rows, caption=_hit(title), empty="", paper=PAPER) for title, rows in hit)
    return (Note(EXPLAINED), *tables, *named)


PAPER = 12
"""Bystanders of an incident that are printed: how many there are stands in the plan, and the page has all."""
BYSTANDERS = {"account_id": "Account", "measures": "Hit by", "ordinary_use": "What it uses the service for"}


def _hit(title: str) -> str:
    return "accounts hit without any part" + (f": {title}" if title else "")


EXPLAINED = (
    "What each measure would have covered of the incident's load, and whom it would hit that took no part. These are choices for people; "
    "“forensics response” writes block lists with a reason and an expiry for each entry."
)


SECTION = Section(90, "response", "Response plan", build)
