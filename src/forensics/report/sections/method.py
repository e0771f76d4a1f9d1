"""Method, assumptions, data quality, and what was not examined."""

from __future__ import annotations

from forensics.report.blocks import Block, Coverage, Note, Section, Sentence, Sentences, view
from forensics.report.document import Document
from forensics.report.words import clock, number

REJECTS = {"evidence_id": "Evidence", "reason": "Reason", "lines": "Lines", "first_line": "First line"}


def build(document: Document) -> tuple[Block, ...]:
    """Return how it was done and what it rests on."""
    overview = document.rows("overview")[0]
    assumed = [Sentence(f"{row['path']}: {text}") for row in document.rows("evidence") for text in row["assumptions"] or ()]
    accounting = (
        f"{number(overview['lines'])} lines were read: {number(overview['events'])} requests, {number(overview['rejected'])} rejected, "
        f"{number(overview['skipped'])} skipped, {number(overview['duplicates'])} duplicates."
    )
    window = f"The logs run from {clock(overview['first_at'])} to {clock(overview['last_at'])} UTC; nothing outside was examined."
    return (
        Sentences((Sentence(accounting, query="overview"), Sentence(window, query="overview"), *assumed)),
        Coverage(),
        view(document, "rejects", REJECTS, empty="No line was rejected."),
        Note("Logs show requests, not people: who sat at a keyboard, who ordered it and why cannot be read from them, and is not claimed."),
    )


SECTION = Section(100, "method", "Method, assumptions, data quality", build)
