"""Cause or echo: did the load of the blamed come before the errors, where a minute is too coarse to tell?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forensics.attribution.scene import Scene
from forensics.attribution.search.scan import Winner, belongs, owners
from forensics.attribution.setting import PACKAGE
from forensics.attribution.windows import MINUTE
from forensics.case.case import Case

SLOW = 4.0
"""Times the usual from which an answer is slow, where nothing fails."""
EARLY = 0.15
"""A cause comes before its effect: with less of the load than this before the minute of the first errors, seconds must tell."""
FEWEST, FEWEST_HEAVY = 10, 5
TIMES = 3.0
"""Requests (of the mean weight) that the blamed must have made in the minute before the first failure, how many at least where they are
heavier, and how many times their usual pace."""
BEFORE, AFTER = 3 * MINUTE, 5 * MINUTE
"""How much is looked at around the minute of the first errors; in its first minute nothing has begun."""
LEAD = 10 * MINUTE
"""Minutes before that of the first errors which show how much was asked until then."""
LULL = 60
SPAN = 5
"""Failures are summed over so many seconds."""
ERRORS_BEGIN, ERRORS_TIMES = 2, 4.0
"""Failures in that span that are the beginning (one alone is always somewhere), and how many times the usual number."""
RISEN = 1.5
"""Times the pace before that everybody asks in the minute before the first failure where the load rose before it."""
LATELY, QUICKER = 20, 1.25
"""Seconds before the first failure in which who quickened asked so many times as much as before."""
LEAPS = 10
"""Or in so many of the last seconds, or fewer: so many times the most that it had asked in as many seconds before, too."""
STEADY = 0.8
"""Of the pace of the minute before the first failure, that of the minutes before it from which who asked went on as before."""
PACE, LAST = 0.25, 10
"""In the last seconds before the first failure (ten, or as many as hold five of their requests) the blamed worked at this share, at least,
of their pace in the minute after it, less what chance leaves out."""

ALONG = 0.25
"""Of what they asked in the minute after, what those who came with the first failures asked in the minute from them on."""

Counts = NDArray[np.float64]


@dataclass(frozen=True)
class Seconds:
    """Every second around the first failures, and what some subjects asked in it."""

    rows: pl.DataFrame
    """second, asked, own, own_load, failed."""
    first: int
    """Which of them is the first that fails."""
    usual: float
    """What the subjects usually ask in a minute, in the measure that their load is counted in."""

    def preceded(self) -> bool:
        """Whether the subjects were at it before the first failures: much, more than usual, and no mere beginning of what follows."""
        many = int(self._minute("own").sum()) >= FEWEST_HEAVY
        busy = float(self._minute("own_load").sum()) >= max(FEWEST, TIMES * self.usual)
        own, last = self.rows["own"].to_numpy().astype(float), self._lately()
        expected = PACE * last * float(own[self.first : self.first + LULL].mean())
        least = max(expected - expected**0.5, min(expected, 1.0))  # a lull may be chance; that they had stopped is none
        return many and busy and float(own[max(0, self.first - last) : self.first].sum()) >= least

    def along(self) -> bool:
        """Whether they came within a minute of the first failure, and not only as what was asked again grew."""
        own = self.rows["own_load"].to_numpy().astype(float)
        soon, later = own[self.first : self.first + LULL].sum(), own[self.first + LULL : self.first + 2 * LULL].sum()
        return bool(soon >= max(FEWEST, TIMES * self.usual) and soon >= ALONG * later)

    def _lately(self) -> int:
        """How many seconds hold some requests at the pace of the minute before the first failure: who asks for little has gaps."""
        asked = max(float(self._minute("own").sum()), 1.0)
        return int(min(LULL, max(LAST, LULL * FEWEST_HEAVY / asked)))

    def quickened(self) -> bool:
        """Whether they asked more right before the first failure than in the minutes before; what comes after may be asked again."""
        own = self.rows["own"].to_numpy().astype(float)[: self.first]
        usual = float(own[:-LATELY].mean()) * LATELY
        return bool(float(own[-LATELY:].sum()) > QUICKER * usual + 3.0 * usual**0.5) or self._leapt()

    def _leapt(self) -> bool:
        """Whether they did in the last few seconds only: more than chance has at their pace, and than they ask at once now and then."""
        own = self.rows["own"].to_numpy().astype(float)[: self.first]
        before, last = own[:-LATELY], np.cumsum(own[::-1])
        if len(before) < LATELY:
            return False
        spans = np.arange(1, LEAPS + 1)
        usual = float(before.mean()) * spans
        most = np.array([np.convolve(before, np.ones(span), "valid").max() for span in spans])
        return bool((last[:LEAPS] > np.maximum(2.0 + usual + 3.0 * np.sqrt(usual), QUICKER * most)).any())

    def steady(self) -> bool:
        """Whether they had asked for minutes as they did until the first failure: what they asked beyond it from then on is an answer."""
        own = self.rows["own"].to_numpy().astype(float)[: self.first]
        before, last = own[:-LULL], float(own[-LULL:].sum())
        same = before.sum() >= FEWEST and before.mean() * LULL >= STEADY * last - 2.0 * last**0.5
        return bool(same) and not self.quickened()

    def risen(self, pace: float) -> bool:
        """Whether everybody together already asked clearly more than ``pace`` in the minute before it."""
        return bool(float(self._minute("asked").sum()) >= RISEN * pace + 3.0 * pace**0.5)

    def _minute(self, column: str) -> Counts:
        found: Counts = self.rows[column].to_numpy().astype(float)[max(0, self.first - LULL) : self.first]
        return found


def seconds(case: Case, scene: Scene, subjects: Sequence[Winner], errors: datetime, measure: str) -> Seconds | None:
    """Look at the seconds around the first errors, and at what subjects (taken together) asked in them; None when nothing begins there.

    What begins is failures, or slow answers where the service was only slow.
    """
    start, end = errors - BEFORE, errors + AFTER
    accounts, networks = owners(scene.loads, subjects)
    known = {"start": start, "end": end, **scene.weighted(measure), **_slow(scene)}
    found = case.frame(PACKAGE, "first_seconds", accounts=accounts, networks=networks, **known)
    axis = pl.DataFrame({"second": pl.datetime_range(start, end - timedelta(seconds=1), "1s", time_unit="us", eager=True)})
    rows = axis.join(found, on="second", how="left", maintain_order="left").fill_null(0)
    first = first_failure(rows["failed"].to_numpy().astype(float)) if len(found) else None
    if first is None:
        return None
    counted = "cost" if measure == "cost" else "requests"
    own = (
        scene.loads.filter(pl.any_horizontal([belongs(winner) for winner in subjects]) & (pl.col("w") > 0))
        if subjects
        else scene.loads.clear()
    )
    usual = float(own[counted].sum()) / max(sum(w.minutes for w in scene.others), 1)
    return Seconds(rows, first, usual)


def _slow(scene: Scene) -> dict[str, list[Any]]:
    """Return from which time on each route's answers are slow, where that is what is wrong: nothing fails in a service that only waits."""
    times = scene.ordinary.times if scene.incident["kind"] == "latency" else {}
    return {"timed": list(times), "slow": [SLOW * ms for _, ms in times.values()]}


