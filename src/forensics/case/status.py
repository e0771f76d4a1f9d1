"""What the case holds and how it was read: files, reasons for rejects, coverage, holes, assumptions."""

from __future__ import annotations

import polars as pl

from forensics.case.case import Case

SECTIONS: dict[str, tuple[str, str]] = {
    "files": ("status_files", "Evidence"),
    "coverage": ("status_coverage", "Hours covered"),
    "gaps": ("status_gaps", "Holes in coverage"),
    "assumptions": ("status_assumptions", "Assumptions"),
}
"""Section -> (query, title)."""

_BRIEF = {
    "path": "path",
    "format": "format",
    "sure": "sure",
    "host": "host",
    "tier": "tier",
    "zone": "zone",
    "lines": "lines",
    "events": "events",
    "rejected": "rejected",
    "skipped": "skipped",
    "duplicates": "dupl.",
    "first_at": "first",
    "last_at": "last",
    "back": "back/holes",
}


def section(case: Case, name: str) -> pl.DataFrame:
    """Return one section of the status (``SECTIONS``); duplicates and tiers are as of the last analysis."""
    case.execute("case", "status_minutes")
    return case.frame("case", SECTIONS[name][0])


def overview(case: Case) -> list[tuple[str, pl.DataFrame]]:
    """Return (title, frame) of all that a terminal shows, without the empty ones."""
    files = section(case, "files")
    tables = [("Evidence", brief(files)), ("Rejected lines", rejections(files))]
    tables += [(SECTIONS[name][1], section(case, name)) for name in ("coverage", "gaps", "assumptions")]
    return [(title, frame) for title, frame in tables if not frame.is_empty()]


def brief(files: pl.DataFrame) -> pl.DataFrame:
    """Return the files as fit for a terminal: fewer columns, zone and tier said in one word each."""
    told = files.with_columns(
        pl.when(pl.col("kind") == "log").then((pl.col("format_share") * 100).round(0).cast(pl.Int64).cast(pl.String) + " %").alias("sure"),
        pl.when(pl.col("counted") | pl.col("tier").is_null()).then(pl.col("tier")).otherwise(pl.col("tier") + " (again)").alias("tier"),
        pl.when(pl.col("time_zone_source") == "log")
        .then(pl.lit("as logged"))
        .otherwise(pl.col("time_zone") + " (" + pl.col("time_zone_source") + ")")
        .alias("zone"),
        pl.when(pl.col("kind") == "log")
        .then(pl.col("backward_steps").cast(pl.String) + "/" + pl.col("holes").cast(pl.String))
        .alias("back"),
    )
    return told.select(pl.col(name).alias(shown) for name, shown in _BRIEF.items())


def rejections(files: pl.DataFrame) -> pl.DataFrame:
    """Return the files with rejected lines and their commonest reasons."""
    return files.filter(pl.col("rejected") > 0).select("path", "rejected", "rejected_because")
