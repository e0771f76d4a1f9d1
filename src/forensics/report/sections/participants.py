"""Who took part, and who is linked but did not."""

from __future__ import annotations

from forensics.report.blocks import Block, Section, view
from forensics.report.document import Document

COLUMNS = {
    "account_id": "Account",
    "role": "Role",
    "requests": "Requests",
    "load_share": "Share of load",
    "first_at": "First",
    "last_at": "Last",
    "actor_id": "Actor",
    "source": "Evidence",
}


def build(document: Document) -> tuple[Block, ...]:
    """Return the participants and the uninvolved."""
    return (view(document, "participants", COLUMNS, empty="No account is named: no load was attributed to an actor."),)


SECTION = Section(60, "participants", "Participants and the uninvolved", build)
