"""Small cases for the tests of storing, verifying and asking."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from forensics.case import store
from forensics.case.case import Case
from forensics.case.reading import stored
from forensics.evidence.hashing import sha256_of
from forensics.formats.schema import EVENTS

AT = datetime(2024, 3, 2, 0, 0)


def log_line(number: int) -> str:
    return (
        f'198.18.0.{number % 250} - u-{number % 5} [02/Mar/2024:00:00:{number % 60:02d} +0000] "GET /jobs/{number} HTTP/1.1" 200 {number}'
    )


def write_log(path: Path, lines: int = 50, first: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(log_line(number) + "\n" for number in range(first, first + lines)), encoding="utf-8")
    return path


def events(lines: int, first: int = 1) -> pl.DataFrame:
    """Events as a loader would stage them for ``write_log``."""
    rows = [
        {
            "line": number,
            "timestamp": AT,
            "started_at": AT,
            "client_ip": f"198.18.0.{number}",
            "user_name": f"u-{number % 5}",
            "path": f"/jobs/{first + number}",
            "method": "GET",
            "status": 200,
            "bytes_sent": number,
        }
        for number in range(1, lines + 1)
    ]
    return pl.DataFrame(rows, schema=EVENTS)


def evidence_row(file: Path, lines: int, **more: Any) -> dict[str, Any]:
    sha256 = sha256_of(file)
    return {
        "evidence_id": sha256[:12],
        "path": file.name,
        "location": str(file.absolute()),
        "sha256": sha256,
        "size_bytes": file.stat().st_size,
        "kind": "log",
        "format": "common",
        "lines": lines,
        "parsed": lines,
        "rejected": 0,
        "skipped": 0,
        "first_at": AT,
        "last_at": AT,
        "load_options": "{}",
    } | more


def stage(case: Case, row: dict[str, Any]) -> Path:
    """Write the event file of a log as ``events/SHA256.parquet.new``."""
    staged = store.staged_path(case, row["sha256"])
    with_empty = pl.lit([], dtype=EVENTS["extra"]).alias("extra")
    frame = events(row["lines"]).with_columns(with_empty)
    pq.write_table(stored(frame, row["evidence_id"]).to_arrow(), staged, store_schema=False)
    return staged


def load(case: Case, file: Path, lines: int = 50, **more: Any) -> str:
    """Commit one log file to the case and return its evidence id."""
    row = evidence_row(file, lines, **more)
    store.commit(case, [store.Prepared(row, {}, stage(case, row))])
    store.settle(case)
    return str(row["evidence_id"])
