"""What could be done, and whom it would hit."""

from __future__ import annotations

from forensics.report.blocks import Block, Section, view
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
    """Return the response plan."""
    return (view(document, "response", COLUMNS, empty="There is nothing to plan: no load was attributed."),)


SECTION = Section(90, "response", "Response plan", build)
