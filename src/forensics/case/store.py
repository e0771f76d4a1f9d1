"""The event store: one immutable Parquet file per evidence file, committed together with its row in the database.

A Parquet file is written as ``events/SHA256.parquet.new``; the database transaction that records it holds the hash of its bytes; only
then is it renamed and its custody line written; after the last file of a load the views are made to name them all. A process that dies
in between leaves a ``.new`` file, which ``recovery.recover`` renames (its hash is on record) or removes (it is not), and views that it
mends. So the case holds exactly the evidence files whose load had completed.

Power may fail as well: bytes and names of the staged file are on the disk before the transaction (which DuckDB has on the disk before
it returns), the rename before the custody line, and that before the load goes on.
"""

from __future__ import annotations

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


def staged_path(case: Case, sha256: str) -> Path:
    """Where the events of an evidence file are written before they are committed."""
    return case.folder / "events" / f"{sha256}.parquet.new"


def commit(case: Case, evidence: dict[str, Any], frames: dict[str, pl.DataFrame], staged: Path | None) -> None:
    """Make one evidence file part of the case, replacing whatever an earlier load derived from the same bytes; ``settle`` follows.

    ``evidence`` is its row of ``evidence_files`` (``events_sha256`` is computed where it is not known), ``frames`` the rows for
    ``RECORD_TABLES``, ``staged`` the finished Parquet file of a log (None for other kinds).
    Raises ``ForensicsError`` when the disk is full.
    """
    if case.unplaced:  # an earlier file of this very run could not be put in its place
        recover(case)
    row = dict(evidence)
    if row.setdefault("events_sha256") is None and staged is not None:
        row["events_sha256"] = sha256_of(staged)
    if staged is not None:
        flush(staged)
        flush(staged.parent)  # its name, too: recovery finds it by that
    case.unplaced = row["sha256"]  # before the transaction: a commit can have worked and yet report an error
    with case.transaction():
        if case.rows("case", "holds_evidence", evidence_id=row["evidence_id"]):
            case.execute("case", "forget_evidence", evidence_id=row["evidence_id"])
        case.insert("evidence_files", pl.DataFrame([row], infer_schema_length=None))
        for table in RECORD_TABLES:
            if table in frames:
                case.insert(table, frames[table])
        case.set_meta(UNSETTLED, row["sha256"])
    final = final_path(case, row["sha256"])
    if staged is None:
        final.unlink(missing_ok=True)
    else:
        staged.replace(final)
        flush(final.parent)
    custody.append(case.folder, "load file", inputs=[custody.evidence_input(row)], details=_told(row))
    case.unplaced = None
    custody.session.loaded += 1


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
