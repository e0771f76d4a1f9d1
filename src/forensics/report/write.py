"""The report folder: everything the analysis found, as HTML, JSON and CSV, and what the run was in ``run.json``."""

from __future__ import annotations

import getpass
import json
import platform
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from forensics import CONTRACT_VERSION, __version__
from forensics.analysis import ensure_analysed
from forensics.case.case import Case
from forensics.errors import UsageError
from forensics.evidence import custody
from forensics.evidence.hashing import sha256_of
from forensics.progress import Progress
from forensics.report.collect import collect, document
from forensics.report.document import to_json
from forensics.report.html import as_html
from forensics.report.masking import masked
from forensics.report.tables import as_csv

CSV_TABLES = (
    "incidents",
    "phases",
    "timeline",
    "attributions",
    "rivals",
    "actors",
    "accounts",
    "participants",
    "links",
    "taken",
    "response",
    "evidence",
)
"""The CSV files of the contract, each named after its query."""


def write_report(case: Case, out: Path, incident: str | None, progress: Progress) -> list[Path]:
    """Write the report folder for one incident, or for all when ``incident`` is None; return the files written, sorted.

    ``UsageError`` when the case has no such incident.
    """
    analysis_id = ensure_analysed(case, progress)
    with progress.step("Writing the report"):
        frames = collect(case, incident)
        if incident is not None and frames["incidents"].is_empty():
            raise UsageError(f"There is no incident {incident} in this case: `forensics incidents` lists those that were found.")
        frames = {name: masked(frame) for name, frame in frames.items()}
        result = document(frames, analysis_id=analysis_id, incident=incident)
        texts = {"report.json": to_json(result), "report.html": as_html(result)}
        texts.update({f"{name}.csv": as_csv(_columns(name, frames[name])) for name in CSV_TABLES})
        files = _write(out, texts)
    run = _on_record(case, files, {"analysis_id": analysis_id, "incident": incident})
    return sorted([*files, _run_json(case, out, run)])


def _columns(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Put Timesketch's mandatory columns first in the timeline; the other tables are as they are."""
    if name != "timeline":
        return frame
    datetime_, description = pl.col("occurred_at").alias("datetime"), pl.col("event_type").alias("timestamp_desc")
    return frame.select("message", datetime_, description, pl.all().exclude("message"))


def _write(out: Path, texts: Mapping[str, str]) -> list[Path]:
    out.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8", newline="")
    return [out / name for name in sorted(texts)]


def _on_record(case: Case, files: list[Path], details: dict[str, Any]) -> dict[str, Any]:
    """Put the hash of each file on the custody record; return what ``run.json`` says about this run."""
    outputs = [{"path": str(file), "size_bytes": file.stat().st_size, "sha256": sha256_of(file)} for file in files]
    head = custody.append(case.folder, "report", outputs=outputs, details=details)
    return {**details, "custody_head": head, "files": [{**entry, "path": file.name} for entry, file in zip(outputs, files, strict=True)]}


def _run_json(case: Case, out: Path, run: dict[str, Any]) -> Path:
    """Write what differs from run to run: clock, user, host, paths, command line and the head of the custody chain."""
    about = {
        "at": datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "program": f"forensics {__version__}",
        "contract": CONTRACT_VERSION,
        "command": sys.argv,
        "user": getpass.getuser(),
        "host": platform.node(),
        "case": str(case.folder.resolve()),
        "out": str(out.resolve()),
        **run,
    }
    path = out / "run.json"
    path.write_text(json.dumps(about, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8", newline="")
    return path
