"""Notes of the operators as evidence: a CSV of time and message, or a Markdown file with one dated line each.

Deploys, status-page posts, bans and calls are in no access log. A note is shown as told, with its file and line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import polars as pl

from forensics.errors import RefusedEvidenceError
from forensics.evidence.readable import Readable, Rows
from forensics.text import Numbered, line_end

FIRST = 4096
"""Characters in which the first line of most files ends."""
LIMIT_BYTES = 16 << 20
"""Notes are written by people; a larger file is something else."""

LEAST_DATED = 0.01
"""Share of a Markdown file's lines that begin with a time, below which it is a manual with an example and no notes."""

TIMES = frozenset({"time", "at", "occurred_at", "timestamp", "datetime", "date", "when"})
MESSAGES = frozenset({"message", "note", "text", "event", "what", "description", "summary"})
TYPES = frozenset({"type", "event_type", "kind", "category", "timestamp_desc"})
OTHERS = frozenset({"author", "by", "who", "source", "link", "url"})

_STAMP = r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)\s*(Z|UTC|[+-]\d\d:?\d\d)?"
_DATED = re.compile(rf"^\s*(?:[-*+]|\d+[.)]|\|)?\s*[`*_\[]*{_STAMP}[`*_\]]*\s*(?:[|:,–—-]+\s*)?(.*?)\s*\|?\s*$")

FRAME: dict[str, pl.DataType] = {
    "occurred_at": pl.Datetime("us"),
    "message": pl.String(),
    "event_type": pl.String(),
    "evidence_id": pl.String(),
    "line": pl.Int64(),
}
REJECTED: dict[str, pl.DataType] = {"evidence_id": pl.String(), "line": pl.Int64(), "reason": pl.String(), "raw": pl.String()}


@dataclass(frozen=True)
class NotesMatch:
    """What a file of notes was recognised as: ``csv`` or ``markdown``."""

    format: str
    kind: str = "notes"


@dataclass(frozen=True)
class _Line:
    """One physical line (or CSV record, by its first line): a note, a reject, or a skipped one."""

    number: int
    raw: str
    outcome: str
    at: datetime | None = None
    message: str = ""
    event_type: str | None = None
    zoned: bool = True


def recognise(head: bytes, name: str, kind: str | None = None) -> NotesMatch | None:
    """Return how the file's notes are written, by its first bytes and its name, or None when it holds none.

    ``kind="notes"`` (from ``--kind``) takes any text whose lines begin with a time.
    """
    text = head.decode("utf-8-sig", errors="replace")
    if "\x00" in _first_line(text):  # no text; in a message it is hostile, and no reason to refuse the others
        return None
    if _columns(_first_line(text)) is not None:
        return NotesMatch("csv")
    is_markdown = name.lower().removesuffix(".gz").endswith((".md", ".markdown"))
    if is_markdown or kind == "notes":
        written = [line for line in text.splitlines() if line.strip()]
        dated = sum(_DATED.match(line) is not None for line in written)
        if dated and (kind == "notes" or dated >= LEAST_DATED * len(written)):
            return NotesMatch("markdown")
    return None


def _first_line(text: str) -> str:
    """Return the first line (empty where all are), without cutting a whole log into lines for it."""
    begun = text[:FIRST].splitlines()
    if len(begun) > 1 and any(line.strip() for line in begun):
        return begun[0]
    return text.splitlines()[0] if text.strip() else ""


