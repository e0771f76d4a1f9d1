"""Collapse: far fewer requests than the hour should bring, though not none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from forensics.incidents.absences import comes_daily
from forensics.incidents.baseline import FEWEST_DAYS, rolling
from forensics.incidents.chance import Chance, of_one
from forensics.incidents.look import HOURS, View
from forensics.incidents.series import EVERYTHING, Bools, Floats
from forensics.incidents.windows import Window, bounded_runs, deepest, joined, marked, runs

MOST_SHARE = 0.4
"""Share of the expected load below which it has collapsed."""
HALF, CERTAIN = 0.6, 25.0
"""Share below which the whole has collapsed where that is improbable by so many orders: half of a steady load is not missing by chance. A
host or backend that does half of its work is one whose weight was changed."""
WIDTHS = (3, 5, 15, 30, 60, 240)
LEAST_SCORE = 6.5
"""Decimal orders of improbability, by how load falls when nothing is wrong."""
LITTLE_KNOWN, UNSEEN = 1.5, 1.5
"""Orders that it needs beyond that in a log of a day or two; and those that sums over other widths than its length may lack of it."""
LEAST_MISSING = 30.0
WORTH = 3.0
"""Orders of improbability, whatever the level wavers like, from which it is worth to look again."""
EDGE, LEAST_ABRUPT = 5, 10
STILL_THERE, STEP = 0.5, 4.0
"""In the five minutes on either side of an abrupt collapse, of ten minutes or more, the load is at least half of what is expected and so
many times what it is in between."""
SIDE, TIMES, MISJUDGED = 10, 2.5, 2.0
"""The same of one that is improbable by what wavers as well, in minutes and times; and the orders that one needs beyond that which drifts
in or out: a busy hour that came earlier than usual looks like it."""
BUSY = 1.0
NOTHING = 0.75
"""Share of the missing requests in one run of empty minutes from which a collapse is a silence."""
KEPT = 4.0
"""Orders of improbability of what lies before or after the deep part of a collapse from which it belongs to it."""
HOUR, BLOW, FALLEN, AS_SLACK, BY_CHANCE = 60, 15, 0.6, 1.25, 1.3
"""Load has fallen when it is less than this share of that of the hour before; another day was as slack with at most so many times it, or
where it is not improbable by so many orders that only so much comes on it."""
AROUND = 120
MOST_SPREAD = 6.0
"""Bursts upwards say nothing of dips: the boundaries of a collapse do not drown in them."""
Orders = Callable[[Chance, Floats, Floats], Floats]
"""Orders of improbability of so few requests where so many are wanted."""
STATES = np.array([1.0, 0.5, 0.2, 0.02])


def detect(view: View) -> list[Window]:
    """Find stretches of missing load; ``size`` is the number of requests that should have come."""
    series = view.series
    if series.scope.part in ("route", "program") and series.requests.mean() < BUSY:
        return []
    expected = view.baseline.expected
    spread = min(view.baseline.spread(15), MOST_SPREAD)
    (candidates, score), (lulls, deep) = _scan(view)
    stretches = bounded_runs(candidates, AROUND, load_likelihood(series.requests, expected, STATES, spread)) if candidates.any() else []
    found = [w for w in _collapses(view, stretches, score, Chance.few) if _stands_out(view, w)]
    for window in found:
        lulls[window.first : window.last + 1] = False
    sudden = [w for w in _collapses(view, joined(runs(lulls), EDGE), deep, _deep) if _abrupt(view, w)]
    return sorted([*found, *sudden], key=lambda w: w.first)


def _deep(chance: Chance, seen: Floats, wanted: Floats) -> Floats:
    """Return orders of improbability as a lull, where it is neither clear nor hopeless already: next to none of a log is."""
    return _deepened(chance, seen, wanted, chance.few(seen, wanted))


def _deepened(chance: Chance, seen: Floats, wanted: Floats, few: Floats) -> Floats:
    score = few.copy()
    open_to = np.flatnonzero((score >= WORTH) & (score < LEAST_SCORE + LITTLE_KNOWN))
    score[open_to] = chance.lull(seen[open_to], wanted[open_to])
    return score


def _abrupt(view: View, window: Window, edge: int = EDGE, step: float = STEP) -> bool:
    """Whether the load was there until a few minutes before a collapse and right after it: a lull comes and goes."""
    requests, expected = view.series.requests, view.baseline.expected
    inside = slice(window.first, window.last + 1)
    level = float(requests[inside].sum()) / max(float(expected[inside].sum()), 1e-9)
    sides = (slice(max(0, window.first - edge), window.first), slice(window.last + 1, window.last + 1 + edge))
    beside = [float(requests[side].sum()) / max(float(expected[side].sum()), 1e-9) for side in sides]
    return window.last - window.first + 1 >= LEAST_ABRUPT and min(beside) >= max(STILL_THERE, step * level)


def _fell(view: View, first: int, last: int) -> bool:
    """Whether the load was there until a few minutes before it was lost: so one is told that lasts beyond the end of the log."""
    requests, expected = view.series.requests, view.baseline.expected
    before, after = slice(max(0, first - SIDE), first), slice(first, min(first + SIDE, last + 1))
    levels = [float(requests[side].sum()) / max(float(expected[side].sum()), 1e-9) for side in (before, after)]
    return levels[0] >= max(STILL_THERE, TIMES * levels[1])


def _collapses(view: View, stretches: list[tuple[int, int]], score: Floats, orders: Orders) -> list[Window]:
    """Return the stretches that are collapses, cut to where the load changes, and improbable by themselves.

    Minutes that follow a silence are part of sums over it, and owe their score to it.
    """
    series, expected = view.series, view.baseline.expected
    found = []
    for first, last in stretches:
        first, last = _cut(view, *_edges(series.requests, expected, first, last))
        if first > last:  # low only at the very ends, which belong to what lies beside it
            continue
        span = slice(first, last + 1)
        wanted, seen = float(expected[span].sum()), float(series.requests[span].sum())
        begun = not series.requests[:first].any()  # a log that begins so does not show that anything was lost
        ends = not series.requests[last + 1 :].any()
        alone = _alone(view, first, last, orders)
        most = HALF if alone >= CERTAIN and series.scope == EVERYTHING else MOST_SHARE
        short = seen <= most * wanted and wanted - seen >= LEAST_MISSING
        if begun or not short or alone < _least(view) or (ends and not _fell(view, first, last)):
            continue
        if comes_daily(view.axis, series.requests, first, last, wanted) or crowd_stayed_away(view, first, last):
            continue
        found.append(_or_silence(view, Window("collapse", series.scope, first, last, float(score[span].max()), wanted - seen)))
    return found


def _least(view: View) -> float:
    """Decimal orders that a collapse needs: of a log of a day or two it is not well known how its load falls."""
    return LEAST_SCORE + view.search + LITTLE_KNOWN * (HOURS <= view.axis.days < FEWEST_DAYS)


def _stands_out(view: View, window: Window) -> bool:
    """Whether a collapse comes and goes at one blow, or is improbable enough where what is usual for the hour was misjudged."""
    return _abrupt(view, window, SIDE, TIMES) or _alone(view, window.first, window.last, Chance.few) >= _least(view) + MISJUDGED


def _alone(view: View, first: int, last: int, orders: Orders) -> float:
    """Return the orders of improbability of the most improbable sum within a stretch, or of all of it."""
    requests, expected = view.series.requests[first : last + 1], view.baseline.expected[first : last + 1]
    length, best = len(requests), 0.0
    for width in {*(width for width in WIDTHS if width < length), length}:
        seen, wanted = rolling(requests, width)[width - 1 :], rolling(expected, width)[width - 1 :]
        best = max(best, float(_scores(view, width, seen, wanted, orders).max()))
    return best


def _scores(view: View, width: int, seen: Floats, wanted: Floats, orders: Orders) -> Floats:
    """Return the orders of improbability of sums that lack so much that they may be of a collapse; 0 of all others."""
    low, score = np.flatnonzero(_low(view, seen, wanted)), np.zeros(len(seen))
    score[low] = _told(orders(view.baseline.fall(width), seen[low], wanted[low]), seen[low], wanted[low])
    return score


def _low(view: View, seen: Floats, wanted: Floats) -> Bools:
    """Flag sums that lack so much that they may be of a collapse."""
    flags: Bools = seen <= (HALF if view.series.scope == EVERYTHING else MOST_SHARE) * wanted
    return flags


def _told(score: Floats, seen: Floats, wanted: Floats) -> Floats:
    """Return orders of improbability; 0 where half of the load is left and it is not certain that the other is missing."""
    return np.where((seen > MOST_SHARE * wanted) & (score < CERTAIN), 0.0, score)


def _or_silence(view: View, window: Window) -> Window:
    """Return the silence that a collapse is, where nearly all that is missing is missing from minutes without any request."""
    empty = runs(view.series.requests[window.first : window.last + 1] == 0)
    if not empty:
        return window
    expected = view.baseline.expected
    first, last = max(((window.first + a, window.first + b) for a, b in empty), key=lambda r: (expected[r[0] : r[1] + 1].sum(), -r[0]))
    short = float(expected[first : last + 1].sum())
    return replace(window, signal="silence", first=first, last=last, size=short) if short >= NOTHING * window.size else window


def crowd_stayed_away(view: View, first: int, last: int) -> bool:
    """Whether the load was no higher before, and as low on another day: what usually comes at this hour is a crowd.

    So it is where no load came back after it, and most other days had no more: whoever had raised the level for days is gone. That load
    declines every evening is no fall: it is one where load is lost, or comes back, at a blow.
    """
    requests, day, usual = view.series.requests, 1440, view.baseline.fall(last - first + 1)
    seen, fallen = float(requests[first : last + 1].sum()), FALLEN * (last - first + 1)
    after, length = requests[last + 1 : last + 1 + HOUR], min(BLOW, last - first + 1)
    lost, back = _at_a_blow(view, requests, first, length), _at_a_blow(view, requests[::-1], len(requests) - 1 - last, length)
    fell = seen < fallen * float(requests[max(0, first - HOUR) : first].mean())
    if (lost and back) or (fell and len(after) and seen < fallen * float(after.mean())):
        return False
    shifts = (shift for shift in range(-7 * day, 7 * day + 1, day) if shift and first + shift >= 0 and last + shift < len(requests))
    others = np.array([float(requests[first + shift : last + shift + 1].sum()) for shift in shifts])
    if fell and (lost or back):
        return bool(len(others)) and float(np.median(others)) <= AS_SLACK * seen
    return bool(((others <= AS_SLACK * seen) | (usual.few(np.full(len(others), seen), others) < BY_CHANCE)).any())


def _at_a_blow(view: View, requests: Floats, first: int, length: int) -> bool:
    """Whether by what came in the minutes before, whatever is usual, chance does not bring so little in as many minutes after."""
    before, after = float(requests[max(0, first - length) : first].sum()), float(requests[first : first + length].sum())
    usual = view.baseline.fall(length)
    return after < FALLEN * before and of_one(usual.few, after, before) >= WORTH


def _cut(view: View, first: int, last: int) -> tuple[int, int]:
    """Cut a collapse to its deep part, but for what is improbable by itself: in steady traffic half the load lost is no slack hour."""
    requests, expected, usual = view.series.requests, view.baseline.expected, view.baseline
    begin, end = deepest(requests, expected, first, last, usual.fall(EDGE).clump)

    def strange(low: int, high: int) -> bool:
        span = slice(low, high)
        seen, wanted = (float(values[span].sum()) for values in (requests, expected))
        return high > low and of_one(usual.fall(high - low).few, seen, wanted) >= KEPT

    return (first if strange(first, begin) else begin), (last if strange(end + 1, last + 1) else end)


def _edges(requests: Floats, expected: Floats, first: int, last: int) -> tuple[int, int]:
    """Cut a collapse to where five minutes bring no more than half: a slack hour before or after is none of it."""
    ahead = rolling(requests[::-1], 5)[::-1] <= 0.5 * rolling(expected[::-1], 5)[::-1]
    behind = rolling(requests, 5) <= 0.5 * rolling(expected, 5)
    ahead, behind = ahead[first : last + 1], behind[first : last + 1]
    if not ahead.any() or not behind.any():
        return first, last
    return first + int(np.argmax(ahead)), last - int(np.argmax(behind[::-1]))


def _scan(view: View) -> list[tuple[Bools, Floats]]:
    """Return which minutes may be of a collapse, and the orders of improbability of the sums that end with each: as few, and as a lull."""
    requests, expected, least = view.series.requests, view.baseline.expected, _least(view)
    far_below = requests < 0.7 * expected
    found = [(np.zeros(len(requests), dtype=bool), np.zeros(len(requests))) for _ in range(2)]
    for width in WIDTHS:
        seen, wanted, chance = rolling(requests, width), rolling(expected, width), view.baseline.fall(width)
        at = np.flatnonzero(_low(view, seen, wanted) & (wanted - seen >= LEAST_MISSING))
        few = chance.few(seen[at], wanted[at])
        for (candidates, best), orders in zip(found, (few, _deepened(chance, seen[at], wanted[at], few)), strict=True):
            score = np.zeros(len(requests))
            score[at] = _told(orders, seen[at], wanted[at])
            candidates |= marked(score >= least - UNSEEN, width) & far_below
            np.maximum(best, score, out=best)
    return found


def load_likelihood(requests: Floats, expected: Floats, states: Floats, spread: float) -> Floats:
    """Quasi-Poisson log-likelihood of each minute's requests when the load is so many times what is expected."""
    rate = np.maximum(expected, 1e-3)[:, None] * states
    scores: Floats = (requests[:, None] * np.log(rate) - rate) / max(spread, 1.0)
    return scores
