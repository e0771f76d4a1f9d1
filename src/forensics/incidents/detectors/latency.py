"""Latency: requests take several times what the same routes usually take."""

from __future__ import annotations

import numpy as np

from forensics.incidents.baseline import rolling
from forensics.incidents.look import View
from forensics.incidents.series import Bools, Floats
from forensics.incidents.windows import Window, bounded_runs, marked

WIDTHS = (3, 10, 30)
LEAST_TIMES = 2.5
"""Times the usual duration (geometric mean over requests)."""
LEAST_Z = 7.0
LEAST_TIMED = 12.0
AROUND = 60
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
        if last - first >= 2 and size >= LEAST_TIMED and mean >= 0.8 * np.log(LEAST_TIMES):
            found.append(Window("latency", series.scope, first, last, float(score[span].max()), size))
    return found


def _scan(view: View, slow: Floats) -> tuple[Bools, Floats]:
    timed = view.series.timed
    candidates, best = np.zeros(len(slow), dtype=bool), np.zeros(len(slow))
    for width in WIDTHS:
        count = rolling(timed, width)
        mean = rolling(slow * timed, width) / np.maximum(count, 1.0)
        usual = mean[(count >= LEAST_TIMED) & (rolling(view.masked, width) == 0)][::width]
        if len(usual) < 20:
            usual = mean[count >= LEAST_TIMED][::width]
        if not len(usual):
            continue
        scale = max(float(np.quantile(np.abs(usual), 0.5)) / 0.6745, float(np.quantile(np.abs(usual), 0.95)) / 1.96, 0.02)
        hits = (count >= LEAST_TIMED) & (mean >= np.log(LEAST_TIMES)) & (mean / scale >= LEAST_Z)
        candidates |= marked(hits, width) & (slow > 0.5)
        best = np.maximum(best, np.where(hits, np.minimum((mean / scale) ** 2 / 4.6, 300.0), 0.0))
    return candidates, best


def _likelihood(view: View, slow: Floats) -> Floats:
    """Log-likelihood (normal, cut off so that one strange minute cannot decide) of each minute's mean slowness."""
    timed = view.series.timed
    variance = view.baseline.slowness_scale**2 / np.maximum(timed, 1.0) + 0.15**2
    distance = (slow[:, None] - STATES) ** 2 / (2 * variance[:, None])
    scores: Floats = np.where(timed[:, None] > 0, -np.minimum(distance, 12.0), 0.0)
    return scores
