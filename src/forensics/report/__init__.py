"""The report: a document of dataclasses, and its renderers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forensics.case.case import Case
    from forensics.progress import Progress


def write_report(case: Case, out: Path, incident: str | None, progress: Progress) -> list[Path]:
    """Write the report folder; see ``report.write.write_report`` (imported when called: it needs the heavy libraries)."""
    from forensics.report.write import write_report as write

    return write(case, out, incident, progress)
