"""What `forensics taken` lists."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from forensics.case.case import Case
from forensics.collection import PACKAGE
from forensics.collection.taken import taken_by
from forensics.linkage.structure import actor_named
from forensics.report.tables import chosen_style

NO_OBJECTS = "What those who made the load of an incident were served names no object, and brought nothing that could be counted."
NOTHING = (
    "Nobody is known to have made the load of an incident: nothing is counted as taken. Name an actor or an account to see what it was "
    "served."
)


def taken_listing(case: Case, subject: str | None, style: str | None, output: Path | None) -> pl.DataFrame:
    """Return rows of ``taken``: of all whose load an incident was; of one actor or account, blamed or not; of one network that is blamed.

    On a terminal: fewer columns, and the actor's totals first (an object that several accounts fetched is one object), with their share
    of the catalogue that the case knows.
    """
    if subject is None:
        rows, totals = case.table("taken"), case.table("taken_totals")
        if rows.is_empty():
            print(NO_OBJECTS if case.rows(PACKAGE, "suspects") else NOTHING, file=sys.stderr)
    else:
        strangers = [row for row in case.rows(PACKAGE, "strangers") if row["subject"] == subject]
        rows, totals = taken_by(case, {} if strangers else dict.fromkeys(_accounts_meant(case, subject), subject), strangers)
    return _short(rows, totals) if chosen_style(style, output) == "table" else rows


def _accounts_meant(case: Case, name: str) -> list[str]:
    """Return the accounts that a name means: an id of an actor or account, an email address, an actor's label; ``UsageError`` otherwise."""

    def of(subject: str) -> list[str]:
        return [row["account_id"] for row in case.rows(PACKAGE, "accounts_of", subject=subject)]

    return of(name) or [row["account_id"] for row in case.rows("case", "accounts_named", wanted=name)] or of(actor_named(case, name))


def _short(rows: pl.DataFrame, totals: pl.DataFrame) -> pl.DataFrame:
    share = pl.format("{} %", (pl.col("catalogue_share") * 100).round(1)).alias("share")
    several = pl.when(pl.col("accounts") == 1).then(pl.lit("account")).otherwise(pl.lit("accounts"))
    counted = pl.format("{}, {} {}", "actor_id", "accounts", several)
    parts = [
        frame.with_columns(extra).select(
            who, pl.col("object_kind").alias("kind"), "objects", "pairs", "served", pl.col("requests").alias("asked"),
            (pl.col("bytes") / 1e6).round(0).cast(pl.Int64).alias("MB"), "share",
            pl.col("first_at").dt.strftime("%m-%d %H:%M").alias("first"),
        )
        for frame, who, extra in (
            (totals, pl.when(pl.col("accounts") > 0).then(counted).otherwise("actor_id").alias("who"), share),
            (rows.filter(pl.col("account_id").is_not_null()), pl.col("account_id").alias("who"), pl.lit(None, pl.String).alias("share")),
        )
    ]  # fmt: skip
    return pl.concat(parts)
