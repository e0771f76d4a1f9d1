"""Key figures."""

from __future__ import annotations

from forensics.report.blocks import Block, Figure, Figures, Section
from forensics.report.document import Document
from forensics.report.words import number, span


def build(document: Document) -> tuple[Block, ...]:
    """Return the figures of the first incident and of what was examined."""
    overview = document.rows("overview")[0]
    items = [
        Figure("requests examined", number(overview["events"]), f"in {number(overview['logs'])} logs", "overview"),
        Figure("accounts known", number(overview["accounts"]), "", "overview"),
    ]
    for incident in document.rows("incidents")[:1]:
        items[:0] = [
            Figure("duration", span(incident["started_at"], incident["ended_at"]), incident["severity"] or "", "incidents"),
            Figure("failed requests", number(incident["failed_requests"]), f"of {number(incident['requests'])}", "incidents"),
            Figure("accounts hit", number(incident["affected_accounts"]), "met a failure", "incidents"),
        ]
    return (Figures(tuple(items)),)


SECTION = Section(20, "figures", "Key figures", build)
