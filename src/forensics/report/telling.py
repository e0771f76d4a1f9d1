"""Which rows of the story are told where not all of them fit: those of the worst incidents first, then what was noted around them."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from forensics.report.document import Document
from forensics.report.frames import Frames
from forensics.report.words import moment

WORST = 9
"""Incidents whose rows come before those of all others (they are the ones that the summary tells)."""

AROUND = timedelta(hours=1)
"""What was noted, or not logged, so short a time before or after an incident belongs to its story."""

ACCOUNTS = ("sign-up", "payment", "account starts", "account seen")
"""Types of which there is a row for each account: they come after what happened."""

Told = tuple[str, datetime, datetime | None]
"""Id, beginning (of the rise, where there is one) and end of an incident."""


def importance(worst: list[Told]) -> pl.Expr:
    """Return for each row of the story how late it may be told, 0 to 4; ``worst``: the worst incidents."""
    own = pl.col("incident_id").is_in([incident for incident, _, _ in worst])
    near = [
        (pl.col("occurred_at") >= start - AROUND) & (pl.col("occurred_at") <= end + AROUND if end else pl.lit(True))
        for _, start, end in worst
    ]
    account, whole = pl.col("event_type").is_in(ACCOUNTS), pl.col("incident_id").is_null()
    around = whole & pl.any_horizontal(pl.lit(False), *near)
    rank = pl.when(own & ~account).then(0).when(around).then(1).when(own).then(2).when(~whole).then(3).otherwise(4)
    return rank.cast(pl.Int8).alias("rank")


def first(ranks: pl.Series, most: int) -> pl.Series:
    """Return the places of the ``most`` rows that are told, in their order."""
    places = pl.DataFrame({"rank": ranks, "place": pl.int_range(len(ranks), eager=True)})
    return places.sort("rank", "place").head(most)["place"].sort()


def head(frames: Frames, most: int) -> pl.DataFrame:
    """Return at most so many rows of the story, in their order, of which there may be very many."""
    columns = frames["incidents"].select("incident_id", pl.coalesce("ramp_started_at", "started_at"), "ended_at").head(WORST)
    ranked = importance(list(columns.iter_rows()))
    places = first(frames.of("timeline", lambda piece: piece.select(ranked)).to_series(), most)
    held, before = [], 0
    for piece in frames.pieces("timeline"):
        here = places.filter((places >= before) & (places < before + piece.height)) - before
        held.append(piece[here])
        before += piece.height
    return pl.concat(held)


def ranks(document: Document) -> tuple[int, ...]:
    """Return the importance of each row of a document's story."""
    rows = document.rows("timeline")
    story = pl.DataFrame(
        {
            "incident_id": [row["incident_id"] for row in rows],
            "event_type": [row["event_type"] for row in rows],
            "occurred_at": [moment(row["occurred_at"]) for row in rows],
        },
        schema={"incident_id": pl.String, "event_type": pl.String, "occurred_at": pl.Datetime("us")},
    )
    worst = [
        (row["incident_id"], row["ramp_started_at"] or row["started_at"], row["ended_at"]) for row in document.rows("incidents")[:WORST]
    ]
    told = [(incident, moment(start), moment(end)) for incident, start, end in worst]
    return tuple(story.select(importance([(i, start, end) for i, start, end in told if start is not None])).to_series())
