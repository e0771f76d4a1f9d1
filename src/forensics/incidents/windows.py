"""Stretches of minutes that deviate: screened by scans of several widths, bounded by the most likely path through a few states.

The path is Viterbi's (hidden Markov chain whose states are degrees of deviation); changing state costs likelihood, which is the
hysteresis: neither a single good minute ends an outage nor a single bad one begins it, and minutes without evidence change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import xlogy

from forensics.incidents.series import Bools, Floats, Ints, Scope

SWITCH = 9.0
"""Cost of leaving or entering the normal state, in nats: odds of 1 in 8,000 that any one minute begins an incident."""
SHIFT = 3.0
"""Cost of going from one degree of deviation to another."""


@dataclass(frozen=True)
class Window:
    """A deviating stretch: minutes ``first`` to ``last`` (both included) of the axis.

    ``signal``: errors | latency | collapse | silence | surge | collection; ``score`` in decimal orders of improbability;
    ``size`` in requests: failed, missing, slow or surplus.
    """

    signal: str
    scope: Scope
    first: int
    last: int
    score: float
    size: float

    def near(self, other: Window, gap: int) -> bool:
        """Whether two windows overlap or are at most ``gap`` minutes apart."""
        return self.first - gap <= other.last and other.first - gap <= self.last


def runs(flags: Bools) -> list[tuple[int, int]]:
    """First and last index (both included) of each run of True."""
    edges = np.diff(np.concatenate(([0], flags.astype(np.int8), [0])))
    return list(zip(np.flatnonzero(edges == 1).tolist(), (np.flatnonzero(edges == -1) - 1).tolist(), strict=True))


def marked(hits: Bools, width: int) -> Bools:
    """Minutes covered by any hit of a scan whose sums of ``width`` minutes end at the hit."""
    at = np.flatnonzero(hits)
    if not len(at):
        return np.zeros(len(hits), dtype=bool)
    edges = np.zeros(len(hits) + 1)
    np.add.at(edges, np.maximum(at - width + 1, 0), 1)
    np.add.at(edges, at + 1, -1)
    covered: Bools = np.cumsum(edges[:-1]) > 0
    return covered


def joined(stretches: list[tuple[int, int]], gap: int) -> list[tuple[int, int]]:
    """Join runs that are at most ``gap`` minutes apart."""
    out: list[tuple[int, int]] = []
    for first, last in stretches:
        if out and first - out[-1][1] - 1 <= gap:
            out[-1] = (out[-1][0], last)
        else:
            out.append((first, last))
    return out


def path(likelihood: Floats, switch: float = SWITCH, begin: float = SWITCH / 2, end: float = 0.0) -> Ints:
    """Return the most likely state of each minute; ``likelihood`` (minutes, states) in nats, state 0 is normal.

    ``begin``: the cost of deviating from the first minute on, less where a log begins in it: before that nobody saw it begin; ``end`` that
    of deviating in the last one, none where the log ends in it.

    A state is entered from the best state of its kind or not at all, so that each minute costs a few comparisons, in plain numbers:
    arrays of four would cost more to make than to compare.
    """
    rows = likelihood.tolist()
    best = [score if state == 0 else score - begin for state, score in enumerate(rows[0])]
    came: list[list[int]] = []
    for row in rows[1:]:
        worst = max(best[1:])
        top = best.index(worst, 1)
        back = best[0] >= worst - switch
        entered, source = (best[0] - switch, 0) if best[0] - switch >= worst - SHIFT else (worst - SHIFT, top)
        stays = [score > entered or (score == entered and state <= source) for state, score in enumerate(best)]
        came.append([state if stay else source for state, stay in enumerate(stays)])
        came[-1][0] = 0 if back else top
        normal = best[0] if back else worst - switch
        best = [(score if stay else entered) + gain for score, stay, gain in zip(best, stays, row, strict=True)]
        best[0] = normal + row[0]
    best[0] += end
    found = [best.index(max(best))]
    for sources in reversed(came):
        found.append(sources[found[-1]])
    return np.array(found[::-1], dtype=np.int64)


def bounded_runs(candidates: Bools, around: int, likelihood: Floats) -> list[tuple[int, int]]:
    """Return the runs of deviating states near ``candidates``; only runs that touch a candidate count."""
    found: list[tuple[int, int]] = []
    for first, last in joined(runs(candidates), 2 * around):
        low, high = max(0, first - around), min(len(candidates), last + around + 1)
        deviating = path(likelihood[low:high], begin=SWITCH if low else SWITCH / 2, end=SWITCH * (high < len(candidates))) > 0
        found.extend((low + a, low + b) for a, b in runs(deviating) if candidates[low + a : low + b + 1].any())
    return found


SHARPEN = 15
"""Minutes to each side in which an end may move."""
SHORTEST = 5
"""Minutes that the deep part of a stretch lasts at least."""
MOST_BINS = 4000
"""Parts that a stretch is cut into to find its levels: minutes, in one of months several of them (the search takes their square)."""
CHANGE = 4.0
"""Cost of one more level, in nats."""
BOTTOM = 0.04
"""Share of the expected load that counts as next to nothing."""


def deepest(requests: Floats, expected: Floats, first: int, last: int, clump: float) -> tuple[int, int]:
    """Move the ends of a stretch of missing load to where its deep part begins and ends.

    The minutes are cut into the levels that make them most likely; from the level at which most is missing the deep part reaches to
    both sides as far as levels are nearer to it than to the usual (by ratio). What is usual for the hour is not always what there was,
    and a slack hour that runs into a collapse is a level of its own.
    """
    low, high = max(0, first - 2 * SHARPEN), min(len(requests), last + 2 * SHARPEN + 1)
    bins = np.arange(0, high - low, -(-(high - low) // MOST_BINS))
    seen, wanted = (np.add.reduceat(values[low:high], bins) / clump for values in (requests, np.maximum(expected, 1e-6)))
    cuts = np.append(bins, high - low)[levels(seen, wanted)]
    came, due = np.add.reduceat(requests[low:high], cuts[:-1]), np.add.reduceat(np.maximum(expected[low:high], 1e-6), cuts[:-1])
    level, inside = came / due, np.minimum(cuts[1:], last + 1 - low) - np.maximum(cuts[:-1], first - low) >= SHORTEST
    if not (inside & (level < 1)).any():
        return first, last
    core = int(np.argmax(np.where(inside, due - came, -np.inf)))
    deep = level <= np.sqrt(max(float(level[core]), BOTTOM))
    begin = end = core
    while begin > 0 and deep[begin - 1]:
        begin -= 1
    while end + 1 < len(deep) and deep[end + 1]:
        end += 1
    return low + int(cuts[begin]), low + int(cuts[end + 1]) - 1


def levels(seen: Floats, wanted: Floats) -> Ints:
    """Where the levels of visits begin, and the end: the cuts that make all minutes most likely (Poisson), each at a cost.

    Optimal partitioning, Jackson et al. (2005), An algorithm for optimal partitioning of data on an interval.
    """
    total, due = (np.concatenate(([0.0], np.cumsum(values))) for values in (seen, wanted))
    best, came = np.zeros(len(total)), np.zeros(len(total), dtype=np.int64)
    for end in range(1, len(total)):
        visits = total[end] - total[:end]
        scores = best[:end] + xlogy(visits, visits / (due[end] - due[:end])) - CHANGE
        came[end] = int(np.argmax(scores))
        best[end] = scores[came[end]]
    cuts = [len(total) - 1]
    while cuts[-1] > 0:
        cuts.append(int(came[cuts[-1]]))
    return np.array(cuts[::-1], dtype=np.int64)


def height(requests: Floats, expected: Floats, first: int, last: int, within: tuple[int, int]) -> tuple[int, int]:
    """Cut (or widen) a stretch of surplus load to where it stands high: from where half of the crowd is there to where half is left.

    The height is the mean surplus within; the stretch is the contiguous one with the greatest sum of what exceeds half of it (what trails
    behind, a lively evening, is outside). The most likely step would reach to where a third is left, far into the tail of a crowd. It
    stays ``within`` those minutes (both included): what is higher beside it may be a crowd of its own.
    """
    reach = max(SHARPEN, last - first + 1)
    low, high = max(within[0], first - reach), min(within[1], last + reach) + 1
    seen, usual = requests[low:high], np.maximum(expected[low:high], 0.05)
    first, last = first - low, last - low
    for _ in range(4):
        step = max(float((seen - usual)[first : last + 1].mean()), 0.1)
        total = np.concatenate(([0.0], np.cumsum(seen - usual - step / 2)))
        end = int(np.argmax(total[1:] - np.minimum.accumulate(total[:-1])))
        found = int(np.argmin(total[: end + 1])), end
        if found == (first, last):
            break
        first, last = found
    return low + first, low + last


def trimmed(window: Window, evidence: Bools) -> Window:
    """Cut a window to the first and last minute with evidence of its own."""
    at = np.flatnonzero(evidence[window.first : window.last + 1])
    return window if not len(at) else replace(window, first=window.first + int(at[0]), last=window.first + int(at[-1]))
