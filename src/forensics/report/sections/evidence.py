"""The evidence with its hashes, the program, the options."""

from __future__ import annotations

from forensics.report.blocks import Block, Section, Terms, view
from forensics.report.document import Document

COLUMNS = {
    "path": "File",
    "kind": "Kind",
    "format": "Format",
    "host": "Host",
    "tier": "Tier",
    "lines": "Lines",
    "events": "Requests",
    "rejected": "Rejected",
    "skipped": "Skipped",
    "duplicates": "Duplicates",
    "first_at": "First",
    "last_at": "Last",
    "time_zone": "Zone",
    "size_bytes": "Bytes",
    "evidence_id": "Evidence",
    "sha256": "SHA-256",
}


def build(document: Document) -> tuple[Block, ...]:
    """Return the evidence and what the analysis was made with."""
    made = (
        ("Analysis", document.analysis_id),
        ("Program", f"{document.program}, contract {document.contract}, document schema {document.schema_version}"),
        *((f"Option {row['key']}", str(row["value"])) for row in document.rows("options")),
    )
    return (Terms(made), view(document, "evidence", COLUMNS, empty="No evidence is loaded."))


SECTION = Section(110, "evidence", "Evidence", build)
