"""What an incident says of itself in one plain sentence, and on what it is based."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np

from forensics.incidents.baseline import FEWEST_DAYS
from forensics.incidents.episodes import first
from forensics.incidents.findings import FEW_FAILED, SECOND, Finding
from forensics.incidents.times import milliseconds, moment, span
from forensics.text import counted

MINUTE = timedelta(minutes=1)
UNASKED = timedelta(minutes=2)
"""Time without any request that makes the beginning or the end of failures uncertain enough to be told."""
HARDLY_NONE, LATE = 3.0, timedelta(minutes=5)
"""So many requests that should have come are all missing by chance once in twenty times; time that takes long enough to be told."""
MOST, HALF = 0.6, 0.4
"""Shares of the load that are most of it, and about half, where it is missing."""
GIVEN_UP = 0.05
"""Share of an incident's requests that were given up by those who asked, from which it is told."""
AT_THE_ENDS = 3
"""Requests of a silence that are hardly more than the last before it and the first after it: they are none of it."""
ANSWERS = ("errors", "refused")
"""Signals that are seen in answers only."""
WHAT = {
    "errors": "requests to {} failed",
    "refused": "{} refused most of what was asked of it",
    "refused in part": "{} refused much of what was asked of it",
    "given up": "most who asked {} gave up before it answered",
    "latency": "{} was slow",
    "collapse": "{} lost most of its load",
    "half collapse": "{} lost about half of its load",
    "part collapse": "{} lost a part of its load",
    "silence": "{} fell silent",
    "clock": "the log of {} has no line",
    "surge": "{} was asked for far more than usual",
    "collection": "{} was collected from at machine speed",
    "slow collection": "{} was collected from slowly, one id after the other,",
}


def worded(finding: Finding) -> Finding:
    """Return the finding with its summary and basis."""
    return replace(finding, summary=summary(finding), basis=basis(finding))


def summary(finding: Finding) -> str:
    """One plain sentence, every number of which is in the tables."""
    scope = finding.found.scope
    subject = "the service" if scope.part == "everything" else f"{scope.part} {scope.name}"
    did = _did(finding, subject)
    parts = [f"{did[0].upper()}{did[1:]}", *_counts(finding)]
    if finding.found.kind not in ("surge", "collection"):
        parts.extend(_course(finding))
    return "; ".join(parts) + "."


def _did(finding: Finding, subject: str) -> str:
    """What happened from when to when; what it began with and what it came to are dated apart."""
    runs = finding.found.runs
    kind = "slow collection" if runs and all(run.slow for run in runs) else _lost(finding)
    what = WHAT[
        ("given up" if finding.gave_up else "refused" if _mostly(finding) else "refused in part") if finding.found.refusing else kind
    ]
    started, since, ended = finding.started_at, finding.kind_since, finding.ended_at
    began = f"from {moment(started)}" + (" (the log begins inside it)" if finding.from_the_beginning else "")
    if since < started + MINUTE:
        end = "on, beyond the end of the log" if ended is None else f"to {moment(ended)} ({span(ended - started)})"
        return f"{what.format(subject)} {began} {end}"
    turned, then = f"{WHAT[first(finding.found).signal].format(subject)} {began}", f"{what.format('it')} from {moment(since)}"
    if ended is None:
        return f"{turned}, and {then} on, beyond the end of the log"
    return f"{turned}, {then}, and it was itself again at {moment(ended)} ({span(ended - started)})"


def _lost(finding: Finding) -> str:
    """The kind of an incident; of a collapse, how much of the load is missing; of a silence, whether a clock left the time out."""
    if finding.found.kind != "collapse":
        skipped = finding.found.kind == "silence" and finding.reading is not None and finding.reading.name == "clock"
        return "clock" if skipped else finding.found.kind
    windows, expected = [w for w in finding.found.windows if w.signal == "collapse"], finding.view.baseline.expected
    share = finding.missing / max(sum(float(expected[w.first : w.last + 1].sum()) for w in windows), 1.0)
    return "collapse" if share >= MOST else "half collapse" if share >= HALF else "part collapse"


def _mostly(finding: Finding) -> bool:
    facts = finding.facts
    return bool(2 * facts.get("refused_requests", 0) >= facts.get("requests", 0))


