"""The windows that are compared: an incident's own, and the same hours of other days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
RAMP_ASSUMED = timedelta(minutes=10)
"""How far before the impact load is looked at when detection found no ramp."""
JUST_BEFORE, SUDDEN = timedelta(minutes=5), timedelta(minutes=3)
"""How far before and into the impact load is looked at when it came all at once: what rose over the hour before is not it."""
LOAD_KINDS = ("surge", "collection")
"""Kinds of incident that are a load themselves: their window is the whole incident, there is no impact to end it."""
MOST_PLACEBOS = 120
"""Nearest days first; more add nothing to a p-value that is printed with three digits."""
ENOUGH_PLACEBOS = 19
"""So many can give a p-value of .05; with fewer, more is learnt from the other hours (``other_hours``)."""
MOST_HOURS, FORTNIGHT = 60, timedelta(days=14)


def refusing(incident: dict[str, Any]) -> bool:
    """Whether requests were refused in an incident rather than failed."""
    return incident.get("refused_requests") is not None


def gave_up(incident: dict[str, Any]) -> bool:
    """Whether what counts as refused was given up by those who asked: the service did not answer in time."""
    return incident.get("given_up_requests") is not None


def is_load(incident: dict[str, Any]) -> bool:
    """Whether an incident is a load itself: what is asked for its attribution lies within it. So do refusals, by whoever is refused."""
    return incident["kind"] in LOAD_KINDS or refusing(incident)


@dataclass(frozen=True)
class Window:
    """Whole minutes, ``start`` inclusive to ``end`` exclusive (UTC)."""

    start: datetime
    end: datetime

    @property
    def minutes(self) -> int:
        """Length in minutes."""
        return int((self.end - self.start) / MINUTE)

    def shifted(self, by: timedelta) -> Window:
        """Return the same window at another time."""
        return Window(self.start + by, self.end + by)

    def meets(self, other: Window) -> bool:
        """Whether the two share a minute."""
        return self.start < other.end and other.start < self.end


def bounds(windows: Sequence[Window]) -> dict[str, list[datetime]]:
    """Return windows as the parameters ``$starts`` and ``$ends`` of a statement."""
    return {"starts": [w.start for w in windows], "ends": [w.end for w in windows]}


def floor_minute(at: datetime) -> datetime:
    """Cut to the minute."""
    return at.replace(second=0, microsecond=0)


def ceil_minute(at: datetime) -> datetime:
    """Round up to the minute."""
    floored = floor_minute(at)
    return floored if floored == at else floored + MINUTE


def load_window(incident: dict[str, Any]) -> Window:
    """Return where an incident's load is measured: ramp start to impact start, or all of it when it is a load itself.

    The minute of the impact belongs to the window when the impact began inside it, or when there would be no window otherwise.
    """
    started = incident["started_at"]
    if is_load(incident):
        return Window(floor_minute(started), ceil_minute(max(_last_at(incident), started + MINUTE)))
    ramp = incident.get("ramp_started_at")
    start = floor_minute(ramp if ramp and ramp < started else started - RAMP_ASSUMED)
    return Window(start, max(ceil_minute(started), start + MINUTE))


def last_minutes(incident: dict[str, Any], window: Window, covered: Window) -> Window:
    """Return the end of a load window, so long that something before it can be logged to compare it with.

    Where not even ``RAMP_ASSUMED`` is logged before the impact there is too little in any case.
    """
    logged: timedelta = incident["started_at"] - covered.start
    length = logged / 4 if RAMP_ASSUMED <= logged < 2 * RAMP_ASSUMED else RAMP_ASSUMED
    return Window(max(window.start, floor_minute(window.end - length)), window.end)


def begins_inside(incident: dict[str, Any], window: Window, covered: Window) -> bool:
    """Whether the logs begin so late that hardly anything is seen of the load that came before an impact."""
    return not is_load(incident) and covered.start > window.start + (window.end - window.start) / 2


def sudden_window(incident: dict[str, Any], errors: datetime | None = None) -> Window | None:
    """Return the minutes just before the impact and its first ones, for load that came and overthrew the service at once.

    ``errors``: the first minute that clearly fails, where it is known and later than the impact is said to begin. None when the incident
    is a load itself, or when the load window holds those minutes already.
    """
    window = load_window(incident)
    began = max(ceil_minute(incident["started_at"]), errors or incident["started_at"])
    end = min(began + SUDDEN, ceil_minute(incident["ended_at"] or began + SUDDEN))
    start = max(window.start, floor_minute(incident["started_at"]) - JUST_BEFORE)
    return None if is_load(incident) or end <= window.end else Window(start, end)


def whole_window(incident: dict[str, Any]) -> Window:
    """Return ramp start to the end of the incident, or of what is logged of it (``last_at``)."""
    window = load_window(incident)
    return Window(window.start, max(window.end, ceil_minute(_last_at(incident))))


def _last_at(incident: dict[str, Any]) -> datetime:
    last: datetime = incident["ended_at"] or incident.get("last_at") or incident["started_at"]
    return last


HARMLESS = 0.02
"""Share of its requests that fail in a load without being a disturbance."""
APART = timedelta(hours=1)
"""So far from an incident a load is another one, and not its beginning."""


def disturbances(incident: dict[str, Any], incidents: Sequence[dict[str, Any]]) -> list[Window]:
    """Return the incidents, each from its ramp to its end, whose hours tell nothing of the service in health.

    A load that did no harm is health at that load: who asked as much on other days, and nothing failed, is not named for a failure
    because those days were found to be unusual. Where a load itself is looked at, every other load is left out, as of the same kind.
    """
    whole = whole_window(incident)
    wide = Window(whole.start - APART, whole.end + APART)
    return [whole_window(row) for row in incidents if is_load(incident) or not _harmless(row) or whole_window(row).meets(wide)]


def _harmless(row: dict[str, Any]) -> bool:
    return row["kind"] in LOAD_KINDS and not refusing(row) and (row["failed_requests"] or 0) <= HARMLESS * (row["requests"] or 0)


def placebo_windows(window: Window, covered: Window, masked: Sequence[Window]) -> list[Window]:
    """Return the same hours of other days: inside what the logs cover, outside every incident; nearest days first."""
    days = int((covered.end - covered.start) / DAY) + 1
    length = max(1, -(-window.minutes // (24 * 60)))  # a window longer than a day steps by its own length: no overlaps
    shifts = [sign * step * length * DAY for step in range(1, days + 1) for sign in (-1, 1)]
    found = [window.shifted(shift) for shift in shifts]
    usable = [w for w in found if w.start >= covered.start and w.end <= covered.end and not any(w.meets(m) for m in masked)]
    return usable[:MOST_PLACEBOS]


def earlier_windows(window: Window, covered: Window, masked: Sequence[Window]) -> list[Window]:
    """Return the stretches of the same length just before: the only baseline when the logs hold no other day (no placebos then)."""
    span = window.end - window.start
    steps = int((window.start - covered.start) / span)
    found = [window.shifted(-step * span) for step in range(1, min(steps, 12) + 1)]
    return [w for w in found if not any(w.meets(m) for m in masked)]


def other_hours(window: Window, whole: Window, covered: Window, avoided: Sequence[Window]) -> list[Window]:
    """Return windows of the same length at any hour, evenly over the fortnights around: not near the incident, and outside ``avoided``.

    They are no placebos: hours differ. How far single subjects rise by themselves is seen in them all the same.
    """
    near = Window(min(window.start, whole.start) - APART, max(window.end, whole.end) + APART)
    around = Window(max(covered.start, window.start - FORTNIGHT), min(covered.end, window.end + FORTNIGHT))
    span = window.end - window.start
    free = [(stretch.start, int((stretch.end - stretch.start) / span)) for stretch in between(around, [near, *avoided])]
    found = [Window(start + step * span, start + (step + 1) * span) for start, count in free for step in range(count)]
    return found[:: max(1, -(-len(found) // MOST_HOURS))]


def between(covered: Window, masked: Sequence[Window]) -> list[Window]:
    """Return what is left of the time that the logs cover without some windows."""
    free, start = [], covered.start
    for window in sorted(masked, key=lambda m: m.start):
        if start < (stop := min(window.start, covered.end)):
            free.append(Window(start, stop))
        start = max(start, window.end)
    return [*free, *([Window(start, covered.end)] if start < covered.end else [])]


IMPACT = timedelta(minutes=30)
"""Failures are looked at from the start of the impact for so long; later ones are mixed with restarts and maintenance."""


def impact_window(incident: dict[str, Any]) -> Window:
    """Return the start of the impact and the half hour after it (less when it was shorter).

    The minute in which a silence begins holds what came before it.
    """
    start = (ceil_minute if incident["kind"] == "silence" else floor_minute)(incident["started_at"])
    end = ceil_minute(incident["ended_at"] or incident["started_at"] + IMPACT)
    return Window(start, max(start + MINUTE, min(end, start + IMPACT)))
