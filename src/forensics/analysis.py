"""From what was loaded to what is concluded: the stages, in order, in one transaction.

Every stage reads tables and fills tables; a stage that is slow says so through ``Progress``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from forensics import CONTRACT_VERSION, __version__
from forensics.case.case import Case
from forensics.progress import Progress


@dataclass(frozen=True)
class Stage:
    """One step of the analysis: ``module:function`` (imported when it runs), called with the case."""

    label: str
    function: str

    def run(self, case: Case) -> None:
        """Fill this stage's tables."""
        module, _, name = self.function.partition(":")
        step: Callable[[Case], None] = getattr(import_module(module), name)
        step(case)


STAGES: tuple[Stage, ...] = (
    Stage("Matching repeated lines", "forensics.evidence.overlap:find_duplicates"),
    Stage("Matching tiers", "forensics.evidence.tiers:assign_tiers"),
    Stage("Joining accounts", "forensics.exports.accounts:resolve"),
    Stage("Collecting identifiers", "forensics.linkage.identifiers:collect"),
    Stage("Linking accounts", "forensics.linkage.actors:link"),
    Stage("Counting minutes", "forensics.incidents.rollups:count"),
    Stage("Finding incidents", "forensics.incidents.detect:detect"),
    Stage("Scoring automation", "forensics.attribution.automation:score"),
    Stage("Attributing load", "forensics.attribution.attribute:attribute"),
    Stage("Counting what was taken", "forensics.attribution.taken:count"),
    Stage("Planning the response", "forensics.attribution.response:plan"),
    Stage("Ordering the timeline", "forensics.timeline.story:build"),
)


def analysis_id(case: Case) -> str:
    """Return the hash of all that the findings depend on: evidence, load options, notes, rulings, options and version."""
    parts = case.rows("case", "inputs")
    text = json.dumps([__version__, CONTRACT_VERSION, parts], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def ensure_analysed(case: Case, progress: Progress) -> str:
    """Bring every derived table up to date with what is loaded, and return the ``analysis_id``."""
    wanted = analysis_id(case)
    if case.meta("analysis_id") == wanted:
        return wanted
    with case.transaction():
        with progress.step("Analysing", total=len(STAGES)) as advance:
            for stage in STAGES:
                stage.run(case)
                advance(1)
        case.set_meta("analysis_id", wanted)
    return wanted
