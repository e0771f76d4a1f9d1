"""What a search came to: how far the whole load rose, who stands out, and who is blamed."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, nan

import numpy as np

from forensics.attribution.scene import Scene
from forensics.attribution.search.scan import Winner

SECOND = 0.25
"""Of the share of the first, that of the others from which there are several, and not one who made most of it alone."""
MIN_RISE = 0.10
MIN_SIGMAS = 3.0
"""Load has risen when it is so much above, and so many robust standard deviations above, the same hours of other days."""


@dataclass(frozen=True)
class Rise:
    """How far the whole load rose over its baseline in the window, in one measure (``requests``, ``cost`` or ``refused``)."""

    measure: str
    load: float
    expected: float
    sigmas: float

    @property
    def excess(self) -> float:
        """Load beyond expectation (negative when it fell)."""
        return self.load - self.expected

    @property
    def known(self) -> bool:
        """Whether there was anything to compare the window with."""
        return isfinite(self.expected)

    @property
    def significant(self) -> bool:
        """Whether the service had more to do than it is used to."""
        return self.known and self.excess > MIN_RISE * self.expected and self.sigmas >= MIN_SIGMAS


@dataclass(frozen=True)
class Blamed:
    """A subject that is held to have made part of the excess."""

    winner: Winner
    share: float
    """Share of the excess over the baseline, 0 to 1."""
    chance: float
    """How likely anybody rises so much in an ordinary window, by the tail of all rises; of a cohort: that so many do."""
    usual: float
    """The largest rise of anybody like it in the windows that the tail was learnt from."""
    compared: int
    """How many windows these are."""
    together: bool = False
    """Whether it is blamed as one of a cohort."""
    joint: float | None = None
    """Of one of several actors that each stand out: how likely it is that so many rise as far as the least of them, in one window."""
    days: int = 0
    """On how many other days, while nothing was wrong, it asked as much within as many minutes."""
    at_fall: float = 0.0
    """Of one that came last: its share of the excess in the minutes around the first failures."""

    @property
    def weight(self) -> float:
        """Its share of what counts: of the whole excess, or of that in which the service fell."""
        return max(self.share, self.at_fall)


@dataclass(frozen=True)
class Finding:
    """What the scan of one incident found."""

    rise: Rise
    winners: list[Winner]
    blamed: list[Blamed]
    as_ever: tuple[Blamed, ...] = ()
    """Where nobody is blamed: who made much of the excess, and often asks as much. It is told, and not named for it."""
    again: float = 0.0
    """Requests of the window that only repeat what had failed for those who were found first: they were left out."""
    asked_most: tuple[Blamed, ...] = ()
    """Who asked for most of what was refused where the others were refused as well: that it made the refusals is not shown."""
    fall: Scene | None = None
    """The minutes around the first failures, where some are blamed who came last (``at_fall``)."""

    def requests_excess(self, scene: Scene) -> float:
        """The excess in requests, whatever it was scanned in."""
        return self.rise.excess if self.rise.measure == "requests" else rise_of(scene, "requests").excess

    def requests_shared(self, scene: Scene) -> float:
        """The requests that shares are told of: where requests were scanned, those that the shares of the blamed are of, too."""
        whole = self.requests_excess(scene)
        told = [b for b in self.blamed if b.share > 0] if self.rise.measure == "requests" else []
        return max(whole, *(b.winner.excess / b.share for b in told)) if told else whole

    @property
    def share(self) -> float:
        """Share of the excess that the blamed made together."""
        return min(1.0, sum(b.share for b in self.blamed))


def rise_of(scene: Scene, measure: str) -> Rise:
    """Compare the window's load with the median of the others (MAD, at least Poisson's and 5 % of it, as its deviation)."""
    totals = scene.totals(measure)
    others = totals[1:]
    if not len(others):
        return Rise(measure, float(totals[0]), nan, 0.0)
    expected = float(np.median(others))
    spread = 1.4826 * float(np.median(np.abs(others - expected)))
    deviation = max(spread, expected**0.5, 0.05 * expected, 1.0)
    return Rise(measure, float(totals[0]), expected, (float(totals[0]) - expected) / deviation)
