"""What the minutes tell by themselves, before anything is asked about requests or accounts: numbers in, deviating stretches out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np

from forensics.case.case import Case
from forensics.incidents.absences import HOUR, SHORTEST, long_absences
from forensics.incidents.chance import of_one
from forensics.incidents.clocks import Step, apart, passed_twice, steps, without_doubles
from forensics.incidents.detectors import detectors
from forensics.incidents.detectors.latency import as_usual
from forensics.incidents.detectors.silence import improbable
from forensics.incidents.episodes import Found, incidents_of, parted, with_its_silence
from forensics.incidents.look import View, beside, look
from forensics.incidents.narrowing import narrowed
from forensics.incidents.recoveries import recovered_between
from forensics.incidents.series import Axis, Bools, Floats, Scope, Series, read_series
from forensics.incidents.silence import between_files
from forensics.incidents.windows import Window, runs

PASSES = 4
"""Fits of the baseline, each without what the one before found."""
CLEAR = 9.0
"""Decimal orders of improbability that a window needs which the last two fits do not both show."""
BY_ITSELF = 6.0
"""Decimal orders of improbability by its own rhythm that missing load of a route or program needs, too."""
LOAD = ("silence", "collapse")
"""Signals that requests are missing."""
BEFORE_END = 5
"""Minutes before the end of logs in which what they lack may begin."""
TOGETHER, AT_ONCE, HALF = 2, 5, 0.5
"""Minutes for which a host and the one in its place are both there, or neither is, and the least share of its load that the other has."""
FLEET = 5
"""Hosts without which nobody starts and stops them as they are needed."""
MARGIN = 5
"""Minutes beside a window that teach the baseline nothing either."""


@dataclass(frozen=True)
class Survey:
    """The minutes of a case beside what they should have been, and what deviates."""

    axis: Axis
    view: View
    """Everything together."""
    views: Mapping[Scope, View]
    """Each part by its share of everything; everything too."""
    alone: Mapping[Scope, View]
    """Each part by its own rhythm, whatever the others do."""
    parts: Sequence[Window]
    """What deviates in parts."""
    found: Sequence[Found]
    files: list[dict[str, Any]]
    """Where each log begins and ends."""
    set_back: list[Step]


def survey(case: Case) -> Callable[[], list[Survey]]:
    """Read the minutes, and return what is to be computed from them: it needs no case, so it may be done beside other work.

    There is a survey of each stretch of time that logs are of; of most cases that is one.
    """
    files, set_back, baseline = case.rows("incidents", "log_ends"), steps(case), case.option("baseline")
    stretches = read_series(case)
    return lambda: [_stretch(axis, series, files, set_back, baseline) for axis, series in stretches]


def _stretch(axis: Axis, series: list[Series], files: list[dict[str, Any]], set_back: list[Step], baseline: object) -> Survey:
    end = axis.at(axis.minutes)
    files = [file for file in files if file["first_at"] < end and file["last_at"] >= axis.start]
    untaught = _given_baseline(axis, baseline) | _not_logged(axis, files)
    return _surveyed(axis, series, untaught, files, [step for step in set_back if step.set_to < end and step.set_from >= axis.start])


def _surveyed(axis: Axis, series: list[Series], untaught: Bools, files: list[dict[str, Any]], set_back: list[Step]) -> Survey:
    twice = passed_twice(axis, set_back)
    view, whole = _settled(axis, series[0], untaught | twice)
    everything = {series[0].scope: view}
    alone = {part.scope: look(axis, part, view.masked | _away(axis, part, view.masked)) for part in series[1:]}
    views = {scope: beside(part, view) for scope, part in alone.items()}
    told = ((part, window) for part in views.values() for window in _windows(part))
    parts = [window for part, window in told if _missed(window, alone[window.scope]) and not _shared(window, part, view)]
    until = _logged_until(axis, series, files)
    whole, parts = ([w for w in windows if w.signal not in LOAD or w.first < until - BEFORE_END] for windows in (whole, parts))
    replaced = _replaced(parts, series)
    parts = [w for w in parts if w not in replaced]
    if _elastic([part for part in series[1:] if part.scope.part == "host"], series[0]):
        parts = [w for w in parts if w.scope.part != "host" or w.signal not in LOAD]
    service, clocked = apart(without_doubles(whole, twice), axis, set_back)
    others, of_clocks = apart(parts, axis, set_back)
    incidents = sorted(
        [*incidents_of(service, others, partial(between_files, axis=axis, files=files)), *incidents_of(clocked, of_clocks)],
        key=lambda f: f.first,
    )
    place = partial(narrowed, whole=view, parts=views, windows=others)
    single = [part for f in incidents for part in parted(f, lambda episode: place(episode).scope)]
    found = list(dict.fromkeys(with_its_silence(place(f), others) for f in single))
    found = [recovered_between(f, views.get(f.scope, view)) for f in found]
    return Survey(axis, view, views | everything, alone | everything, parts, found, files, set_back)


def _logged_until(axis: Axis, series: Sequence[Series], files: Sequence[Mapping[str, Any]]) -> int:
    """The minute from which on the logs of hosts that have half of the load are there no more, and none begins: then the logs lack it."""
    until = {file["host"]: file["last_at"] for file in sorted(files, key=lambda file: file["last_at"])}
    hosts = [(axis.index(until[s.scope.name]), s.requests.sum()) for s in series if s.scope.part == "host" and s.scope.name in until]
    ended = np.cumsum([requests for _, requests in sorted(hosts)])
    half = 0.5 * series[0].requests.sum()
    last = next((end for (end, _), requests in zip(sorted(hosts), ended, strict=True) if requests >= half), axis.minutes)
    return axis.minutes if any(axis.index(file["first_at"]) > last for file in files) else last


def _missed(window: Window, own: View) -> bool:
    """Whether what a route or program lacks is strange by its own rhythm as well.

    That the others are asked for as usual need not show that people are there: in a quiet hour a robot asks for pages, and for no pictures.
    """
    if window.signal not in LOAD or window.scope.part not in ("route", "program"):
        return True
    span = slice(window.first, window.last + 1)
    seen, wanted = (float(values[span].sum()) for values in (own.series.requests, own.baseline.expected))
    if not seen:
        return improbable(own, window.first, window.last, wanted) >= BY_ITSELF
    return of_one(own.baseline.fall(window.last - window.first + 1).few, seen, wanted) >= BY_ITSELF


def _shared(window: Window, part: View, whole: View) -> bool:
    """Whether a part is slow as everything is in these minutes of every day."""
    return window.signal == "latency" and as_usual(whole, part, window)


def _away(axis: Axis, part: Series, masked: Bools) -> Bools:
    """Minutes in which a host or backend was away for hours or days: its level must not follow to nothing, as if nothing were missing."""
    if part.scope.part == "route" or all(b - a + 1 < SHORTEST for a, b in runs(part.requests == 0)):
        return np.zeros(axis.minutes, dtype=bool)
    return long_absences(axis, part, masked)


def _settled(axis: Axis, series: Series, given: Bools) -> tuple[View, list[Window]]:
    """Fit, find, mask what was found, and fit again until nothing changes; what comes and goes with the mask must be clear."""
    given = given | long_absences(axis, series, given)  # throughout: a level that has once followed an absence no longer shows it
    masked, windows, before = given, list[Window](), list[Window]()
    for _ in range(PASSES):
        before, windows = windows, _windows(look(axis, series, masked))
        now = given | covered(axis, windows)
        if (now == masked).all():
            break
        masked = now
    else:
        windows = _steady(before, windows)
        masked = given | covered(axis, windows)
    return look(axis, series, masked), windows


def _steady(before: Sequence[Window], now: Sequence[Window]) -> list[Window]:
    """Return what two fits both show, as the later one does, and what only one of them shows, but clearly."""

    def among(window: Window, others: Sequence[Window]) -> bool:
        return any(window.signal == other.signal and window.near(other, 0) for other in others)

    kept = [w for w in now if among(w, before) or w.score >= CLEAR]
    return sorted([*kept, *(w for w in before if w.score >= CLEAR and not among(w, now))], key=lambda w: (w.first, w.last, w.signal))


def _windows(view: View) -> list[Window]:
    found = [window for detector in detectors().values() for window in detector(view)]
    return list({(w.signal, w.first, w.last): w for w in found}.values())  # a silence that two of them see is one


def _replaced(windows: Sequence[Window], series: Sequence[Series]) -> list[Window]:
    """Silences of hosts and backends that are gone for good since as many others were first asked: they were renamed, or begun anew.

    Where fewer came than went, nothing tells whose place was taken: the silences of all that could have had the same one stay.
    """
    gone = [w for w in windows if w.signal == "silence" and w.scope.part in ("host", "backend") and w.last >= len(series[0].requests) - 2]
    if not gone:
        return []
    from scipy.sparse import csr_array  # here: slow to import, and most cases have no host that is gone
    from scipy.sparse.csgraph import maximum_bipartite_matching

    by_scope = {part.scope: part.requests for part in series}
    fits = np.array([[_in_its_place(part, w, by_scope[w.scope]) for part in series] for w in gone])
    left = maximum_bipartite_matching(csr_array(fits), perm_type="column") < 0
    doubtful = left | fits[:, fits[left].any(axis=0)].any(axis=1)
    return [w for w, doubt in zip(gone, doubtful, strict=True) if not doubt]


def _in_its_place(new: Series, window: Window, old: Floats) -> bool:
    """Whether a host was first asked when another was gone, for at least half as much in its first hour as the other in its last."""
    began, gone = int(np.argmax(new.requests > 0)), window.first
    if new.scope.part != window.scope.part or new.scope == window.scope or not gone - TOGETHER <= began <= gone + AT_ONCE:
        return False
    return bool(new.requests[began : began + HOUR].mean() >= HALF * old[max(0, gone - HOUR) : gone].mean())


def _elastic(hosts: Sequence[Series], whole: Series) -> bool:
    """Whether most hosts come and go, as they do that are started when they are needed: that one of them is away is no news."""
    away = sum(_away_for_much(host.requests, whole.requests) for host in hosts)
    return len(hosts) >= FLEET and 2 * away >= len(hosts)


def _away_for_much(requests: Floats, whole: Floats) -> bool:
    """Whether half of all that was asked, while a host was first and last there, was asked when it had been away for hours."""
    empty = [(a, b) for a, b in runs(requests == 0) if b - a + 1 >= SHORTEST]
    inside = [(a, b) for a, b in empty if a > 0 and b < len(requests) - 1]
    there = whole.sum() - sum(whole[a : b + 1].sum() for a, b in empty if (a, b) not in inside)
    return bool(2 * sum(whole[a : b + 1].sum() for a, b in inside) >= there)


def covered(axis: Axis, windows: Sequence[Window]) -> Bools:
    """Flag the minutes of windows and of a margin around them."""
    flags = np.zeros(axis.minutes, dtype=bool)
    for window in windows:
        flags[max(0, window.first - MARGIN) : window.last + MARGIN + 1] = True
    return flags


def _given_baseline(axis: Axis, given: object) -> Bools:
    """Minutes outside the range given with ``--baseline FROM/TO`` teach nothing; where none is given, or none is in it, all may."""
    flags = np.zeros(axis.minutes, dtype=bool)
    if given:
        low, high = (datetime.fromisoformat(text) for text in str(given).split("/"))
        if low < axis.at(axis.minutes) and high >= axis.start:
            flags[:] = True
            flags[axis.index(low) : axis.index(high) + 1] = False
    return flags


def _not_logged(axis: Axis, files: Sequence[Mapping[str, Any]]) -> Bools:
    """Minutes that lie within no log file, or in which the logs begin or end: what was asked in them says nothing of what is usual."""
    flags = np.ones(axis.minutes, dtype=bool)
    for file in files:
        flags[axis.index(file["first_at"]) : axis.index(file["last_at"]) + 1] = False
    if axis.minutes > MARGIN:
        flags[[0, -1]] = True
    return flags
