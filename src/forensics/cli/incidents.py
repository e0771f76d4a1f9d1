"""Commands of the group ``incidents``: what went wrong, when, how badly, and whom it hit."""

from __future__ import annotations

from typing import Annotated

import typer

from forensics.cli.options import DEFAULT_CASE, CaseFolder, OutputOption, Style, StyleOption

BaselineOption = Annotated[
    str | None,
    typer.Option(
        "--baseline", metavar="FROM/TO", help="Learn what is usual from this range only (UTC); kept with the case, `auto` forgets it."
    ),
]


def incidents(
    baseline: BaselineOption = None, case: CaseFolder = DEFAULT_CASE, style: StyleOption = None, output: OutputOption = None
) -> None:
    """List what went wrong, the worst first.

    \b
    Examples:
      forensics incidents
      forensics incidents --baseline 2024-02-19/2024-02-26
      forensics incidents --format csv --output incidents.csv
    """
    from forensics.analysis import ensure_analysed
    from forensics.case.case import Case
    from forensics.incidents.listing import NOTHING, keep_baseline, ranked
    from forensics.progress import Terminal
    from forensics.report.incident_view import short
    from forensics.report.tables import emit

    with Case.open(case) as opened:
        keep_baseline(opened, baseline)
        ensure_analysed(opened, Terminal())
        found = ranked(opened)
        if found.is_empty():
            Terminal().say(NOTHING)
        emit(short(found, style, output), style=style, output=output, title="Incidents")


def incident(
    name: Annotated[str, typer.Argument(metavar="ID", help="An incident's id, the beginning of it, or its rank.")] = "1",
    case: CaseFolder = DEFAULT_CASE,
    style: StyleOption = None,
    output: OutputOption = None,
) -> None:
    """Show one incident: its course, its phases, whom it hit, who, how sure.

    \b
    Examples:
      forensics incident 1
      forensics incident 2024-03-02T00:00Z
      forensics incident 2024-03-02T00:00Z-errors-everything --format json
    """
    from forensics.analysis import ensure_analysed
    from forensics.case.case import Case
    from forensics.incidents.listing import picture
    from forensics.progress import Terminal
    from forensics.report.incident_view import show
    from forensics.report.tables import emit

    with Case.open(case) as opened:
        ensure_analysed(opened, Terminal())
        found = picture(opened, name)
        if output is None and style in (None, Style.TABLE):
            show(found)
        else:
            emit(found.table(), style=style, output=output)


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(incidents)
    app.command()(incident)
