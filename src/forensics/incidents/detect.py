"""Fill ``incidents``, ``phases`` and ``incident_minutes``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from forensics.case.case import Case
from forensics.incidents import wording
from forensics.incidents.absences import long_absences
from forensics.incidents.boundaries import Edge, around, ramp_start, refined
from forensics.incidents.clocks import Step, passed_twice, steps, without_doubles
from forensics.incidents.clocks import beside as beside_steps
from forensics.incidents.collection import candidates, collections, explained, runs
from forensics.incidents.detectors import detectors
from forensics.incidents.episodes import Found, incidents_of
from forensics.incidents.findings import Finding, narrowed, table
from forensics.incidents.look import View, beside, look
from forensics.incidents.phases import LASTING_SILENCE, phases, worst_minute
from forensics.incidents.series import Axis, Bools, Scope, Series, read_series
from forensics.incidents.severity import severity
from forensics.incidents.silence import read
from forensics.incidents.windows import Window

PASSES = 4
"""Fits of the baseline, each without what the one before found."""
MARGIN = 5
"""Minutes beside a window that teach the baseline nothing either."""
TABLES = ("incidents", "phases", "incident_minutes")


def detect(case: Case) -> None:
    """Find incidents in the minutes, refine their boundaries in seconds, and fill the tables."""
    axis, series = read_series(case)
    findings = _findings(case, axis, series) if axis is not None else []
    case.replace("incidents", table(findings))
    kept = _with_facts(case, findings)
    case.replace("incidents", table(kept))
    case.replace("phases", pl.concat([f.phase_rows() for f in kept]) if kept else pl.DataFrame())
    case.replace("incident_minutes", pl.concat([f.minute_rows() for f in kept]) if kept else pl.DataFrame())
    case.execute("incidents", "latency")
    case.execute("incidents", "forget")


def _findings(case: Case, axis: Axis, series: list[Series]) -> list[Finding]:
    files = case.rows("incidents", "log_ends")
    set_back = steps(case)
    twice = passed_twice(axis, set_back)
    given = _given_baseline(case, axis) | _not_logged(axis, files) | twice
    view, whole = _settled(axis, series[0], given)
    whole = without_doubles(whole, twice)
    views = {part.scope: look(axis, part, view.masked) for part in series[1:]}
    alone = views | {series[0].scope: view}  # what each part does by its own rhythm, whatever the others do
    views = {scope: beside(part, view) for scope, part in views.items()}
    parts = [window for part in views.values() for window in _windows(part)]
    found = [narrowed(f, view, views) for f in incidents_of(whole, parts)]
    views[series[0].scope] = view
    ramps = {f: _ramp(view, f) for f in found}
    busy = [(f.first if ramp is None else ramp, f.last) for f, ramp in ramps.items() if f.kind != "surge"]
    spans = candidates(case, axis, busy)
    edges = {f: _edges(f, views.get(f.scope, view), view, ramp) for f, ramp in ramps.items()}
    _look_closely(case, axis, [edge for of_one in edges.values() for edge in of_one], spans)
    collecting = collections(axis, runs(case, spans))
    ramps = {f: ramp for f, ramp in ramps.items() if not explained(f, collecting)} | dict.fromkeys(collecting)
    moments = iter(refined(case, axis, [edge for f in ramps for edge in edges.get(f, ())]))
    found_all = [_finding(axis, f, views.get(f.scope, view), view, ramp, moments) for f, ramp in ramps.items()]
    told = [replace(f, silent=_silent(f, parts), steps=tuple(beside_steps(f.started_at, f.ended_at, set_back))) for f in found_all]
    return [_read(finding, alone, files, set_back) for finding in told]


def _look_closely(case: Case, axis: Axis, edges: Sequence[Edge], spans: pl.DataFrame) -> None:
    """Fetch the requests near boundaries and of who may be collecting, in one pass."""
    starts, ends = around(axis, edges)
    case.execute("incidents", "near", starts=starts + spans["low"].to_list(), ends=ends + spans["high"].to_list())


def _silent(finding: Finding, parts: Sequence[Window]) -> tuple[Window, ...]:
    """Return the long silences of single hosts within an incident that is not itself one of these."""
    found = finding.found
    if found.kind == "silence":
        return ()
    inside = [w for w in parts if w.signal == "silence" and w.scope.part == "host" and w.first <= found.last and found.first <= w.last]
    return tuple(sorted((w for w in inside if w.last - w.first >= LASTING_SILENCE), key=lambda w: (w.first, w.scope.name)))


def _read(finding: Finding, views: dict[Scope, View], files: list[dict[str, Any]], set_back: list[Step]) -> Finding:
    """Say what the longest silence of an incident is; what is no outage of the service burns no budget."""
    silences = [w for w in finding.found.windows if w.signal == "silence" and w.scope.part in ("everything", "host")]
    if not silences:
        return finding
    reading = read(max(silences, key=lambda w: w.size), views, files, set_back)
    harmless = finding.found.kind == "silence" and reading.name in ("log missing", "clock")
    return replace(finding, reading=reading, severity="low" if harmless else finding.severity)


def _ramp(view: View, found: Found) -> int | None:
    """The minute at which load began to rise before an incident that is no load itself."""
    if found.kind == "surge":
        return None
    return ramp_start(view.series.requests, view.baseline.expected, view.baseline.spread(1), found.first)


def _settled(axis: Axis, series: Series, given: Bools) -> tuple[View, list[Window]]:
    """Fit, find, mask what was found, and fit again until nothing changes."""
    masked, windows = given | long_absences(axis, series, given), []
    for _ in range(PASSES):
        view = look(axis, series, masked)
        windows = _windows(view)
        now = given | _covered(axis, windows)
        if (now == masked).all():
            break
        masked = now
    return look(axis, series, masked), windows


def _windows(view: View) -> list[Window]:
    return [window for detector in detectors().values() for window in detector(view)]


def _covered(axis: Axis, windows: list[Window]) -> Bools:
    flags = np.zeros(axis.minutes, dtype=bool)
    for window in windows:
        flags[max(0, window.first - MARGIN) : window.last + MARGIN + 1] = True
    return flags


def _given_baseline(case: Case, axis: Axis) -> Bools:
    """Minutes outside the range given with ``--baseline FROM/TO`` teach nothing; without the option every minute may teach."""
    given = case.option("baseline")
    flags = np.zeros(axis.minutes, dtype=bool)
    if given:
        low, high = (axis.index(datetime.fromisoformat(text)) for text in str(given).split("/"))
        flags[:] = True
        flags[low : high + 1] = False
    return flags


def _not_logged(axis: Axis, files: Sequence[Mapping[str, Any]]) -> Bools:
    """Minutes that lie within no log file: their emptiness says nothing of what is usual."""
    flags = np.ones(axis.minutes, dtype=bool)
    for file in files:
        flags[axis.index(file["first_at"]) : axis.index(file["last_at"]) + 1] = False
    return flags


def _edges(found: Found, scope: View, whole: View, ramp: int | None) -> list[Edge]:
    """The boundaries of an incident: start, end of each episode's last window that matters, and the ramp's start."""
    edges = [_edge(_first(found), True, scope)]
    edges += [_edge(_last(found, episode), False, scope) for episode in found.episodes]
    if ramp is not None:
        edges.append(_edge(Window("surge", whole.series.scope, ramp, found.first, 0.0, 0.0), True, whole))
    return edges


def _edge(window: Window, start: bool, view: View) -> Edge:
    minute = window.first if start else window.last
    usual = view.baseline.refused_ratio if window.signal == "refused" else view.baseline.error_ratio
    return Edge(window, start, usual, float(view.baseline.expected[minute]) / 60)


def _first(found: Found) -> Window:
    """The window that begins the incident; among those of the same minute failing answers tell the time best."""
    rank = {"errors": 0, "refused": 1, "silence": 2, "latency": 3, "collapse": 4}
    return min(found.windows, key=lambda w: (w.first, rank.get(w.signal, 5)))


def _last(found: Found, episode: tuple[int, int]) -> Window:
    rank = {"errors": 0, "refused": 1, "silence": 2, "collapse": 3, "latency": 4}
    inside = [w for w in found.windows if episode[0] <= w.first <= episode[1]]
    return max(inside, key=lambda w: (w.last, -rank.get(w.signal, 5)))


def _finding(axis: Axis, found: Found, scope: View, whole: View, ramp: int | None, moments: Iterator[datetime]) -> Finding:
    if found.runs:
        started, ends, ramped = min(r.start for r in found.runs), [max(r.end for r in found.runs)], None
    else:
        started, ends = next(moments), [next(moments) for _ in found.episodes]
        ramped = next(moments) if ramp is not None else None
    short = np.maximum(scope.baseline.expected - scope.series.requests, 0.0)
    gone = _covered(axis, [w for w in found.windows if w.signal in ("collapse", "silence")])
    unusual = np.maximum(scope.series.failed - scope.baseline.error_ratio * scope.series.answered, 0.0)
    bad = unusual + np.where(gone, short, 0.0)
    level, spent = severity(whole, bad, found.first, found.last)
    if found.refusing or found.kind in ("surge", "collection"):
        level = "low"  # load alone burns no budget, and refusals may be meant
    return Finding(
        axis=axis, found=found, view=scope, whole=whole, started_at=started, episode_ends=tuple(ends),
        ramp_started_at=ramped if ramped is not None and ramped < started else None,
        peaked_at=max(axis.at(worst_minute(scope, found)), started), severity=level, budget_spent=spent,
        phases=tuple(phases(scope, found, ramp)),
    )  # fmt: skip


def _with_facts(case: Case, findings: list[Finding]) -> list[Finding]:
    """Add what each incident did to requests and accounts; drop those that are one client's own trouble."""
    facts = {row["incident_id"]: row for row in case.rows("incidents", "facts")} if findings else {}
    kept = [finding.knowing(facts.get(finding.incident_id, {})) for finding in findings]
    return [wording.worded(finding) for finding in kept if not finding.of_few_clients()]
