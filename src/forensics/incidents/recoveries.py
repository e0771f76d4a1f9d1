"""Where a service was itself again between the troubles of one episode: minutes in which nothing deviates, and enough shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from forensics.incidents.baseline import FEWEST_DAYS
from forensics.incidents.episodes import Found
from forensics.incidents.look import View

SHORTEST = 5
"""Minutes that the service is itself again at least."""
FEWEST_ANSWERS = 12
"""Answers without which nobody knows how it was."""
MOST_FAILED, TIMES_USUAL = 0.05, 3.0
"""Share of the answers that may fail, or times the usual share of failures."""
SLOW = np.log(2.0)
"""Logarithm of times the usual duration from which on answers are not in time."""
LEAST_LOAD = 0.5
"""Share of the usual load that has to come."""


def recovered_between(found: Found, view: View) -> Found:
    """Return an incident whose episodes end where the service was itself again, and begin anew with its relapse."""
    if found.kind in ("surge", "collection"):
        return found
    return replace(found, episodes=tuple(part for episode in found.episodes for part in _parts(found, view, *episode)))


def _parts(found: Found, view: View, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Cut one episode at the stretches that no window covers and that are well."""
    begins, until = first, first
    for after, end in sorted((w.first, w.last) for w in found.windows if first <= w.first <= last):
        if _well(found, view, until + 1, after - 1):
            yield begins, until
            begins = after
        until = max(until, end)
    yield begins, last


def _well(found: Found, view: View, first: int, last: int) -> bool:
    """Whether enough was answered in these minutes, as well, as fast and as much as is usual."""
    if last - first + 1 < SHORTEST:
        return False
    series, usual, span = view.series, view.baseline, slice(first, last + 1)
    answers, timed = float(series.answered[span].sum()), float(series.timed[span].sum())
    slow = float((np.nan_to_num(series.slowness[span]) * series.timed[span]).sum()) - usual.slowness * timed
    bad, share = (series.refused, usual.refused_ratio) if found.refusing else (series.failed, usual.error_ratio)
    known = usual.days >= FEWEST_DAYS  # else what should have come is the load of the incident itself
    return bool(
        answers >= FEWEST_ANSWERS
        and bad[span].sum() <= max(MOST_FAILED, TIMES_USUAL * share) * answers
        and slow <= SLOW * timed
        and (not known or series.requests[span].sum() >= LEAST_LOAD * usual.expected[span].sum())
    )
