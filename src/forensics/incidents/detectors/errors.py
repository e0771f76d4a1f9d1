"""Failing answers: more 5xx than chance allows, in windows of a minute to an hour.

Binomial counts against the scope's own usual ratio: one 500 at night is nothing, six of seven is something, 3 % for an hour is too.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betainc

from forensics.incidents.baseline import rolling
from forensics.incidents.look import View
from forensics.incidents.recurring import comes_again
from forensics.incidents.series import EVERYTHING, Bools, Floats
from forensics.incidents.windows import Window, bounded_runs, marked, trimmed

Scans = tuple[tuple[int, float, int], ...]
SCANS: Scans = ((1, 0.3, 8), (2, 0.3, 6), (5, 0.15, 6), (15, 0.06, 8), (60, 0.03, 15), (240, 0.5, 12))
"""(minutes, least ratio, least failures) of a window worth testing."""
TRICKLE: Scans = ((240, 0.01, 60), (10, 0.015, 100))
"""The same of everything where few of very many fail, or for hours: one request of a hundred spends the budget of a month in days."""
TIMES_USUAL, MUCH = 5.0, 0.1
"""A ratio must also be so many times the usual one; or exceed it by so much, where always a part fails."""
CLUSTERING = 3.0
"""Failures come in clusters (one client's retries): chance is computed with so many times the usual ratio."""
MOST_OFTEN, FEWEST_KNOWN = 0.99, 100
"""... or with the ratio that this share of the log's own stretches of the same length does not exceed; and how many show that."""
LEAST_SCORE = 8.0
"""Decimal orders of improbability that a window must have."""
ALL_WIDTHS, ALL, FEWEST = (5, 10, 20, 40), 0.9, 5
"""Minutes in which hardly anything is asked, and the share of at least so many requests that fails: in a small log that is an outage."""
HEALTHY_BEFORE, HEALTHY = 10, 0.1
"""Answers before it that a log needs to have seen the service well, and the most of them that failed."""
SEARCHED = 4.0
"""Decimal orders that such a window must have beyond those of the number of answers: a small log holds few places to search."""
LEAST_STATE, LEAST_OF_TRICKLE = 0.08, 0.015
"""Share of the answers that fail where fewest do."""
STRAY = 32.0
"""In a part that little is asked of a failure is so much likelier where fewest fail than where nothing is wrong, at most: a stray one after
its end does not move it."""
PIECES = 0.5
"""Share of a trickle that worse stretches within it hold, from which on it is they."""
AROUND = 120
"""Minutes around a hit in which its boundaries are sought."""


def detect(view: View) -> list[Window]:
    """Find stretches of failing answers; ``size`` is failures above the usual."""
    series, usual = view.series, view.baseline.error_ratio
    found = windows("errors", view, series.failed, usual, SCANS, _all_failed(view))
    if series.scope != EVERYTHING:
        return found
    trickles = windows("errors", view, series.failed, _typical(view), TRICKLE, least=LEAST_OF_TRICKLE, around=4 * AROUND)
    news = [w for w in trickles if not comes_again(series.failed, w.first, w.last, w.size / 2)]
    return found + [w for w in news if sum(other.size for other in found if other.near(w, 0)) < PIECES * w.size]


def _typical(view: View) -> float:
    """The share that fails in middling hours, so that a trickle is not measured by itself; at least a third of all that fails."""
    width = TRICKLE[0][0]
    failed, answered = (rolling(values, width)[width - 1 :: width] for values in (view.series.failed, view.series.answered))
    middling = float(np.median(failed[answered > 0] / answered[answered > 0])) if answered.any() else 0.0
    return max(min(middling, view.baseline.error_ratio), view.baseline.error_ratio / CLUSTERING)


def windows(
    signal: str,
    view: View,
    bad: Floats,
    usual: float,
    scans: Scans,
    others: Bools | None = None,
    least: float = LEAST_STATE,
    around: int = AROUND,
) -> list[Window]:
    """Find stretches in which more answers are bad than chance allows where so many usually are; ``size`` is how many more.

    ``others``: minutes that are worth to be looked at for another reason; ``least``: share that is bad where things are least bad;
    ``around``: minutes around a hit in which its boundaries are sought.
    """
    answered = view.series.answered
    if answered.sum() == 0 or bad.sum() < min(FEWEST, *(least for _, _, least in scans)):
        return []
    candidates, score = _scan(view, bad, usual, scans)
    if others is not None:
        candidates |= others
    found = []
    healthy = usual if view.series.scope == EVERYTHING else max(usual, least / STRAY)
    for first, last in bounded_runs(candidates, around, _likelihood(bad, answered, healthy, least)):
        span = slice(first, last + 1)
        size = float(bad[span].sum() - usual * answered[span].sum())
        found.append(trimmed(Window(signal, view.series.scope, first, last, float(score[span].max()), size), bad > 0))
    return found


def _all_failed(view: View) -> Bools:
    """Return the minutes of stretches in which nearly all of a few requests failed, after the service had been well."""
    failed, answered = view.series.failed, view.series.answered
    flags = np.zeros(len(failed), dtype=bool)
    if view.series.scope.part != "everything" or failed.sum() < FEWEST:
        return flags
    least = min(LEAST_SCORE, SEARCHED + float(np.log10(max(answered.sum(), 1.0))))
    well, ill = np.cumsum(answered), np.cumsum(failed)
    for width in ALL_WIDTHS:
        bad, all_of = rolling(failed, width), rolling(answered, width)
        seen, lost = well - all_of, ill - bad
        worth = np.flatnonzero((bad >= FEWEST) & (bad >= ALL * all_of) & (seen >= HEALTHY_BEFORE) & (lost <= HEALTHY * seen))
        score = chance_of_so_many(bad[worth], all_of[worth], min(0.5, CLUSTERING * view.baseline.error_ratio))
        hits = np.zeros(len(failed), dtype=bool)
        hits[worth[score >= least]] = True
        flags |= marked(hits, width) & (failed > 0)
    return flags


def _scan(view: View, failed: Floats, usual: float, scans: Scans) -> tuple[Bools, Floats]:
    answered = view.series.answered
    candidates = np.zeros(len(failed), dtype=bool)
    best = np.zeros(len(failed))
    for width, ratio, least in scans:
        bad, all_of = rolling(failed, width), rolling(answered, width)
        worth = np.flatnonzero((bad >= least) & (bad >= max(ratio, min(TIMES_USUAL * usual, usual + MUCH)) * all_of))
        score = chance_of_so_many(bad[worth], all_of[worth], _often(view, bad, all_of, usual, width)) if len(worth) else np.zeros(0)
        best[worth] = np.maximum(best[worth], score)
        hits = np.zeros(len(failed), dtype=bool)
        hits[worth[score >= LEAST_SCORE]] = True
        candidates |= marked(hits, width) & (failed > 0)
    return candidates, best


def _often(view: View, bad: Floats, all_of: Floats, usual: float, width: int) -> float:
    """Return the ratio of bad answers that sums over ``width`` minutes still have by chance."""
    seen = np.flatnonzero((all_of > 0) & (rolling(view.masked, width) == 0))
    clustered = min(CLUSTERING * usual, 0.5 + usual / 2)
    if len(seen) < FEWEST_KNOWN * width:
        return clustered
    return min(clustered, max(usual, float(np.quantile(bad[seen] / all_of[seen], MOST_OFTEN))))


def chance_of_so_many(failed: Floats, answered: Floats, ratio: float) -> Floats:
    """Decimal orders (at most 300) by which so many failures or more of so many answers are improbable at this ratio.

    The upper tail of the binomial distribution as an incomplete beta function: P(X >= k) = I_p(k, n - k + 1).
    """
    tail = np.maximum(betainc(failed, answered - failed + 1.0, ratio), 1e-300)
    scores: Floats = -np.log10(tail)
    return scores


def _likelihood(failed: Floats, answered: Floats, usual: float, least: float) -> Floats:
    """Log-likelihood of each minute when healthy and when a twelfth (``least``), a third or nearly all answers fail."""
    usual = min(max(usual, 1e-5), 0.9)
    odds = usual / (1.0 - usual) * np.array([1.0, 4.0, 8.0, 16.0])
    ratios = np.maximum(odds / (1.0 + odds), [0.0, least, 0.35, 0.95])
    weight = np.minimum(1.0, 200.0 / np.maximum(answered, 1.0))[:, None]  # answers of one minute depend on each other: 200 at most count
    bad, good = failed[:, None], (answered - failed)[:, None]
    scores: Floats = weight * (bad * np.log(ratios) + good * np.log1p(-ratios))
    return scores
