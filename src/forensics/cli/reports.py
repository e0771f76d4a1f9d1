"""Commands of the group ``reports``: the story, the report folder, exports for other tools."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from forensics.cli.options import DEFAULT_CASE, CaseFolder, IncidentArgument, OutputOption

OutFolder = Annotated[Path, typer.Option("--out", help="The folder to write to.")]
Redact = Annotated[bool, typer.Option("--redact", help="For readers who may not see personal data: keyed pseudonyms instead.")]
KeepDomains = Annotated[bool, typer.Option("--keep-domains", help="With --redact: leave mail domains readable.")]
ShowSecrets = Annotated[bool, typer.Option("--show-secrets", help="Leave tokens and passwords in URLs readable.")]


class StoryStyle(StrEnum):
    """How the story is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    MARKDOWN = "markdown"


def timeline(
    incident: IncidentArgument = None,
    around: Annotated[str | None, typer.Option("--around", metavar="TIME", help="Only rows near this time (UTC).")] = None,
    within: Annotated[float, typer.Option("--within", help="Minutes on either side of --around.")] = 60.0,
    actor: Annotated[str | None, typer.Option("--actor", help="Only rows of this actor (id or label) or account.")] = None,
    kind: Annotated[str | None, typer.Option("--type", help="Only types that begin like this: phase, blocked, note ...")] = None,
    zone: Annotated[str | None, typer.Option("--zone", help="Also tell the time in this zone, e.g. Europe/Berlin.")] = None,
    case: CaseFolder = DEFAULT_CASE,
    style: Annotated[
        StoryStyle | None, typer.Option("--format", help="How to write it (default: table on a terminal, csv in a pipe).")
    ] = None,
    output: OutputOption = None,
) -> None:
    """Tell the incident as an ordered story; every row points at evidence.

    \b
    Examples:
      forensics timeline
      forensics timeline --around 2024-03-02T00:00 --within 30 --zone America/Los_Angeles
      forensics timeline --type blocked --format markdown
      forensics timeline --format csv --output timeline.csv    # Timesketch imports it as it is
    """
    from forensics.case.case import Case
    from forensics.progress import Terminal
    from forensics.report.story import Filter, told, write_story

    chosen = Filter(around=around, within=within, actor=actor, event_type=kind, zone=zone)
    with Case.open(case) as opened:
        story, drawn = told(opened, incident, chosen, Terminal())
    write_story(story, style, output, drawn)


def report(
    incident: IncidentArgument = None,
    case: CaseFolder = DEFAULT_CASE,
    out: OutFolder = Path("report"),
    redact: Redact = False,
    keep_domains: KeepDomains = False,
    show_secrets: ShowSecrets = False,
    compare: Annotated[
        Path | None, typer.Option("--compare", metavar="OLD.json", help="Say what changed since an earlier report.json.")
    ] = None,
    saved: Annotated[Path | None, typer.Option("--from", metavar="REPORT.json", help="Render a saved report.json again; no case.")] = None,
) -> None:
    """Write the report folder: HTML, Markdown, JSON and CSV.

    \b
    Examples:
      forensics report --out report
      forensics report --out for-the-press --redact
      forensics report --out report --compare yesterday/report.json
      forensics report --from report/report.json --out again
    """
    from forensics.progress import Terminal
    from forensics.report.ordering import Order, deliver

    order = Order(case=case, out=out, incident=incident, redact=redact, keep_domains=keep_domains, show_secrets=show_secrets)
    files = deliver(order, compare=compare, saved=saved, progress=Terminal())
    Terminal().say(f"{len(files)} files written to {out}; open {out / 'report.html'}.")


def export(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="timesketch, parquet or graphml.", show_default=False)],
    incident: Annotated[str | None, typer.Option("--incident", help="One incident: id, its beginning, or rank (default: all).")] = None,
    case: CaseFolder = DEFAULT_CASE,
    out: OutFolder = Path("export"),
    redact: Redact = False,
    keep_domains: KeepDomains = False,
    show_secrets: ShowSecrets = False,
) -> None:
    """Write the findings in another tool's format.

    \b
    Examples:
      forensics export timesketch --out for-timesketch
      forensics export graphml --out for-gephi
      forensics export parquet --out tables --redact
    """
    from forensics.progress import Terminal
    from forensics.report.ordering import Order, deliver_export

    order = Order(case=case, out=out, incident=incident, redact=redact, keep_domains=keep_domains, show_secrets=show_secrets)
    files = deliver_export(order, kind, Terminal())
    Terminal().say("Written: " + ", ".join(str(file) for file in files) + ".")


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(timeline)
    app.command()(report)
    app.command()(export)
