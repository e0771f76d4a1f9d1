"""What the case holds and how it was read: files, reasons for rejects and refusals, coverage, holes, assumptions."""

from __future__ import annotations

from itertools import takewhile

import polars as pl

from forensics.case.case import Case
from forensics.case.refused import KIND

SECTIONS: dict[str, tuple[str, str]] = {
    "files": ("status_files", "Evidence"),
    "refused": ("status_refused", "Files that could not be read"),
    "coverage": ("status_coverage", "Hours covered"),
    "gaps": ("status_gaps", "Holes in coverage"),
    "assumptions": ("status_assumptions", "Assumptions"),
}
"""Section -> (query, title)."""

_BRIEF = ("host", "path", "format", "tier", "lines", "events", "rejected", "skipped", "dupl.")
"""What of a file fits a terminal of 100 characters; other styles carry all."""
FOLDED = 12
"""More files of one log, read alike, are one row in a terminal: services deliver logs by the hour, and thousands of files."""
ALIKE = 3
"""Subjects of which one thing is told, above which a terminal tells it once."""
WORST = 20
"""Files with rejected lines that a terminal shows, those with most of them."""
_ROUTINE = r"^(?:blank|no record begins|the header|a header|continues )"
"""Reasons of skipped lines that nobody needs to hear of."""
_EACH = "forensics status --format csv lists each"


def section(case: Case, name: str) -> pl.DataFrame:
    """Return one section of the status (``SECTIONS``); duplicates and tiers are as of the last analysis."""
    case.execute("case", "status_minutes")
    return case.frame("case", SECTIONS[name][0])


def overview(case: Case) -> list[tuple[str, pl.DataFrame]]:
    """Return (title, frame) of all that a terminal shows, without the empty ones."""
    files = section(case, "files")
    refused = section(case, "refused")
    summed_up = once(refused.select("path", pl.col("reason").str.extract(f"(?s){KIND}")))
    listed = " (forensics status --section refused lists each)" if summed_up.height < refused.height else ""
    rejected = rejections(files)
    shown = f" (the {WORST} files with most of {rejected.height:,}; {_EACH})" if rejected.height > WORST else ""
    told, times = folded(brief(files)), folded(clocks(files))
    summed = f" (files of one log are summed; {_EACH})" if told.height < files.height else ""
    tables = [(f"Evidence{summed}", told), (f"{SECTIONS['refused'][1]}{listed}", summed_up)]
    tables += [(f"Clocks{summed}", times), (f"Rejected lines{shown}", rejected.head(WORST))]
    tables.append(("Skipped lines, apart from blank ones and headers", left_out(files).head(WORST)))
    tables += [(SECTIONS[name][1], section(case, name)) for name in ("coverage", "gaps")]
    tables.append((SECTIONS["assumptions"][1], once(section(case, "assumptions"))))
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


def folded(told: pl.DataFrame) -> pl.DataFrame:
    """Return rows of files (``host``, ``path`` and more) without the host, and more than ``FOLDED`` of one log and like texts as one row.

    Numbers are summed; of ``first`` and ``last`` the outermost count.
    """
    by = [name for name, kind in told.schema.items() if kind == pl.String and name not in ("path", "first", "last")]
    placed, columns = told.with_row_index("place"), [name for name in told.columns if name != "host"]
    merged = placed.group_by(by, maintain_order=True).agg(
        pl.len().alias("files"),
        pl.col("place").first(),
        pl.col("path").min().alias("from"),
        pl.col("path").max().alias("to"),
        *(pl.col(name).min() for name in told.columns if name == "first"),
        *(pl.col(name).max() for name in told.columns if name == "last"),
        *(pl.col(name).sum() for name, kind in told.schema.items() if kind.is_numeric()),
    )
    many = merged.filter(pl.col("files") > FOLDED, pl.col("host").is_not_null())
    within = pl.Series([_shared_folder(*ends) for ends in many.select("from", "to").rows()], dtype=pl.String)
    path = pl.format("{} files of {}: {}…", "files", "host", within).alias("path")
    rest = placed.join(many.select(by), on=by, how="anti", nulls_equal=True)
    return pl.concat([part.select("place", *columns) for part in (rest, many.with_columns(path))]).sort("place").drop("place")


def once(told: pl.DataFrame) -> pl.DataFrame:
    """Return each text of (``subject``, text) once where it was told of more than ``ALIKE`` subjects: they are counted, the first named."""
    subject, text = told.columns
    placed = told.with_row_index("place")
    alike = placed.group_by(text, maintain_order=True).agg(pl.len().alias("count"), pl.col("place", subject).first())
    many = alike.filter(pl.col("count") > ALIKE)
    rest = placed.join(many, on=text, how="anti")
    counted = many.with_columns(pl.format("{} and {} more", subject, pl.col("count") - 1).alias(subject))
    return pl.concat([part.select("place", subject, text) for part in (rest, counted)]).sort("place").drop("place")


def _shared_folder(low: str, high: str) -> str:
    """Return the folders, each with its ``/``, that the first and the last of sorted paths share, and so all between them."""
    pairs = zip(low.split("/")[:-1], high.split("/")[:-1], strict=False)
    return "".join(f"{name}/" for name, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def clocks(files: pl.DataFrame) -> pl.DataFrame:
    """Return what the logs say of time: zone and where it is from, first and last second, backward steps of the clock, holes."""
    zone = pl.when(pl.col("time_zone_source") == "log").then("time_zone").otherwise(pl.format("{} ({})", "time_zone", "time_zone_source"))
    return files.filter(pl.col("kind") == "log").select(
        "host",
        "path",
        zone.alias("zone"),
        pl.col("first_at").dt.strftime("%Y-%m-%d %H:%M:%S").alias("first"),
        pl.col("last_at").dt.strftime("%Y-%m-%d %H:%M:%S").alias("last"),
        pl.col("backward_steps").alias("steps back"),
        "holes",
    )


def left_out(files: pl.DataFrame) -> pl.DataFrame:
    """Return the files with skipped lines that say something all the same (notices of a server that went down), and what those are."""
    reasons = pl.col("skipped_because").list
    told = files.with_columns(reasons.filter(~pl.element().str.contains(_ROUTINE)).alias("skipped_because"))
    return told.filter(reasons.len() > 0).select("path", "skipped", "skipped_because")


def rejections(files: pl.DataFrame) -> pl.DataFrame:
    """Return the files with rejected lines and their commonest reasons, those with most first."""
    return (
        files.filter(pl.col("rejected") > 0)
        .sort("rejected", descending=True, maintain_order=True)
        .select("path", "rejected", "rejected_because")
    )
