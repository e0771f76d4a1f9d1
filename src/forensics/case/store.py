"""The event store: one immutable Parquet file per evidence file, committed together with its row in the database.

Evidence files are committed in batches (one large file, or several small ones: a transaction costs the same for all of them). Each
Parquet file is written as ``events/SHA256.parquet.new``; the database transaction that records the batch holds the hashes of their
bytes; only then are they renamed and their custody lines written; after the last batch of a load the views are made to name them all. A
process that dies in between leaves ``.new`` files, which ``recovery.recover`` renames (their hashes are on record) or removes (they are
not), and views that it mends. So the case holds exactly the evidence files whose load had completed.

Power may fail as well: bytes and names of the staged files are on the disk before the transaction (which DuckDB has on the disk before
it returns), the renames before the custody lines, and those before the load goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from forensics.case.case import Case
from forensics.case.migration import UNSETTLED
from forensics.case.recovery import recover
from forensics.evidence import custody
from forensics.evidence.hashing import sha256_of
from forensics.files import flush

RECORD_TABLES = ("rejects", "account_records", "payment_records", "identifier_records", "notes")
"""Tables whose rows were derived from an evidence file and go when it is loaded again with other options."""


@dataclass
class Prepared:
    """An evidence file ready to be committed."""

    row: dict[str, Any]
    """Its row of ``evidence_files`` (``events_sha256`` is computed where it is not known)."""
    frames: dict[str, pl.DataFrame]
    """The rows for ``RECORD_TABLES``."""
    staged: Path | None
    """The finished Parquet file of a log (None for other kinds)."""


def staged_path(case: Case, sha256: str) -> Path:
    """Where the events of an evidence file are written before they are committed."""
    return case.folder / "events" / f"{sha256}.parquet.new"


def commit(case: Case, files: Sequence[Prepared]) -> None:
    """Make evidence files part of the case, all of them or none, replacing what an earlier load derived from the same bytes.

    ``settle`` follows after the last batch. Raises ``ForensicsError`` when the disk is full.
    """
    if not files:
        return
    if case.unplaced:  # earlier files of this very run could not be put in their place
        recover(case)
    rows = [_on_disk(file) for file in files]
    if any(file.staged for file in files):
        flush(case.folder / "events")  # their names, too: recovery finds them by those
    case.unplaced = True  # before the transaction: a commit can have worked and yet report an error
    with case.transaction():
        if again := case.rows("case", "holds_evidence", evidence_ids=[row["evidence_id"] for row in rows]):
            case.execute("case", "forget_evidence", evidence_ids=[row["evidence_id"] for row in again])
        case.insert("evidence_files", pl.DataFrame(rows, infer_schema_length=None))
        for table in RECORD_TABLES:
            derived = [file.frames[table] for file in files if table in file.frames and not file.frames[table].is_empty()]
            if derived:
                case.insert(table, pl.concat(derived, how="diagonal_relaxed"))
        case.set_meta(UNSETTLED, " ".join(row["sha256"] for row in rows))
    for file, row in zip(files, rows, strict=True):
        final = final_path(case, row["sha256"])
        if file.staged is None:
            final.unlink(missing_ok=True)
        else:
            file.staged.replace(final)
    if any(file.staged for file in files):
        flush(case.folder / "events")
    custody.extend(case.folder, [custody.Entry("load file", inputs=[custody.evidence_input(row)], details=_told(row)) for row in rows])
    case.unplaced = False
    custody.session.loaded += len(files)


def _on_disk(file: Prepared) -> dict[str, Any]:
    """Have a file's events on the disk; return its row with their hash."""
    row = dict(file.row)
    row.setdefault("events_sha256")
    if file.staged is not None:
        row["events_sha256"] = row["events_sha256"] or sha256_of(file.staged)
        flush(file.staged)
    return row


def settle(case: Case) -> None:
    """Let the event views name what has been committed; to be called after the last ``commit`` of a load, however that ends."""
    if case.unplaced:
        recover(case)
    elif case.meta(UNSETTLED):
        with case.transaction():
            case.refresh_events()
            case.set_meta(UNSETTLED, "")


def final_path(case: Case, sha256: str) -> Path:
    """Where the committed events of an evidence file are."""
    return case.folder / "events" / f"{sha256}.parquet"


def _told(row: dict[str, Any]) -> dict[str, Any]:
    told = ("evidence_id", "kind", "format", "lines", "parsed", "rejected", "skipped", "events_sha256", "load_options")
    described = ("exhibit", "collected_by", "collected_at", "note")
    return {key: row.get(key) for key in told} | {key: row[key] for key in described if row.get(key)}
