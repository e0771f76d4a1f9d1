"""The event store: one immutable Parquet file per evidence file, committed together with its row in the database.

A Parquet file is written as ``events/SHA256.parquet.new``; the database transaction that records it holds the hash of its bytes; only
then is it renamed. A process that dies in between leaves a ``.new`` file which ``recover`` renames (its hash is on record) or
removes (it is not). So the case holds exactly the evidence files whose load had completed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from forensics.case.case import Case
from forensics.evidence.hashing import sha256_of

RECORD_TABLES = ("rejects", "account_records", "payment_records", "identifier_records", "notes")
"""Tables whose rows were derived from an evidence file and go when it is loaded again with other options."""


def staged_path(case: Case, sha256: str) -> Path:
    """Where the events of an evidence file are written before they are committed."""
    return case.folder / "events" / f"{sha256}.parquet.new"


def commit(case: Case, evidence: dict[str, Any], frames: dict[str, pl.DataFrame], staged: Path | None) -> None:
    """Make one evidence file part of the case, replacing whatever an earlier load derived from the same bytes.

    ``evidence`` is its row of ``evidence_files`` (without ``events_sha256``), ``frames`` the rows for ``RECORD_TABLES``, ``staged`` the
    finished Parquet file of a log (None for other kinds).
    """
    row = dict(evidence, events_sha256=None if staged is None else sha256_of(staged))
    with case.transaction():
        case.execute("case", "forget_evidence", evidence_id=row["evidence_id"])
        case.insert("evidence_files", pl.DataFrame([row], infer_schema_length=None))
        for table in RECORD_TABLES:
            if table in frames:
                case.insert(table, frames[table])
        case.refresh_events()
    if staged is not None:
        staged.replace(final_path(case, row["sha256"]))


def final_path(case: Case, sha256: str) -> Path:
    """Where the committed events of an evidence file are."""
    return case.folder / "events" / f"{sha256}.parquet"


def recover(case: Case) -> None:
    """Finish or undo what a load that died left behind; called when a case is opened for writing."""
    on_record = {row["sha256"]: row["events_sha256"] for row in case.rows("case", "stored_files")}
    for staged in sorted((case.folder / "events").glob("*.parquet.new")):
        sha256 = staged.name.removesuffix(".parquet.new")
        if on_record.get(sha256) == sha256_of(staged):
            staged.replace(final_path(case, sha256))
        else:
            staged.unlink()
