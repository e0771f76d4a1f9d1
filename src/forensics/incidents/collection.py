"""Collection without an outage: runs of one subject that fetch things faster than people do, or walk their ids for hours on end.

It is an incident of its own because it is what later breaks a service, and the prehistory of an attack: earlier, smaller runs.
Scoring automation as such is not done here; a run is only found when its pace or its walk leaves little else.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from forensics.case.case import Case
from forensics.incidents.episodes import GAP, Found, Run
from forensics.incidents.series import Axis, Scope
from forensics.incidents.windows import Window

LEAST_FETCHES = 60
"""Fetches in five minutes: one in five seconds, by one subject."""
TIMES_USUAL = 3.0
RARE = 0.34
"""Share of days above which a pace is the subject's own usual one."""
MOST_BUCKETS = 2000
MOST_RUNS = 40
"""Runs whose events are looked at, by fetches."""
LEAST_OBJECTS = 100
LEAST_DISTINCT = 0.4
"""Distinct things over fetches; a pair of description and picture is two fetches of one thing."""
LEAST_FORWARD = 0.6
"""Share of steps that go up the ids by 1 to 20."""
MOST_UNEVEN = 0.3
"""Spread of pauses (interquartile range over median) of a program that keeps its pace."""
NEVER_TWICE, VERY_MANY = 0.99, 10_000
"""Distinct things over fetches, and how many things, from which nobody asks for what he likes: it is fetched once and never again."""
BUCKET = timedelta(minutes=5)
SLOW_FETCHES, SLOW_HOURS, SLOW_TIMES = 1000, 6, 5.0
"""Fetches of a day, hours of the day with fetches, and times the 99 % quantile of days, from which slow collection is sought."""
DAY = timedelta(days=1)
SLOW_APART = 2 * DAY
"""Days that begin less than this apart are one run."""
SLOW_OBJECTS, SLOW_FORWARD = 1000, 0.8
"""Things that a slow run fetches at least, and the share of its steps that go up the ids."""


def candidates(case: Case, axis: Axis, busy: Sequence[tuple[int, int]]) -> pl.DataFrame:
    """Return who fetched much, and from when to when (subject_type, subject, low, high), outside ``busy`` minutes (other incidents).

    ``usual``: it does so at this hour of other days as well. That is no collection, but may explain a surge.
    """
    case.execute("incidents", "fetches", **_bounds(axis))
    buckets = case.frame("incidents", "collectors", least=LEAST_FETCHES, times=TIMES_USUAL, rare=RARE, most=MOST_BUCKETS, **_bounds(axis))
    ends = buckets.with_columns(low=pl.col("bucket") - BUCKET, high=pl.col("bucket") + 2 * BUCKET)
    # Each kind by itself: of many jobs that are as usual none takes the place of a collection.
    kinds = [_spans(ends.filter(pl.col("usual") == usual), 4 * BUCKET).with_columns(usual=pl.lit(usual)) for usual in (False, True)]
    return _apart(axis, pl.concat(kinds), busy)


def slow_runs(case: Case, axis: Axis, busy: Sequence[tuple[int, int]]) -> list[Run]:
    """Return runs that no pace betrays: for hours or days through the ids. They leave the table ``near`` to be made anew.

    A subject that has had another run of half that size (a weekly backup) is at its own usual work.
    """
    asked = {"least": SLOW_FETCHES, "hours": SLOW_HOURS, "times": SLOW_TIMES, "rare": RARE, "most": MOST_BUCKETS}
    days = case.frame("incidents", "walkers", **asked, **_bounds(axis))
    spans = _spans(days, SLOW_APART)
    again = (pl.col("fetches") >= 0.5 * pl.col("fetches").max()).sum().over("subject_type", "subject") > 1
    spans = spans.filter(~again)
    if spans.is_empty():
        return []
    spans = spans.with_columns(low=pl.col("low") - DAY, high=pl.col("high") + DAY)  # it may begin late on the day before
    runs = {name: spans[column].to_list() for name, column in _RUNS.items()}
    case.execute("incidents", "near_walkers", **runs)
    walks = ({**walk, "first_at": walk["walked_from"], "last_at": walk["walked_until"]} for walk in case.rows("incidents", "walks", **runs))
    return [_run(runs["subjects"][walk["run"]], walk) for walk in walks if walks_on(walk) and _mostly_apart(axis, walk, busy)]


def _bounds(axis: Axis) -> dict[str, datetime]:
    return {"start": axis.start, "end": axis.at(axis.minutes)}


_RUNS = {"subjects": "subject", "subject_types": "subject_type", "starts": "low", "ends": "high"}


def runs(case: Case, spans: pl.DataFrame) -> list[Run]:
    """Return those of the candidates that are runs of collection; reads the requests of near.sql."""
    if spans.is_empty():
        return []
    walks = case.rows("incidents", "walks", **{name: spans[column].to_list() for name, column in _RUNS.items()})
    subjects = spans["subject"].to_list()
    return [_run(subjects[walk["run"]], walk) for walk in walks if by_machine(walk)]


