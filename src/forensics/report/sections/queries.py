"""The statements behind the numbers: each can be run again in the case."""

from __future__ import annotations

from forensics.report.blocks import Block, Note, Queries, Section
from forensics.report.document import Document


def build(document: Document) -> tuple[Block, ...]:
    """Return every statement that a table or a picture was read with."""
    return (Note(EXPLAINED), Queries())


EXPLAINED = (
    "Each number of this page comes out of one of these statements; “forensics sql” runs them in the case. Below each stand the "
    "statements that made the rows it reads and, where there is one, a statement that counts them again from the requests themselves."
)


SECTION = Section(115, "queries", "The queries behind the numbers", build)
