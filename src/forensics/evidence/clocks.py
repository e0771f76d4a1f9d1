"""Clocks that are off by minutes or hours: a zone that was mistaken, a clock that nobody set."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from forensics.case.case import Case

LEAST_MINUTES = 5
"""Smaller differences are found by twins alone: who asks at two hosts does so within minutes."""
WIDEST_MINUTES = 14 * 60
"""As far apart as zones are."""
LEAST_KEYS = 50
"""So many who ask (or things that are asked for) have to be as far apart."""
LEAST_PEOPLE = 20
"""So many have to ask for these things."""
SHARED = 0.5
"""Share of those that both logs know, at least: of clocks that are apart nearly all are."""
ONE_PATH = 0.5
"""Share in which the same thing was asked for, at most: a timer that reports to another host some minutes later always asks for that."""
QUARTER_HOUR, EXACT = 900, 30
"""Zones are multiples of the one in seconds; a difference so near to one is taken for it."""
CLEAR = 4
"""So many times as many as are apart by any other distance."""
LEAST_HOURS = 6
"""In so many hours of the day: what a timetable does, it does in few. (Of things asked for, half of the log will do: twins confirm it.)"""
SAMPLED = 25_000
"""About so many requests are looked at: all of some who are drawn by their hash."""


@dataclass(frozen=True)
class Ahead:
    """By how much a stream's clock is ahead of another's."""

    base: int
    seconds: float
    keys: int
    """Who ask both, or things that are asked of both, that far apart."""
    moves: bool
    """Whether it is as good as certain by who asks: times are moved by it. (By what is asked for twins are looked for, no more.)"""

    def told(self, host: str) -> str:
        """Say how it is known, as the end of a sentence."""
        minutes = round(abs(self.seconds) / 60)
        direction = "ahead of" if self.seconds > 0 else "behind"
        both = f"{self.keys:,} of a sample who ask here ask {host} too"
        return f"{both}, in the same minutes if this clock is {minutes:,} min {direction} that one"


def ahead(case: Case, requests: int, links: Iterable[tuple[int, int]], held: Collection[int]) -> dict[int, Ahead]:
    """Return the streams whose clock is clearly ahead of, or behind, that of the largest one; ``tier_files`` is then by that clock.

    Run after ``tier_streams``. ``requests``: of all streams; ``links``: pairs that logged the same requests by clocks that agree: they
    are moved together; ``held``: streams whose offset was given.
    """
    found: dict[int, Ahead] = {}
    given = {"modulus": max(1, requests // SAMPLED), "near": LEAST_MINUTES, "widest": WIDEST_MINUTES}
    for row in case.rows("evidence", "tier_lags", **given):  # of each stream what is asked for, then who asks
        people = row["kind"] == "who"
        clear = row["peak"] >= max(LEAST_KEYS, CLEAR * row["rest"], SHARED * row["shared"]) and row["people"] >= LEAST_PEOPLE
        often = row["hours"] >= (LEAST_HOURS if people else min(LEAST_HOURS, row["span"] / 2))
        if clear and often and abs(row["lag"]) >= LEAST_MINUTES and (not people or row["one_path"] <= ONE_PATH):
            found[row["stream"]] = Ahead(row["base"], _whole(row["seconds"]), row["peak"], people)
    for group in _linked(links):
        clocks = [found[number] for number in sorted(group) if number in found]
        together = {} if not clocks or group & {clocks[0].base, *held} else dict.fromkeys(group, replace(clocks[0], moves=False))
        own = {number: clock for number, clock in found.items() if number not in group or number in together}
        found = together | own
    for stream, clock in sorted(found.items()):
        case.execute("evidence", "tier_ahead", stream=stream, ahead_us=round(clock.seconds * 1e6))
    return found


def _whole(seconds: float) -> float:
    nearest = round(seconds / QUARTER_HOUR) * QUARTER_HOUR
    return float(nearest) if abs(seconds - nearest) <= EXACT else seconds


def _linked(links: Iterable[tuple[int, int]]) -> list[set[int]]:
    """Return the groups of streams that are linked, directly or by way of others."""
    groups: list[set[int]] = []
    for pair in links:
        near = [group for group in groups if group & set(pair)]
        groups = [group for group in groups if group not in near] + [set(pair).union(*near)]
    return groups
