"""The picture of each incident."""

from __future__ import annotations

from forensics.report.blocks import Block, Chart, Note, Section
from forensics.report.document import Document


def build(document: Document) -> tuple[Block, ...]:
    """Return one chart for each incident."""
    charts = tuple(Chart(picture) for picture in document.pictures)
    return charts or (Note("There is no incident to draw."),)


SECTION = Section(30, "picture", "The picture", build)
