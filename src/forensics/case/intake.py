"""One evidence file, from its bytes to what the case will hold of it: hashed, classified, read; nothing is committed here."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, fields, replace
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

from forensics.case.load_options import LoadOptions
from forensics.case.reading import BLANK, EventWriter, Reading, Window, read_log
from forensics.case.store import Prepared
from forensics.errors import RefusedEvidenceError
from forensics.evidence.discover import EvidenceFile
from forensics.evidence.documents import HEAD, PARQUET, beginning, how_read, parquet_columns, sample_of, text_chunks
from forensics.evidence.hosts import host_of
from forensics.evidence.line_reader import LineReader, share_read
from forensics.evidence.readable import Rows
from forensics.evidence.recognise import LEAST_SHARE, LONGEST_SAMPLE, SAMPLE_LINES, Plan, Recognition, first_lines, plan_for, sample_lines
from forensics.evidence.refusals import not_text, why_no_log
from forensics.evidence.requests import tells_requests
from forensics.evidence.streams import CHUNK
from forensics.evidence.together import Neighbours
from forensics.exports import notes
from forensics.exports import reader as exports
from forensics.formats.base import Format, ReadOptions
from forensics.formats.json_general import understood
from forensics.formats.registry import by_name
from forensics.formats.strings import format_of_string, is_format_string
from forensics.formats.summaries import counted_by, of_many


@dataclass(frozen=True)
class Intake:
    """What all files of one load share."""

    folder: Path
    """Where Parquet files are written before they are committed."""
    options: LoadOptions
    recorded: str
    known: dict[str, str]
    """SHA-256 -> load options of the evidence that the case holds."""
    cancelled: threading.Event = field(default_factory=threading.Event)
    beside: Neighbours = field(default_factory=Neighbours)
    """The small files that a file is read beside."""


def prepare(file: EvidenceFile, intake: Intake, number: int) -> Prepared:
    """Return what one file came to; ``RefusedEvidenceError`` says in half a sentence why it is no evidence."""
    before = file.fingerprint()
    if before.size == 0:
        raise RefusedEvidenceError("is empty")
    with ThreadPoolExecutor(1) as pool:
        waits = before.size < CHUNK or bool(intake.known)
        digest = _done(_hash(file, intake.cancelled)) if waits else pool.submit(_hash, file, intake.cancelled)
        row = {
            "path": file.name,
            "location": file.where,
            "load_options": intake.recorded,
            **{key: getattr(intake.options, key) for key in ("exhibit", "collected_by", "collected_at", "note")},
        }
        if waits and intake.known.get(held := digest.result().sha256) == intake.recorded:
            return Prepared({**row, "sha256": held}, {}, None)
        staged = intake.folder / f"loading-{number}.parquet.new"
        try:
            prepared = _classified(file, intake, digest, staged, row)
            if file.fingerprint() != before:
                raise RefusedEvidenceError("changed while it was read: copy it (or rotate the log) and load the copy")
        except BaseException:
            staged.unlink(missing_ok=True)
            raise
    prepared.row |= digest.result()._asdict()
    prepared.row["assumptions"] += sorted(file.problems)
    return prepared


class Stored(NamedTuple):
    """What the stored bytes of a file are on record by."""

    sha256: str
    size_bytes: int


def _hash(file: EvidenceFile, cancelled: threading.Event) -> Stored:
    """Return the SHA-256 of the stored bytes (of a member: as it lies in its archive, out of the archive's own compression)."""
    digest, size = sha256(), 0
    held = memoryview(bytearray(min(CHUNK, file.fingerprint().size + 1)))
    with file.open_stored() as stream:
        while count := stream.readinto(held):  # type: ignore[attr-defined]
            digest.update(held[:count])
            size += count
            if cancelled.is_set():
                raise RefusedEvidenceError("was not read: the load was interrupted")
    return Stored(digest.hexdigest(), size)


def _done(stored: Stored) -> Future[Stored]:
    done: Future[Stored] = Future()
    done.set_result(stored)
    return done


def _short(digest: Future[Stored]) -> Future[str]:
    """Return the evidence id as soon as the hash is known."""
    short: Future[str] = Future()

    def settle(done: Future[Stored]) -> None:
        error = done.exception()
        if error is not None:
            short.set_exception(error)
        else:
            short.set_result(done.result().sha256[:12])

    digest.add_done_callback(settle)
    return short


def _classified(file: EvidenceFile, intake: Intake, digest: Future[Stored], staged: Path, row: dict[str, Any]) -> Prepared:
    kind = intake.options.kind
    with file.open() as stream:
        head = stream.read(HEAD)
    if not head:
        raise RefusedEvidenceError("is empty")
    if kind is None and head.startswith(PARQUET) and _parquet_log(file):
        kind = "log"
    if kind in (None, "accounts", "payments", "identifiers", "notes"):
        other = _other_kind(file, head, intake.options, digest, row)
        if other is not None:
            return other
    if kind not in (None, "log"):
        raise RefusedEvidenceError(f"cannot be read as {kind}: no columns of {kind} are recognised in it")
    prepared = _log(file, intake, digest, staged, row)
    document = how_read(head)
    prepared.row["assumptions"] += document
    if document:  # the further lines of its records reach us as blank ones
        prepared.row["skipped_because"] = [why.replace(BLANK, "no record begins there") for why in prepared.row["skipped_because"]]
    return prepared


def _parquet_log(file: EvidenceFile) -> bool:
    """Whether the columns of a Parquet file are those of requests (exports of accounts and payments are Parquet, too)."""
    with file.open() as stream:
        return understood(column.split(".")[0] for column in parquet_columns(stream))


def _other_kind(file: EvidenceFile, head: bytes, options: LoadOptions, digest: Future[Stored], row: dict[str, Any]) -> Prepared | None:
    """Read an export or notes; None when it is neither."""
    kind = options.kind
    for reader in (notes, exports):
        match = reader.recognise(head, file.name, kind)
        if match is None or (kind is None and tells_requests(head)):
            continue
        found: Rows = reader.read(file, match, digest.result().sha256[:12], options.time_zone)
        told = {each.name: getattr(found, each.name) for each in fields(Rows) if each.name != "frames"}
        told |= {"format_share": 1.0, "rejected": len(found.rejected)}
        return Prepared(row | told, {**found.frames, "rejects": found.rejected}, None)
    return None


def _log(file: EvidenceFile, intake: Intake, digest: Future[Stored], staged: Path, row: dict[str, Any]) -> Prepared:
    options = intake.options
    reading_options = ReadOptions(
        time_zone=options.time_zone or "UTC", trusted_proxies=options.trusted_proxies, log_format=options.log_format
    )
    with file.open() as stream:
        chunks = text_chunks(stream)
        begun = list(beginning(chunks))
        more = list(islice(chunks, 1))
        head = sample_of(begun)
        plan = replace(_plan(file, head, reading_options, intake), whole=not more and head.count(b"\n") < SAMPLE_LINES)
        reader = LineReader(plan, reading_options, alone=options.log_format is not None)
        with EventWriter(staged, _short(digest)) as writer:
            reading = read_log(_watched(chain(begun, more, chunks), intake.cancelled), reader, writer, Window(options.since, options.until))
    if reading.parsed == 0 and (options.since, options.until) == (None, None):
        raise RefusedEvidenceError("holds no request that could be read")
    told = {**_log_row(file, intake, plan, reader, reading), "events_sha256": writer.sha256}
    frames = {"rejects": reading.rejects_of(digest.result().sha256[:12])}
    return Prepared(row | told, frames, staged if reading.parsed else None)


def _watched(chunks: Iterator[bytes], cancelled: threading.Event) -> Iterator[bytes]:
    for chunk in chunks:
        if cancelled.is_set():
            raise RefusedEvidenceError("was not read: the load was interrupted")
        yield chunk


def _plan(file: EvidenceFile, head: bytes, reading: ReadOptions, intake: Intake) -> Plan:
    """Return how to read the file; ``RefusedEvidenceError`` when it is no log that anybody knows."""
    options, sample = intake.options, sample_lines(head)
    asked = intake.beside.asked(file, sample)
    if options.log_format is not None:
        given = format_of_string(options.log_format) if is_format_string(options.log_format) else by_name(options.log_format)
        plan = plan_for(sample, reading, [given], asked)
        if not plan.ranked:
            raise RefusedEvidenceError(f"has no line in the given format {options.log_format!r}")
        return plan
    if options.kind is None and (reason := not_text(head)):
        raise RefusedEvidenceError(reason)
    plan = plan_for(sample, reading, asked=asked)
    if not plan.ranked or (options.kind is None and plan.ranked[0].share < LEAST_SHARE > share_read(plan, sample, reading)):
        if counted := next((name for each in plan.tried if (name := _counted_by(each))), None):
            raise RefusedEvidenceError(
                f"is a table of counts ({counted}), of requests by some span of time: none of its rows tells of one request, or when it "
                "came; export the requests themselves"
            )
        raise RefusedEvidenceError(why_no_log(first_lines(head).drop_nulls().str.head(LONGEST_SAMPLE)))
    return plan


def _counted_by(tried: Recognition) -> str | None:
    """Return what counts requests in the rows of a sample that a format reads, and none of which is one request."""
    return counted_by(tried.sampled.read) if tried.sampled and tried.format.misread is of_many else None


def _also_read(other: Format, count: int, zoned: bool, options: LoadOptions) -> list[str]:
    """Return what ``status`` says of lines that another than the file's main format read: what was taken for granted there, too."""
    zone = "" if zoned else f" (timestamps that carry no zone were taken as {options.time_zone or 'UTC'})"
    lines = "1 line was" if count == 1 else f"{count:,} lines were"
    return [f"{lines} read as {other.name}{zone}", *([f"{other.name}: {other.assumption}"] if other.assumption else [])]


def _log_row(file: EvidenceFile, intake: Intake, plan: Plan, reader: LineReader, reading: Reading) -> dict[str, Any]:
    options = intake.options
    best = plan.ranked[0]
    known = best.format
    zoned = reader.carries_zones(known)
    assumptions = [known.assumption] if known.assumption else []
    if not zoned and options.time_zone is None:
        assumptions.append("timestamps that carry no zone were taken as UTC (--time-zone says otherwise)")
    assumptions += [*reader.assumed, *reading.assumed]
    if options.trusted_proxies:
        assumptions.append(f"forwarded client addresses were believed behind {', '.join(options.trusted_proxies)}")
    if reading.unbelieved:
        assumptions.append(reading.unbelieved)
    for other, count in ((by_name(name), count) for name, count in sorted(reader.used.items()) if count):
        assumptions += _also_read(other, count, reader.carries_zones(other), options)
    return {
        "kind": "log",
        "format": known.name,
        "format_share": round(best.share, 4),
        "host": options.host or host_of(file.name),
        "given_tier": options.tier,
        "format_tier": known.tier,
        "time_zone": "as logged" if zoned else options.time_zone or "UTC",
        "time_zone_source": "log" if zoned else "given" if options.time_zone else "assumed",
        "time_basis": known.time_basis,
        "lines": reading.lines,
        "parsed": reading.parsed,
        "rejected": reading.rejected,
        "skipped": reading.skipped,
        "skipped_because": reading.skipped_because,
        "first_at": reading.first_at,
        "last_at": reading.last_at,
        "backward_steps": reading.backward_steps,
        "assumptions": assumptions,
    }
