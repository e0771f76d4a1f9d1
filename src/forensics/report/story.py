"""The timeline as a listing: narrowed to what is asked for, in the zone that is asked for, with a picture in characters above it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from forensics import certainty
from forensics.analysis import ensure_analysed
from forensics.case.case import Case
from forensics.errors import UsageError
from forensics.progress import Progress
from forensics.report import terminal
from forensics.report.collect import PICTURE_ONLY, collect
from forensics.report.document import Picture
from forensics.report.frames import Frames
from forensics.report.markdown import escaped, sparkline
from forensics.report.masking import masked
from forensics.report.picture import onsets, pictures
from forensics.report.tables import chosen_style, emit
from forensics.report.write import csv_columns
from forensics.text import printable


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which rows of the story: around a time, of an actor or account, of a type, told in a zone."""

    around: str | None = None
    """ISO 8601; without an offset it is UTC."""
    within: float = 60.0
    """Minutes on either side of ``around``."""
    actor: str | None = None
    """An actor id, a label or an account id."""
    event_type: str | None = None
    """The beginning of a type: ``phase`` stands for every phase."""
    zone: str | None = None
    """IANA name; adds the column ``local_time``."""

    def apply(self, story: pl.DataFrame, labels: dict[str, str]) -> pl.DataFrame:
        """Return the rows that fit; ``UsageError`` for a time or a zone that cannot be read."""
        if self.around is not None:
            middle, reach = _moment(self.around), timedelta(minutes=self.within)
            story = story.filter(pl.col("occurred_at").is_between(middle - reach, middle + reach))
        if self.actor is not None:
            ids = [self.actor, *(actor for actor, label in labels.items() if label == self.actor)]
            story = story.filter(pl.col("actor_id").is_in(ids) | (pl.col("account_id") == self.actor))
        if self.event_type is not None:
            story = story.filter(pl.col("event_type").str.starts_with(self.event_type))
        return story if self.zone is None else _local(story, self.zone)


def told(case: Case, incident: str | None, chosen: Filter, progress: Progress) -> tuple[pl.DataFrame, tuple[Picture, ...]]:
    """Return the rows of the story that fit, and the pictures of the incidents, that of a long one's beginning before that of the whole;
    ``UsageError`` when there is no such incident.
    """
    ensure_analysed(case, progress)
    frames = collect(case, incident, ("timeline", "incidents", "actors", *PICTURE_ONLY))
    labels = dict(frames.of("actors", lambda piece: piece.select("actor_id", "label")).iter_rows())
    return chosen.apply(masked(frames["timeline"]), labels), _in_turn(frames)


def _in_turn(frames: Frames) -> tuple[Picture, ...]:
    begun = {picture.incident_id: (picture,) for picture in onsets(frames)}
    return tuple(drawn for whole in pictures(frames) for drawn in (*begun.get(whole.incident_id, ()), whole))


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip().removesuffix(" UTC"))
    except ValueError as error:
        raise UsageError(f"“{text}” is no time: write it like 2024-03-02T00:00 or 2024-03-02T01:00+01:00.") from error
    return at if at.tzinfo is None else at.astimezone(UTC).replace(tzinfo=None)


def _local(story: pl.DataFrame, zone: str) -> pl.DataFrame:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(f"“{zone}” is no time zone: give an IANA name such as Europe/Berlin.") from error
    local = pl.col("occurred_at").dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.strftime("%Y-%m-%d %H:%M:%S %z")
    return story.insert_column(story.get_column_index("occurred_at") + 1, story.select(local.alias("local_time")).to_series())


def as_markdown(story: pl.DataFrame) -> str:
    """Return the story as a Markdown list, to paste into a post-mortem."""
    lines = []
    for row in story.iter_rows(named=True):
        at = row.get("local_time") or f"{row['occurred_at']:%Y-%m-%d %H:%M:%S} UTC"
        source = f" (`{row['evidence_id']}:{row['line']}`)" if row["evidence_id"] and row["line"] else ""
        lines.append(f"- **{at}** {escaped(row['event_type'])}: {escaped(row['message'])}{escaped(_certainty(row))}{source}\n")
    return "".join(lines)


def _certainty(row: dict[str, object]) -> str:
    likelihood = row["likelihood"]
    if row["observed"]:
        return ""
    return f" – inferred, {certainty.word(likelihood)} ({likelihood:.0%})" if isinstance(likelihood, float) else " – inferred"


def print_story(story: pl.DataFrame, drawn: tuple[Picture, ...]) -> None:
    """Print the story for a person: load and failures as bars, then one line each; inferences in italics and said so."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    for picture in drawn:
        _print_picture(picture)
    if story.is_empty():
        console.print(Text("No row of the timeline fits."))
        return
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("time" if "local_time" in story.columns else "time (UTC)", "type", "what"):
        table.add_column(heading, overflow="fold", no_wrap=heading.startswith("time"))
    for row in story.iter_rows(named=True):
        at = row.get("local_time") or f"{row['occurred_at']:%Y-%m-%d %H:%M:%S}"
        what = Text(printable(row["message"] + _certainty(row)), style="" if row["observed"] else "italic")
        source = f"{row['evidence_id']}:{row['line']}" if row["evidence_id"] and row["line"] else row["evidence_id"] or ""
        table.add_row(Text(at), Text(printable(row["event_type"]), style="cyan"), what.append(f"  {source}" if source else "", style="dim"))
    console.print(table)


def _print_picture(picture: Picture) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console()
    width = max(8, min(100, console.width - 32))
    console.print(Text(f"{printable(picture.incident_id)}  {picture.times[0][:16]} to {picture.times[-1][:16]} UTC", style="bold"))
    console.print(
        Text(
            "at the end of a line: the most in a minute" + ("" if picture.step == 1 else f", as means of {picture.step} minutes"),
            style="dim",
        )
    )
    lines: list[tuple[str, tuple[float | None, ...], str]] = [("requests", picture.requests, ""), ("failed", picture.failed, "red")]
    lines += [(layer.label, layer.requests, "yellow") for layer in picture.in_text]
    for name, values, style in lines:
        most = max((value for value in values if value is not None), default=0.0)
        console.print(Text.assemble(f"{printable(name)[:20]:<20}  ", (sparkline(values, width), style), f" {most:,.0f}"))
    console.print()


def write_story(story: pl.DataFrame, style: str | None, output: Path | None, drawn: tuple[Picture, ...]) -> None:
    """Write the story in a style of ``report.tables`` or as ``markdown``; on a terminal it is printed for a person."""
    chosen = chosen_style(style, output)
    if chosen == "table" and output is None:
        print_story(story, drawn)
    elif chosen == "markdown":
        text = as_markdown(story)
        if output is None:
            terminal.write(text)
        else:
            output.write_text(text, encoding="utf-8", newline="")
    else:
        emit(story if chosen == "table" else csv_columns("timeline", story), style=chosen, output=output)
