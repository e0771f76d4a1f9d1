"""The ordered story."""

from __future__ import annotations

from forensics.report.blocks import Block, Section, view
from forensics.report.document import Document

COLUMNS = {
    "occurred_at": "Time (UTC)",
    "event_type": "Type",
    "message": "What",
    "observed": "Seen",
    "likelihood": "Likelihood",
    "rows": "Rows",
    "source": "Evidence",
}


def build(document: Document) -> tuple[Block, ...]:
    """Return the timeline."""
    several = document.tables["incidents"].total > 1
    columns = {**COLUMNS, "incident_id": "Incident"} if several else COLUMNS
    return (view(document, "timeline", columns, empty="The timeline is empty: no evidence of events was loaded.", facet="event_type"),)


SECTION = Section(40, "timeline", "Timeline", build)
