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
AFTERWARDS = 30 * MINUTE
"""For so long after the end of an incident it is looked at what the service then bore."""


@dataclass(frozen=True)
class Around:
    """The hours around an incident."""

    measure: str
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
        known = self._beside(self.span, self.loads.filter(guilty))
        if again is None:
            return known
        by_minute = again.group_by("minute").agg(pl.col(COUNTED).sum())
        known = known.join(by_minute, on="minute", how="left", maintain_order="left", suffix="_again")
        gone = [pl.col(f"{name}_again").fill_null(0) for name in COUNTED]
        first = [(pl.col(name) - less).clip(0) for name, less in zip(COUNTED, gone, strict=True)]
        return known.with_columns(*first, (pl.col("blamed") - gone[-1]).clip(0))

    def after(self, case: Case, scene: Scene, guilty: pl.Expr) -> pl.DataFrame | None:
        """Return the minutes after the end of the incident, as ``near`` does; None where they are not in the logs."""
        if scene.incident["ended_at"] is None:
            return None
        span = Window(scene.whole.end, min(scene.whole.end + AFTERWARDS, scene.covered.end))
        if span.minutes < 1:
            return None
        known = self.loads
        if span.end > self.span.end:
            known = case.frame(PACKAGE, "subject_load", start=span.start, end=span.end, **scene.weighted(self.measure))
        return self._beside(span, known.filter(guilty))

    def _beside(self, span: Window, own: pl.DataFrame) -> pl.DataFrame:
        """Return every minute of a span, with the load that is given as ``blamed``."""
        axis = pl.DataFrame({"minute": pl.datetime_range(span.start, span.end - MINUTE, "1m", time_unit="us", eager=True)})
        blamed = own.group_by("minute").agg(pl.col("load").sum().alias("blamed"))
        known = axis.join(self.minutes, on="minute", how="left", maintain_order="left")
        known = known.join(blamed, on="minute", how="left", maintain_order="left")
        return known.with_columns(pl.col("requests", "failed", "load", "refused", "blamed").fill_null(0))

    def within(self, window: Window) -> pl.DataFrame:
        """Return the loads of some minutes of ``span``."""
        return self.loads.filter(pl.col("minute").is_between(window.start, window.end, closed="left"))


def look_around(case: Case, scene: Scene, measure: str) -> Around:
    """Read what was logged around an incident, its load in some measure."""
    weighted, span, impact = scene.weighted(measure), _span(scene), impact_window(scene.incident)
    compared = [impact, *(impact.shifted(by) for by in scene.shifts)]
    return Around(
        measure=measure,
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
