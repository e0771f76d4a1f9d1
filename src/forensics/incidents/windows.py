"""Stretches of minutes that deviate: screened by scans of several widths, bounded by the most likely path through a few states.

The path is Viterbi's (hidden Markov chain whose states are degrees of deviation); changing state costs likelihood, which is the
hysteresis: neither a single good minute ends an outage nor a single bad one begins it, and minutes without evidence change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

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
    edges = np.zeros(len(hits) + 1)
    at = np.flatnonzero(hits)
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


def path(likelihood: Floats, switch: float = SWITCH) -> Ints:
    """Return the most likely state of each minute; ``likelihood`` (minutes, states) in nats, state 0 is normal.

    A state is entered from the best state of its kind or not at all, so that each minute costs a few comparisons, in plain numbers:
    arrays of four would cost more to make than to compare.
    """
    rows = likelihood.tolist()
    best = [score if state == 0 else score - switch / 2 for state, score in enumerate(rows[0])]
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
    found = [best.index(max(best))]
    for sources in reversed(came):
        found.append(sources[found[-1]])
    return np.array(found[::-1], dtype=np.int64)


def bounded_runs(candidates: Bools, around: int, likelihood: Floats) -> list[tuple[int, int]]:
    """Return the runs of deviating states near ``candidates``; only runs that touch a candidate count."""
    found: list[tuple[int, int]] = []
    for first, last in joined(runs(candidates), 2 * around):
        low, high = max(0, first - around), min(len(candidates), last + around + 1)
        deviating = path(likelihood[low:high]) > 0
        found.extend((low + a, low + b) for a, b in runs(deviating) if candidates[low + a : low + b + 1].any())
    return found


def sharpened(requests: Floats, first: int, last: int) -> tuple[int, int]:
    """Move the ends of a stretch of other load to where the load changes: the most likely split of the minutes around each (Poisson).

    The levels on both sides are the medians of the minutes there: what is usual for the hour is not always what there was.
    """
    start = _split_near(requests, first, last)
    mirrored = len(requests) - 1
    end = mirrored - _split_near(requests[::-1], mirrored - last, mirrored - first)
    return (start, end) if start <= end else (first, last)


SHARPEN = 15
"""Minutes to each side in which an end may move."""


def _split_near(requests: Floats, first: int, last: int) -> int:
    middle = first + max(1, (last - first) // 2)
    low, high = max(0, first - SHARPEN), min(first + SHARPEN + 1, middle + 1)
    outside, inside = requests[max(0, low - SHARPEN) : max(low, 1)], requests[min(first + 3, middle) : min(first + 3 * SHARPEN, last + 1)]
    if high - low < 3 or not len(outside) or not len(inside):
        return first
    usual, other = max(float(np.median(outside)), 0.1), max(float(np.median(inside)), 0.1)
    ahead, behind = requests[low:high] * np.log(usual) - usual, requests[low:high] * np.log(other) - other
    left = np.concatenate(([0.0], np.cumsum(ahead)))
    right = behind.sum() - np.concatenate(([0.0], np.cumsum(behind)))
    return low + int(np.argmax(left + right))


def height(requests: Floats, expected: Floats, first: int, last: int) -> tuple[int, int]:
    """Cut (or widen) a stretch of surplus load to where it stands high: the most likely single step on top of the expected load.

    The step's height is the mean surplus within; minutes with less than about a third of it (what trails behind, a lively evening) are
    outside. Found as the contiguous stretch with the greatest sum of Poisson log-likelihood ratios.
    """
    low = max(0, first - SHARPEN)
    seen, usual = requests[low : last + SHARPEN + 1], np.maximum(expected[low : last + SHARPEN + 1], 0.05)
    first, last = first - low, min(last - low, len(seen) - 1)
    for _ in range(4):
        step = max(float((seen - usual)[first : last + 1].mean()), 0.1)
        total = np.concatenate(([0.0], np.cumsum(seen * np.log1p(step / usual) - step)))
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
