"""Rival explanations with the evidence for and against each."""

from __future__ import annotations

from typing import Any

from forensics.report.blocks import Argument, Arguments, Block, Heading, Note, Section, by_incident
from forensics.report.document import Document


def build(document: Document) -> tuple[Block, ...]:
    """Return the explanations of each incident; where there is none, there is no such section."""
    found = by_incident(document, "rivals")
    blocks: list[Block] = []
    for title, rows in found[:DRAWN]:
        blocks.append(Heading(title or "Explanations weighed"))
        blocks.append(Arguments(tuple(_argument(row) for row in rows if row["explanation"] not in QUESTIONS)))
        asked = tuple(_argument(row) for row in rows if row["explanation"] in QUESTIONS)
        blocks += [Note(ASKED), Arguments(asked)] if asked else []
        blocks += [Note(ONE_HAND)] if any(argument.title == ONE_OPERATOR for argument in asked) else []
    if len(found) > DRAWN:
        blocks.append(Note(f"The explanations of {len(found) - DRAWN} further incidents are in rivals.csv."))
    return tuple(blocks)


ONE_OPERATOR = "one operator"
QUESTIONS = frozenset({ONE_OPERATOR, "it would have failed anyway", "accounts taken over"})
"""What is weighed beside the explanations and is no rival of theirs."""

RESTS_ON = {
    "attributed": ("one actor", "crawler", "several actors", "password guessing"),
    "several actors": ("several actors", "one actor", "crawler", "password guessing"),
}
"""Verdict -> the explanations that it can rest on; it rests on the likeliest of them (any, where nobody is blamed)."""


NAMES_SOMEBODY = frozenset({"one actor", "several actors", "crawler"})
"""Explanations that a verdict which blames nobody does not rest on."""
EVEN = 0.45


def explained_by(document: Document, incident: dict[str, Any]) -> dict[str, Any] | None:
    """Return the explanation that an incident's verdict rests on; None where it rests on none."""
    if incident["verdict"] == "inconclusive":
        return None
    allowed = RESTS_ON.get(incident["verdict"])
    rows = explanations(document, incident)
    if allowed is not None:
        return next((row for row in rows if row["explanation"] in allowed), None)
    least = EVEN if incident["verdict"] == "not an outage" else 0.0  # that nothing failed is no explanation of it
    return next((row for row in rows if row["explanation"] not in NAMES_SOMEBODY and row["likelihood"] >= least), None)


def explanations(document: Document, incident: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the explanations of an incident, the likeliest first, without the questions weighed beside them."""
    return [row for row in document.tables["rivals"].of(incident["incident_id"]) if row["explanation"] not in QUESTIONS]


def strangers(document: Document, incident: dict[str, Any]) -> dict[str, Any] | None:
    """Return the explanation that the accounts that took part were taken over, where that is likely."""
    rows = document.tables["rivals"].of(incident["incident_id"])
    return next((row for row in rows if row["explanation"] == "accounts taken over" and row["likelihood"] >= LIKELY), None)


LIKELY = 0.55
"""As likely as somebody must be to be named: so likely a victim is told of, too."""
ASKED = "Also weighed, whatever the explanation:"
ONE_HAND = (
    f"“{ONE_OPERATOR}” is about that time: whether one hand worked the accounts that took part, by how alike they worked then. "
    "It links nobody. Accounts are linked by what they share at any time (“Actors”, and “forensics explain”): "
    "either may be likely without the other."
)

DRAWN = 6
"""Incidents whose explanations are shown."""


def _argument(row: dict[str, Any]) -> Argument:
    supporting, opposing, wanted = (tuple(row[key] or ()) for key in ("evidence_for", "evidence_against", "evidence_wanted"))
    return Argument(row["explanation"], row["likelihood"], supporting, opposing, wanted)


SECTION = Section(80, "rivals", "Rival explanations", build)
