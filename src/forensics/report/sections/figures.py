"""Key figures: of the worst incident, and of what was examined."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median
from typing import Any

from forensics.report.blocks import Block, Figure, Figures, Section
from forensics.report.document import Document
from forensics.report.sections.participants import blamed
from forensics.report.sections.taken import collected
from forensics.report.words import active, duration, lasting, likely, number, share, size, span
from forensics.text import counted


def build(document: Document) -> tuple[Block, ...]:
    """Return the figures."""
    overview = document.rows("overview")[0]
    items = [figure for incident in document.rows("incidents")[:1] for figure in _of_incident(document, incident)]
    if not items and overview.get("answered"):  # absent from documents of earlier versions
        items.append(Figure("failed requests", number(overview["failed"]), f"of {number(overview['answered'])}", "overview"))
    items += [
        Figure("requests examined", number(overview["events"]), f"in {counted(overview['logs'], 'log')}", "overview"),
        Figure("accounts known", number(overview["accounts"]), counted(overview["payments"], "payment"), "overview"),
    ]
    return (Figures(tuple(items)),)


INSIDE = timedelta(minutes=2)
"""How near to the first line of all logs an incident begins that may have begun before it."""


def begins_unseen(document: Document, incident: dict[str, Any]) -> bool:
    """Whether the logs begin inside an incident: how long it had lasted by then is not seen."""
    first = document.rows("overview")[0].get("first_at")  # absent from documents of earlier versions
    if first is None or incident["kind"] in LOADS:
        return False
    return datetime.fromisoformat(str(incident["started_at"])) - datetime.fromisoformat(str(first)) < INSIDE


def _times(document: Document, incident: dict[str, Any]) -> tuple[list[float], list[float]]:
    """Return the mean times to answer before an incident and within it, in milliseconds, one for each point of its picture."""
    picture = next((picture for picture in document.pictures if picture.incident_id == incident["incident_id"]), None)
    if picture is None or incident["kind"] != "latency":
        return [], []
    timed = [(at, value) for at, value in zip(picture.times, picture.latency_ms, strict=True) if value is not None]
    start, end = incident["started_at"], incident["ended_at"] or "9"
    return [value for at, value in timed if at < start], [value for at, value in timed if start <= at <= end]


def slowness(document: Document, incident: dict[str, Any]) -> str:
    """Return how slow a slow service was, and is usually, as a part of a sentence; nothing of other incidents."""
    before, within = _times(document, incident)
    if not within:
        return ""
    usual = f", {duration(median(before))} before" if before else ""
    return f", in about {duration(median(within))} (at worst {duration(max(within))}{usual})"


LOADS = frozenset({"surge", "collection"})
"""Kinds of incident whose load is counted while they last."""


def _slow(document: Document, incident: dict[str, Any]) -> list[Figure]:
    before, within = _times(document, incident)
    usual = f", {duration(median(before))} before" if before else ""
    return [Figure("time to answer", duration(median(within)), f"{duration(max(within))} at worst{usual}", "minutes")] if within else []


def _of_incident(document: Document, incident: dict[str, Any]) -> list[Figure]:
    start, least = incident["started_at"], "at least " if begins_unseen(document, incident) else ""
    paused = "" if (seconds := active(incident)) is None else f"with pauses, {lasting(seconds)} of it; "
    items = [
        Figure(
            "duration", f"{least}{span(start, incident['ended_at'])}", f"{paused}severity {incident['severity'] or 'unknown'}", "incidents"
        ),
        Figure("time to mitigate", f"{least}{span(start, incident['mitigated_at'])}", "as the logs show it", "incidents"),
        *_slow(document, incident),
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
        several = f"{len(found.subjects)} actors together, " if len(found.subjects) > 1 else ""
        items.append(
            Figure("share of the excess load", share(found.share), several + likely(found.likelihood), "attributions", accent=True)
        )
    if found and found.accounts:
        took_part = number(len({row["account_id"] for row in found.accounts}))
        linked = found.uninvolved + len(found.risen)
        unseen = f"; {number(found.unseen)} linked, in no log" if found.unseen else ""
        beside = f"{number(linked)} linked, uninvolved{unseen}" + (f"; {number(len(found.known))} ruled known" if found.known else "")
        items.append(Figure("accounts that took part", took_part, beside, "participants", accent=True))
    taken = collected(document, incident["incident_id"])
    if taken:
        what, count, weight = "objects served to them", taken.objects, taken.bytes
        if not count and taken.more is not None:
            what, (_, count, weight) = "answers served to them", taken.more
        items.append(Figure(what, number(count), size(weight), taken.query, accent=True))
    return items


SECTION = Section(20, "figures", "Key figures", build)
