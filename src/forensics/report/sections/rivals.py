"""Rival explanations with the evidence for and against each."""

from __future__ import annotations

from typing import Any

from forensics.report.blocks import Argument, Arguments, Block, Heading, Note, Section, by_incident
from forensics.report.document import Document


def build(document: Document) -> tuple[Block, ...]:
    """Return the explanations of each incident."""
    found = by_incident(document, "rivals")
    if not found:
        return (Note("No explanation was weighed: there is no incident."),)
    blocks: list[Block] = []
    for title, rows in found[:DRAWN]:
        blocks += [Heading(title)] if title else []
        blocks.append(Arguments(tuple(_argument(row) for row in rows if row["explanation"] not in QUESTIONS)))
        asked = tuple(_argument(row) for row in rows if row["explanation"] in QUESTIONS)
        blocks += [Note(ASKED), Arguments(asked)] if asked else []
    if len(found) > DRAWN:
        blocks.append(Note(f"The explanations of {len(found) - DRAWN} further incidents are in rivals.csv."))
    return tuple(blocks)


QUESTIONS = frozenset({"one operator", "it would have failed anyway"})
"""What is weighed beside the explanations and is no rival of theirs."""

ASKED = "Also weighed, whatever the explanation:"

DRAWN = 6
"""Incidents whose explanations are shown."""


def _argument(row: dict[str, Any]) -> Argument:
    supporting, opposing, wanted = (tuple(row[key] or ()) for key in ("evidence_for", "evidence_against", "evidence_wanted"))
    return Argument(row["explanation"], row["likelihood"], supporting, opposing, wanted)


SECTION = Section(80, "rivals", "Rival explanations", build)
