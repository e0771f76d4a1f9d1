"""From a finding back to its evidence: which file is meant, do its bytes still match, and the raw line itself."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from forensics.case.case import Case
from forensics.errors import BrokenEvidenceError, RefusedEvidenceError, UsageError
from forensics.evidence.discover import EvidenceFile, at
from forensics.evidence.documents import PARQUET, text_chunks
from forensics.evidence.hashing import sha256_of, sha256_of_stream
from forensics.evidence.streams import CHUNK, decompressed, utf8_chunks
from forensics.progress import Advance, Progress
from forensics.text import printable

LONGEST_SHOWN = 16 << 20
"""Bytes of one line that are kept in memory; a longer one is cut there."""


@dataclass(frozen=True)
class RawLine:
    """One line of evidence as it stands in the file."""

    evidence_id: str
    path: str
    line: int
    sha256: str
    raw: bytes
    """The line without its line end; of a Parquet export the row as JSON."""
    matches: bool
    """Whether the file's bytes are those that were loaded, or begin with them."""

    def origin(self) -> str:
        """Say where the line stands and whether the file is still what was loaded."""
        state = "matches" if self.matches else "NO LONGER MATCHES"
        return f"{self.path}, line {self.line:,} (evidence {self.evidence_id}); SHA-256 {self.sha256} {state}"

    def complain(self) -> None:
        """Raise ``BrokenEvidenceError`` when the file is no longer what was loaded."""
        if not self.matches:
            raise BrokenEvidenceError(
                f"{self.path} is not what was loaded (its SHA-256 differs): the line above may be another one; restore the file."
            )


def write(line: RawLine, raw: bool) -> None:
    """Write the line to standard output: its bytes as they are into a pipe with ``raw``, else with control characters made visible."""
    if not raw:
        print(printable(line.raw.decode("utf-8", "backslashreplace")))
        return
    if sys.stdout.isatty():
        raise UsageError("Raw bytes can command a terminal: send them into a pipe or a file (`--raw | less`).")
    sys.stdout.buffer.write(line.raw + b"\n")
    sys.stdout.flush()


def show(case: Case, reference: str, progress: Progress) -> RawLine:
    """Return the line that ``EVIDENCE:LINE`` points at, after hashing the file that it stands in.

    ``EVIDENCE`` is an evidence id (or the beginning of one, or of the SHA-256) or a path (or the end of one).
    Raises ``UsageError`` when nothing or several files are meant or the file has no such line, ``BrokenEvidenceError`` when it is gone.
    """
    name, line = _split(reference)
    row = _meant(case, name)
    file = at(row["location"])
    if not file.location.is_file():
        raise BrokenEvidenceError(f"{row['path']} is no longer at {file.location}: put it back, or load it again from where it is.")
    with progress.step(f"Hashing {file.name}", total=row["size_bytes"]) as advance:
        matches = stored_sha256(file, advance, once=True) == row["sha256"] or has_grown(file, row["sha256"], row["size_bytes"])
    try:
        raw = _line(file, line, log=row["kind"] == "log")
    except RefusedEvidenceError as error:
        raise BrokenEvidenceError(f"{row['path']} {error}.") from error
    if raw is None:
        raise UsageError(f"{row['path']} has no line {line:,}: its lines were 1 to {row['lines']:,} when it was loaded.")
    return RawLine(row["evidence_id"], row["path"], line, row["sha256"], raw, matches)


def stored_sha256(file: EvidenceFile, advance: Advance, once: bool = False) -> str:
    """Return the SHA-256 of the bytes as they are stored; ``advance`` is told the bytes read.

    ``once``: no other member of the archive will be asked for.
    """
    if file.member is None:
        return sha256_of(file.location, advance)
    with file.open_once() if once else file.open_stored() as stream:
        return sha256_of_stream(stream, advance)


def has_grown(file: EvidenceFile, sha256: str, size: int) -> bool:
    """Whether a file goes on behind the bytes that were loaded, which are still its beginning: a log that was written to since."""
    return file.member is None and file.location.stat().st_size > size and sha256_of(file.location, size=size) == sha256


