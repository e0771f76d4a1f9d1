"""Empty cases at little cost, and cases made from frames of events without parsing any log: for what comes after the load."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from forensics.case import store
from forensics.case.case import Case
from forensics.case.opening import DATABASE
from forensics.formats.schema import EVENTS


@cache
def _empty_database() -> bytes:
    with TemporaryDirectory() as place:
        Case.create(Path(place) / "case").close()
        return (Path(place) / "case" / DATABASE).read_bytes()


def new_case(folder: Path) -> Case:
    """Open the case in ``folder``, a new one from a copy of a database that ``Case.create`` makes once in each process.

    Making one runs the whole schema, which takes more than twice as long as opening it; how cases begin is tested in ``tests/case``.
    """
    if not (folder / DATABASE).exists():
        (folder / "events").mkdir(parents=True, exist_ok=True)
        (folder / DATABASE).write_bytes(_empty_database())
    case = Case.create(folder)
    case.connection.execute("PRAGMA disable_checkpoint_on_shutdown")
    return case


def as_events(frame: pl.DataFrame) -> pl.DataFrame:
    """Complete a frame with any columns of ``EVENTS`` (``started_at`` at least) to the whole schema, lines numbered in the given order."""
    stamp = pl.col("timestamp") if "timestamp" in frame.columns else pl.col("started_at")
    frame = frame.with_columns(pl.int_range(1, pl.len() + 1).alias("line"), stamp.alias("timestamp"))
    missing = [pl.lit(None).alias(name) for name in EVENTS if name not in frame.columns]
    return frame.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in EVENTS.items())


def add_log(case: Case, name: str, frame: pl.DataFrame, host: str = "edge-1") -> str:
    """Store a frame of events as the evidence file ``name`` logged by ``host``; returns its evidence_id."""
    sha = hashlib.sha256(name.encode()).hexdigest()
    events = as_events(frame).with_columns(pl.lit(sha[:12]).alias("evidence_id"))
    written = events.with_columns(pl.col("extra").cast(pl.Map(pl.String(), pl.String())))  # a third of what the database takes
    written.write_parquet(store.final_path(case, sha), compression="uncompressed", row_group_size=122_880)
    row = {
        "evidence_id": sha[:12], "path": name, "location": name, "sha256": sha, "size_bytes": 0, "kind": "log", "format": "made",
        "host": host, "lines": events.height, "parsed": events.height, "rejected": 0, "skipped": 0,
        "first_at": events["started_at"].min(), "last_at": events["started_at"].max(), "events_sha256": sha,
    }  # fmt: skip
    case.insert("evidence_files", pl.DataFrame([row]))
    case.refresh_events()
    return sha[:12]


def add_user_accounts(case: Case) -> None:
    """Make every user name of the logs an account of the same id."""
    case.connection.execute(
        "INSERT INTO account_aliases BY NAME SELECT DISTINCT 'log' AS source, 'user_name' AS key_type, user_name AS key,"
        " user_name AS account_id, 'test' AS how FROM stored_events WHERE user_name IS NOT NULL"
    )
    case.connection.execute(
        "INSERT INTO accounts BY NAME SELECT DISTINCT account_id, 'log' AS source, CAST(NULL AS VARCHAR) AS plan FROM account_aliases"
    )
