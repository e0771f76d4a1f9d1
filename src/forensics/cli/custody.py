"""Custody: raw lines, verification, and SQL on the case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forensics.cli.options import DEFAULT_CASE, CaseFolder, OutputOption, StyleOption


def show(
    reference: Annotated[str, typer.Argument(metavar="EVIDENCE:LINE", help="An evidence id or a path, and a line number.")],
    raw: Annotated[bool, typer.Option("--raw", help="Write the bytes as they are (into a pipe or a file, not to a terminal).")] = False,
    case: CaseFolder = DEFAULT_CASE,
) -> None:
    """Show the raw line behind a finding, after checking that the file still has the bytes that were loaded.

    \b
    Examples:
      forensics show 3f9a2c41d07b:1207
      forensics show edge-1/access.log.3.gz:1207
      forensics show access.log:1 --raw | xxd
    """
    from forensics.case.case import Case
    from forensics.evidence.provenance import show as shown
    from forensics.evidence.provenance import write
    from forensics.progress import Terminal

    narration = Terminal()
    with Case.open(case) as opened:
        line = shown(opened, reference, narration)
    narration.say(line.origin())
    write(line, raw)
    line.complain()


def verify(
    search: Annotated[Path | None, typer.Option("--search", help="A folder in which missing evidence is looked for by its bytes.")] = None,
    head: Annotated[
        str | None, typer.Option("--head", help="A custody head kept elsewhere (run.json), which must be in the chain.")
    ] = None,
    case: CaseFolder = DEFAULT_CASE,
    style: StyleOption = None,
    output: OutputOption = None,
) -> None:
    """Re-hash all evidence and the event store, re-walk the custody chain; exit code 3 when anything does not match.

    \b
    Examples:
      forensics verify --case case
      forensics verify --search /mnt/archive
      forensics verify --head "$(jq -r .custody_head report/run.json)"
    """
    import polars as pl

    from forensics.case.case import Case
    from forensics.evidence.verify import complain, summed
    from forensics.evidence.verify import verify as verified
    from forensics.progress import Terminal
    from forensics.report.tables import chosen_style, emit

    with Case.open(case) as opened:
        checks = verified(opened, Terminal(), search, head)
    shown = summed(checks) if chosen_style(style, output) == "table" else checks
    emit(pl.DataFrame([vars(check) for check in shown]), style=style, output=output)
    complain(checks)


def sql(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="One SELECT statement.", show_default=False)],
    case: CaseFolder = DEFAULT_CASE,
    style: StyleOption = None,
    output: OutputOption = None,
) -> None:
    """Ask the case in SQL: one SELECT statement, read-only, with no access to anything outside the case.

    \b
    Examples:
      forensics sql "SELECT status, count(*) AS requests FROM events GROUP BY status ORDER BY status"
      forensics sql "FROM participants" --format json
      forensics sql "SHOW ALL TABLES"
    """
    from forensics.case.query import select
    from forensics.progress import Terminal
    from forensics.report.tables import emit

    emit(select(case, query, Terminal()), style=style, output=output)


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(show)
    app.command()(verify)
    app.command()(sql)
