"""How often a rise as large as one that is looked at happens by itself: from the rises of everybody in the windows of comparison.

The rank among a handful of windows says little; the rises of hundreds of subjects in them say how heavy their tail is. Above a high
threshold it is taken for a power law (Hill, "A simple general approach to inference about the tail of a distribution", 1975), which
makes no rise impossible; what so few rises leave open about its exponent is paid for by averaging over it (Gamma prior of shape 1 and
mean 1, the posterior predictive in closed form).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, expm1, lgamma, log, log1p

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forensics.attribution.scene import Scene, loads_of
from forensics.attribution.search.beginnings import began_together
from forensics.attribution.search.scan import Winner, load_matrix, wide
from forensics.attribution.windows import ENOUGH_PLACEBOS, other_hours, refusing
from forensics.case.case import Case

Floats = NDArray[np.float64]

TOP, FEWEST, MOST = 0.05, 10, 100
"""The tail are the largest 5 % of all rises, at least 10 and at most 100 of them."""
DAYS = 0.5
BUSY = 0.5
"""Other hours teach the tail where so much was asked in them, against the same hours of other days."""
AT_A_TIME = 4
"""Other hours that are read at a time: in one of them tens of thousands of people ask for many routes."""
MOST_TERMS = 10_000
FEWEST_MEMBERS, AT_ONCE = 3, 0.8
"""Accounts of an actor are weighed as several rises when so many rose, and those that began together made so much of its rise."""


@dataclass(frozen=True)
class Tail:
    """The largest rises of a kind of subjects in windows in which nothing is known to have happened."""

    threshold: float
    per_window: float
    """How many rises above the threshold a window has."""
    logs: float
    """Sum of the logarithms of those rises over the threshold."""
    size: int
    largest: float
    windows: int

    def expected(self, rise: float) -> float:
        """Return how many rises at least as large as this one a window has."""
        beyond = log(max(rise / self.threshold, 1.0))
        return self.per_window * (1.0 + beyond / (self.logs + 1.0)) ** -(self.size + 1)

    def chance(self, rise: float) -> float:
        """Return how likely it is that the largest rise of a window is at least as large as this one."""
        return -expm1(-self.expected(rise))


def count_chance(count: int, expected: float) -> float:
    """Return how likely ``count`` or more rises are in one window where so many are expected: a negative binomial.

    Rises come together on some days (shape ``DAYS``): where that many come, none of them is as improbable as it would be alone.
    """
    if count <= 0 or expected <= 0:
        return 1.0 if count <= 0 else 0.0
    miss = expected / (expected + DAYS)
    term = exp(lgamma(count + DAYS) - lgamma(DAYS) - lgamma(count + 1) + DAYS * log1p(-miss) + count * log(miss))
    total, n = 0.0, count
    while term > 1e-12 * total and n < count + MOST_TERMS:
        total, n, term = total + term, n + 1, term * (n + DAYS) / (n + 1) * miss
    return min(1.0, total)


def tail_of(rises: Floats) -> Tail:
    """Learn the tail of rises (``[subject, window]``, negative where load fell); one request is the smallest threshold."""
    positive = np.sort(rises[rises > 0])[::-1]
    size = int(min(len(positive), max(FEWEST, min(MOST, TOP * len(positive)))))
    threshold = max(1.0, float(positive[min(size, len(positive) - 1)])) if size else 1.0
    top = positive[:size][positive[:size] > threshold]
    logs = float(np.log(top / threshold).sum())
    largest = float(positive[0]) if size else 0.0
    return Tail(threshold, (len(top) + 0.5) / max(rises.shape[1], 1), logs, len(top), largest, rises.shape[1])


class Tails:
    """The tails of the subjects of a scene, in one measure; each kind's is learnt when it is first asked for."""

    def __init__(self, case: Case, scene: Scene, measure: str, suspects: Sequence[Winner]) -> None:
        self._case, self._scene, self._measure = case, scene, measure
        self._known: dict[str, Tail] = {}
        totals = scene.totals(measure)
        rest = float(totals[0]) - sum(winner.load for winner in suspects)
        self._growth = max(1.0, rest / max(float(totals[1:].mean()), 1.0)) if len(totals) > 1 else 1.0

    def of(self, winner: Winner) -> Tail:
        """Return the tail of the rises of subjects like a winner, whole ones: a part rises no further than its whole."""
        column = {"actor": "actor_id", "agent": "agent_id"}.get(winner.kind, "wide_network" if wide(winner) else "network")
        if column not in self._known:
            rows, windows = self._compared(column)
            _, load = load_matrix(rows, column, windows, self._measure)
            others = (load.sum(axis=1, keepdims=True) - load) / max(windows - 1, 1)
            self._known[column] = tail_of((load - others)[:, 1:])
        return self._known[column]

    def _compared(self, column: str) -> tuple[pl.DataFrame, int]:
        """Return the load (column, w) that a tail is learnt from, and of how many windows it is.

        With few placebos it is also that of other hours that were about as busy: in a log of one day that is most of it, and a few of its
        windows are read at a time.
        """
        scene = self._scene
        found, windows = [self._summed(scene.loads, column)], scene.windows
        for loads in self._other_hours():
            by_window = loads.group_by("w").agg(pl.col(self._measure).sum()).sort("w")
            busy = by_window.filter(pl.col(self._measure) >= BUSY * float(np.median(scene.totals(self._measure)[1:])))["w"]
            numbers = pl.DataFrame({"w": busy, "number": np.arange(len(busy), dtype=np.int32) + windows})
            kept = loads.join(numbers, on="w", how="inner", maintain_order="left").with_columns(w=pl.col("number"))
            found.append(self._summed(kept, column))
            windows += len(busy)
        return pl.concat(found), windows

    def _other_hours(self) -> Iterator[pl.DataFrame]:
        scene = self._scene
        if scene.placebos >= ENOUGH_PLACEBOS or refusing(scene.incident):
            return
        windows = other_hours(scene.window, scene.whole, scene.covered, [*scene.masked, *scene.others])
        for first in range(0, len(windows), AT_A_TIME):
            yield loads_of(self._case, scene, windows[first : first + AT_A_TIME])

    def _summed(self, loads: pl.DataFrame, column: str) -> pl.DataFrame:
        """Return the load of each subject of a kind in each window; networks and agents are those without an account."""
        own = pl.col("actor_id").is_not_null() if column == "actor_id" else pl.col("actor_id").is_null() & pl.col(column).is_not_null()
        return loads.filter(own).group_by(column, "w").agg(pl.col(self._measure).sum())

    def chance(self, winner: Winner) -> float:
        """Return how likely it is that anybody's load rises so much in a window in which nothing special happens.

        Where everybody but the suspects rises, the rises of single ones are larger in the same proportion. Accounts of one actor that began
        together are also weighed as so many rises at once, each as large as it is.
        """
        alone = self.of(winner).chance(winner.excess / self._growth)
        return min(alone, self._of_members(winner)) if winner.kind == "actor" and winner.part is None else alone

    def _of_members(self, winner: Winner) -> float:
        """Return how likely it is that so many single accounts rise as far as those of an actor; 1 where they did not begin together."""
        own = self._scene.loads.filter(pl.col("actor_id") == winner.id)
        accounts, load = load_matrix(own, "account_id", self._scene.windows, self._measure)
        expected = load[:, 1:].mean(axis=1) * self._growth
        rises = load[:, 0] - expected
        if np.count_nonzero(rises > 0) < FEWEST_MEMBERS:
            return 1.0
        together = began_together(self._case, self._scene, {a: a for a in accounts}, dict(zip(accounts, expected.tolist(), strict=True)))
        at_once = np.sort(rises[together])[::-1]
        if at_once.sum() < AT_ONCE * rises[rises > 0].sum():
            return 1.0
        tail = self.of(winner)
        chances = [count_chance(n, tail.expected(max(rise, 0.0) / self._growth)) for n, rise in enumerate(at_once.tolist(), start=1)]
        return min(1.0, len(chances) * min(chances))

    def joint(self, members: Sequence[Winner]) -> float:
        """Return how likely it is that so many rise at least as far as the least of the members, in one window."""
        least = min(members, key=lambda member: member.excess)
        return count_chance(len(members), self.of(least).expected(least.excess / self._growth))
