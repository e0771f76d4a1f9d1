"""Clocks of logs that were set back: by hand, by a time server, or in the night in which summer time ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from forensics.case.case import Case
from forensics.incidents.series import Axis, Bools
from forensics.incidents.times import moment, span
from forensics.incidents.windows import Window

MOST_STEPS = 20
"""Steps back of one log above which its lines are out of order rather than its clock."""
SHORTEST = timedelta(minutes=3)
"""Steps that matter for minutes."""
ALIKE = 0.1
"""How far the length of a hole may be from that of the step that undoes it."""
PASSED_TWICE = 0.8
"""Share of a surge within minutes that the clock passed twice that makes it none."""


@dataclass(frozen=True)
class Step:
    """The clock of ``host`` was set back from one moment to another."""

    host: str | None
    set_from: datetime
    set_to: datetime

    @property
    def length(self) -> timedelta:
        """By how much it was set back."""
        return self.set_from - self.set_to

    def __str__(self) -> str:
        who = f"the clock of {self.host}" if self.host else "the clock"
        return f"{who} was set back by {span(self.length)} at {moment(self.set_from)}"


def steps(case: Case) -> list[Step]:
    """Return the steps back of the counted logs, by time."""
    rows = case.rows("incidents", "clock_steps", most=MOST_STEPS)
    return [step for row in rows if (step := Step(**row)).length >= SHORTEST]


def passed_twice(axis: Axis, found: Sequence[Step]) -> Bools:
    """Minutes that a clock passed twice: what they hold is the load of two."""
    flags = np.zeros(axis.minutes, dtype=bool)
    for step in found:
        if step.set_from >= axis.start and step.set_to <= axis.at(axis.minutes):
            flags[axis.index(step.set_to) : axis.index(step.set_from) + 1] = True
    return flags


def without_doubles(windows: Sequence[Window], twice: Bools) -> list[Window]:
    """Drop surges that are minutes counted twice."""
    return [w for w in windows if w.signal != "surge" or twice[w.first : w.last + 1].mean() < PASSED_TWICE]


def undone(start: datetime, end: datetime, found: Sequence[Step]) -> Step | None:
    """The step back that undoes a hole: the clock had run ahead.

    It comes at the end of the hole or later, and is as long; where the clock was put right before it came to where it had jumped to, the
    hole ends where it was set back to.
    """
    hole = end - start
    later = (s for s in found if s.set_from >= end)
    return next((s for s in later if abs(s.length - hole) <= max(ALIKE * hole, SHORTEST) or abs(s.set_to - end) <= SHORTEST), None)


def left_behind(start: datetime, end: datetime, found: Sequence[Step]) -> Step | None:
    """The step back that a hole makes good: it begins where the clock had been set back from, and is as long.

    The clock passed the time before the hole twice; what was asked in the second pass stands in the first. So it looks where the hour
    that comes twice in autumn is read in a zone that has two times for it, and where a wrong setting was put right after as long.
    """
    hole = end - start
    return next((s for s in found if abs(s.set_from - start) <= SHORTEST and abs(s.length - hole) <= max(ALIKE * hole, SHORTEST)), None)


def apart(windows: Sequence[Window], axis: Axis, found: Sequence[Step]) -> tuple[list[Window], list[Window]]:
    """Return the windows that are not the work of a clock, and those that are: a hole that it made is no part of an outage beside it."""

    def made(window: Window) -> bool:
        start, end = axis.at(window.first), axis.at(window.last + 1)
        return window.signal == "silence" and (undone(start, end, found) or left_behind(start, end, found)) is not None

    clocked = [w for w in windows if made(w)]
    return [w for w in windows if not any(w.signal in ("silence", "collapse") and w.near(c, 0) for c in clocked)], clocked


def beside(start: datetime, end: datetime | None, found: Sequence[Step]) -> list[Step]:
    """The steps within a stretch of time or an hour around it."""
    hour = timedelta(hours=1)
    return [s for s in found if s.set_from >= start - hour and (end is None or s.set_to <= end + hour)]
