"""Latency: requests take several times what the same routes usually take."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from forensics.incidents.baseline import FEWEST_DAYS, rolling
from forensics.incidents.look import View
from forensics.incidents.recurring import comes_again
from forensics.incidents.series import Bools, Floats, Ints
from forensics.incidents.windows import Window, bounded_runs, marked

WIDTHS = (3, 10, 30)
LEAST_TIMES = 2.5
"""Times the usual duration (geometric mean over requests)."""
LEAST_Z = 7.0
LEAST_TIMED = 12.0
BEYOND = 6
"""Windows of a short log that may be slow without being its usual."""
AROUND, AGAIN = 60, 5
"""Minutes around a hit in which its boundaries are sought; and those that tell how slow one of another day was."""
STATES = np.log([1.0, 2.5, 6.0, 20.0])


def detect(view: View) -> list[Window]:
    """Find slow stretches; ``size`` is the number of timed requests in them."""
    series = view.series
    if series.timed.sum() < 100:
        return []
    slow = np.nan_to_num(series.slowness - view.baseline.slowness)
    candidates, score = _scan(view, slow)
    found = []
    for first, last in bounded_runs(candidates, AROUND, _likelihood(view, slow)):
        span = slice(first, last + 1)
        size = float(series.timed[span].sum())
        mean = float((slow[span] * series.timed[span]).sum() / max(size, 1.0))
        if comes_again(_means(view, slow), first, last, (last - first + 1) * mean / 2):
            continue
        if last - first >= 2 and size >= LEAST_TIMED and mean >= 0.8 * np.log(LEAST_TIMES):
            found.append(Window("latency", series.scope, first, last, float(score[span].max()), size))
    return found


def as_usual(whole: View, part: View, window: Window) -> bool:
    """Whether a part is slow with all the rest, in minutes in which all the rest is slow on most days: a backup takes the disk from all."""
    slow = [np.nan_to_num(view.series.slowness - view.baseline.slowness) for view in (whole, part)]
    span = slice(window.first, window.last + 1)
    every, own = (
        float((values * view.series.timed)[span].sum() / max(view.series.timed[span].sum(), 1.0))
        for values, view in zip(slow, (whole, part), strict=True)
    )
    again = comes_again(_means(whole, slow[0]), window.first, window.last, (window.last - window.first + 1) * every / 2)
    return bool(every > 0 and own - every < np.log(LEAST_TIMES) and again)


def _means(view: View, slow: Floats) -> Floats:
    """Return how slow each minute was by the requests around it; a minute without any was as slow as usual."""
    timed = view.series.timed
    means: Floats = rolling(slow * timed, AGAIN) / np.maximum(rolling(timed, AGAIN), 1.0)
    return np.roll(means, -(AGAIN // 2))


def _scan(view: View, slow: Floats) -> tuple[Bools, Floats]:
    timed = view.series.timed
    candidates, best = np.zeros(len(slow), dtype=bool), np.zeros(len(slow))
    for width in WIDTHS:
        count = rolling(timed, width)
        mean = rolling(slow * timed, width) / np.maximum(count, 1.0)
        known = np.flatnonzero((count >= LEAST_TIMED) & (rolling(view.masked, width) == 0))[::width]
        if len(known) < 20:
            known = np.flatnonzero(count >= LEAST_TIMED)[::width]
        if not len(known):
            continue
        distance = np.abs(mean)
        scale = max(float(np.quantile(distance[known], 0.5)) / 0.6745, _high(distance, known), 0.02)
        hits = (count >= LEAST_TIMED) & (mean >= np.log(LEAST_TIMES)) & (mean / scale >= LEAST_Z)
        candidates |= marked(hits, width) & (slow > 0.5)
        best = np.maximum(best, np.where(hits, np.minimum((mean / scale) ** 2 / 4.6, 300.0), 0.0))
    return candidates, best


def _high(distance: Floats, known: Ints) -> float:
    """The scale by the 95 % quantile of what is usual: that of a usual day, so that one slow day is not, and the slow hour of every day is.

    In a log of hours, of few windows, that is the slow stretch itself: there by a quantile that leaves some of them beyond it.
    """
    day = known // 1440
    days, place = np.unique(day, return_inverse=True)
    if len(days) < FEWEST_DAYS:
        share = min(0.95, max(0.75, 1.0 - BEYOND / len(known)))
        return float(np.quantile(distance[known], share) / ndtri(0.5 + share / 2))
    return float(np.median([np.quantile(distance[known[place == number]], 0.95) for number in range(len(days))])) / 1.96


def _likelihood(view: View, slow: Floats) -> Floats:
    """Log-likelihood (normal, cut off so that one strange minute cannot decide) of each minute's mean slowness."""
    timed = view.series.timed
    variance = view.baseline.slowness_scale**2 / np.maximum(timed, 1.0) + 0.15**2
    distance = (slow[:, None] - STATES) ** 2 / (2 * variance[:, None])
    scores: Floats = np.where(timed[:, None] > 0, -np.minimum(distance, 12.0), 0.0)
    return scores