def _counts(finding: Finding) -> list[str]:
    facts, said = finding.facts, []
    requests, failed = facts.get("requests", 0), facts.get("failed_requests", 0)
    if finding.found.refusing and requests:
        refused, clients = facts["refused_requests"], counted(facts["refused_subjects"], "client")
        met = "given up or refused" if finding.gave_up else "refused"
        before = f"; {facts['refused_regulars']:,} of those clients had been served before" if facts.get("refused_regulars") else ""
        said.append(
            f"{refused:,} of {counted(requests, 'request')} of {clients} were {met}, most with status {facts['refused_as']}{before}"
        )
    elif failed:
        said.append(f"{failed:,} of {counted(requests, 'request')} failed")
    elif requests > (AT_THE_ENDS if finding.found.kind == "silence" else 0):
        said.append(f"{counted(requests, 'request')} came")
    if facts.get("site"):
        of_site, others = f"{facts['failed_of_site']:,} of {facts['requests_of_site']:,} to {facts['site']}", facts["requests_elsewhere"]
        what = "refusals" if finding.found.refusing else "failures"
        said.append(f"the {what} were those of one site: {of_site}, {facts['failed_elsewhere']:,} of {others:,} to others")
    if facts.get("latency_ms") is not None:
        said.append(_took(facts))
    if finding.missing >= 1:
        lost = finding.reading is not None and finding.reading.harmless
        said.append(f"about {counted(finding.missing, 'request')} that should have come {'are not in the logs' if lost else 'did not'}")
    if finding.reading is not None and finding.reading.name == "host down":
        said.append("the other hosts did its work")
    if _lost(finding) == "clock" and finding.reading is not None:
        said.append(finding.reading.why)
    if finding.silent_hosts is not None:
        said.append(f"nothing was written by {finding.silent_hosts}")
    if finding.found.kind == "surge":
        wanted = float(finding.view.baseline.expected[finding.found.first : finding.found.last + 1].sum())
        said.append(f"about {wanted:,.0f} {'is' if round(wanted) == 1 else 'are'} usual for the hour")
    for run in finding.found.runs[:3]:
        lasted = span(run.end - run.start)
        said.append(f"{run.name} fetched {counted(run.objects, 'thing')} in {counted(run.fetches, 'request')} within {lasted}")
    if facts.get("affected_accounts"):
        paying = facts.get("affected_paying_accounts")
        among = "who of them pays is not known" if paying is None else f"{paying:,} paying"
        met = "were refused" if finding.locked_out else "met failures"
        said.append(
            f"{counted(facts['affected_accounts'], 'account')} ({among}) {met} in "
            f"{counted(facts['failed_requests_of_accounts'], 'request')}"
        )
    return said


def _took(facts: Mapping[str, Any]) -> str:
    """How long a request took while the service was slow."""
    took, usual = (milliseconds(facts[name]) for name in ("latency_ms", "latency_usual_ms"))
    return f"while it was slow a typical request took {took}, where {usual} are usual"


def _course(finding: Finding) -> list[str]:
    said = []
    for surge in finding.found.surges[:1]:
        span_of = slice(surge.first, surge.last + 1)
        asked, usual = (float(values[span_of].sum()) for values in (finding.whole.series.requests, finding.whole.baseline.expected))
        begin, end = finding.axis.at(surge.first), finding.axis.at(surge.last + 1)
        said.append(
            f"the service was asked for far more than usual from {begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC: "
            f"{counted(asked, 'request')}, about {usual:,.0f} {'is' if round(usual) == 1 else 'are'} usual"
        )
    if finding.ramp_started_at is not None:
        said.append(f"load had been rising since {moment(finding.ramp_started_at)}")
    relapses = len(finding.found.episodes) - 1 - finding.found.contained()
    if relapses and finding.mitigated_at is not None:
        said.append(f"mostly over by {moment(finding.mitigated_at)}, with {counted(relapses, 'relapse')} after that")
    return said


