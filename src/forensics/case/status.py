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

_BRIEF = ("path", "format", "tier", "lines", "events", "rejected", "skipped", "dupl.")
"""What of a file fits a terminal of 100 characters; other styles carry all."""


def section(case: Case, name: str) -> pl.DataFrame:
    """Return one section of the status (``SECTIONS``); duplicates and tiers are as of the last analysis."""
    case.execute("case", "status_minutes")
    return case.frame("case", SECTIONS[name][0])


def overview(case: Case) -> list[tuple[str, pl.DataFrame]]:
    """Return (title, frame) of all that a terminal shows, without the empty ones."""
    files = section(case, "files")
    tables = [("Evidence", brief(files)), ("Clocks", clocks(files)), ("Rejected lines", rejections(files))]
    tables += [(SECTIONS[name][1], section(case, name)) for name in ("coverage", "gaps", "assumptions")]
    return [(title, frame) for title, frame in tables if not frame.is_empty()]


def brief(files: pl.DataFrame) -> pl.DataFrame:
    """Return the files as fit for a terminal: fewer columns, and how sure the format is only where it is not certain."""
    unsure = pl.format("{} ({} %)", "format", (pl.col("format_share") * 100).floor().cast(pl.Int64))
    told = files.with_columns(
        pl.when((pl.col("kind") == "log") & (pl.col("format_share") < 0.995)).then(unsure).otherwise("format").alias("format"),
        pl.when(pl.col("counted") | pl.col("tier").is_null()).then(pl.col("tier")).otherwise(pl.col("tier") + " (again)").alias("tier"),
        pl.col("duplicates").alias("dupl."),
    )
    return told.select(_BRIEF)


def clocks(files: pl.DataFrame) -> pl.DataFrame:
    """Return what the logs say of time: zone and where it is from, first and last second, backward steps of the clock, holes."""
    zone = pl.when(pl.col("time_zone_source") == "log").then("time_zone").otherwise(pl.format("{} ({})", "time_zone", "time_zone_source"))
    return files.filter(pl.col("kind") == "log").select(
        "path",
        zone.alias("zone"),
        pl.col("first_at").dt.strftime("%Y-%m-%d %H:%M:%S").alias("first"),
        pl.col("last_at").dt.strftime("%Y-%m-%d %H:%M:%S").alias("last"),
        pl.col("backward_steps").alias("steps back"),
        "holes",
    )


def rejections(files: pl.DataFrame) -> pl.DataFrame:
    """Return the files with rejected lines and their commonest reasons."""
    return files.filter(pl.col("rejected") > 0).select("path", "rejected", "rejected_because")
