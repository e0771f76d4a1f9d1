"""Phases of an incident: normal, ramp, overload, outage, refusing, silence, flapping, backlog, recovered."""

from __future__ import annotations

import numpy as np

from forensics.incidents.baseline import rolling
from forensics.incidents.episodes import Found
from forensics.incidents.look import View
from forensics.incidents.series import Floats
from forensics.incidents.windows import runs

OUTAGE_RATIO = 0.5
"""Share of answers that fail in an outage; below it the service is overloaded."""
BEFORE, AFTER = 60, 60
"""Minutes of normal life shown before the ramp and after the end."""
SHORTEST = 3
"""Minutes that a phase lasts at least; shorter ones join the phase before them."""
MOST_TROUBLES = 24
"""Phases of trouble above which they flicker: then each lasts at least this part of the incident."""
LASTING_SILENCE, OF_COLLAPSE = 15, 1 / 12
"""Minutes of silence that make a phase of their own within failures; in a shorter one people have merely given up asking. Where little is
left at all, the share of an episode that it has to last.
"""
BACKLOG_TIMES, BACKLOG_LEAST = 1.5, 2.0
"""Times the usual load of a minute, and requests above that, which are a backlog."""
FLAPPING_EPISODES = 4
"""Episodes of trouble, none longer than ``FLAPPING_LONGEST`` minutes, that make a flapping service."""
FLAPPING_LONGEST = 30

TROUBLES = ("overload", "outage", "refusing", "silence")

Phase = tuple[str, int, int]
"""Name, first and last minute (both included)."""


