"""Data to standard output or a file: table, csv, json or jsonl, always from the same frame."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forensics.report import terminal
from forensics.text import FORMULA_START, defused, printable

if TYPE_CHECKING:
    import polars as pl

ISO_8601 = "%Y-%m-%dT%H:%M:%S%.6fZ"


def emit(frame: pl.DataFrame, *, style: str | None = None, output: Path | None = None, title: str = "") -> None:
    """Write a frame: ``table`` on a terminal and ``csv`` in a pipe unless ``style`` says otherwise."""
    chosen = chosen_style(style, output)
    if chosen == "table":
        write_table(frame, title, output)
        return
    text = {"csv": as_csv, "json": as_json, "jsonl": as_jsonl}[chosen](frame)
    if output is None:
        terminal.write(text)
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8", newline="")


def chosen_style(style: str | None, output: Path | None) -> str:
    """Return the style that was asked for, else ``table`` on a terminal and ``csv`` anywhere else."""
    return style or ("table" if output is None and sys.stdout.isatty() else "csv")


def plain(value: Any) -> Any:
    """Return a value of a frame as JSON would carry it: times as ISO 8601 in UTC with ``Z``, maps with sorted keys;
    a decimal without places is a whole number.
    """
    if isinstance(value, datetime):
        utc = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return utc.isoformat(timespec="microseconds") + "Z"
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and not isfinite(value):
        return None  # 0 / 0: JSON has no word for it
    if isinstance(value, Decimal):  # sums of whole numbers come as decimals without places
        return int(value) if value.as_tuple().exponent == 0 else float(value)
    if isinstance(value, dict):
        return {str(key): plain(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def plain_column(series: pl.Series) -> list[Any]:
    """Return what ``plain`` makes of each value of a column; whole columns at once where the type allows."""
    import polars as pl

    kind = series.dtype
    if isinstance(kind, pl.Datetime):
        return series.dt.strftime(ISO_8601).to_list()
    if isinstance(kind, pl.Decimal) or (kind.is_nested() and kind != pl.List(pl.String)):
        return [plain(value) for value in series.to_list()]
    return series.to_list()


def cell(value: Any) -> str:
    """Return a value as one CSV cell: NULL is empty, lists are joined by ``; ``, text that would be a formula is defused."""
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return defused("; ".join(str(item) for item in value))
    if isinstance(value, dict):
        return defused(json.dumps(value, ensure_ascii=False, sort_keys=True))
    return str(value) if isinstance(value, int | float) else defused(str(value))


def as_csv(frame: pl.DataFrame) -> str:
    """Return the frame as RFC 4180 CSV with ``\\n`` line ends; every text cell is harmless in a spreadsheet."""
    import polars as pl

    cells = ((series.name, _cells(series)) for series in frame)
    return frame.select(pl.when(text != "").then(text).alias(name) for name, text in cells).write_csv(
        line_terminator="\n", quote_style="necessary"
    )


def _cells(series: pl.Series) -> pl.Expr:
    """Return a column of a frame as the texts that ``cell`` makes of its values; whole columns at once where the type allows."""
    import polars as pl

    kind, column = series.dtype, pl.col(series.name)
    if kind == pl.String:
        return _defused(column)
    if kind == pl.List(pl.String):
        return _defused(column.list.eval(pl.element().fill_null("None")).list.join("; "))
    if kind.is_integer() or kind == pl.Boolean:
        return column.cast(pl.String)
    if kind.is_float():
        return pl.lit(pl.Series([cell(value) for value in series.to_list()], dtype=pl.String))
    if isinstance(kind, pl.Datetime):
        return column.dt.strftime(ISO_8601)
    return pl.lit(pl.Series([cell(value) for value in series.to_list()], dtype=pl.String))


def _defused(texts: pl.Expr) -> pl.Expr:
    import polars as pl

    dangerous = texts.str.starts_with("'") | texts.str.contains(FORMULA_START)
    return pl.when(dangerous).then("'" + texts).otherwise(texts)


def _objects(frame: pl.DataFrame) -> Iterator[dict[str, Any]]:
    return ({key: plain(value) for key, value in row.items()} for row in frame.iter_rows(named=True))


def as_json(frame: pl.DataFrame) -> str:
    """Return the frame as one JSON array of objects."""
    return terminal.harmless_json(json.dumps(list(_objects(frame)), ensure_ascii=False, indent=2)) + "\n"


def as_jsonl(frame: pl.DataFrame) -> str:
    """Return the frame as JSON lines."""
    return terminal.harmless_json("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in _objects(frame)))


def write_table(frame: pl.DataFrame, title: str, output: Path | None) -> None:
    """Write the frame for a person: text only, no markup and no control sequence from the data is obeyed."""
    from rich.console import Console
    from rich.text import Text

    def printed(console: Console) -> None:
        if title:
            console.print(Text(title, style="italic"))
        rows = [[readable(value) for value in row] for row in frame.iter_rows()]
        console.print(terminal.laid_out(frame.columns, rows, [kind.is_numeric() for kind in frame.dtypes], console))

    if output is None:
        printed(Console())
        return
    with output.open("w", encoding="utf-8") as stream:
        printed(Console(file=stream, width=200))


def readable(value: Any) -> str:
    """Return a value as a person reads it in a terminal cell."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, Decimal):
        value = plain(value)
    if isinstance(value, float):
        number = float(value)
        return f"{number:,.3g}" if abs(number) < 1000 else f"{number:,.0f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return printable(cell(value) if isinstance(value, list | dict | bool) else str(value))
