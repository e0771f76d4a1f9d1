"""What was collected."""

from __future__ import annotations

from forensics.report.blocks import Block, Section, view
from forensics.report.document import Document

COLUMNS = {
    "account_id": "Account",
    "object_kind": "Kind",
    "objects": "Objects",
    "pairs": "Pairs",
    "requests": "Asked for",
    "served": "Served",
    "bytes": "Bytes",
    "first_at": "First",
    "last_at": "Last",
    "actor_id": "Actor",
    "source": "Evidence",
}


def build(document: Document) -> tuple[Block, ...]:
    """Return what was taken."""
    return (view(document, "taken", COLUMNS, empty="No collection was counted."),)


SECTION = Section(70, "taken", "What was taken", build)
