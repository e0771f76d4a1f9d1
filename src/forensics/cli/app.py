"""The command line: Typer commands, and what happens when something goes wrong."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from forensics import CONTRACT_VERSION, __version__
from forensics.cli import program
from forensics.cli.options import CASE_VARIABLE
from forensics.cli.program import INTERRUPTED, Program
from forensics.errors import ExitCode

GROUPS = ("demo", "load", "status", "incidents", "taken", "actors", "people", "reports", "custody")
"""Modules of this package that register commands, in the order of the help page."""

app = typer.Typer(
    name="forensics",
    cls=Program,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"forensics {__version__} (contract {CONTRACT_VERSION})")
        raise typer.Exit


@app.callback()
def forensics(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
    case: Annotated[Path | None, typer.Option("--case", help="The case folder, here or behind the command.")] = None,
) -> None:
    """Log forensics, offline: what happened, who caused it, how sure are we.

    Start with `forensics demo --out report`, or `forensics investigate EVIDENCE... --out report` on your own files.
    """
    if case is not None:
        os.environ[CASE_VARIABLE] = str(case)  # what stands behind the command goes before it


for group in GROUPS:
    import_module(f"forensics.cli.{group}").register(app)


def main() -> NoReturn:
    """Run the program; what goes wrong inside a command ends in ``Program.invoke``."""
    program.alone = True
    try:
        app()
    except KeyboardInterrupt:
        print(f"forensics: {INTERRUPTED}", file=sys.stderr)
        sys.exit(ExitCode.INTERRUPTED)
    except SystemExit as ended:
        if ended.code == ExitCode.INTERRUPTED:
            if not program.said:  # Ctrl-C before the command itself had begun
                print("forensics: interrupted before anything was done.", file=sys.stderr)
            os._exit(ExitCode.INTERRUPTED)  # threads that still work would keep the process for as long as they like
        raise
    sys.exit(ExitCode.DONE)
