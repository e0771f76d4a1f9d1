"""Loading: evidence found, hashed, classified, read and committed, in canonical order.

Several files are read at the same time; they are committed in the order of their names, each completely or not at all: a large one by
itself, small ones some together (services deliver logs in thousands of files, and what a commit costs does not depend on the size).
"""

from __future__ import annotations

import csv
import json
import lzma
import zlib
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import zstandard

from forensics import limits
from forensics.case import refused, store
from forensics.case.case import Case
from forensics.case.intake import Intake, prepare
from forensics.case.load_options import LoadOptions
from forensics.case.store import Prepared
from forensics.errors import FaultError, ForensicsError, RefusedEvidenceError
from forensics.evidence import custody
from forensics.evidence.discover import EvidenceFile, at, discover
from forensics.evidence.together import Neighbours
from forensics.progress import Progress

__all__ = ["LoadOptions", "LoadResult", "load"]

UNREADABLE = (
    pl.exceptions.ComputeError, pl.exceptions.NoDataError, pl.exceptions.DuplicateError, csv.Error, json.JSONDecodeError, UnicodeError,
    pa.ArrowInvalid, zlib.error, lzma.LZMAError, zstandard.ZstdError, RecursionError,
)  # fmt: skip
"""What the libraries raise for contents that they cannot read (the last one: JSON nested without end)."""
STOPPING = (OSError, MemoryError, ForensicsError, duckdb.Error)
"""What is no fault of the program, and would meet the next file as well: a full disk, options that cannot be meant."""
AT_ONCE = 2
"""Files read at the same time (each already uses several threads), where there is memory for it."""
BATCH_FILES, BATCH_BYTES = 32, 1 << 20
"""Files that are committed together at most, and their size: what a load that is interrupted may have read in vain."""
MEMORY_FOR_SEVERAL = 1_500_000_000
"""Bytes of memory below which one file is read after the other: blocks of a file in all their stages take up to 0.6 GB."""