def _apart(axis: Axis, spans: pl.DataFrame, busy: Sequence[tuple[int, int]]) -> pl.DataFrame:
    """Return the spans outside of ``busy`` minutes."""
    taken = [(axis.at(first - GAP), axis.at(last + GAP)) for first, last in busy]
    return spans.filter(~pl.any_horizontal(pl.lit(False), *((pl.col("high") > a) & (pl.col("low") < b) for a, b in taken)))


def _mostly_apart(axis: Axis, walk: dict[str, Any], busy: Sequence[tuple[int, int]]) -> bool:
    """Whether less than half of a walk is ``busy``: who collects for days may meet the outage of an hour."""
    start, end, none = walk["first_at"], walk["last_at"], timedelta()
    taken = [(axis.at(first - GAP), axis.at(last + GAP)) for first, last in busy]
    shared = sum((max(none, min(end, b) - max(start, a)) for a, b in taken), none)
    return bool(2 * shared < end - start)


def _spans(stretches: pl.DataFrame, apart: timedelta) -> pl.DataFrame:
    """Stretches of one subject (low, high, fetches) that begin less than so much apart, joined."""
    key = ["subject_type", "subject"]
    number = (pl.col("low").diff().over(key) >= apart).fill_null(True).cum_sum().over(key)
    joined = stretches.sort(*key, "low").with_columns(number.alias("run")).group_by(*key, "run")
    spans = joined.agg(pl.col("low").min(), pl.col("high").max(), pl.col("fetches").sum()).sort(*key, "run")
    return spans.sort("fetches", descending=True, maintain_order=True).head(MOST_RUNS)


def walks_on(walk: dict[str, Any]) -> bool:
    """Whether a slow run's events leave no doubt: very many things, and nearly every step goes on up the ids."""
    many = walk["objects"] >= SLOW_OBJECTS and walk["objects"] >= LEAST_DISTINCT * _visits(walk)
    return bool(
        many and walk["first_at"] and walk["stepped"] >= SLOW_FORWARD * _visits(walk) and walk["forward"] >= SLOW_FORWARD * walk["stepped"]
    )


def by_machine(walk: dict[str, Any]) -> bool:
    """Whether a run's events look like a program that collects: many distinct things, and up the ids, at an even pace, or none twice."""
    if walk["objects"] < LEAST_OBJECTS or walk["objects"] < LEAST_DISTINCT * _visits(walk):
        return False
    if walk["objects"] >= VERY_MANY and walk["objects"] >= NEVER_TWICE * walk["fetches"]:
        return True  # in whatever order: a hundred addresses that share one list step over each other
    walked = walk["stepped"] >= 0.5 * _visits(walk) and walk["forward"] >= LEAST_FORWARD * walk["stepped"]
    spread = walk["pause_high"] - walk["pause_low"]
    return bool(walked or (walk["pause_middle"] > 0 and spread <= MOST_UNEVEN * walk["pause_middle"]))


def _visits(walk: dict[str, Any]) -> int:
    """Fetches without the same thing once more, where each is fetched twice at most: who asks again and again waits for something."""
    fetches, again = int(walk["fetches"]), int(walk["again"])
    return fetches - again if 2 * again <= fetches else fetches


def _run(subject: str, walk: dict[str, Any]) -> Run:
    return Run(subject, walk["label"] or subject, walk["first_at"], walk["last_at"], walk["fetches"], walk["objects"], walk["route"])


def collections(axis: Axis, found: Sequence[Run]) -> list[Found]:
    """Return the runs as incidents: runs that overlap are one, its scope the route fetched most."""
    groups: list[list[Run]] = []
    for run in sorted(found, key=lambda r: (r.start, r.subject)):
        if groups and run.start - timedelta(minutes=GAP) <= max(r.end for r in groups[-1]):
            groups[-1].append(run)
        else:
            groups.append([run])
    return [_incident(axis, group) for group in groups]


def _incident(axis: Axis, group: list[Run]) -> Found:
    by_route: dict[str, int] = {}
    for run in group:
        by_route[run.route] = by_route.get(run.route, 0) + run.fetches
    scope = Scope("route", max(by_route, key=lambda name: (by_route[name], name)))
    windows = tuple(Window("collection", scope, axis.index(r.start), axis.index(r.end), 0.0, float(r.fetches)) for r in group)
    first, last = min(w.first for w in windows), max(w.last for w in windows)
    return Found("collection", scope, windows, ((first, last),), runs=tuple(group))


def explained(axis: Axis, surge: Found, fetching: Sequence[Run]) -> bool:
    """Whether a surge is no crowd: most of its surplus was fetched by those who collect, or by a job at its usual hour."""
    beside = (r for r in fetching if axis.index(r.start) - GAP <= surge.last and surge.first - GAP <= axis.index(r.end))
    return surge.kind == "surge" and sum(r.fetches for r in beside) >= 0.5 * sum(w.size for w in surge.windows)