def _split(reference: str) -> tuple[str, int]:
    name, colon, number = reference.rpartition(":")
    if not colon or not name or not number.isascii() or not number.isdigit() or int(number) < 1:
        raise UsageError(f"{reference!r} is not EVIDENCE:LINE: write an evidence id or a path, a colon, and a line number from 1.")
    return name, int(number)


def _meant(case: Case, name: str) -> dict[str, Any]:
    rows = case.rows("case", "evidence_locations")
    tests = (
        lambda row: name in (row["evidence_id"], row["path"], row["location"], row["sha256"]),
        lambda row: len(name) >= 4 and row["sha256"].startswith(name.lower()),
        lambda row: f"/{row['path']}".endswith(f"/{name}") or row["location"] == str(Path(name).absolute()),
    )
    for test in tests:
        found = [row for row in rows if test(row)]
        if len(found) == 1:
            return found[0]
        if found:
            listed = ", ".join(f"{row['evidence_id']} ({row['path']})" for row in found[:10])
            raise UsageError(f"{name!r} could be any of {len(found)} evidence files: {listed}; name one by its id.")
    raise UsageError(f"No evidence in this case is called {name!r}: `forensics status` lists what is loaded.")


def _line(file: EvidenceFile, line: int, log: bool) -> bytes | None:
    """Read on to a line, in blocks; nothing after it is read, nothing is unpacked to disk. Of Parquet: a row as JSON.

    Of a log that is a document of records, and of a JSON export: the record that begins in the line.
    """
    with io.BufferedReader(cast("io.RawIOBase", decompressed(file.open_once())), CHUNK) as content:
        stream = cast("BinaryIO", content)
        if content.peek(len(PARQUET)).startswith(PARQUET):
            return _row_of_parquet(file.location if file.member is None else io.BytesIO(stream.read()), line)
        if log:
            return nth_line(text_chunks(stream), line)
        text = b"".join(utf8_chunks(stream))  # an export was read whole when it was loaded, too
        found = nth_line(iter((text,)), line)
        return None if found is None else _record(text, line, found)


def _record(text: bytes, line: int, found: bytes) -> bytes:
    """Return the JSON object that begins in a line and goes on in the next ones as one line; the line itself where there is none."""
    if not found.lstrip(b" \t,[").startswith(b"{"):
        return found
    rest = text.split(b"\n", line - 1)[-1].decode("utf-8", "backslashreplace")
    begin = rest.index("{")
    try:
        _, end = json.JSONDecoder().raw_decode(rest, begin)
    except ValueError:
        return found
    record = rest[begin:end]
    return " ".join(part.strip() for part in record.split("\n")).encode() if "\n" in record else found


def _row_of_parquet(source: Path | io.BytesIO, line: int) -> bytes | None:
    import polars as pl

    rows = pl.scan_parquet(source, glob=False).slice(line - 1, 1).collect().to_dicts()
    return json.dumps(rows[0], ensure_ascii=False, default=str).encode() if rows else None


def nth_line(chunks: Iterator[bytes], line: int) -> bytes | None:
    """Return the ``line``-th line (1-based) without its line end; None when there are fewer."""
    before = 0
    kept: list[bytes] = []
    for chunk in chunks:
        ends = chunk.count(b"\n")
        if before + ends < line - 1:
            before += ends
            continue
        for part in _parts(chunk):
            if before == line - 1 and sum(map(len, kept)) < LONGEST_SHOWN:
                kept.append(part)
            if part.endswith(b"\n"):
                before += 1
                if before == line:
                    return b"".join(kept).removesuffix(b"\n").removesuffix(b"\r")
    return b"".join(kept) if kept else None


def _parts(chunk: bytes) -> list[bytes]:
    """Split after ``\\n`` only: a carriage return inside a line does not end it."""
    *whole, rest = chunk.split(b"\n")
    return [part + b"\n" for part in whole] + ([rest] if rest else [])
