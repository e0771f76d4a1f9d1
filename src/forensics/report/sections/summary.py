"""What happened, in at most five sentences for each incident."""

from __future__ import annotations

from typing import Any

from forensics.report.blocks import Block, Note, Section, Sentence, Sentences
from forensics.report.document import Document
from forensics.report.words import clock, number, share, size, span


def build(document: Document) -> tuple[Block, ...]:
    """Return the sentences of each incident."""
    incidents = document.rows("incidents")
    if not incidents:
        return (Note("No incident was found in the evidence. What was examined, and what was not, is listed below."),)
    return tuple(Sentences(tuple(_sentences(document, incident)), numbered=True) for incident in incidents)


def _sentences(document: Document, incident: dict[str, Any]) -> list[Sentence]:
    found = [_what(document, incident)]
    for step in (_whom, _who, _taken, _else):
        sentence = step(document, incident)
        if sentence is not None:
            found.append(sentence)
    return found


def _what(document: Document, incident: dict[str, Any]) -> Sentence:
    ended = incident["ended_at"]
    until = f"until {clock(ended)} UTC ({span(incident['started_at'], ended)})" if ended else "and had not ended when the logs end"
    text = incident["summary"] or f"An incident of the kind {incident['kind']} hit {incident['scope']}."
    first = next((row for row in document.tables["timeline"].of(incident["incident_id"]) if row["event_type"] == "impact starts"), {})
    return Sentence(
        f"{text} It lasted from {clock(incident['started_at'])} UTC {until}.",
        evidence_id=first.get("evidence_id"),
        line=first.get("line"),
        query="incidents",
    )


def _whom(document: Document, incident: dict[str, Any]) -> Sentence | None:
    if incident["failed_requests"] is None:
        return None
    paying = incident["affected_paying_accounts"]
    among = f", {number(paying)} of them paying" if paying is not None else ""
    return Sentence(
        f"{number(incident['failed_requests'])} of {number(incident['requests'])} requests failed; "
        f"{number(incident['affected_accounts'])} accounts met a failure{among}.",
        query="incidents",
    )


def _who(document: Document, incident: dict[str, Any]) -> Sentence | None:
    rows = document.tables["attributions"].of(incident["incident_id"])
    if incident["verdict"] not in ("attributed", "several actors") or not rows:
        return Sentence(
            f"No actor is blamed: the verdict is “{incident['verdict']}”.",
            observed=False,
            likelihood=incident["likelihood"],
            query="attributions",
        )
    first = rows[0]
    labels = {row["actor_id"]: row["label"] for row in document.rows("actors")}
    accounts = [row for row in document.tables["participants"].of(incident["incident_id"]) if row["role"] == "participant"]
    name = labels.get(first["actor_id"]) or first["subject_id"]
    return Sentence(
        f"{share(first['load_share'])} of the load above the usual came from {name}: {number(len(accounts))} accounts took part.",
        observed=False,
        likelihood=first["likelihood"],
        query="attributions",
    )


def _taken(document: Document, incident: dict[str, Any]) -> Sentence | None:
    accounts = {row["account_id"] for row in document.tables["participants"].of(incident["incident_id"]) if row["role"] == "participant"}
    rows = [row for row in document.rows("taken") if row["account_id"] in accounts]
    if not rows:
        return None
    first = rows[0]
    objects, pairs = sum(row["objects"] or 0 for row in rows), sum(row["pairs"] or 0 for row in rows)
    return Sentence(
        f"They were served {number(objects)} objects ({number(pairs)} complete pairs, {size(sum(row['bytes'] or 0 for row in rows))}).",
        evidence_id=first["evidence_id"],
        line=first["line"],
        query="taken",
    )


def _else(document: Document, incident: dict[str, Any]) -> Sentence | None:
    rows = document.tables["rivals"].of(incident["incident_id"])
    if len(rows) < 2:
        return None
    second = rows[1]
    return Sentence(
        f"The strongest other explanation is “{second['explanation']}”.", observed=False, likelihood=second["likelihood"], query="rivals"
    )


SECTION = Section(10, "summary", "What happened", build)
