"""One ordered story from every table: each source is one ``.sql`` file in ``timeline/sources``; the folder is the registry."""

from __future__ import annotations

import polars as pl

from forensics.case.case import Case
from forensics.case.sql import names

SOURCES = "timeline/sources"

COLUMNS: dict[str, pl.DataType] = {
    "incident_id": pl.String(),  # NULL: belongs to the whole case (coverage, notes)
    "occurred_at": pl.Datetime("us"),
    "event_type": pl.String(),
    "message": pl.String(),
    "observed": pl.Boolean(),  # seen in evidence, or inferred
    "actor_id": pl.String(),
    "account_id": pl.String(),
    "evidence_id": pl.String(),
    "line": pl.Int64(),
    "rows": pl.Int64(),  # rows of evidence behind the sentence
    "likelihood": pl.Float64(),  # of an inference
}
"""Column -> type of what every source yields."""


def build(case: Case) -> None:
    """Fill ``timeline`` from every source, in one total order, then point every row that it can at a line of evidence."""
    case.execute("incidents", "macros")
    frames = [case.frame(SOURCES, name).select(pl.col(column).cast(kind) for column, kind in COLUMNS.items()) for name in names(SOURCES)]
    story = pl.concat(frames).filter(pl.col("occurred_at").is_not_null())
    case.replace("timeline", story.unique().sort(*ORDER))
    case.execute("timeline", "point_at_evidence")


ORDER = (
    "occurred_at",
    "incident_id",
    "event_type",
    "message",
    "actor_id",
    "account_id",
    "evidence_id",
    "line",
    "rows",
    "observed",
    "likelihood",
)
