"""Parquet: every table of the report, typed, for notebooks and warehouses."""

from __future__ import annotations

from pathlib import Path

from forensics.case.case import Case
from forensics.report.document import CSV_TABLES, Frames
from forensics.report.exports import Export


def write(case: Case, frames: Frames, out: Path) -> list[Path]:
    """Write one Parquet file for each table of the report; the events themselves are in the case's ``events/`` already."""
    files = []
    for name in CSV_TABLES:
        path = out / f"{name}.parquet"
        frames[name].write_parquet(path, compression="zstd")
        files.append(path)
    return files


EXPORT = Export("parquet", "every table of the report as Parquet", "https://parquet.apache.org/docs/file-format/", write)