def phases(view: View, found: Found, ramp: int | None, usual: Floats) -> list[Phase]:
    """Return the phases from an hour before the ramp to an hour after the end, without holes; ``usual`` requests by the scope's rhythm."""
    start = found.first if ramp is None else min(ramp, found.first)
    low, high = max(0, start - BEFORE), min(view.axis.minutes - 1, found.last + AFTER)
    names = np.full(high - low + 1, "normal", dtype="<U10")
    names[start - low : found.first - low] = "ramp"
    names[found.first - low :] = "recovered"
    for first, last in found.episodes:
        names[first - low : last - low + 1] = _trouble(view, found, first, last)
    if found.kind not in ("surge", "collection"):
        _mark_backlog(view.series.requests, usual, found, names, low)
    merged = _merged(names, low, SHORTEST)
    if sum(name in TROUBLES for name, _, _ in merged) > MOST_TROUBLES:
        merged = _merged(names, low, max(SHORTEST, (found.last - found.first) // MOST_TROUBLES))
    return _flapping(merged, found)


def _trouble(view: View, found: Found, first: int, last: int) -> list[str]:
    """Outage, overload, refusing or silence (or surge, collection: overload, normal) for each minute of an episode."""
    span = slice(first, last + 1)
    bad = view.series.failed + view.series.refused if found.refusing else view.series.failed
    ratio = _smooth_ratio(bad, view.series.answered)[span]
    missing = np.zeros(last - first + 1, dtype=bool)
    silent = np.zeros(last - first + 1, dtype=bool)
    lasting = max(LASTING_SILENCE, (last - first) * OF_COLLAPSE) if found.kind == "collapse" else LASTING_SILENCE
    for window in found.windows:
        a, b = max(window.first, first) - first, min(window.last, last) - first + 1
        if b > a and window.signal in ("collapse", "silence"):
            missing[a:b] = True
            silent[a:b] |= window.signal == "silence" and (found.kind == "silence" or window.last - window.first >= lasting)
    down = (ratio >= OUTAGE_RATIO) | missing
    if found.refusing:  # a limit, a ban, passwords that are tried: the service answers, and says no
        return ["silence" if s else "outage" if m else "refusing" for s, m in zip(silent, missing, strict=True)]
    else_named = {"collection": "normal", "surge": "ramp"}.get(found.kind, "overload")
    return ["silence" if s else "outage" if d else else_named for d, s in zip(down, silent, strict=True)]


def _smooth_ratio(failed: Floats, answered: Floats) -> Floats:
    """Share of failing answers over the nearest five minutes; minutes without answers keep what was last known."""
    bad, total = rolling(failed, 5), rolling(answered, 5)
    shifted = np.roll(bad, -2), np.roll(total, -2)
    known = shifted[1] > 0
    place = np.maximum.accumulate(np.where(known, np.arange(len(known)), 0))
    ratio: Floats = (shifted[0] / np.maximum(shifted[1], 1.0))[place]
    return ratio


def _mark_backlog(requests: Floats, expected: Floats, found: Found, names: np.ndarray, low: int) -> None:
    """After an episode: load well above the usual that lasts from its end is what had been waiting, and retries.

    Neither what came in the episode counts, nor minutes after the last that is high by itself: sums of five trail behind.
    """
    for index, (_, last) in enumerate(found.episodes):
        end = found.episodes[index + 1][0] if index + 1 < len(found.episodes) else low + len(names)
        seen, usual = requests[last + 1 : end], BACKLOG_TIMES * expected[last + 1 : end] + BACKLOG_LEAST
        high = rolling(seen, 5) > rolling(usual, 5)
        among = int(np.argmin(high)) if len(high) and not high.all() else len(high)
        lasting = 1 + max(np.flatnonzero(seen[:among] > usual[:among]).tolist(), default=-1)
        if lasting >= SHORTEST:
            names[last + 1 - low : last + 1 - low + lasting] = "backlog"


def _merged(names: np.ndarray, low: int, shortest: int) -> list[Phase]:
    """Runs of equal names; runs that are too short join the one before them (the first one the one after)."""

    def brief(first: int, last: int) -> bool:
        return last - first + 1 < shortest

    out: list[Phase] = []
    for name in dict.fromkeys(names.tolist()):
        out.extend((str(name), low + a, low + b) for a, b in runs(names == name))
    out.sort(key=lambda p: p[1])
    kept: list[Phase] = []
    for name, first, last in out:
        if kept and (kept[-1][0] == name or (brief(first, last) and name in TROUBLES and kept[-1][0] in TROUBLES)):
            kept[-1] = (kept[-1][0], kept[-1][1], last)
        elif kept and name in TROUBLES and kept[-1][0] in TROUBLES and brief(*kept[-1][1:]):
            kept[-1] = (name, kept[-1][1], last)
        else:
            kept.append((name, first, last))
    return kept


def _flapping(merged: list[Phase], found: Found) -> list[Phase]:
    """Join a row of many short episodes into one phase."""
    short = [e for e in found.episodes if e[1] - e[0] < FLAPPING_LONGEST]
    if len(short) < FLAPPING_EPISODES:
        return merged
    first, last = short[0][0], short[-1][1]
    if any(first < e[0] and e[1] < last for e in found.episodes if e not in short):
        return merged
    before = [(n, a, min(b, first - 1)) for n, a, b in merged if a < first]
    after = [(n, max(a, last + 1), b) for n, a, b in merged if b > last]
    return [*before, ("flapping", first, last), *after]


def worst_minute(view: View, found: Found) -> int:
    """The minute at which most went wrong, by what is told of it: failures, refusals, slow answers, missing requests, or the load.

    Among equal minutes (nothing comes at all, say) the one whose neighbours are worst.
    """
    if found.kind in ("surge", "collection"):
        harm = view.series.requests
    elif found.kind == "latency":
        harm = np.nan_to_num(view.series.slowness) * view.series.timed
    elif found.kind == "errors":
        harm = view.series.refused if found.refusing else view.series.failed
    else:
        harm = np.maximum(view.baseline.expected - view.series.requests, 0.0)
    span = slice(found.first, found.last + 1)
    worst = np.flatnonzero(harm[span] == harm[span].max())
    around = np.roll(rolling(harm, 5), -2)[span]
    return found.first + int(worst[np.argmax(around[worst])])
