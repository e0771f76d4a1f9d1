"""The hour that a clock passes twice when summer time ends: which of the two a local time is of shows in the order of the lines.

Times that carry no zone are read as of the earlier hour (``formats/instants.py``). Where they go back within that hour by half of it, and
stay there, the clock was set back: what follows is of the later one. A log without such a step, of one of the two hours, says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import polars as pl

BACK = 0.5
"""Share of the repeated stretch by which times must go back."""
FOLLOWING = 20
"""So many lines behind a step tell, by their median, that the clock stays there: a slow request is logged late, alone."""


@dataclass(frozen=True)
class Repeated:
    """A stretch of local time that occurs twice: UTC of its first pass, and how long after the second is."""

    begins: datetime
    ends: datetime

    @property
    def length(self) -> timedelta:
        """From a moment of the first pass to the same local time of the second."""
        return self.ends - self.begins


@lru_cache(maxsize=256)
def repeated(time_zone: str, year: int) -> tuple[Repeated, ...]:
    """Return the stretches of a year that the clocks of a zone pass twice, in UTC."""
    zone = ZoneInfo(time_zone)
    found = []
    days = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(367)]
    for day, following in pairwise(days):
        length = _offset(day, zone) - _offset(following, zone)
        if length > timedelta(0):
            low, high = day, following
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) / 2
                low, high = (low, middle) if _offset(middle, zone) < _offset(day, zone) else (middle, high)
            turned = (high + timedelta(seconds=0.5)).replace(microsecond=0, tzinfo=None)
            found.append(Repeated(turned - length, turned))
    return tuple(found)


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta(0)


@dataclass
class Folds:
    """Moves the events of one log that are of the second pass; batches come in the order of the file, some lines later than their batch."""

    time_zone: str
    found: dict[Repeated, int] = field(default_factory=dict)
    """Stretch -> the first line of its second pass."""
    _latest: dict[Repeated, datetime] = field(default_factory=dict)

    def unfolded(self, events: pl.DataFrame) -> pl.DataFrame:
        """Return events (a frame with ``EVENTS``) with the times of the second pass put where they belong."""
        if self.time_zone == "UTC" or events.is_empty():
            return events
        first, last = events["timestamp"].min(), events["timestamp"].max()
        if not (isinstance(first, datetime) and isinstance(last, datetime)):
            return events
        for stretch in (stretch for year in range(first.year, last.year + 1) for stretch in repeated(self.time_zone, year)):
            if first < stretch.ends and last >= stretch.begins:
                events = self._unfolded(events, stretch)
        return events

    def told(self) -> list[str]:
        """Return what ``status`` says of the stretches that were found."""
        return [
            f"the hour that {self.time_zone} passed twice ({stretch.begins:%Y-%m-%d %H:%M} UTC): its second pass begins at line {line}, "
            "where times go back"
            for stretch, line in self.found.items()
        ]

    def _unfolded(self, events: pl.DataFrame, stretch: Repeated) -> pl.DataFrame:
        within = pl.col("timestamp").is_between(stretch.begins, stretch.ends, closed="left").fill_null(value=False)
        if stretch not in self.found:
            self._look(events.filter(within).select("line", "timestamp"), stretch)
        if stretch not in self.found:
            return events
        second = within & (pl.col("line") >= self.found[stretch])
        moved = (
            pl.when(second).then(pl.col(name) + stretch.length).otherwise(pl.col(name)).alias(name) for name in ("timestamp", "started_at")
        )
        return events.with_columns(moved)

    def _look(self, inside: pl.DataFrame, stretch: Repeated) -> None:
        """Find the line at which the second pass begins."""
        if inside.is_empty():
            return
        before = self._latest.get(stretch, stretch.begins)
        latest = inside["timestamp"].cum_max().shift(1, fill_value=before).clip(lower_bound=before)
        ahead = inside["timestamp"].reverse().rolling_median(FOLLOWING, min_samples=1).reverse()
        step = stretch.length * BACK
        set_back = inside.filter((latest - inside["timestamp"] > step) & (latest - ahead.cast(latest.dtype) > step))
        if len(set_back):
            self.found[stretch] = int(set_back["line"][0])
        newest = inside["timestamp"].max()
        assert isinstance(newest, datetime)
        self._latest[stretch] = max(before, newest)
