"""Series of minutes: a full time axis, so that minutes without any request exist."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from forensics.case.case import Case

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

MOST_PARTS = 25
"""Hosts, backends and routes that are looked at one by one, of each by number of requests."""
MOST_FAILING, LEAST_FAILED = 10, 20
"""Hosts, backends and routes that are looked at because they failed most, and the failures without which they are not."""
LOOKED_AT = {"most_parts": MOST_PARTS, "most_failing": MOST_FAILING, "least_failed": LEAST_FAILED}
MOST_PROGRAMS, FEWEST_ACCOUNTS, MOST_OF_ONE = 10, 20, 0.25
"""Programs that are looked at; a program of fewer accounts, or of whose requests one makes so many, is a job that comes when it likes."""
FEWEST_REQUESTS = 50
"""A part with fewer requests than this has no rhythm of its own."""
LONGEST_HOLE_DAYS = 45
"""Logs that lie farther apart than this are looked at by themselves: between them is no silence."""
LEAST_OF_STRETCH = 1000
"""Fewer requests so far from all others are taken for a broken clock."""
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Scope:
    """What is looked at: everything, or one host, backend, route, or program of those who ask."""

    part: str
    name: str

    @property
    def slug(self) -> str:
        """The scope as it stands in an incident id."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower().replace("{id}", "")).strip("-")[:40] or self.part


EVERYTHING = Scope("everything", "everything")


@dataclass(frozen=True)
class Axis:
    """The minutes that are looked at, from the first to the last request; ``outside``: requests with dates far from all others."""

    start: datetime
    minutes: int
    outside: int = 0

    def at(self, index: float) -> datetime:
        """The moment at which a minute begins."""
        return self.start + timedelta(minutes=float(index))

    def index(self, moment: datetime) -> int:
        """The minute that a moment falls in; within the axis."""
        return min(max(int((moment - self.start) / MINUTE), 0), self.minutes - 1)

    @property
    def days(self) -> float:
        """Length in days."""
        return self.minutes / 1440


@dataclass(frozen=True)
class Series:
    """One scope's minutes, all arrays of the axis' length.

    ``slowness`` is the mean natural logarithm of durations over what their routes usually take; NaN where nothing was timed. ``before``
    and ``after`` are the shares of a minute before its first and after its last request (1 where there is none).
    """

    scope: Scope
    requests: Floats
    failed: Floats
    refused: Floats
    answered: Floats
    timed: Floats
    slowness: Floats
    before: Floats
    after: Floats


def read_series(case: Case) -> list[tuple[Axis, list[Series]]]:
    """Return axis and series of each stretch of time that logs are of: of everything (first), and of each part with enough requests."""
    programs = case.frame("incidents", "program_minutes", most=MOST_PROGRAMS, accounts=FEWEST_ACCOUNTS, one=MOST_OF_ONE)
    frame = pl.concat([case.frame("incidents", "scope_minutes", **LOOKED_AT), programs])
    return [(axis, _inside(frame, axis)) for axis in _axes(frame.filter(pl.col("part") == "everything"))]


def _inside(frame: pl.DataFrame, axis: Axis) -> list[Series]:
    inside = frame.filter(pl.col("minute").is_between(axis.start, axis.at(axis.minutes - 1)))
    parts = inside.partition_by("part", "name", as_dict=True, maintain_order=True)
    series = [_series(Scope(str(part), str(name)), rows, axis) for (part, name), rows in parts.items()]
    series.sort(key=lambda s: (s.scope != EVERYTHING, s.scope.part, s.scope.name))
    return [s for s in series if s.scope == EVERYTHING or s.requests.sum() >= FEWEST_REQUESTS]


def _axes(everything: pl.DataFrame) -> list[Axis]:
    """Return the stretches of time that are looked at, the first first: months apart nothing is learnt of one from the other."""
    if everything.is_empty():
        return []
    hole = (pl.col("minute").diff() > pl.duration(days=LONGEST_HOLE_DAYS)).fill_null(False)
    groups = everything.sort("minute").with_columns(hole.cum_sum().alias("group"))
    sizes = groups.group_by("group").agg(pl.col("requests").sum(), pl.col("minute").min().alias("a"), pl.col("minute").max().alias("b"))
    kept = sizes.filter((pl.col("requests") >= LEAST_OF_STRETCH) | (pl.col("requests") == pl.col("requests").max())).sort("a")
    outside = int(sizes["requests"].sum()) - int(kept["requests"].sum())
    return [Axis(row["a"], int((row["b"] - row["a"]) / MINUTE) + 1, outside) for row in kept.to_dicts()]


def _series(scope: Scope, rows: pl.DataFrame, axis: Axis) -> Series:
    index = ((rows["minute"] - axis.start).dt.total_minutes()).to_numpy()

    def filled(name: str, otherwise: float = 0.0) -> Floats:
        values = np.full(axis.minutes, otherwise)
        values[index] = rows[name].to_numpy()
        return values

    timed = filled("timed")
    with np.errstate(divide="ignore", invalid="ignore"):
        slowness = np.where(timed > 0, filled("slowness") / 10000 / timed, np.nan)
    before, after = filled("first_us", 6e7) / 6e7, 1.0 - filled("last_us") / 6e7
    return Series(scope, filled("requests"), filled("failed"), filled("refused"), filled("answered"), timed, slowness, before, after)
