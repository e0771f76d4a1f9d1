"""Commands of the group ``demo``: the main job in one command, on the bundled evidence or on your own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forensics.cli.options import (
    DEFAULT_CASE,
    CaseFolder,
    ClockOption,
    EvidenceArgument,
    LogFormatOption,
    ProxyOption,
    SinceOption,
    StrictOption,
    TimeZoneOption,
    UntilOption,
)

if TYPE_CHECKING:
    from forensics.investigation import Investigation

OutFolder = Annotated[Path, typer.Option("--out", help="The report folder.")]


def demo(out: OutFolder = Path("report")) -> None:
    """Investigate the March 2 case from the bundled sample evidence; its case is OUT/case.

    \b
    Examples:
      forensics demo
      forensics demo --out report
      forensics timeline --case report/case
    """
    from forensics.case.load_options import LoadOptions
    from forensics.investigation import investigate as run
    from forensics.investigation import sample_evidence
    from forensics.progress import Terminal

    tell(run(out / "case", [str(sample_evidence())], out, Terminal(), LoadOptions()), out / "case")


def investigate(
    evidence: EvidenceArgument,
    case: CaseFolder = DEFAULT_CASE,
    out: OutFolder = Path("report"),
    log_format: LogFormatOption = None,
    time_zone: TimeZoneOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    trusted_proxy: ProxyOption = None,
    clock_offset: ClockOption = None,
    strict: StrictOption = False,
) -> None:
    """Do the main job in one go: load the evidence, find what happened and who caused it, write the report.

    \b
    Examples:
      forensics investigate logs/ accounts.csv payments.csv --out report
      forensics investigate '/var/log/nginx/access.log*' --case monday
      zcat access.log.gz | forensics investigate - --case monday
      forensics investigate export.zip --time-zone Europe/Berlin --from 2024-02-19 --to 2024-03-05

    What differs from file to file (kind, tier, host, exhibit) is said with `forensics load`, before.
    """
    from forensics.case.load_options import read_options
    from forensics.investigation import investigate as run
    from forensics.progress import Terminal

    read = read_options(since, until, trusted_proxy, clock_offset)
    options = replace(read, log_format=log_format, time_zone=time_zone, strict=strict)
    tell(run(case, evidence, out, Terminal(), options), case)


def tell(found: Investigation, case: Path) -> None:
    """Print what was found, how sure it is, where the report is and what to do next."""
    from shlex import quote

    from forensics.text import printable

    for line in ("", *found.story, "", f"The report is {found.report}. Next:"):
        print(printable(line))
    for command in ("timeline", "response", "status"):
        print(printable(f"  forensics {command} --case {quote(str(case))}"))
    found.loaded.complain()


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(demo)
    app.command()(investigate)
