"""From the winners of the scan to those whose load made the excess - or to nobody."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from forensics.attribution.scene import Scene
from forensics.attribution.search.chance import Tails
from forensics.attribution.search.finding import Blamed, Finding, Rise, rise_of
from forensics.attribution.search.history import FEWEST, SIGMAS, TIMES
from forensics.attribution.search.scan import Winner, belongs, expectation, load_matrix, scan
from forensics.attribution.search.somebody import days_alike, somebody
from forensics.attribution.search.unlinked import coherent, cohorts
from forensics.attribution.windows import ENOUGH_PLACEBOS, refusing
from forensics.case.case import Case

MIN_SHARE = 0.15
"""A subject with less of the excess than this is not blamed for it by itself."""
WORTH = 0.05
"""Share of an excess below which an account is not told by name where nobody is blamed."""
FEW = 0.1
"""Share of the active accounts from which those who made most of an excess are no few."""
MOST = 0.5
"""Those who are blamed must together have made at least this much of the excess."""
OFTEN_DAYS = 3
"""Other days on which it asked as much from which a subject is not named for having done so."""
PREFERRED = 1.5
"""Load is counted in plain requests unless it rose so many times more clearly in service time."""
LONE_SCORE = 50.0
"""Nats that the log likelihood ratio must reach where no placebo tells how easily chance reaches it."""
CHANCE = 0.1
"""With fewer placebo windows a subject's rise must be rarer than this by the tail of the rises of everybody (``chance.py``): how rare it
is then weighs with the other evidence."""
BESIDE = 0.01
"""Whoever is named beside another must rise so rarely: a visitor who happens to be busy explains nothing that is not explained already."""


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
    return Finding(rise, winners, blamed, () if blamed or not rise.significant else _as_ever(case, scene, rise, winners))


def _as_ever(case: Case, scene: Scene, rise: Rise, winners: list[Winner]) -> tuple[Blamed, ...]:
    """Return the actors that made most of an excess, or a part of it that is worth to be named, and often ask as much."""
    large = [w for w in winners if w.kind == "actor" and w.excess >= MIN_SHARE * rise.excess]
    found = [Blamed(w, w.excess / rise.excess, 1.0, 0.0, 0, days=days_alike(case, scene, w)) for w in large]
    return tuple(b for b in found if b.days >= OFTEN_DAYS)


def _blamed(case: Case, scene: Scene, rise: Rise, winners: list[Winner]) -> list[Blamed]:
    sure = [w for w in winners if _significant(scene, w)]
    tails = Tails(case, scene, rise.measure, sure)
    chances = {w: tails.chance(w) for w in sure}
    clear = [w for w in sure if scene.placebos >= ENOUGH_PLACEBOS or chances[w] <= CHANCE]
    excess = max(rise.excess, sum(w.excess for w in clear if w.excess > 0))
    if excess <= 0:
        return []
    standing = [
        Blamed(w, w.excess / excess, chances[w], tails.of(w).largest, tails.of(w).windows, days=days_alike(case, scene, w))
        for w in clear
        if w.excess >= MIN_SHARE * excess and _asked(scene, w) >= FEWEST and somebody(case, scene, w)
    ]
    found = _rare_beside_the_first(tails, [b for b in standing if b.days < OFTEN_DAYS])
    if sum(b.share for b in found) >= MOST:
        actors = [b.winner for b in found if b.winner.kind == "actor"]
        joint = tails.joint(actors) if len(actors) > 1 else None
        return [replace(b, joint=joint) if b.winner.kind == "actor" else b for b in found]
    return _many(case, scene, rise, excess)


def _rare_beside_the_first(tails: Tails, found: list[Blamed]) -> list[Blamed]:
    """Return the largest, and of the others those whose rise is rare by itself, or jointly where several accounts' are."""
    first = max(found, key=lambda b: b.share, default=None)
    doubtful = [b for b in found if b is not first and b.chance > BESIDE]
    actors = [b.winner for b in doubtful if b.winner.kind == "actor"]
    jointly = len(actors) > 1 and tails.joint(actors) <= BESIDE
    return [b for b in found if b not in doubtful or (jointly and b.winner.kind == "actor")]


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
    for candidate in cohorts(scene, rise.measure, excess):
        if candidate.excess < MOST * excess or candidate.p_value is None or candidate.p_value > allowed:
            continue
        cohort = coherent(case, scene, candidate)
        cohort = replace(cohort, members=[member for member in cohort.members if _asked(scene, member) >= FEWEST])
        if cohort.excess >= MOST * excess:
            tails = Tails(case, scene, rise.measure, cohort.members)
            joint, tail = tails.joint(cohort.members), tails.of(cohort.members[0])
            return [Blamed(m, m.excess / excess, joint, tail.largest, tail.windows, together=True) for m in cohort.members]
    return []


def foremost(case: Case, scene: Scene, rise: Rise) -> list[Blamed]:
    """Return the few accounts that made most of an excess, where chance hardly ever makes so many rise so far.

    Whether anything ties them, and whether other days were searched in the same way, is left open: who made a load is told by it, and
    nobody is blamed.
    """
    names, load = load_matrix(scene.loads, "actor_id", scene.windows, rise.measure)
    if not names or not rise.significant:
        return []
    expected, excess = expectation(load, scene.totals(rise.measure))[:, 0], max(rise.excess, 1.0)
    over = load[:, 0] - expected
    standing = np.flatnonzero((over >= WORTH * excess) & (load[:, 0] >= TIMES * load[:, 1:].max(axis=1, initial=0.0)))
    members = [
        Winner("actor", names[i], float(load[i, 0]), float(expected[i]), 0.0, None, float(load[i, 1:].max(initial=0.0)), 0.0)
        for i in standing[np.argsort(-over[standing], kind="stable")]
    ]
    active = np.count_nonzero(load[:, 0] > 0)
    if sum(member.excess for member in members) < MOST * excess or len(members) > max(1.0, FEW * active):
        return []
    tails = Tails(case, scene, rise.measure, members)
    joint, tail = tails.joint(members), tails.of(members[0])
    return [Blamed(m, m.excess / excess, joint, tail.largest, tail.windows) for m in members] if joint <= BESIDE else []


def _asked(scene: Scene, winner: Winner) -> float:
    """Return how many requests a subject made in the window."""
    return float(scene.loads.filter(belongs(winner) & (pl.col("w") == 0))["requests"].sum())


def _significant(scene: Scene, winner: Winner) -> bool:
    """Whether a subject clearly did more than ever, and no more placebos than chance allows gave anybody such a score.

    With few placebos that means none of them; without any, its own history must do.
    """
    own = winner.excess >= SIGMAS * winner.deviation and winner.load >= TIMES * winner.most_elsewhere
    if winner.p_value is None:
        return own and winner.score > LONE_SCORE
    return own and winner.p_value <= max(0.05, scene.smallest_p)
