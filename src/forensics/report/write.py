"""The report folder: everything the analysis found, as HTML, JSON, Markdown and CSV, and what the run was in ``run.json``."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from forensics import CONTRACT_VERSION, __version__
from forensics.analysis import ensure_analysed
from forensics.background import Background
from forensics.case.case import Case
from forensics.evidence import custody
from forensics.progress import Progress
from forensics.report.collect import collect, document
from forensics.report.compare import as_frame, changes
from forensics.report.document import CSV_TABLES, Document, to_json
from forensics.report.drawing import artist
from forensics.report.frames import Frames
from forensics.report.html import as_html, make_ready
from forensics.report.markdown import as_markdown
from forensics.report.masking import masked
from forensics.report.redaction import Redaction
from forensics.report.tables import as_csv


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """For whom a report is written: what is done to the rows before anything is rendered."""

    mask: Callable[[pl.DataFrame], pl.DataFrame] | None = masked
    """What hides the secrets in URLs; None shows them."""
    redaction: Redaction | None = None
    before: Document | None = None
    """An earlier report of the case; the new one then says what has changed."""

    def prepared(self, frames: Frames) -> Frames:
        """Return the frames as these readers may see them."""
        hidden = frames if self.mask is None else frames.changed(self.mask)
        return hidden if self.redaction is None else self.redaction(hidden)


class Written(NamedTuple):
    """A report folder: its files, sorted, and the document that they were made from."""

    files: list[Path]
    document: Document


def write_report(case: Case, out: Path, incident: str | None, progress: Progress, delivery: Delivery | None = None) -> list[Path]:
    """Write the report folder for one incident, or for all when ``incident`` is None; return the files written, sorted.

    ``UsageError`` when the case has no such incident.
    """
    return written(case, out, incident, progress, delivery).files


def written(case: Case, out: Path, incident: str | None, progress: Progress, delivery: Delivery | None = None) -> Written:
    """Write the report folder as ``write_report`` does; return its document, too."""
    given = delivery or Delivery()
    artist()
    Background(make_ready)
    analysis_id = ensure_analysed(case, progress)
    with progress.step("Writing the report"):
        frames = given.prepared(collect(case, incident))
        result = _document(frames, analysis_id, incident, given)
        told = result
        differ: tuple[tuple[str, Iterable[str]], ...] = ()
        if given.before is not None:
            found = changes(given.before, result)
            told = replace(result, changes=tuple(change.sentence for change in found))
            differ = (("changes.csv", (as_csv(as_frame(found)),)),)
        files = write_files(out, chain(rendered(told, frames), differ))
    details = {"analysis_id": analysis_id, "incident": result.incident_id, "redacted": given.redaction is not None}
    entries, head = on_record(case, "report", files, details)
    return Written(sorted([*files, _run_json(case, out, {**details, "custody_head": head, "files": entries}, given)]), told)


def _document(frames: Frames, analysis_id: str, incident: str | None, given: Delivery) -> Document:
    return document(
        frames,
        analysis_id=analysis_id,
        incident=None if incident is None else str(frames["incidents"]["incident_id"][0]),
        redaction=None if given.redaction is None else given.redaction.sentence,
        secrets="shown" if given.mask is None else "masked",
    )


def rendered(result: Document, frames: Frames | None = None) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield the report's files, (name, pieces of its text): tables as CSV where there are any, and those made from the document alone."""
    with ThreadPoolExecutor(1) as pool:
        page = pool.submit(as_html, result)  # most of its time it waits for the charts
        for name in CSV_TABLES:
            if frames is not None:
                yield f"{name}.csv", csv_pieces(csv_columns(name, piece) for piece in frames.pieces(name))
        yield "report.json", [to_json(result)]
        yield "report.md", [as_markdown(result)]
        yield "report.html", [page.result()]


def csv_pieces(pieces: Iterable[pl.DataFrame]) -> Iterator[str]:
    """Yield a table as CSV, piece by piece: the text of a large one takes several times what the table takes."""
    for number, piece in enumerate(pieces):
        text = as_csv(piece)
        yield text if number == 0 else text.partition("\n")[2]


def csv_columns(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Put Timesketch's mandatory columns first in the timeline; the other tables are as they are."""
    if name != "timeline":
        return frame
    datetime_, description = pl.col("occurred_at").alias("datetime"), pl.col("event_type").alias("timestamp_desc")
    return frame.select("message", datetime_, description, pl.all().exclude("message"))


def write_files(out: Path, texts: Iterable[tuple[str, Iterable[str]]]) -> list[Path]:
    """Write each text, given in pieces, under its name, each whole or not at all; return the files, sorted."""
    out.mkdir(parents=True, exist_ok=True)
    files = []
    for name, pieces in texts:
        partial = out / f"{name}.new"
        with partial.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(pieces)
        files.append(partial.replace(out / name))
    return sorted(files)


def on_record(case: Case, action: str, files: list[Path], details: dict[str, Any]) -> tuple[list[dict[str, Any]], str]:
    """Put the hash of each file on the custody record; return what was recorded, by file name, and the head of the chain."""
    outputs = [custody.described(file) for file in files]
    head = custody.append(case.folder, action, outputs=outputs, details=details)
    return [{**entry, "path": file.name} for entry, file in zip(outputs, files, strict=True)], head


def _run_json(case: Case, out: Path, run: dict[str, Any], given: Delivery) -> Path:
    """Write what differs from run to run: clock, user, host, paths, command line and the head of the custody chain.

    A redacted report says neither who made it nor where.
    """
    about: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "program": f"forensics {__version__}",
        "contract": CONTRACT_VERSION,
        **run,
    }
    if given.redaction is None:
        about.update(command=sys.argv, user=custody.user(), host=platform.node(), case=str(case.folder.resolve()), out=str(out.resolve()))
    else:
        about.pop("incident")
    path = out / "run.json"
    path.write_text(json.dumps(about, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8", newline="")
    return path
