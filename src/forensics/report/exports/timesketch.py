"""Timesketch: the timeline as CSV and JSON lines, mandatory columns first."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from forensics.case.case import Case
from forensics.report.exports import Export
from forensics.report.frames import Frames
from forensics.report.tables import as_csv, plain
from forensics.report.write import csv_columns


def write(case: Case, frames: Frames, out: Path) -> list[Path]:
    """Write ``timesketch.csv`` and ``timesketch.jsonl``: message, datetime (ISO 8601, UTC), timestamp_desc, then the timeline's columns."""
    story = csv_columns("timeline", frames["timeline"])
    table, lines = out / "timesketch.csv", out / "timesketch.jsonl"
    table.write_text(as_csv(story), encoding="utf-8", newline="")
    stamped = story.with_columns(pl.col("datetime").dt.epoch("us").alias("timestamp"))
    rows = ({key: plain(value) for key, value in row.items() if value is not None} for row in stamped.iter_rows(named=True))
    lines.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8", newline="")
    return [table, lines]


EXPORT = Export(
    "timesketch", "the timeline for Timesketch (CSV and JSON lines)", "https://timesketch.org/guides/user/import-from-json-csv/", write
)
