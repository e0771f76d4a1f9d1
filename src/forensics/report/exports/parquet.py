"""Parquet: every table of the report, typed, for notebooks and warehouses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import polars as pl

from forensics.case.case import Case
from forensics.report.document import CSV_TABLES
from forensics.report.exports import Export
from forensics.report.frames import HELD_ROWS, Frames


def write(case: Case, frames: Frames, out: Path) -> list[Path]:
    """Write one Parquet file for each table of the report; the events themselves are in the case's ``events/`` already."""
    files = []
    for name in CSV_TABLES:
        path = out / f"{name}.parquet"
        if frames.total(name) > HELD_ROWS:
            _write_pieces(path, frames.pieces(name))
        else:
            frames[name].write_parquet(path, compression="zstd")
        files.append(path)
    return files


def _write_pieces(path: Path, pieces: Iterator[pl.DataFrame]) -> None:
    """Write a long table as row groups, one for each piece."""
    import pyarrow.parquet as pq

    first = next(pieces).to_arrow()
    with pq.ParquetWriter(path, first.schema, compression="zstd") as writer:
        for piece in chain([first], (piece.to_arrow() for piece in pieces)):
            writer.write_table(piece)


EXPORT = Export("parquet", "every table of the report as Parquet", "https://parquet.apache.org/docs/file-format/", write)
