"""Options that many commands share, said once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Style(StrEnum):
    """How a listing is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"


CASE_VARIABLE = "FORENSICS_CASE"
CaseFolder = Annotated[Path, typer.Option("--case", envvar=CASE_VARIABLE, help="The case folder.", show_envvar=True)]
StyleOption = Annotated[
    Style | None,
    typer.Option("--format", help="How to write the listing (default: table on a terminal, csv in a pipe)."),
]
IncidentArgument = Annotated[
    str | None, typer.Argument(metavar="ID", help="One incident: id, its beginning, or rank (default: all).", show_default=False)
]
EvidenceArgument = Annotated[
    list[str], typer.Argument(metavar="EVIDENCE", help="Files, folders, globs, or - for standard input.", show_default=False)
]
OutputOption = Annotated[Path | None, typer.Option("--output", help="Write the listing to this file instead of standard output.")]

DEFAULT_CASE = Path("case")


# What the user says about evidence at load ------------------------------------------------------------------------------

LogFormatOption = Annotated[
    str | None,
    typer.Option(
        "--log-format", help="Name of a log format (see `forensics formats`), or a format string of Apache, nginx, HAProxy or Squid."
    ),
]
TimeZoneOption = Annotated[str | None, typer.Option("--time-zone", help="IANA zone of timestamps that carry none (default: UTC).")]
SinceOption = Annotated[str | None, typer.Option("--from", help="Keep requests from this time on (ISO 8601, UTC unless it says).")]
UntilOption = Annotated[str | None, typer.Option("--to", help="Keep requests before this time.")]
ProxyOption = Annotated[list[str] | None, typer.Option("--trusted-proxy", help="Address or network whose X-Forwarded-For is believed.")]
ClockOption = Annotated[list[str] | None, typer.Option("--clock-offset", help="HOST=SECONDS to add to a host's clock.")]
StrictOption = Annotated[bool, typer.Option("--strict", help="Fail when any file is refused.")]


# Limits: options of every command, see ``Program.get_command`` ----------------------------------------------------------


def _memory(text: str | None) -> None:
    from forensics import limits

    if text is not None:
        limits.choose(memory=limits.parse_memory(text))


def _threads(count: int | None) -> None:
    from forensics import limits

    if count is not None:
        limits.choose(threads=count)


def _wait(wanted: bool) -> None:
    from forensics import limits

    if wanted:
        limits.choose(wait=True)


def limiting(
    memory: Annotated[
        str | None,
        typer.Option(
            callback=_memory, expose_value=False, help="Memory to use at most, 1GB or more (default: 2GB or a quarter of the machine's)."
        ),
    ] = None,
    threads: Annotated[
        int | None, typer.Option(callback=_threads, expose_value=False, min=1, help="Threads to use at most (default: all processors).")
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait", callback=_wait, expose_value=False, help="Wait while another process holds the case.")
    ] = False,
) -> None:
    """The limits that every command takes."""
