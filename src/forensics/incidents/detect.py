"""Fill ``incidents``, ``phases`` and ``incident_minutes``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
import polars as pl

from forensics.case.case import Case
from forensics.incidents import wording
from forensics.incidents.boundaries import Edge, around, ramp_start, refined
from forensics.incidents.clocks import beside as beside_steps
from forensics.incidents.collection import candidates, collections, explained, runs, slow_runs
from forensics.incidents.episodes import Found, Run, first
from forensics.incidents.findings import MUCH_OF_SURGE, Finding, table
from forensics.incidents.look import View
from forensics.incidents.phases import LASTING_SILENCE, phases, worst_minute
from forensics.incidents.series import Axis, Floats
from forensics.incidents.severity import severity
from forensics.incidents.silence import between_files, read
from forensics.incidents.survey import Survey, covered
from forensics.incidents.windows import Window

TURN = 2
"""Minutes by which something else must have begun before what the incident is called by."""
RAMP_VISITS, RAMP_WIDTH = 5, 15
"""Visits, as sums over so many minutes show them, that a rising load is more than: of a small site two visits are twice the usual."""
THEIR_REST = 0.1
"""Share of the rest of the log that the networks of robots make at most."""
TOGETHER = 5
"""Minutes by which the silence of a host may begin later, or end earlier, than that of another with which it fell silent."""
SHARED = 10
"""Accounts, or networks, that share an agent (accounts that share a network) which is therefore no one's job."""
TABLES = ("incidents", "phases", "incident_minutes")


def detect(case: Case, surveys: Sequence[Survey]) -> None:
    """Find incidents in the minutes, refine their boundaries in seconds, and fill the tables."""
    findings = [finding for survey in surveys for finding in _findings(case, survey)]
    case.replace("incidents", table(findings))
    case.replace("incident_minutes", pl.concat([f.minute_rows() for f in findings]) if findings else pl.DataFrame())
    case.execute("incidents", "latency")
    kept = _with_facts(case, findings)
    case.replace("incidents", table(kept))
    case.replace("phases", pl.concat([f.phase_rows() for f in kept]) if kept else pl.DataFrame())
    case.execute("incidents", "forget")


def _findings(case: Case, survey: Survey) -> list[Finding]:
    axis, view, views = survey.axis, survey.view, survey.views
    ramps = {f: _ramp(survey, f) for f in survey.found}
    busy = [(f.first if ramp is None else ramp, f.last) for f, ramp in ramps.items() if f.kind != "surge"]
    spans, slow = candidates(case, axis, busy), slow_runs(case, axis, busy)
    edges = {f: _edges(f, views.get(f.scope, view), view, ramp) for f, ramp in ramps.items()}
    _look_closely(case, axis, [edge for of_one in edges.values() for edge in of_one], spans)
    fast, usual = runs(case, spans), set(spans.filter("usual")["subject"])
    collectors = _alone([run for run in fast if run.subject not in usual], slow)
    ramps = {f: ramp for f, ramp in ramps.items() if not explained(axis, f, [*fast, *slow])}
    ramps |= dict.fromkeys(collections(axis, collectors))
    moments = iter(refined(case, axis, [edge for f in ramps for edge in edges.get(f, ())]))
    found_all = [_finding(survey, f, ramp, moments) for f, ramp in ramps.items()]
    told = [_beside(finding, survey) for finding in found_all]
    return [_read(finding, survey) for finding in told]


def _alone(fast: Sequence[Run], slow: Sequence[Run]) -> list[Run]:
    """Fast runs, and the slow ones in which their subject was never fast: those would be the same run twice."""
    return [*fast, *(s for s in slow if not any(f.subject == s.subject and f.start <= s.end and s.start <= f.end for f in fast))]


def _beside(finding: Finding, survey: Survey) -> Finding:
    """Note what happened beside an incident: hosts that fell silent, clocks that were set back."""
    steps = beside_steps(finding.started_at, finding.ended_at, survey.set_back)
    return replace(finding, silent=_silent(finding, survey.parts), steps=tuple(steps))


