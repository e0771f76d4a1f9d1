"""The ordered story."""

from __future__ import annotations

from typing import Any

from forensics.report import telling
from forensics.report.blocks import Block, Section, view
from forensics.report.document import Document
from forensics.report.words import likely

COLUMNS = {
    "occurred_at": "Time (UTC)",
    "event_type": "Type",
    "message": "What",
    "who": "Who",
    "certainty": "Certainty",
    "rows": "Rows",
    "source": "Evidence",
}


def build(document: Document) -> tuple[Block, ...]:
    """Return the timeline."""
    several = document.tables["incidents"].total > 1
    columns = {**COLUMNS, "incident_id": "Incident"} if several else COLUMNS
    labels = {row["actor_id"]: row["label"] or row["actor_id"] for row in document.rows("actors")}
    rows = [
        {**row, "who": row["account_id"] or labels.get(row["actor_id"]), "certainty": _certainty(row)} for row in document.rows("timeline")
    ]
    empty = "The timeline is empty: no evidence of events was loaded."
    total = document.tables["timeline"].total
    told = telling.ranks(document)
    return (view(document, "timeline", columns, rows=rows, total=total, empty=empty, facet="event_type", ranks=told, paper=PAPER),)


PAPER = 120
"""Rows that are printed: the story is what is read on paper."""


def _certainty(row: dict[str, Any]) -> str:
    """Tell what stands in the evidence from what was concluded from it."""
    return "observed" if row["observed"] else "inferred" if row["likelihood"] is None else f"inferred: {likely(row['likelihood'])}"


SECTION = Section(40, "timeline", "Timeline", build)
