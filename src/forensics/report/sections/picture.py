"""The picture of each incident."""

from __future__ import annotations

from forensics.report.blocks import Block, Heading, IncidentChart, Note, Section, Strips, titled, view
from forensics.report.document import Document
from forensics.report.words import number

COLUMNS = {
    "kind": "Kind", "scope": "What was hit", "started_at": "From (UTC)", "ended_at": "To (UTC)", "severity": "Severity",
    "requests": "Requests", "failed_requests": "Failed", "affected_accounts": "Accounts that met a failure", "verdict": "Verdict",
    "likelihood": "Likelihood", "id": "Id",
}  # fmt: skip

LIVE = 3
"""Charts that zoom and tell values; further ones are static, for the weight of the page."""


def build(document: Document) -> tuple[Block, ...]:
    """Return one chart for each incident; where there is none, there is no such section."""
    charts: list[Block] = []
    titles = {row["incident_id"]: titled(row) for row in document.rows("incidents")}
    basis = {row["incident_id"]: row.get("basis") for row in document.rows("incidents")}  # absent from documents of earlier versions
    begun = {picture.incident_id: picture for picture in document.onsets}
    for nth, picture in enumerate(document.pictures):
        charts.append(Heading(titles[picture.incident_id]))
        onset = begun.get(picture.incident_id)
        if onset:
            charts.append(IncidentChart(onset, live=nth < LIVE, whole=picture))
        charts.append(IncidentChart(picture, live=nth < LIVE, begun=onset))
        charts.extend(_rests(basis.get(picture.incident_id)))
    return (*charts, *_others(document, titles), *_all(document))


def _rests(basis: str | None) -> tuple[Block, ...]:
    """Say on what a finding rests, what it cannot show, and what a silence was read as."""
    return (Note(f"On what this rests: {basis}"),) if basis else ()


def _others(document: Document, titles: dict[str, str]) -> tuple[Block, ...]:
    """Return the incidents that have no picture of their own in small, and say how many there are."""
    total, drawn, small = document.tables["incidents"].total, len(document.pictures), len(document.strips)
    if drawn == total:
        return ()
    beyond = "" if drawn + small == total else f"; the table of all incidents has the other {number(total - drawn - small)}"
    said = (
        f"{number(drawn)} of {number(total)} incidents, the most severe ones, have a picture above, "
        f"{number(small)} are drawn small{beyond}. "
        "“forensics report ID” draws any of them in full."
    )
    items = tuple((titles[strip.incident_id], strip) for strip in document.strips)
    return (Heading("Further incidents"), Note(said), *((Strips(items),) if items else ()))


def _all(document: Document) -> tuple[Block, ...]:
    """Return the table of all incidents, where there are several."""
    rows = [{**row, "id": row["incident_id"]} for row in document.rows("incidents")]
    if len(rows) < 2:
        return ()
    total = document.tables["incidents"].total
    return (view(document, "incidents", COLUMNS, rows=rows, total=total, empty="", caption="all incidents", facet="kind"),)


SECTION = Section(30, "picture", "The picture", build)
