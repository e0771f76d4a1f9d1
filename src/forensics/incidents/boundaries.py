"""From minutes to moments: boundaries are the first and the last deviating event, found in seconds around the minutes' boundaries.

A boundary is the split of the seconds around it that makes both sides most likely (a change point by maximum likelihood: binomial for
failing or slow answers, Poisson for load); silence is bounded by the last line before it and the first after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from forensics.case.case import Case
from forensics.incidents.series import Axis, Floats, Scope
from forensics.incidents.windows import Window, levels

BEFORE, AFTER = 3, 4
"""Minutes before and after the first deviating minute in which its first deviating second is sought (mirrored for the last)."""
SECOND = timedelta(seconds=1)
LEAST_RATIO = 0.2
"""Share of bad answers that a boundary is sought for at least, or twice that which there is: one stray failure must not move it."""
BAD = {"errors": "failed", "refused": "refused", "latency": "bad"}
"""Signal -> the answers that show it."""


@dataclass(frozen=True)
class Edge:
    """A boundary to be refined: the window's own first or last minute, and what the scope usually looks like there."""

    window: Window
    start: bool
    usual_ratio: float
    usual_rate: float
    """Expected requests per second."""

    @property
    def minute(self) -> int:
        """The minute that the boundary is in."""
        return self.window.first if self.start else self.window.last


def around(axis: Axis, edges: Sequence[Edge]) -> tuple[list[datetime], list[datetime]]:
    """Where the requests begin and end that each edge is sought in."""
    widths = [(BEFORE, AFTER) if edge.start else (AFTER, BEFORE) for edge in edges]
    starts = [axis.at(edge.minute - low) for edge, (low, _) in zip(edges, widths, strict=True)]
    return starts, [axis.at(edge.minute + high + 1) for edge, (_, high) in zip(edges, widths, strict=True)]


def refined(case: Case, axis: Axis, edges: Sequence[Edge]) -> list[datetime]:
    """Return the moment of each edge, in order; reads the requests of near.sql."""
    if not edges:
        return []
    starts, ends = around(axis, edges)
    programs = any(edge.window.scope.part == "program" for edge in edges)
    seconds = case.frame("incidents", "seconds", starts=starts, ends=ends, programs=programs)
    out = []
    for number, edge in enumerate(edges):
        rows = scoped(seconds.filter(pl.col("range") == number), edge.window.scope)
        out.append(_moment(rows, axis, edge, starts[number], ends[number]))
    return out


