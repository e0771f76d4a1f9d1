"""From what was loaded to what is concluded: the stages, in order, in one transaction.

Every stage reads tables and fills tables; a stage that is slow says so through ``Progress``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from forensics import CONTRACT_VERSION, __version__
from forensics.background import Background
from forensics.case.case import Case
from forensics.progress import Progress


@dataclass(frozen=True)
class Stage:
    """One step of the analysis: ``module:function`` (imported when it runs), called with the case.

    It may return work that needs no case: it goes on in the background until the stage that ``awaits`` it (by its label) is called
    with the case and its result.
    """

    label: str
    function: str
    awaits: str | None = None

    def step(self) -> Callable[..., Callable[[], Any] | None]:
        """Import what this stage does."""
        step: Callable[..., Callable[[], Any] | None] = _named(self.function)
        return step


def _named(function: str) -> Any:
    """Return ``module:function``."""
    module, _, name = function.partition(":")
    return getattr(import_module(module), name)


STAGES: tuple[Stage, ...] = (
    Stage("Matching repeated lines", "forensics.evidence.overlap:find_duplicates"),
    Stage("Matching tiers", "forensics.evidence.tiers:assign_tiers"),
    Stage("Joining accounts", "forensics.exports.accounts:resolve"),
    Stage("Counting minutes", "forensics.incidents.rollups:count"),
    Stage("Surveying minutes", "forensics.incidents.survey:survey"),
    Stage("Collecting identifiers", "forensics.linkage.identifiers:collect"),
    Stage("Linking accounts", "forensics.linkage.actors:link"),
    Stage("Scoring automation", "forensics.collection.automation:score"),
    Stage("Finding incidents", "forensics.incidents.detect:detect", awaits="Surveying minutes"),
    Stage("Attributing load", "forensics.attribution.attribute:attribute"),
    Stage("Counting what was taken", "forensics.collection.taken:count"),
    Stage("Planning the response", "forensics.response.plan:plan"),
    Stage("Ordering the timeline", "forensics.timeline.story:build"),
)


def make_ready() -> None:
    """Import every stage in the background, and what they read when they first need it: a second that reading the evidence leaves idle."""
    Background(_read_ahead)


def _read_ahead() -> None:
    _named("forensics.exports.domains:make_ready")()
    for stage in STAGES:
        stage.step()
    _named("forensics.linkage.components:make_ready")()
    _named("forensics.incidents.detectors:detectors")()


def analysis_id(case: Case) -> str:
    """Return the hash of all that the findings depend on: evidence, load options, notes, rulings, options and version."""
    parts = case.rows("case", "inputs")
    text = json.dumps([__version__, CONTRACT_VERSION, parts], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def stages_run(case: Case) -> Iterator[Stage]:
    """Run every stage in order; yield each when it is done."""
    going_on: dict[str, Background[Any]] = {}
    for stage in STAGES:
        awaited = [going_on.pop(stage.awaits).result()] if stage.awaits else []
        work = stage.step()(case, *awaited)
        if work is not None:
            going_on[stage.label] = Background(work)
        yield stage


def ensure_analysed(case: Case, progress: Progress) -> str:
    """Bring every derived table up to date with what is loaded, and return the ``analysis_id``."""
    wanted = analysis_id(case)
    if case.meta("analysis_id") == wanted:
        return wanted
    make_ready()
    with case.transaction():
        with progress.step("Analysing", total=len(STAGES)) as advance:
            for _ in stages_run(case):
                advance(1)
        case.set_meta("analysis_id", wanted)
    return wanted