def _look_closely(case: Case, axis: Axis, edges: Sequence[Edge], spans: pl.DataFrame) -> None:
    """Fetch the requests near boundaries and of who may be collecting, in one pass."""
    starts, ends = around(axis, edges)
    case.execute("incidents", "near", starts=starts + spans["low"].to_list(), ends=ends + spans["high"].to_list())


def _silent(finding: Finding, parts: Sequence[Window]) -> tuple[Window, ...]:
    """Return the long silences of single hosts within an incident; of the silence of one host, those of others at the same time."""
    found = finding.found
    if found.kind == "silence" and found.scope.part != "host":
        return ()
    inside = [w for w in parts if w.signal == "silence" and w.scope.part == "host" and w.first <= found.last and found.first <= w.last]
    if found.kind == "silence":
        inside = [w for w in inside if w.scope != found.scope and w.first <= found.first + TOGETHER and found.last <= w.last + TOGETHER]
    return tuple(sorted((w for w in inside if w.last - w.first >= LASTING_SILENCE), key=lambda w: (w.first, w.scope.name)))


def _read(finding: Finding, survey: Survey) -> Finding:
    """Say what the longest silence of an incident is; what is no outage of the service burns no budget."""
    silences = [w for w in finding.found.windows if w.signal == "silence" and w.scope.part in ("everything", "host")]
    if not silences:
        return finding
    reading = read(max(silences, key=lambda w: w.size), survey.alone, survey.files, survey.set_back)
    if reading.name == "host down":  # the others did its work: only what failed is lost
        failed = _harm(survey.axis, finding.view, finding.found, gone=False)
        level, spent = severity(survey.view, failed, finding.found.first, finding.found.last)
        return replace(finding, reading=reading, severity=level, budget_spent=spent)
    harmless = finding.found.kind == "silence" and reading.harmless
    return replace(finding, reading=reading, severity="low" if harmless else finding.severity)


def _ramp(survey: Survey, found: Found) -> int | None:
    """The minute at which load began to rise before an incident that is no load itself, nor perhaps no more than a lost file."""
    view, opening = survey.view, first(found)
    if found.kind == "surge" or (opening.signal == "silence" and between_files(opening, survey.axis, survey.files)):
        return None
    requests, expected = view.series.requests, view.baseline.expected
    start = ramp_start(requests, expected, view.baseline.spread(1), found.first)
    if start is None:
        return None
    more = float((requests - expected)[start : found.first].sum())
    return start if more >= RAMP_VISITS * view.baseline.fall(RAMP_WIDTH).clump else None


def _edges(found: Found, scope: View, whole: View, ramp: int | None) -> list[Edge]:
    """The boundaries of an incident: start, end of each episode's last window that matters, the ramp's start, the turn."""
    edges = [_edge(first(found), True, scope)]
    edges += [_edge(_last(found, episode), False, scope) for episode in found.episodes]
    if ramp is not None:
        edges.append(_edge(Window("surge", whole.series.scope, ramp, found.first, 0.0, 0.0), True, whole))
    turn = _turn(found)
    return edges if turn is None else [*edges, _edge(turn, True, scope)]


def _edge(window: Window, start: bool, view: View) -> Edge:
    minute = window.first if start else window.last
    usual = view.baseline.refused_ratio if window.signal == "refused" else view.baseline.error_ratio
    return Edge(window, start, usual, float(view.baseline.expected[minute]) / 60)


def _turn(found: Found) -> Window | None:
    """The window from which on an incident is what its kind says, where something else (slowness, say) was there before."""
    signal = "refused" if found.refusing and found.kind == "errors" else found.kind
    own = [w for w in found.windows if w.signal == signal]
    turn = min(own, key=lambda w: w.first, default=None)
    return turn if turn is not None and turn.first >= first(found).first + TURN else None


def _last(found: Found, episode: tuple[int, int]) -> Window:
    rank = {"errors": 0, "refused": 1, "silence": 2, "collapse": 3, "latency": 4}
    inside = [w for w in found.windows if episode[0] <= w.first <= episode[1]]
    return max(inside, key=lambda w: (w.last, -rank.get(w.signal, 5)))


