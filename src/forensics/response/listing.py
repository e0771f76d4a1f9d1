"""What `forensics response` lists."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from forensics.case.case import Case
from forensics.incidents.listing import chosen, ranked
from forensics.report.tables import chosen_style
from forensics.report.words import share

NOTHING = (
    "No measure is planned where nobody is blamed: the report tells which explanations were weighed, and what would decide between them."
)
MOST_NAMED = 3
"""Names of a measure's scope that a terminal shows."""


def response_listing(case: Case, name: str | None, style: str | None, output: Path | None) -> pl.DataFrame:
    """Return rows of ``response``, of one incident (its id, the beginning of it, or its rank) or of all; on a terminal fewer columns."""
    rows = case.table("response")
    rows = rows if name is None else rows.filter(pl.col("incident_id") == chosen(case, name)["incident_id"])
    if rows.is_empty():
        print(NOTHING, file=sys.stderr)
    return _choices(rows, ranked(case)["incident_id"].to_list()) if chosen_style(style, output) == "table" else rows


def _choices(rows: pl.DataFrame, worst_first: list[str]) -> pl.DataFrame:
    names = pl.col("scope").str.split(", ")
    several = pl.format("{} and {} more", names.list.head(MOST_NAMED).list.join(", "), names.list.len().cast(pl.Int64) - MOST_NAMED)
    scope = pl.when(names.list.len() > MOST_NAMED).then(several).otherwise("scope").alias("scope")
    order = pl.col("incident_id").replace_strict(worst_first, range(len(worst_first)), default=None, return_dtype=pl.Int64)
    return rows.sort(order, maintain_order=True).select(
        pl.col("incident_id").str.split("Z-").list.first().alias("incident"),
        "measure",
        pl.col("accounts_hit").alias("hit"),
        pl.col("uninvolved_hit").alias("uninvolved"),
        pl.col("load_covered").map_elements(share, return_dtype=pl.String, skip_nulls=False).alias("load"),
        scope,
    )
