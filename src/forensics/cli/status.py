"""What the case holds, and what can be read."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from forensics.cli.options import DEFAULT_CASE, CaseFolder, OutputOption, Style, StyleOption


class Section(StrEnum):
    """What `status` lists."""

    FILES = "files"
    REFUSED = "refused"
    COVERAGE = "coverage"
    GAPS = "gaps"
    ASSUMPTIONS = "assumptions"


def status(
    section: Annotated[Section | None, typer.Option(help="List one section only (default: all in a terminal, else files).")] = None,
    case: CaseFolder = DEFAULT_CASE,
    style: StyleOption = None,
    output: OutputOption = None,
) -> None:
    """Show the evidence: format, zone, lines accounted for, coverage, holes, and what was assumed.

    \b
    Examples:
      forensics status
      forensics status --section gaps
      forensics status --format json --output status.json
    """
    from forensics.analysis import ensure_analysed
    from forensics.case.case import Case
    from forensics.case.status import SECTIONS, overview
    from forensics.case.status import section as of
    from forensics.progress import Terminal
    from forensics.report.tables import chosen_style, emit

    with Case.open(case) as opened:
        ensure_analysed(opened, Terminal())
        if section is None and output is None and chosen_style(style, output) == "table":
            tables = overview(opened)
            for title, frame in tables:
                emit(frame, style=Style.TABLE, title=title)
            if not tables:
                Terminal().say(f"Nothing has been loaded into {case}: `forensics load EVIDENCE... --case {case}`.")
            return
        name = section or Section.FILES
        emit(of(opened, name), style=style, output=output, title=SECTIONS[name][1])


def formats(style: StyleOption = None, output: OutputOption = None) -> None:
    """List every log format known, with its specification and a sample line.

    \b
    Examples:
      forensics formats
      forensics formats --format json
    """
    from forensics.formats.listing import known_formats
    from forensics.report.tables import emit

    emit(known_formats(), style=style, output=output, title="Log formats")


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(status)
    app.command()(formats)