def seconds_precede(case: Case, scene: Scene, subjects: Sequence[Winner], errors: datetime, measure: str) -> bool | None:
    """Return whether subjects (taken together) were already at it before the first failures; None when the events cannot tell."""
    found = seconds(case, scene, subjects, errors, measure)
    return None if found is None else found.preceded()


def crowd_precedes(case: Case, scene: Scene, errors: datetime, least: float = 0.0) -> bool:
    """Return whether everybody together asked clearly more in the minute before the first failure than in the minutes before it.

    ``least``: what is usual in a minute. What comes after the first failure may be asked again.
    """
    before = scene.minutes.filter(pl.col("minute").is_between(errors - LEAD, errors, closed="left"))["requests"]
    looked = seconds(case, scene, [], errors, "requests") if len(before) else None
    return looked is not None and looked.risen(max(least, float(before.sum()) / (LEAD / MINUTE)))


def first_failure(failed: Counts) -> int | None:
    """Return the second in which failures begin (``failed``: one count a second; nothing has begun in the first minute).

    What a minute without failures follows, before that in which requests clearly fail, was a single mishap and no beginning.
    """
    lately = np.convolve(failed, np.ones(SPAN), "full")[: len(failed)]
    least = max(ERRORS_BEGIN, ERRORS_TIMES * float(lately[SPAN - 1 : LULL].mean()))
    calm = np.flatnonzero(np.convolve(failed, np.ones(LULL), "full")[LULL : int(BEFORE.total_seconds()) + 1] == 0)
    quiet = LULL + int(calm[-1]) if len(calm) else LULL
    begun = np.flatnonzero(lately[quiet:] >= least)
    if not len(begun):
        return None
    low = quiet + int(begun[0]) - SPAN + 1
    return low + int(np.argmax(failed[low : low + SPAN] > 0))
