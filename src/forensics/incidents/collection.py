"""Collection at machine speed without an outage: runs of one subject that fetch things faster than people do, and walk their ids.

It is an incident of its own because it is what later breaks a service, and the prehistory of an attack: earlier, smaller runs.
Scoring automation as such is not done here; a run is only found when its pace or its walk leaves little else.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
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
BUCKET = timedelta(minutes=5)


def candidates(case: Case, axis: Axis, busy: Sequence[tuple[int, int]]) -> pl.DataFrame:
    """Return who fetched much, and from when to when (subject_type, subject, low, high), outside ``busy`` minutes (other incidents)."""
    buckets = case.frame("incidents", "collectors", least=LEAST_FETCHES, times=TIMES_USUAL, rare=RARE, most=MOST_BUCKETS)
    spans = _spans(buckets)
    taken = [(axis.at(first - GAP), axis.at(last + GAP)) for first, last in busy]
    return spans.filter(~pl.any_horizontal(pl.lit(False), *((pl.col("high") > a) & (pl.col("low") < b) for a, b in taken)))


def runs(case: Case, spans: pl.DataFrame) -> list[Run]:
    """Return those of the candidates that are runs of collection, by start; reads the requests of near.sql."""
    if spans.is_empty():
        return []
    walks = case.rows(
        "incidents", "walks", subjects=spans["subject"].to_list(), subject_types=spans["subject_type"].to_list(),
        starts=spans["low"].to_list(), ends=spans["high"].to_list(),
    )  # fmt: skip
    subjects = spans["subject"].to_list()
    found = [_run(subjects[walk["run"]], walk) for walk in walks if by_machine(walk)]
    return sorted(found, key=lambda r: (r.start, r.subject))


def _spans(buckets: pl.DataFrame) -> pl.DataFrame:
    """Buckets of one subject that are at most three apart, joined."""
    key = ["subject_type", "subject"]
    apart = (pl.col("bucket").diff().over(key) > 3 * BUCKET).fill_null(True).cum_sum().over(key)
    ends = (pl.col("bucket").min() - BUCKET).alias("low"), (pl.col("bucket").max() + 2 * BUCKET).alias("high")
    joined = buckets.with_columns(apart.alias("run")).group_by(*key, "run").agg(*ends, pl.col("fetches").sum()).sort(*key, "run")
    return joined.sort("fetches", descending=True, maintain_order=True).head(MOST_RUNS)


def by_machine(walk: dict[str, Any]) -> bool:
    """Whether a run's events look like a program that collects: many distinct things, and up the ids or at an even pace."""
    if walk["objects"] < LEAST_OBJECTS or walk["objects"] < LEAST_DISTINCT * walk["fetches"]:
        return False
    walked = walk["stepped"] >= 0.5 * walk["fetches"] and walk["forward"] >= LEAST_FORWARD * walk["stepped"]
    spread = walk["pause_high"] - walk["pause_low"]
    return bool(walked or (walk["pause_middle"] > 0 and spread <= MOST_UNEVEN * walk["pause_middle"]))


def _run(subject: str, walk: dict[str, Any]) -> Run:
    return Run(subject, walk["label"] or subject, walk["first_at"], walk["last_at"], walk["fetches"], walk["objects"], walk["route"])


def collections(axis: Axis, found: Sequence[Run]) -> list[Found]:
    """Return the runs as incidents: runs that overlap are one, its scope the route fetched most."""
    groups: list[list[Run]] = []
    for run in found:
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


def explained(surge: Found, collecting: Sequence[Found]) -> bool:
    """Whether a surge is no crowd but a collection: most of its surplus was fetched by the collecting subjects."""
    fetched = sum(r.fetches for c in collecting if c.first - GAP <= surge.last and surge.first - GAP <= c.last for r in c.runs)
    return surge.kind == "surge" and fetched >= 0.5 * sum(w.size for w in surge.windows)
