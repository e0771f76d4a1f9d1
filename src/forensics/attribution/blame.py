"""From the winners of the scan to those whose load made the excess - or to nobody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite, nan

import numpy as np
import polars as pl

from forensics.attribution.cohort import coherent, cohorts
from forensics.attribution.crowd import crowd, one_program
from forensics.attribution.habit import habitual
from forensics.attribution.scan import Winner, belongs, expectation, scan, wide
from forensics.attribution.scene import Scene
from forensics.attribution.tail import Tails
from forensics.attribution.windows import ENOUGH_PLACEBOS, refusing
from forensics.case.case import Case

MIN_SHARE = 0.15
"""A subject with less of the excess than this is not blamed for it by itself."""
MOST = 0.5
"""Those who are blamed must together have made at least this much of the excess."""
SIGMAS, TIMES = 4.0, 1.5
"""Its excess is at least so many of its own deviations, its load so many times its largest elsewhere."""
CLIENT_REQUESTS, CLIENT_TIMES = 20.0, 5.0
"""An agent, or a network wider than a site, is blamed only when its networks made so many requests each in the window, and so many times
what a network usually makes."""
FEWEST = 5
"""Requests below which nobody is said to have done anything, however heavy they are."""
PREFERRED = 1.5
"""Load is counted in plain requests unless it rose so many times more clearly in service time."""
LONE_SCORE = 50.0
"""Nats that the log likelihood ratio must reach where no placebo tells how easily chance reaches it."""
CHANCE = 0.1
"""With fewer placebo windows a subject's rise must be rarer than this by the tail of the rises of everybody (``tail.py``): how rare it
is then weighs with the other evidence."""
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


def find(case: Case, scene: Scene) -> Finding:
    """Scan in every measure that is known and keep the one in which the load rose more."""
    measures = ["refused"] if refusing(scene.incident) else ["requests", "cost"] if scene.weights else ["requests"]
    rises = [rise_of(scene, measure) for measure in measures]
    rise = rises[0]
    if len(rises) > 1 and (rises[1].sigmas > PREFERRED * rise.sigmas or (rises[1].significant and not rise.significant)):
        rise = rises[1]
    if not rise.known:
        return Finding(rise, [], [])
    winners = scan(scene.loads, scene.windows, rise.measure, scene.placebos)
    collection = scene.incident["kind"] == "collection"
    blamed = _blamed(case, scene, rise, winners) if rise.significant or collection else []
    return Finding(rise, winners, blamed)


def _blamed(case: Case, scene: Scene, rise: Rise, winners: list[Winner]) -> list[Blamed]:
    sure = [w for w in winners if _significant(scene, w)]
    tails = Tails(case, scene, rise.measure, sure)
    chances = {w: tails.chance(w) for w in sure}
    clear = [w for w in sure if scene.placebos >= ENOUGH_PLACEBOS or chances[w] <= CHANCE]
    excess = max(rise.excess, sum(w.excess for w in clear if w.excess > 0))
    if excess <= 0:
        return []
    found = [
        Blamed(w, w.excess / excess, chances[w], tails.of(w).largest, tails.of(w).windows)
        for w in clear
        if w.excess >= MIN_SHARE * excess and _asked(scene, w) >= FEWEST and _somebody(case, scene, w) and not habitual(case, scene, w)
    ]
    if sum(b.share for b in found) >= MOST:
        actors = [b.winner for b in found if b.winner.kind == "actor"]
        joint = tails.joint(actors) if len(actors) > 1 else None
        return [replace(b, joint=joint) if b.winner.kind == "actor" else b for b in found]
    return _many(case, scene, rise, excess)


def in_window(scene: Scene, finding: Finding, late: Blamed) -> Blamed:
    """Return one that is blamed for what it did around the first failures with its load, and its share, in a finding's own window."""
    winner = in_measure(scene, late.winner, finding.rise.measure)
    return replace(late, winner=winner, share=max(0.0, winner.excess) / max(finding.rise.excess, 1.0), at_fall=late.share)


def in_measure(scene: Scene, winner: Winner, measure: str) -> Winner:
    """Return a winner with its load in a scene's window, and what was to be expected of it, in some measure."""
    load = np.zeros((1, scene.windows))
    own = scene.loads.filter(belongs(winner)).group_by("w").agg(pl.col(measure).sum())
    load[0, own["w"].to_numpy()] = own[measure].to_numpy()
    expected = float(expectation(load, scene.totals(measure))[0, 0])
    return replace(winner, load=float(load[0, 0]), expected=expected, most_elsewhere=float(load[0, 1:].max(initial=0.0)))


def _many(case: Case, scene: Scene, rise: Rise, excess: float) -> list[Blamed]:
    """Return accounts that nothing links, when those of them that did what nobody does, and act together, made most of the excess."""
    allowed = max(0.05, scene.smallest_p)
    for candidate in cohorts(case, scene, rise.measure, excess):
        if candidate.excess < MOST * excess or candidate.p_value is None or candidate.p_value > allowed:
            continue
        cohort = coherent(case, scene, candidate)
        cohort = replace(cohort, members=[member for member in cohort.members if _asked(scene, member) >= FEWEST])
        if cohort.excess >= MOST * excess:
            tails = Tails(case, scene, rise.measure, cohort.members)
            joint, tail = tails.joint(cohort.members), tails.of(cohort.members[0])
            return [Blamed(m, m.excess / excess, joint, tail.largest, tail.windows, together=True) for m in cohort.members]
    return []


def _asked(scene: Scene, winner: Winner) -> float:
    """Return how many requests a subject made in the window."""
    return float(scene.loads.filter(belongs(winner) & (pl.col("w") == 0))["requests"].sum())


def _somebody(case: Case, scene: Scene, winner: Winner) -> bool:
    """Whether very few are behind a subject, as far as its load shows."""
    few = not wide(winner) or _few_clients(scene, winner) or one_program(case, scene, winner)
    return few and not crowd(case, scene, winner)


def _few_clients(scene: Scene, winner: Winner) -> bool:
    """Whether a load comes from few clients that ask much each: a crowd that shares an agent or a provider is not somebody."""
    unnamed = scene.loads.filter(pl.col("actor_id").is_null())
    own = unnamed.filter(belongs(winner) & (pl.col("w") == 0)).group_by("network").agg(pl.col("requests").sum())["requests"]
    usual = unnamed.filter(pl.col("w") > 0).group_by("network", "w").agg(pl.col("requests").sum())["requests"]
    each = float(own.sum()) / max(len(own), 1)
    return each >= max(CLIENT_REQUESTS, CLIENT_TIMES * (float(usual.mean()) if len(usual) else 0.0))  # type: ignore[arg-type]


def _significant(scene: Scene, winner: Winner) -> bool:
    """Whether a subject clearly did more than ever, and no more placebos than chance allows gave anybody such a score.

    With few placebos that means none of them; without any, its own history must do.
    """
    own = winner.excess >= SIGMAS * winner.deviation and winner.load >= TIMES * winner.most_elsewhere
    if winner.p_value is None:
        return own and winner.score > LONE_SCORE
    return own and winner.p_value <= max(0.05, scene.smallest_p)