def basis(finding: Finding) -> str:
    """On what the finding rests, and what cannot be concluded."""
    base = finding.whole.baseline
    days = f"{base.days:.1f} days" if base.days >= 1 else span(timedelta(days=base.days))
    said = [f"{days} of baseline, {base.rhythm}"]
    if base.days < FEWEST_DAYS:
        said.append("with so little before it, what is usual for the hour is not known: give --baseline, or load more days")
    if finding.found.refusing:
        said.append(f"usual share of refusals (4xx) {base.refused_ratio:.2%}")
        said.append(
            "status 499 says that whoever asked did not wait for the answer: as of a service that hangs"
            if finding.gave_up
            else "the refusals burn the budget: they met the service's own clients, for whom it was out, whether that was meant or not"
            if finding.locked_out
            else "refusals burn no budget: they may be meant (a limit, a ban) or not (a broken login, lost pages)"
        )
    said.append(f"usual share of failures {base.error_ratio:.2%}")
    facts = finding.facts
    series = finding.whole.series
    if finding.found.kind == "errors" and not finding.found.refusing and 0 < facts.get("failed_requests", 0) < FEW_FAILED:
        said.append("so few requests were asked that little can be said: it is told because nearly all of them failed")
    if not finding.found.refusing and GIVEN_UP * facts.get("requests", 0) < facts.get("given_up", 0):
        said.append(
            f"in {counted(facts['given_up'], 'further request')} whoever asked gave up before there was an answer (status 499): "
            "they count as neither failed nor served"
        )
    if not series.answered.any():
        said.append("no statuses are logged: failures cannot be seen, only load")
    if facts.get("only_failures"):
        said.append("hardly anything but failures and refusals is logged: how much was asked for in all is not known")
    if not series.timed.any():
        said.append("no durations are logged: slowness cannot be seen")
    if facts.get("requests") and not facts.get("requests_of_accounts"):
        said.append("none of its requests names an account: whom it hurt cannot be said")
    if finding.from_the_beginning:
        said.append("the log begins inside the incident: it may have begun earlier, and what led to it is not seen")
    if finding.to_the_end:
        said.append("the log ends inside the incident: its end is not seen")
    said.extend(_unasked(finding))
    if finding.reading is not None:
        missing = "missing load" if finding.found.kind == "collapse" else "silence"
        said.append(f"the {missing} reads as {finding.reading.name}: {finding.reading.why}")
    said.extend(f"{step}: minutes that it passed twice hold the requests of both" for step in finding.steps[:3])
    if finding.axis.outside:
        said.append(
            f"{counted(finding.axis.outside, 'request')} dated far from all others {'is' if finding.axis.outside == 1 else 'are'} left out"
        )
    if not (finding.found.kind == "silence" and finding.reading is not None and finding.reading.harmless):
        said.append(_budget(finding.budget_spent))
    return "; ".join(said) + "."


def _unasked(finding: Finding) -> list[str]:
    """Where nothing was asked for minutes before the first failure, or after the last, the moment is known to within that gap only."""
    if finding.found.kind == "silence":
        return _unseen(finding)
    if finding.found.kind != "errors":
        return []
    said, axis, series = [], finding.axis, finding.view.series
    scope = "the service" if finding.found.scope.part == "everything" else finding.found.scope.name
    bad = ("request given up" if finding.gave_up else "refusal") if finding.found.refusing else "failure"
    asked = np.flatnonzero(series.requests > 0)
    started, ended = axis.index(finding.started_at), finding.ended_at
    before, after = asked[asked < started], asked[asked > axis.index(ended or finding.started_at)]
    if first(finding.found).signal in ANSWERS and len(before) and finding.started_at - axis.at(started + series.before[started]) < SECOND:
        last = axis.at(before[-1] + 1 - series.after[before[-1]])
        if finding.started_at - last >= UNASKED:
            said.append(f"nothing was asked of {scope} between {moment(last)} and the first {bad}: it may have begun anywhere between")
    if ended is not None and len(after) and axis.at(axis.index(ended) + 1 - series.after[axis.index(ended)]) - ended < SECOND:
        again = axis.at(after[0] + series.before[after[0]])
        if again - ended >= UNASKED:
            said.append(f"nothing was asked of {scope} between the last {bad} and {moment(again)}: it may have ended anywhere between")
    return said


def _unseen(finding: Finding) -> list[str]:
    """Where requests are rare, a silence is dated to the last that came: say until when it may have begun, and since when ended.

    That is when so many should have come that there would hardly be none by chance (Poisson).
    """
    axis, expected = finding.axis, finding.view.baseline.expected
    low, high = finding.found.first, min(finding.found.last + 1, axis.minutes)
    due = np.flatnonzero(np.cumsum(expected[low:high]) >= HARDLY_NONE)
    back = np.flatnonzero(np.cumsum(expected[low:high][::-1]) >= HARDLY_NONE)
    if not len(due):
        return []
    said, begun, over = [], axis.at(low + int(due[0]) + 1), axis.at(high - int(back[0]) - 1)
    if not finding.from_the_beginning and begun - finding.started_at >= LATE:
        said.append(f"requests are rare at that hour: it may have begun as late as {begun:%Y-%m-%d %H:%M} UTC")
    if finding.ended_at is not None and finding.ended_at - over >= LATE:
        said.append(f"requests are rare at the hour of its end: it may have ended as early as {over:%Y-%m-%d %H:%M} UTC")
    return said


def _budget(spent: float) -> str:
    """The error budget spent, in per cent while some of it is left, else in times."""
    if spent < 0.001:
        return "less than 0.1% of a 30-day error budget at 99.9 % spent"
    if spent <= 1.0:
        return f"{spent:.1%} of a 30-day error budget at 99.9 % spent"
    return f"a 30-day error budget at 99.9 % spent {spent:,.1f} times over"
