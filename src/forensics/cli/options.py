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


CaseFolder = Annotated[Path, typer.Option("--case", envvar="FORENSICS_CASE", help="The case folder.", show_envvar=True)]
StyleOption = Annotated[
    Style | None,
    typer.Option("--format", help="How to write the listing (default: table on a terminal, csv in a pipe)."),
]
OutputOption = Annotated[Path | None, typer.Option("--output", help="Write the listing to this file instead of standard output.")]

DEFAULT_CASE = Path("case")
