"""What new evidence changed since an earlier report; absent when there is none to compare with."""

from __future__ import annotations

from forensics.report.blocks import Block, Note, Section, Sentence, Sentences
from forensics.report.document import Document
from forensics.report.words import number


def build(document: Document) -> tuple[Block, ...]:
    """Return the changes, or nothing."""
    told = Sentences(tuple(Sentence(text) for text in document.changes[:SHOWN]))
    beyond = f"The first {SHOWN} of {number(len(document.changes))} changes are shown; changes.csv has them all."
    cut = (Note(beyond),) if len(document.changes) > SHOWN else ()
    return (told, *cut) if document.changes else ()


SHOWN = 200


SECTION = Section(15, "changes", "What has changed since the earlier report", build)