def read(file: Readable, match: NotesMatch, evidence_id: str, time_zone: str | None = None) -> Rows:
    """Return the notes of a file; times without a zone are taken in ``time_zone`` (else UTC) and that is said.

    ``RefusedEvidenceError`` when the file is larger than people write.
    """
    with file.open() as stream:
        content = stream.read(LIMIT_BYTES + 1)
    if len(content) > LIMIT_BYTES:
        raise RefusedEvidenceError(f"is larger than {LIMIT_BYTES >> 20} MB, too large for notes")
    text = content.decode("utf-8-sig", errors="replace")
    zone = time_zone or "UTC"
    lines = list(_csv_lines(text, ZoneInfo(zone)) if match.format == "csv" else _markdown_lines(text, ZoneInfo(zone)))
    notes = [line for line in lines if line.outcome == "note"]
    bad = [line for line in lines if line.outcome == "rejected"]
    rows = [(n.at, n.message, n.event_type, evidence_id, n.number) for n in notes]
    rejected = [(evidence_id, b.number, "no time that can be read", b.raw) for b in bad]
    times = [note.at for note in notes if note.at is not None]
    zoned = all(note.zoned for note in notes)
    return Rows(
        frames={"notes": pl.DataFrame(rows, schema=FRAME, orient="row")},
        lines=len(lines),
        parsed=len(notes),
        rejected=pl.DataFrame(rejected, schema=REJECTED, orient="row"),
        skipped=len(lines) - len(notes) - len(bad),
        assumptions=[] if zoned else [f"times of notes without a zone were taken as {zone}"],
        first_at=min(times, default=None),
        last_at=max(times, default=None),
        kind=match.kind,
        format=match.format,
        time_zone="as logged" if zoned else zone,
        time_zone_source="log" if zoned else "given" if time_zone else "assumed",
    )


def _columns(header: str) -> tuple[int, int, int | None] | None:
    """Return where time, message and type stand in a CSV header, or None when it is no header of notes."""
    try:
        names = [name.strip().lower().replace(" ", "_") for name in next(csv.reader([header]), [])]
    except csv.Error:  # a cell longer than any header
        names = []
    time = next((index for index, name in enumerate(names) if name in TIMES), None)
    message = next((index for index, name in enumerate(names) if name in MESSAGES), None)
    kind = next((index for index, name in enumerate(names) if name in TYPES), None)
    if time is None or message is None or not set(names) <= TIMES | MESSAGES | TYPES | OTHERS:
        return None
    return time, message, kind


def _csv_lines(text: str, zone: ZoneInfo) -> Iterator[_Line]:
    header = _first_line(text)
    where = _columns(header)
    if where is None:
        return
    time, message, kind = where
    csv.field_size_limit(LIMIT_BYTES)
    lines = Numbered(io.StringIO(text, newline=""), text)
    reader = csv.reader(lines)
    next(reader)
    yield _Line(1, header, "skipped")
    before = lines.number
    for record in reader:
        first, raw = before + 1, "\n".join(record)
        at, zoned = _moment(record[time] if len(record) > time else "", zone)
        if not any(record):
            yield _Line(first, raw, "skipped")
        elif at is None or len(record) <= message:
            yield _Line(first, raw, "rejected")
        else:
            label = record[kind].strip() if kind is not None and len(record) > kind else ""
            yield _Line(first, raw, "note", at, record[message].strip(), label or None, zoned)
        yield from (_Line(number, "", "skipped") for number in range(first + 1, lines.number + 1))
        before = lines.number


def _markdown_lines(text: str, zone: ZoneInfo) -> Iterator[_Line]:
    """Yield one note for each line that begins with a time; headings and prose are skipped."""
    end = line_end(text)
    for number, raw in enumerate(text.removesuffix(end).split(end) if text else (), start=1):
        found = _DATED.match(raw)
        at, zoned = _moment((found[1] + (found[2] or "")) if found else "", zone)
        if found is None or not found[3]:
            yield _Line(number, raw, "skipped")
        elif at is None:
            yield _Line(number, raw, "rejected")
        else:
            yield _Line(number, raw, "note", at, found[3], None, zoned)


def _moment(text: str, zone: ZoneInfo) -> tuple[datetime | None, bool]:
    """Return a time in UTC without zone, and whether the text named its zone."""
    cleaned = text.strip().removesuffix(" UTC").replace("UTC", "Z").replace(",", ".")
    try:
        at = datetime.fromisoformat(cleaned)
        zoned = at.tzinfo is not None or text.strip().endswith("UTC")
        local = at if at.tzinfo is not None else at.replace(tzinfo=UTC if zoned else zone)
        return local.astimezone(UTC).replace(tzinfo=None), zoned
    except (ValueError, OverflowError):
        return None, False