@dataclass
class LoadResult:
    """What a load did: evidence rows loaded, (name, reason) refused, names whose bytes the case already held."""

    loaded: list[dict[str, Any]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    """SHA-256 -> where it is now, of unchanged evidence that is no longer where the case has it."""
    namesakes: list[dict[str, Any]] = field(default_factory=list)
    """Those of ``loaded`` that are logs of a host and path of which the case already had another."""
    faults: list[FaultError] = field(default_factory=list)
    """Refusals that are the program's own fault."""

    def complain(self) -> None:
        """Raise the first fault of the program: what else could be loaded is loaded, but the command has failed."""
        if self.faults:
            raise self.faults[0].fault


def load(case: Case, paths: Sequence[str | Path], options: LoadOptions, progress: Progress) -> LoadResult:
    """Load evidence into the case and return what became of each file.

    ``ForensicsError`` when nothing could be loaded (the case is then as it was), and for any refusal when ``options.strict``.
    """
    found = discover(paths, exclude=(case.folder, *options.exclude), spool=case.folder / "stdin")
    result = LoadResult(refused=list(found.refused))
    teller = refused.Teller(progress)
    for name, reason in found.refused:
        teller.say(name, reason)
    _strict(result, options)
    known = _known(case)
    before = _logs(case)
    try:
        with progress.step("Loading", total=len(found.files)) as advance:
            for batch in _prepared(case, found.files, options, known):
                _tell(batch, teller, progress)
                _take(case, batch, options, result, known)
                advance(len(batch))
    finally:
        store.settle(case)
    teller.end()
    result.refused.sort()
    result.namesakes = [row for row in result.loaded if before.get((row.get("host"), row["path"]), set()) - {row["evidence_id"]}]
    _conclude(case, result, paths)
    if options.clock_offsets:
        _keep_offsets(case, options.clock_offsets, progress)
    return result


def _keep_offsets(case: Case, offsets: Mapping[str, float], progress: Progress) -> None:
    """Keep the clocks' offsets for the analysis; say what they are of, as a name mistyped changes nothing."""
    case.set_option("clock_offsets", {**case.option("clock_offsets", {}), **offsets})
    hosts = set(case.table("evidence_files")["host"].drop_nulls())
    for host, seconds in sorted(offsets.items()):
        if host in hosts:
            progress.say(f"Times of {host} are moved by {seconds:+g} s.")
        else:
            progress.say(f"No log is of the host {host}: its clock offset changes nothing (hosts: {', '.join(sorted(hosts)[:20])}).")


def _known(case: Case) -> dict[str, str]:
    """Return SHA-256 -> load options of the evidence that the case holds."""
    return {row["sha256"]: row["load_options"] for row in case.table("evidence_files").select("sha256", "load_options").to_dicts()}


def _logs(case: Case) -> dict[tuple[str | None, str], set[str]]:
    """Return host and path -> evidence of the logs that the case holds."""
    found: dict[tuple[str | None, str], set[str]] = {}
    for row in case.table("evidence_files").filter(pl.col("kind") == "log").select("host", "path", "evidence_id").to_dicts():
        found.setdefault((row["host"], row["path"]), set()).add(row["evidence_id"])
    return found


def _strict(result: LoadResult, options: LoadOptions) -> None:
    if options.strict and result.refused:
        name, reason = result.refused[0]
        raise ForensicsError(f"{name} {reason} (--strict: any refusal stops the load).")


Outcome = tuple[EvidenceFile, Prepared | RefusedEvidenceError]
"""A file, and what it came to."""


def _batches(files: Sequence[EvidenceFile]) -> Iterator[list[EvidenceFile]]:
    """Yield the files in order, small ones together. (Of an archive each member is taken to be as large as the others.)"""
    members = Counter(entry.location for entry in files)
    batch: list[EvidenceFile] = []
    held = 0
    for entry in files:
        size = entry.stored_bytes() // members[entry.location]
        if batch and (held + size > BATCH_BYTES or len(batch) == BATCH_FILES):
            yield batch
            batch, held = [], 0
        batch.append(entry)
        held += size
    if batch:
        yield batch


def _prepared(case: Case, files: Sequence[EvidenceFile], options: LoadOptions, known: dict[str, str]) -> Iterator[list[Outcome]]:
    """Yield batches of files with what each came to, in order, reading a few ahead."""
    intake = Intake(case.folder / "events", options, options.recorded(), dict(known))
    waiting: deque[list[tuple[EvidenceFile, Future[Prepared]]]] = deque()
    at_once = AT_ONCE if limits.current().memory >= MEMORY_FOR_SEVERAL else 1
    pool = ThreadPoolExecutor(at_once)
    number = count()
    try:
        for batch in _batches(files):
            together = replace(intake, beside=Neighbours(batch))
            waiting.append([(entry, pool.submit(prepare, entry, together, next(number))) for entry in batch])
            if len(waiting) > at_once:
                yield [_outcome(entry, future) for entry, future in waiting.popleft()]
        while waiting:
            yield [_outcome(entry, future) for entry, future in waiting.popleft()]
    finally:
        intake.cancelled.set()
        pool.shutdown(wait=True, cancel_futures=True)


def _outcome(entry: EvidenceFile, future: Future[Prepared]) -> Outcome:
    try:
        return entry, future.result()
    except RefusedEvidenceError as error:
        return entry, error
    except UNREADABLE as error:  # nobody foresaw what is in it: named, and the rest still loads
        return entry, RefusedEvidenceError(f"cannot be read ({type(error).__name__}: {str(error)[:200]})")
    except STOPPING:
        raise
    except (Exception, pl.exceptions.PanicException) as error:
        return entry, FaultError(error)


def _tell(batch: list[Outcome], teller: refused.Teller, progress: Progress) -> None:
    """Say which files of a batch could not be read, or not well."""
    for entry, outcome in batch:
        if isinstance(outcome, RefusedEvidenceError):
            teller.say(entry.name, str(outcome))
        else:
            for problem in sorted(entry.problems):
                progress.say(f"{entry.name}: {problem}.")


def _take(case: Case, batch: list[Outcome], options: LoadOptions, result: LoadResult, known: dict[str, str]) -> None:
    """Commit what could be read of a batch."""
    accepted: list[Prepared] = []
    for entry, outcome in batch:
        if isinstance(outcome, RefusedEvidenceError):
            result.refused.append((entry.name, str(outcome)))
            result.faults += [outcome] if isinstance(outcome, FaultError) else []
        else:
            accepted += _new(case, outcome, result, known)
    if accepted and case.read_only:
        for staged in (file.staged for file in accepted if file.staged is not None):
            staged.unlink(missing_ok=True)  # the superuser can write where nobody should
        case.require_writable()
    store.commit(case, accepted)
    result.loaded += [file.row for file in accepted]
    _strict(result, options)


def _new(case: Case, prepared: Prepared, result: LoadResult, known: dict[str, str]) -> list[Prepared]:
    """Return the file ready for its commit, unless the case holds the same bytes read with the same options."""
    sha256 = prepared.row["sha256"]
    if known.get(sha256) == prepared.row["load_options"]:
        if prepared.staged is not None:
            prepared.staged.unlink(missing_ok=True)
        result.unchanged.append(prepared.row["path"])
        result.moved[sha256] = prepared.row["location"]
        return []
    row = dict(prepared.row, evidence_id=evidence_id(sha256, known), loaded_at=datetime.now(UTC).replace(tzinfo=None))
    staged = prepared.staged
    if staged is not None:
        staged = staged.replace(store.staged_path(case, sha256))
    known[sha256] = row["load_options"]
    return [Prepared(row, prepared.frames, staged)]


def evidence_id(sha256: str, known: dict[str, str]) -> str:
    """Return the first 12 digits of a SHA-256 (two files that share them are a case for the record books, and are refused)."""
    short = sha256[:12]
    if any(other.startswith(short) and other != sha256 for other in known):
        raise ForensicsError(f"Two evidence files share the identifier {short}: load one of them into another case.")
    return short


def _conclude(case: Case, result: LoadResult, paths: Sequence[str | Path]) -> None:
    if not result.loaded and not result.unchanged:
        result.complain()
        reasons = "; ".join(f"{name} {reason}" for name, reason in result.refused[:3])
        more = f" (and {len(result.refused) - 3} more)" if len(result.refused) > 3 else ""
        raise ForensicsError(f"Nothing was loaded: {reasons}{more}." if reasons else _nothing(paths))
    _relocate(case, result)
    refused.keep(case, result.refused, [row["path"] for row in result.loaded] + result.unchanged)
    left_out = [{"path": name, "reason": reason} for name, reason in result.refused]
    inputs = [custody.evidence_input(row) for row in result.loaded]
    details: dict[str, Any] = {"refused": left_out, "unchanged": sorted(result.unchanged)}
    custody.append(case.folder, "load", inputs=inputs, details=details | ({"moved": result.moved} if result.moved else {}))


def _relocate(case: Case, result: LoadResult) -> None:
    """Keep where unchanged evidence is now, of what is no longer where it was: it was moved, or the case was."""
    kept = {row["sha256"]: row["location"] for row in case.rows("case", "evidence_locations")}
    result.moved = {sha256: place for sha256, place in result.moved.items() if not at(kept[sha256]).location.is_file()}
    if case.read_only:
        result.moved = {}
    for sha256, place in result.moved.items():
        case.execute("case", "relocate", sha256=sha256, location=place)


def _nothing(paths: Sequence[str | Path]) -> str:
    given = ", ".join(str(path) for path in paths)
    return f"Nothing was loaded: there is no evidence in {given}; give log files, exports, or folders that hold them."
