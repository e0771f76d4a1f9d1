"""Commands of the group ``reports``: the story, the report folder, exports for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forensics.cli.options import DEFAULT_CASE, CaseFolder, OutputOption, StyleOption

IncidentArgument = Annotated[str | None, typer.Argument(metavar="[ID]", help="One incident (default: all).", show_default=False)]


def timeline(
    incident: IncidentArgument = None, case: CaseFolder = DEFAULT_CASE, style: StyleOption = None, output: OutputOption = None
) -> None:
    """Tell the incident as an ordered story; every row points at evidence.

    \b
    Examples:
      forensics timeline
      forensics timeline --format csv --output timeline.csv
    """
    from forensics.analysis import ensure_analysed
    from forensics.case.case import Case
    from forensics.progress import Terminal
    from forensics.report.collect import query
    from forensics.report.tables import emit

    with Case.open(case) as opened:
        ensure_analysed(opened, Terminal())
        emit(query(opened, "timeline", incident), style=style, output=output, title="Timeline")


def report(
    incident: IncidentArgument = None,
    case: CaseFolder = DEFAULT_CASE,
    out: Annotated[Path, typer.Option("--out", help="The report folder.")] = Path("report"),
) -> None:
    """Write the report folder: HTML, JSON and CSV.

    \b
    Examples:
      forensics report --out report
    """
    from forensics.case.case import Case
    from forensics.progress import Terminal
    from forensics.report import write_report

    narrator = Terminal()
    with Case.open(case) as opened:
        files = write_report(opened, out, incident, narrator)
    narrator.say(f"{len(files)} files written to {out}; open {out / 'report.html'}.")


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(timeline)
    app.command()(report)
