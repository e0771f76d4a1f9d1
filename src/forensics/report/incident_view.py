"""One incident in the terminal: summary, load and failures as sparklines, phases, whom it hit, on what it rests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from forensics.certainty import word
from forensics.incidents.listing import Picture
from forensics.report.tables import chosen_style, readable
from forensics.report.words import PAYING, UNKNOWN_PAYING
from forensics.text import printable

BARS = " ▁▂▃▄▅▆▇█"
LABEL = 10
"""Characters before a sparkline."""


def show(picture: Picture, console: Console | None = None) -> None:
    """Print the incident to standard output."""
    console = console or Console()
    console.print(Group(*_parts(picture, max(20, min(120, console.width) - LABEL))))


def _parts(picture: Picture, width: int) -> Iterator[RenderableType]:
    incident = picture.incident
    yield Text(printable(f"{incident['incident_id']}  ({incident['severity']})"), style="bold")
    yield Text(printable(incident["summary"] or ""))
    yield Text("")
    yield from _curves(picture.minutes, width)
    yield _facts(incident)
    yield _phases(picture.phases)
    if picture.attributions:
        yield _who(picture.attributions)
    yield Text(printable(f"Basis: {incident['basis'] or ''}"), style="dim")


def _curves(minutes: pl.DataFrame, widest: int) -> Iterator[Text]:
    if minutes.is_empty():
        return
    width = max(1, -(-minutes.height // widest))
    buckets = minutes.group_by_dynamic("minute", every=f"{width}m", start_by="datapoint").agg(
        pl.col("requests", "failed", "expected_requests").sum(), pl.col("latency_ms").mean()
    )
    scale = max(float(buckets["requests"].max() or 0), float(buckets["expected_requests"].max() or 0), 1.0)  # type: ignore[arg-type]
    first, last = minutes["minute"].min(), minutes["minute"].max()
    yield Text(f"{_clock(first)} to {_clock(last)} UTC; one character is {width} min, full height {scale:,.0f} requests", style="dim")
    yield Text(f"{'requests':{LABEL}}{sparkline(buckets['requests'].to_list(), scale)}", style="cyan")
    yield Text(f"{'expected':{LABEL}}{sparkline(buckets['expected_requests'].to_list(), scale)}", style="dim")
    yield Text(f"{'failed':{LABEL}}{sparkline(buckets['failed'].to_list(), scale)}", style="red")
    if buckets["latency_ms"].is_not_null().any():
        slowest = max(value for value in buckets["latency_ms"].to_list() if value is not None)
        yield Text(f"{'latency':{LABEL}}{sparkline(buckets['latency_ms'].to_list(), slowest)}", style="yellow")
        yield Text(f"{'':{LABEL}}latency up to {slowest:,.0f} ms; heights are on a square-root scale", style="dim")
    yield Text("")


def sparkline(values: Sequence[float | None], scale: float) -> str:
    """Return one character per value, on a square-root scale so that a little is seen beside much; NULL is a dot."""
    return "".join(_bar(value, scale) for value in values)


def _bar(value: float | None, scale: float) -> str:
    if value is None:
        return "·"
    if value <= 0 or scale <= 0:
        return " "
    return BARS[min(8, max(1, round(8 * (value / scale) ** 0.5)))]


def _clock(at: Any) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if isinstance(at, datetime) else ""


def _facts(incident: dict[str, Any]) -> Table:
    table = Table(show_header=False, box=None, pad_edge=False)
    verdict = incident["verdict"] or "inconclusive"
    sure = f"{verdict} ({word(incident['likelihood'])}, {incident['likelihood']:.0%})" if incident["likelihood"] else verdict
    rows = {
        "scope": incident["scope"], "ramp from": incident["ramp_started_at"], "started": incident["started_at"],
        "worst": incident["peaked_at"],
        "mitigated": incident["mitigated_at"] or "not within the logs", "ended": incident["ended_at"] or "not within the logs",
        "requests": f"{incident['requests']:,}, {incident['failed_requests']:,} failed, {incident['missing_requests'] or 0:,.0f} missing",
        "met failures": _met_failures(incident), "verdict": sure,
    }  # fmt: skip
    for name, value in rows.items():
        if value is not None:
            table.add_row(Text(name, style="bold"), Text(readable(value)))
    return table


def _met_failures(incident: dict[str, Any]) -> str:
    hit, paying = incident["affected_accounts"], incident["affected_paying_accounts"]
    if not hit:
        return "0"
    return f"{hit:,} ({UNKNOWN_PAYING})" if paying is None else f"{hit:,}, {paying:,} of them paying ({PAYING})"


def _phases(phases: list[dict[str, Any]]) -> Table:
    table = Table(title=Text("Phases"), title_justify="left", header_style="bold")
    for name in ("phase", "from", "to", "minutes"):
        table.add_column(name, justify="right" if name == "minutes" else "left")
    for row in phases:
        minutes = (row["ended_at"] - row["started_at"]).total_seconds() / 60
        cells = (row["phase"], readable(row["started_at"]), readable(row["ended_at"]), f"{minutes:,.1f}")
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _who(attributions: list[dict[str, Any]]) -> Table:
    table = Table(title=Text("Who the load is attributed to"), title_justify="left", header_style="bold")
    for name in ("rank", "subject", "excess requests", "share", "likelihood"):
        table.add_column(name, justify="left" if name == "subject" else "right")
    for row in attributions[:10]:
        cells = (row["rank"], row["subject"], row["excess_requests"], row["load_share"], row["likelihood"])
        table.add_row(*(Text(readable(cell)) for cell in cells))
    return table


IN_TABLE = {"incident_id": "incident", "severity": "severity", "until": "until", "failed_requests": "failed", "affected_accounts": "hit"}
"""Columns that fit a terminal, and what they are called there; other styles carry all."""


def short(incidents: pl.DataFrame, style: str | None, output: Path | None) -> pl.DataFrame:
    """Return the columns that a listing of this style shows."""
    if chosen_style(style, output) != "table":
        return incidents
    sure = pl.format("{} ({}%)", "verdict", (pl.col("likelihood") * 100).round().cast(pl.Int64)).alias("verdict")
    until = pl.col("ended_at").dt.strftime("%m-%d %H:%M").alias("until")
    return incidents.with_columns(until).select(*(pl.col(name).alias(title) for name, title in IN_TABLE.items()), sure)
