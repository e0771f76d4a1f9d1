"""What a silence is: the service down, one host down, a log that is missing, or a clock that was put forward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from forensics.incidents.clocks import Step, left_behind, undone
from forensics.incidents.look import View
from forensics.incidents.series import Axis, Scope
from forensics.incidents.windows import Window

AT_A_FILE = timedelta(minutes=2)
"""How near to the end of a file a silence begins that is put down to the file."""
TOOK_OVER = 1.25
"""Times the expected load of the other hosts from which they did the silent one's work."""
WENT_ON = 0.7
"""Times the expected load of the other hosts from which they went on as usual."""


@dataclass(frozen=True)
class Reading:
    """service down | host down | log missing | clock, and the sentence that says why."""

    name: str
    why: str

    @property
    def harmless(self) -> bool:
        """Whether the service is not known to have failed at all."""
        return self.name in ("log missing", "clock")


def read(window: Window, views: Mapping[Scope, View], files: Sequence[Mapping[str, Any]], steps: Sequence[Step] = ()) -> Reading:
    """Say what a silence of everything or of one host most likely is."""
    axis = next(iter(views.values())).axis
    start, end = axis.at(window.first), axis.at(window.last + 1)
    of_host = window.scope.part == "host"
    between = _between_files(start, end, [f for f in files if not of_host or f["host"] == window.scope.name])
    if put_forward(start, end):
        return Reading("clock", "it is one hour long, in the night in which clocks are put forward: the log's time zone may be wrong")
    back = undone(start, end, steps)
    if back is not None:
        return Reading("clock", f"{back}, by as much as is missing here: it had run ahead")
    behind = left_behind(start, end, steps)
    if behind is not None:
        return Reading("clock", f"{behind}, and as much is missing here: what was asked then stands in the time that it passed twice")
    if window.scope.part != "host":
        if between:
            return Reading(
                "log missing",
                "it begins where a file ends and ends where the next begins, and no file goes on meanwhile: files may be missing",
            )
        return Reading("service down", "it begins and ends inside files: the service was down, or nothing reached it")
    others = [view for scope, view in views.items() if scope.part == "host" and scope != window.scope]
    span = slice(window.first, window.last + 1)
    wanted = sum(float(view.baseline.expected[span].sum()) for view in others)
    share = sum(float(view.series.requests[span].sum()) for view in others) / max(wanted, 1.0)
    if between:
        return Reading(
            "log missing", f"it lies between two files of this host, the others had {share:.0%} of what is usual: its log is missing"
        )
    if share >= TOOK_OVER:
        return Reading("host down", f"the other hosts had {share:.0%} of what is usual: they did its work")
    if share >= WENT_ON:
        return Reading(
            "log missing", f"the other hosts went on as usual ({share:.0%}): its work was not done elsewhere, its log may be missing"
        )
    return Reading("service down", f"the other hosts had {share:.0%} of what is usual too")


def between_files(window: Window, axis: Axis, files: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a window begins where a file ends, ends where the next begins, and no file goes on meanwhile."""
    return _between_files(axis.at(window.first), axis.at(window.last + 1), files)


def _between_files(start: datetime, end: datetime, files: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a file ends where the silence begins, another begins where it ends, and none has lines before and after it."""
    ends = any(abs(f["last_at"] - start) <= AT_A_FILE for f in files) and any(abs(f["first_at"] - end) <= AT_A_FILE for f in files)
    return ends and not any(f["first_at"] < start - AT_A_FILE and f["last_at"] > end + AT_A_FILE for f in files)


def put_forward(start: datetime, end: datetime) -> bool:
    """Whether a hole is the hour that is left out in spring: an hour long, around 01:00 to 03:00, on a Sunday of the change."""
    hour = abs((end - start) - timedelta(hours=1)) <= timedelta(minutes=3)
    return hour and start.hour in (0, 1, 2, 3) and start.date() in (_sunday(start.year, 3, 2), _sunday(start.year, 3, -1))


def _sunday(year: int, month: int, which: int) -> date:
    """The first (1), second (2) or last (-1) Sunday of a month."""
    first = date(year, month, 1)
    sundays = [d for d in (first + timedelta(days=n) for n in range(31)) if d.month == month and d.weekday() == 6]
    return sundays[which - 1 if which > 0 else which]