def scoped(rows: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """Rows of one scope, one per second."""
    if scope.part != "everything":
        rows = rows.filter(pl.col(scope.part) == scope.name)
    return rows.group_by("second").agg(
        pl.col("requests", "failed", "refused", "bad").sum(),
        pl.col("^first_.*$").min(),
        pl.col("^last_.*$").max(),
    ).sort("second")  # fmt: skip


def _moment(rows: pl.DataFrame, axis: Axis, edge: Edge, low: datetime, high: datetime) -> datetime:
    if rows.is_empty():
        return axis.at(edge.minute if edge.start else edge.minute + 1)
    if edge.window.signal == "silence":
        return _silence(rows, axis, edge)
    if edge.window.signal in BAD:
        return _badness(rows, axis, edge)
    return _load(rows, edge, low, high)


def _silence(rows: pl.DataFrame, axis: Axis, edge: Edge) -> datetime:
    """The last line before the silence, or the first after it; between two minutes that hold lines, the ends of the longest pause."""
    first, last = axis.at(edge.window.first), axis.at(edge.window.last + 1)
    inside = rows.filter(pl.col("second").is_between(first, last, closed="left"))
    lines = inside.select("first_at", before=pl.col("last_at").shift())
    if lines.height > 1:
        pause = lines.drop_nulls().sort(pl.col("first_at") - pl.col("before"), descending=True, maintain_order=True).row(0, named=True)
        ends: tuple[datetime, datetime] = pause["before"], pause["first_at"]
        return ends[0] if edge.start else ends[1]
    moment = first if edge.start else last
    if edge.start:
        before = rows.filter(pl.col("last_at") < moment)["last_at"].max()
        return before if isinstance(before, datetime) else moment
    after = rows.filter(pl.col("first_at") >= moment)["first_at"].min()
    return after if isinstance(after, datetime) else moment


def _badness(rows: pl.DataFrame, axis: Axis, edge: Edge) -> datetime:
    """The first (last) failing or slow answer of the side of the split on which they are usual."""
    what = BAD[edge.window.signal]
    rows = rows if edge.start else rows.reverse()
    bad, total = rows[what].to_numpy().astype(float), rows["requests"].to_numpy().astype(float)
    inside = rows["second"].is_between(axis.at(edge.window.first), axis.at(edge.window.last + 1), closed="left").to_numpy()
    usual = 0.05 if what == "bad" else float(np.clip(edge.usual_ratio, 1e-4, 0.5))
    share = float(bad[inside].sum() / max(total[inside].sum(), 1.0))
    ratio = float(np.clip(share, max(min(LEAST_RATIO, 2 * share), min(3 * usual, 0.5 + usual / 2)), 0.98))
    split = _split(bad * np.log(usual) + (total - bad) * np.log1p(-usual), bad * np.log(ratio) + (total - bad) * np.log1p(-ratio))
    column = f"{'first' if edge.start else 'last'}_{what}_at"
    found = rows[column][split:].drop_nulls()
    moment = found[0] if len(found) else None
    return moment if isinstance(moment, datetime) else axis.at(edge.minute if edge.start else edge.minute + 1)


def _load(rows: pl.DataFrame, edge: Edge, low: datetime, high: datetime) -> datetime:
    """The second at which the load changes; whole seconds without any request exist too."""
    length = int((high - low) / SECOND)
    counts = np.zeros(length)
    counts[((rows["second"] - low).dt.total_seconds()).to_numpy()] = rows["requests"].to_numpy()
    if not edge.start:
        counts = counts[::-1]
    inner = counts[BEFORE * 60 :]
    outer = counts[: (BEFORE - 1) * 60]
    usual = max((float(outer.sum()) + 60 * edge.usual_rate) / (len(outer) + 60), 1e-3)
    unusual = max(float(inner.mean()), 1e-3)
    split = _split(counts * np.log(usual) - usual, counts * np.log(unusual) - unusual)
    return low + split * SECOND if edge.start else high - split * SECOND


def _split(before: Floats, after: Floats) -> int:
    """Index of the first element of the second side of the most likely split."""
    left = np.concatenate(([0.0], np.cumsum(before)))
    right = after.sum() - np.concatenate(([0.0], np.cumsum(after)))
    return int(np.argmax(left + right))


def ramp_start(requests: Floats, expected: Floats, spread: float, first: int) -> int | None:
    """Return the minute at which load began to rise before minute ``first``, or None: a one-sided CUSUM, backdated to its last zero.

    Page (1954), Continuous inspection schemes: the change is dated to where the cumulative sum of excesses last was at its lowest.
    """
    low = max(0, first - RAMP_LONGEST)
    if first - low < 2:
        return None
    seen, wanted = requests[low:first], np.maximum(expected[low:first], 0.05)
    if not _still_up(seen, wanted):
        return None
    start = None
    for times in RAMP_TIMES:
        steps = (seen - times * wanted) / np.sqrt(wanted * spread)
        backwards = np.cumsum(steps[::-1])
        best = int(np.argmax(backwards))
        if backwards[best] < RAMP_SCORE:
            break
        later = len(seen) - 1 - best
        if start is None or seen[start:later].sum() < RAMP_CLEAR * wanted[start:later].sum():
            start = later  # what came before was a busy evening, not yet the ramp
    if start is None:
        return None
    return low + start + _last_rise(seen[start:] / spread, wanted[start:] / spread)


def _still_up(seen: Floats, wanted: Floats) -> bool:
    """Whether load is above the usual at the end: what rose hours ago and fell again led to nothing that begins now."""
    over = np.cumsum(seen[::-1]) >= RAMP_TIMES[0] * np.cumsum(wanted[::-1])
    return bool(over[min(RAMP_SHORT, len(over)) - 1 : RAMP_OVER].any())


def _last_rise(visits: Floats, wanted: Floats) -> int:
    """Return the minute at which the load that ends in the incident begins to rise: after the last plateau, or fall, that it exceeds.

    What has stood at one level for long (a job of every noon of which a short log knows nothing, a lively day) led to nothing.
    """
    cuts = levels(visits, wanted)
    level = np.add.reduceat(visits, cuts[:-1]) / np.add.reduceat(wanted, cuts[:-1])
    for place in range(len(level) - 2, -1, -1):
        alike = (level[: place + 1] <= RAMP_TIMES[0] * level[place]) & (level[place] <= RAMP_TIMES[0] * level[: place + 1])
        stood = cuts[place + 1] - cuts[place + 1 - int(np.argmin(np.append(alike[::-1], False)))]
        fell = stood >= RAMP_FALL and level[place] * RAMP_CLEAR <= level[: place + 1].max()
        higher = np.flatnonzero(level[place + 1 :] >= RAMP_TIMES[0] * level[place])
        if (fell or stood >= RAMP_PLATEAU) and len(higher):
            later = int(cuts[place + 1 + higher[0]])
            if visits[later:].sum() >= RAMP_CLEAR * level[place] * wanted[later:].sum():
                return later
    return 0


RAMP_LONGEST = 360
"""Minutes before the onset in which a ramp is sought."""
RAMP_SHORT, RAMP_OVER = 5, 15
"""A load that is up in none of the last 5 to 15 minutes, taken together, is over."""
RAMP_TIMES = (1.5, 2.0, 3.0, 4.0)
"""Times the expected load that counts as risen: the later start wins when what lies between is no clear rise."""
RAMP_CLEAR = 2.2
RAMP_PLATEAU, RAMP_FALL = 45, 10
"""Minutes at about one level (a step of a stair is shorter), and at a much lower one than before, that end what rose until then."""
RAMP_SCORE = 8.0
