"""What new evidence changed since an earlier report; absent when there is none to compare with."""

from __future__ import annotations

from forensics.report.blocks import Block, Section, Sentence, Sentences
from forensics.report.document import Document


def build(document: Document) -> tuple[Block, ...]:
    """Return the changes, or nothing."""
    return (Sentences(tuple(Sentence(text) for text in document.changes)),) if document.changes else ()


SECTION = Section(15, "changes", "What has changed since the earlier report", build)
