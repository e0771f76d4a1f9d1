"""Clocks that are off by minutes or hours: a zone that was mistaken, a clock that nobody set."""

from __future__ import annotations

from dataclasses import dataclass

from forensics.case.case import Case

LEAST_MINUTES = 5
"""Smaller differences are found by twins alone: who asks at two hosts does so within minutes."""
WIDEST_MINUTES = 14 * 60
"""As far apart as zones are."""
LEAST_KEYS = 50
"""So many who ask (or things that are asked for) have to be as far apart."""
LEAST_PEOPLE = 20
"""So many have to ask for these things."""
CLEAR = 4
"""So many times as many as are apart by any other distance."""
LEAST_HOURS = 6
"""In so many hours of the day: what a timetable does, it does in few. (Of things asked for, half of the log will do: twins confirm it.)"""
SAMPLED = 50_000
"""About so many requests are looked at: all of some who are drawn by their hash."""


@dataclass(frozen=True)
class Ahead:
    """By how much a stream's clock is ahead of another's."""

    base: int
    seconds: float
    keys: int
    """Who ask both, or things that are asked of both, that far apart."""
    people: bool
    """Whether it is told by who asks (else by what is asked for, which may be asked of one after the other)."""

    def told(self, host: str) -> str:
        """Say how it is known, as the end of a sentence."""
        minutes = round(abs(self.seconds) / 60)
        when = "later" if self.seconds > 0 else "earlier"
        told = f"{self.keys:,} of a sample who ask here ask {host} too"
        return f"{told}, in the same minutes if this clock is {minutes:,} min {when} than that one"


def ahead(case: Case, requests: int) -> dict[int, Ahead]:
    """Return the streams whose clock is clearly ahead of, or behind, that of the largest one; ``tier_files`` is then by that clock.

    Run after ``tier_streams``. ``requests``: of all streams.
    """
    found: dict[int, Ahead] = {}
    given = {"modulus": max(1, requests // SAMPLED), "near": LEAST_MINUTES, "widest": WIDEST_MINUTES}
    for row in case.rows("evidence", "tier_lags", **given):  # of each stream what is asked for, then who asks
        people = row["kind"] == "who"
        clear = row["peak"] >= max(LEAST_KEYS, CLEAR * row["rest"]) and row["people"] >= LEAST_PEOPLE
        often = row["hours"] >= (LEAST_HOURS if people else min(LEAST_HOURS, row["span"] / 2))
        if clear and often and abs(row["lag"]) >= LEAST_MINUTES:
            found[row["stream"]] = Ahead(row["base"], row["seconds"], row["peak"], people)
    for stream, off in sorted(found.items()):
        case.execute("evidence", "tier_ahead", stream=stream, ahead_us=round(off.seconds * 1e6))
    return found
