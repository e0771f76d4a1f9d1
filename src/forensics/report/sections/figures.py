"""Key figures: of the worst incident, and of what was examined."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from forensics.incidents.times import milliseconds
from forensics.report.blocks import Block, Figure, Figures, Note, Section
from forensics.report.document import Document
from forensics.report.sections.participants import blamed
from forensics.report.sections.taken import WITHOUT_ACCOUNT, collected
from forensics.report.words import active, lasting, likely, number, share, size, span
from forensics.text import counted


def build(document: Document) -> tuple[Block, ...]:
    """Return the figures."""
    overview = document.rows("overview")[0]
    incidents = document.rows("incidents")
    items = [figure for incident in incidents[:1] for figure in _of_incident(document, incident)]
    if not items and overview.get("answered"):  # absent from documents of earlier versions
        items.append(Figure("failed requests", number(overview["failed"]), f"of {number(overview['answered'])}", "overview"))
    items += [
        Figure("requests examined", number(overview["events"]), f"in {counted(overview['logs'], 'log')}", "overview"),
        Figure("accounts known", number(overview["accounts"]), counted(overview["payments"], "payment"), "overview"),
    ]
    if len(incidents) < 2:
        return (Figures(tuple(items)),)
    return Figures(tuple(items)), Note(
        "Requests examined and accounts known are of all evidence, the others of the gravest of "
        f"{len(incidents)} incidents and those who took part in it."
    )


INSIDE = timedelta(minutes=2)
"""How near to the first line of all logs an incident begins that may have begun before it."""


def begins_unseen(document: Document, incident: dict[str, Any]) -> bool:
    """Whether the logs begin inside an incident: how long it had lasted by then is not seen."""
    first = document.rows("overview")[0].get("first_at")  # absent from documents of earlier versions
    if first is None or incident["kind"] in LOADS:
        return False
    return datetime.fromisoformat(str(incident["started_at"])) - datetime.fromisoformat(str(first)) < INSIDE


def slowness(incident: dict[str, Any]) -> str:
    """Return how slow a slow service was, and is usually, as a part of a sentence; nothing of other incidents."""
    told = _slow(incident)
    return f", in about {told[0].value} ({told[0].detail})" if told else ""


LOADS = frozenset({"surge", "collection"})
"""Kinds of incident whose load is counted while they last."""


def _slow(incident: dict[str, Any]) -> list[Figure]:
    took = incident.get("latency_ms")  # absent from documents of earlier versions
    if incident["kind"] != "latency" or took is None:
        return []
    return [Figure("time to answer", milliseconds(took), f"usually {milliseconds(incident['latency_usual_ms'])}", "incidents")]


def _of_incident(document: Document, incident: dict[str, Any]) -> list[Figure]:
    start, least = incident["started_at"], "at least " if begins_unseen(document, incident) else ""
    paused = "" if (seconds := active(incident)) is None else f"with pauses, {lasting(seconds)} of it; "
    items = [
        Figure(
            "duration", f"{least}{span(start, incident['ended_at'])}", f"{paused}severity {incident['severity'] or 'unknown'}", "incidents"
        ),
        Figure("time to mitigate", f"{least}{span(start, incident['mitigated_at'])}", "as the logs show it", "incidents"),
        *_slow(incident),
        Figure("failed requests", number(incident["failed_requests"]), f"of {number(incident['requests'])}", "incidents"),
    ]
    if document.rows("overview")[0]["accounts"]:
        known = incident["affected_paying_accounts"]
        paying = "who of them pays is not known" if known is None else f"{number(known)} paying"
        hurt = number(incident["affected_accounts"])
        if not incident["affected_accounts"] and incident["failed_requests"]:  # that none is named is no sign that none was hurt
            hurt, paying = "not known", "no failed request names an account"
        items.append(Figure("accounts that met a failure", hurt, paying, "incidents"))
    found = blamed(document, incident)
    if found:
        nameless = any(row["subject_type"] in WITHOUT_ACCOUNT for row in found.subjects)
        several = f"{len(found.subjects)} {'sources' if nameless else 'actors'} together, " if len(found.subjects) > 1 else ""
        items.append(
            Figure("share of the excess load", share(found.share), several + likely(found.likelihood), "attributions", accent=True)
        )
    if found and found.accounts:
        took_part = number(len({row["account_id"] for row in found.accounts}))
        linked = found.uninvolved + len(found.risen)
        unseen = f"; {number(found.unseen)} linked, in no log" if found.unseen else ""
        beside = f"{number(linked)} linked, uninvolved{unseen}" + (f"; {number(len(found.known))} ruled known" if found.known else "")
        items.append(Figure("accounts that took part", took_part, beside, "participants", accent=True))
    taken = next(iter(collected(document, incident["incident_id"])), None)
    if taken:
        what, count, weight = "objects served to them", taken.objects, taken.bytes
        if not count and taken.more is not None:
            what, (_, count, weight) = "answers served to them", taken.more
        items.append(Figure(what, number(count), size(weight), taken.query, accent=True))
    return items


SECTION = Section(20, "figures", "Key figures", build)
