"""The picture of each incident."""

from __future__ import annotations

from forensics.report.blocks import Block, Heading, IncidentChart, Note, Section, titled
from forensics.report.document import Document
from forensics.report.words import number

LIVE = 3
"""Charts that zoom and tell values; further ones are static, for the weight of the page."""


def build(document: Document) -> tuple[Block, ...]:
    """Return one chart for each incident."""
    charts: list[Block] = []
    for row in document.rows("incidents"):
        for picture in (p for p in document.pictures if p.incident_id == row["incident_id"]):
            charts += [
                Heading(titled(row)),
                IncidentChart(picture, live=len(charts) < 2 * LIVE),
            ]
    total = document.tables["incidents"].total
    if len(charts) // 2 < total:
        charts.append(Note(f"{number(len(charts) // 2)} of {number(total)} incidents are drawn, the most severe ones."))
    return tuple(charts) or (Note("There is no incident to draw."),)


SECTION = Section(30, "picture", "The picture", build)
