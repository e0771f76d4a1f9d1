"""Cause or echo: did the load of the blamed come before the errors, where a minute is too coarse to tell?"""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from forensics.attribution.blame import Finding
from forensics.attribution.scan import belongs
from forensics.attribution.scene import PACKAGE, Scene
from forensics.attribution.windows import MINUTE
from forensics.case.case import Case

EARLY = 0.15
"""A cause comes before its effect: with less of the load than this before the minute of the first errors, seconds must tell."""
FEWEST = 10
TIMES = 3.0
"""Requests that the blamed must have made in the seconds before the first failure, and how many times their usual pace."""
ERRORS_BEGIN = 2
"""Failures within five seconds that are the beginning; one alone is always somewhere."""


def seconds_precede(case: Case, scene: Scene, finding: Finding, errors: datetime) -> bool | None:
    """Return whether the blamed were already at it in the minute before the first failures; None when the events cannot tell."""
    start, end = errors - MINUTE, errors + MINUTE
    guilty = pl.any_horizontal([belongs(b.winner) for b in finding.blamed])
    own = scene.loads.filter(guilty & (pl.col("w") == 0))
    accounts = own["account_id"].drop_nulls().unique().sort().to_list()
    networks = own.filter(pl.col("account_id").is_null())["network"].drop_nulls().unique().sort().to_list()
    rows = case.frame(PACKAGE, "first_seconds", accounts=accounts, networks=networks, start=start, end=end)
    if rows.is_empty():
        return None
    recent = rows.rolling("second", period="5s", closed="both").agg(pl.col("failed").sum().alias("lately"))
    begun = recent.filter(pl.col("lately") >= ERRORS_BEGIN)
    if begun.is_empty():
        return None
    first = begun["second"][0]
    before = rows.filter((pl.col("second") < first) & (pl.col("second") >= first - timedelta(seconds=60)))
    usual = sum(b.winner.expected for b in finding.blamed) / max(scene.window.minutes, 1)
    return int(before["own"].sum()) >= max(FEWEST, TIMES * usual)
