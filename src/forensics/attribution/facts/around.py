"""What was logged around an incident, whoever is blamed for it: read once for each window and measure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import polars as pl

from forensics.attribution.scene import Scene
from forensics.attribution.search.again import COUNTED
from forensics.attribution.setting import PACKAGE
from forensics.attribution.windows import MINUTE, Window, bounds, impact_window
from forensics.case.case import Case

HOUR = timedelta(hours=1)
NOTES_BEFORE = timedelta(hours=3)


@dataclass(frozen=True)
class Around:
    """The hours around an incident."""

    impact: Window
    span: Window
    """From an hour before the window to an hour after the impact."""
    minutes: pl.DataFrame
    """Every minute of the case, as of ``all_minutes.sql``, in the measure that is looked at."""
    loads: pl.DataFrame
    """The load of every subject by minute in ``span``, as of ``subject_load.sql``, likewise."""
    broken: pl.DataFrame
    """Failures by part, in the impact (0) and in those same minutes of other days (1), as of ``breakdown.sql``."""
    days: int
    """How many other days these are."""
    notes: list[dict[str, Any]]
    """What operators noted in the hours before, as of ``notes_before.sql``."""

    def near(self, guilty: pl.Expr, again: pl.DataFrame | None) -> pl.DataFrame:
        """Return the minutes of ``span``: minute, requests, failed, load, refused (of the load), blamed (load of whom ``guilty`` tells).

        What the blamed asked ``again`` (as of ``asked_again``) is none of it: nothing can have failed under it first, and that it failed,
        too, is the same failure.
        """
        axis = pl.DataFrame({"minute": pl.datetime_range(self.span.start, self.span.end - MINUTE, "1m", time_unit="us", eager=True)})
        blamed = self.loads.filter(guilty).group_by("minute").agg(pl.col("load").sum().alias("blamed"))
        known = axis.join(self.minutes, on="minute", how="left", maintain_order="left")
        known = known.join(blamed, on="minute", how="left", maintain_order="left")
        counted = pl.col("requests", "failed", "load", "refused", "blamed")
        if again is None:
            return known.with_columns(counted.fill_null(0))
        by_minute = again.group_by("minute").agg(pl.col(COUNTED).sum())
        known = known.join(by_minute, on="minute", how="left", maintain_order="left", suffix="_again")
        gone = [pl.col(f"{name}_again").fill_null(0) for name in COUNTED]
        first = [(pl.col(name) - less).clip(0) for name, less in zip(COUNTED, gone, strict=True)]
        return known.with_columns(counted.fill_null(0)).with_columns(*first, (pl.col("blamed") - gone[-1]).clip(0))

    def within(self, window: Window) -> pl.DataFrame:
        """Return the loads of some minutes of ``span``."""
        return self.loads.filter(pl.col("minute").is_between(window.start, window.end, closed="left"))


def look_around(case: Case, scene: Scene, measure: str) -> Around:
    """Read what was logged around an incident, its load in some measure."""
    weighted, span, impact = scene.weighted(measure), _span(scene), impact_window(scene.incident)
    compared = [impact, *(impact.shifted(by) for by in scene.shifts)]
    return Around(
        impact=impact,
        span=span,
        minutes=case.frame(PACKAGE, "all_minutes", **weighted) if weighted["route_ids"] else scene.minutes,
        loads=case.frame(PACKAGE, "subject_load", start=span.start, end=span.end, **weighted),
        broken=case.frame(PACKAGE, "breakdown", **bounds(compared)),
        days=len(scene.shifts),
        notes=case.rows(PACKAGE, "notes_before", start=impact.start - NOTES_BEFORE, end=impact.start + MINUTE),
    )


def _span(scene: Scene) -> Window:
    """Return from an hour before the window, and no earlier than the end of the incident before (a relapse is not explained by the errors
    of the first fall), to an hour after the impact."""
    earlier = [m.end for m in scene.masked if m.start < scene.whole.start and m.end <= scene.window.start]
    return Window(max([scene.window.start - HOUR, *earlier]), impact_window(scene.incident).end + HOUR)