def _finding(survey: Survey, found: Found, ramp: int | None, moments: Iterator[datetime]) -> Finding:
    axis, whole, scope = survey.axis, survey.view, survey.views.get(found.scope, survey.view)
    usual = survey.alone.get(found.scope, whole).baseline.expected
    if found.runs:
        started, ends, ramped, turned = min(r.start for r in found.runs), [max(r.end for r in found.runs)], None, None
    else:
        started, ends = next(moments), [next(moments) for _ in found.episodes]
        ramped = next(moments) if ramp is not None else None
        turned = next(moments) if _turn(found) is not None else None
    level, spent = severity(whole, _harm(axis, scope, found), found.first, found.last)
    if found.refusing or found.kind in ("surge", "collection"):
        level = "low"  # load alone burns no budget, and refusals may be meant
    return Finding(
        axis=axis, found=found, view=scope, whole=whole, usual=usual, started_at=started, episode_ends=tuple(ends),
        kind_since=max(turned, started) if turned is not None else started,
        ramp_started_at=ramped if ramped is not None and ramped < started else None,
        peaked_at=max(axis.at(worst_minute(scope, found)), started), severity=level, budget_spent=spent,
        phases=tuple(phases(scope, found, ramp, usual)),
    )  # fmt: skip


def _harm(axis: Axis, scope: View, found: Found, unserved: bool = False, gone: bool = True) -> Floats:
    """Requests of each minute that failed (or were not served at all) beyond the usual, or should have come and did not."""
    series, usual = scope.series, scope.baseline
    bad, ratio = (series.failed + series.refused, usual.refused_ratio) if unserved else (series.failed, usual.error_ratio)
    missing = covered(axis, [w for w in found.windows if w.signal in ("collapse", "silence")]) & gone
    return np.maximum(bad - ratio * series.answered, 0.0) + np.where(missing, np.maximum(usual.expected - series.requests, 0.0), 0.0)


def _judged(finding: Finding) -> Finding:
    """Return a finding that knows its facts: what those who asked gave up waiting for spends the error budget; a refusal does where the
    service's own clients are sent away."""
    if not (finding.gave_up or finding.locked_out):
        return finding
    level, spent = severity(finding.whole, _harm(finding.axis, finding.view, finding.found, True), finding.found.first, finding.found.last)
    return replace(finding, severity=level, budget_spent=spent)


def _with_facts(case: Case, findings: list[Finding]) -> list[Finding]:
    """Add what each incident did to requests and accounts; drop what is one client's own trouble, robot, or missing job."""
    facts = {row["incident_id"]: row for row in case.rows("incidents", "facts", much=MUCH_OF_SURGE)} if findings else {}
    refusing = [finding.incident_id for finding in findings if finding.found.refusing]
    slow = [finding.incident_id for finding in findings if first(finding.found).signal == "latency"]
    more = case.rows("incidents", "sites", refusing=refusing) if any(finding.found.kind == "errors" for finding in findings) else []
    more += case.rows("incidents", "refused_regulars", refusing=refusing) if refusing else []
    more += case.rows("incidents", "slowness", incidents=slow) if slow else []
    for row in more:
        facts[row["incident_id"]] = facts.get(row["incident_id"], {}) | row
    missing = any(finding.found.kind in ("collapse", "silence") for finding in findings)
    absent = {row["incident_id"] for row in case.rows("incidents", "absent_jobs", many=SHARED)} if missing else set()
    known = [_judged(finding.knowing(facts.get(finding.incident_id, {}))) for finding in findings if finding.incident_id not in absent]
    return [wording.worded(finding) for finding in known if not (finding.of_few_clients() or _of_robots(case, finding))]


def _of_robots(case: Case, finding: Finding) -> bool:
    """Whether a load is that of a few robots, and no proxy's that much of the log comes through."""
    if not finding.by_robots():
        return False
    (row,) = case.rows("incidents", "robots", clients=finding.facts["robots"])
    made = finding.facts["made_by_robots"]
    return bool(row["theirs"] - made <= THEIR_REST * (row["requests"] - made))
