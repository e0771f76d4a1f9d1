"""Method, assumptions, data quality, and what was not examined."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from forensics.report.blocks import Block, Coverage, Heading, Note, Section, Sentence, Sentences, view
from forensics.report.document import Document
from forensics.report.words import clock, number
from forensics.text import counted

REJECTS = {"file": "File", "reason": "Reason", "lines": "Lines", "first_line": "First line"}


def build(document: Document) -> tuple[Block, ...]:
    """Return how it was done, what it rests on, and what was not examined."""
    assumed = _assumed(document)
    return (
        Note(METHOD),
        Heading("What was read"),
        Sentences(tuple(_read(document))),
        Coverage(),
        view(document, "rejects", REJECTS, rows=_rejects(document), total=document.tables["rejects"].total, empty="No line was rejected."),
        Heading("Assumptions"),
        Sentences(tuple(assumed[:ASSUMPTIONS])) if assumed else Note("None was needed."),
        *((Note(f"{len(assumed) - ASSUMPTIONS} more are listed in evidence.csv."),) if len(assumed) > ASSUMPTIONS else ()),
        *_ruled(document),
        Heading("What was not examined"),
        Sentences(tuple(_left_out(document))),
    )


def _ruled(document: Document) -> tuple[Block, ...]:
    """Return what people decided, which is obeyed."""
    if "rulings" not in document.tables or not document.rows("rulings"):  # absent from documents of earlier versions
        return ()
    return (Heading("Rulings"), Note(RULED), view(document, "rulings", RULINGS, caption="what people ruled", empty=""))


def _assumed(document: Document) -> list[Sentence]:
    """Return each assumption, once with the number of files where it was made of many (an hourly log has it of every hour)."""
    files: dict[str, list[str]] = {}
    for row in document.rows("evidence"):
        for text in row["assumptions"] or ():
            files.setdefault(text, []).append(row["path"])
    told = []
    for text, paths in files.items():
        many = len(paths) > ALIKE
        told += [Sentence(f"{path}{f' and {len(paths) - 1} more' if many else ''}: {text}") for path in (paths[:1] if many else paths)]
    return told


def _rejects(document: Document) -> list[dict[str, Any]]:
    """Return the reasons of refusal with the name of the file."""
    files = {row["evidence_id"]: row["path"] for row in document.rows("evidence")}
    return [{**row, "file": files.get(row["evidence_id"]) or row["evidence_id"]} for row in document.rows("rejects")]


METHOD = (
    "Requests are counted by minute and compared with what is usual for the time of day. Where they depart from it, the program asks "
    "whose load rose with the departure, compares the answer with quiet hours of other days, and weighs other explanations. Accounts are "
    "linked by what they share, each link weighed by how rare it is in this case. Every number leads to the query that made it; "
    "“forensics sql” runs it again."
)
RULINGS = {
    "ruling": "No.", "verdict": "Ruled", "account_id": "Account", "network": "Address", "identifier_value": "Identifier", "other": "With",
    "why": "Why",
}  # fmt: skip
RULED = "People decided this, and the program obeyed: it is no finding. Who or what is known is told, and not blamed."
ASSUMPTIONS, ALIKE = 40, 3
"""Assumptions that are told, and files of which one is made above which it is told once."""
NO_LINES, HOLES = "no log lines", 8
"""The type of a hole in the log of a host in the story (``timeline/sources/gaps.sql``), and how many of them are told (of clocks, too)."""


def _read(document: Document) -> Iterator[Sentence]:
    overview = document.rows("overview")[0]
    yield Sentence(
        f"{number(overview['lines'])} lines of logs were read: {number(overview['events'])} events, "
        f"{number(overview['rejected'])} rejected, {number(overview['skipped'])} skipped, {number(overview['duplicates'])} duplicates.",
        query="overview",
    )
    logs = [row for row in document.rows("evidence") if row["kind"] == "log"]
    uncounted = [row for row in logs if row["counted"] is False]
    if uncounted:
        why = next((row["tier_why"] for row in uncounted if row["tier_why"]), "")
        yield Sentence(
            f"{number(sum(row['events'] or 0 for row in uncounted))} events of {counted(len(uncounted), 'file')} are left out of every "
            f"rate, so that no request counts twice{' (' + why.removeprefix('not counted: ') + ')' if why else ''}.",
            query="evidence",
        )
    moved = {row["host"] or row["path"]: row["clock_offset_seconds"] for row in logs if row["clock_offset_seconds"]}
    for host, seconds in list(moved.items())[:HOLES]:
        text = f"Times of {host} are moved by {seconds:+,.0f} s, as its clock is taken to differ from the others' (“forensics status”)."
        yield Sentence(text, query="evidence")
    ambiguous = document.tables["ambiguous_keys"].total
    if ambiguous:
        yield Sentence(
            f"{counted(ambiguous, 'name')} of more than one account, or of nearly all who ask, which therefore join none.",
            query="ambiguous_keys",
        )
    unjoined = (overview.get("unjoined_payments"), overview.get("unjoined_users"))  # absent from documents of earlier versions
    if unjoined[0]:
        of = counted(overview["payments"], "payment")
        yield Sentence(f"{number(unjoined[0])} of {of} could be joined to no account, and count for none.", query="overview")
    if unjoined[1]:
        names = counted(unjoined[1], "user name")
        text = f"{names} of the logs could be joined to no account of the exports; each is taken for an account of its own."
        yield Sentence(text, query="overview")


def _left_out(document: Document) -> Iterator[Sentence]:
    overview = document.rows("overview")[0]
    window = f"{clock(overview['first_at'])} to {clock(overview['last_at'])} UTC"
    yield Sentence(f"What happened outside the logs' window, {window}.", query="overview")
    story = document.tables.get("timeline")
    holes = [row for row in (story.records() if story is not None else ()) if row["event_type"] == NO_LINES]
    for row in holes[:HOLES]:
        yield Sentence(row["message"], evidence_id=row["evidence_id"], line=row["line"], query="timeline")
    if len(holes) > HOLES:
        yield Sentence(f"{counted(len(holes) - HOLES, 'more hole')} in the logs: timeline.csv has them.", query="timeline")
    if overview["rejected"]:
        yield Sentence(f"{counted(overview['rejected'], 'line')} that could not be read.", query="rejects")
    if document.pictures and not any(value is not None for picture in document.pictures for value in picture.latency_ms):
        yield Sentence("How long answers took: no time per request was used in the pictures.")
    if document.pictures and not any(value is not None for picture in document.pictures for value in picture.capacity):
        yield Sentence("What load the service can bear: it was not estimated.")
    yield Sentence("Who sat at a keyboard, who ordered it and why: logs show requests, not people, and no claim is made.")


SECTION = Section(100, "method", "Method, assumptions, data quality", build)
