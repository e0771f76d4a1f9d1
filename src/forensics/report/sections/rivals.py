"""Rival explanations with the evidence for and against each."""

from __future__ import annotations

from forensics.report.blocks import Argument, Arguments, Block, Note, Section
from forensics.report.document import Document


def build(document: Document) -> tuple[Block, ...]:
    """Return the explanations of each incident."""
    rows = document.rows("rivals")
    if not rows:
        return (Note("No explanation was weighed: there is no incident."),)
    items = (
        Argument(
            row["explanation"],
            row["likelihood"],
            *(tuple(row[key] or ()) for key in ("evidence_for", "evidence_against", "evidence_wanted")),
        )
        for row in rows
    )
    return (Arguments(tuple(items)),)


SECTION = Section(80, "rivals", "Rival explanations", build)
