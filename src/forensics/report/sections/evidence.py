"""The evidence with its hashes, the program, the options."""

from __future__ import annotations

from forensics.report.blocks import Block, Note, Section, Terms, view
from forensics.report.document import Document

FILES = {
    "path": "File",
    "kind": "Kind",
    "format": "Format",
    "host": "Host",
    "tier": "Tier",
    "time_zone": "Zone",
    "lines": "Lines",
    "events": "Events",
    "rejected": "Rejected",
    "skipped": "Skipped",
    "duplicates": "Duplicates",
    "first_at": "First (UTC)",
    "last_at": "Last (UTC)",
}
REFUSED = {"path": "File", "reason": "Reason"}
HASHES = {"evidence_id": "Evidence", "path": "File", "size_bytes": "Size", "sha256": "SHA-256"}


def build(document: Document) -> tuple[Block, ...]:
    """Return the evidence and what the analysis was made with."""
    made = (
        ("Analysis", document.analysis_id),
        ("Program", f"{document.program}, contract {document.contract}, document schema {document.schema_version}"),
        *((f"Option {row['key']}", str(row["value"])) for row in document.rows("options")),
    )
    return (
        Terms(made),
        view(document, "evidence", FILES, empty="No evidence is loaded.", facet="kind"),
        *((view(document, "refused_files", REFUSED, empty=""),) if document.rows("refused_files") else ()),
        view(document, "evidence", HASHES, empty="", caption="hashes of the evidence", anchors=True)
        if document.rows("evidence")
        else Note(NOTHING),
    )


NOTHING = "There is nothing to hash."


SECTION = Section(110, "evidence", "Evidence", build)
