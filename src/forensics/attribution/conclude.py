"""What is concluded of one incident: from the load before it, or else from that of its very first minutes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import polars as pl

from forensics.attribution.blame import CHANCE, MIN_SHARE, MOST, Blamed, Finding, find, in_window, rise_of
from forensics.attribution.echo import risen_before, seconds_precede
from forensics.attribution.facts import Facts, gather
from forensics.attribution.nameless import half
from forensics.attribution.onset import error_onset
from forensics.attribution.origin import called
from forensics.attribution.refusals import makers
from forensics.attribution.rivals import Rival, weigh_all
from forensics.attribution.scan import belongs
from forensics.attribution.scene import PACKAGE, Scene, read_scene
from forensics.attribution.verdict import ATTRIBUTED, SEVERAL, Verdict, judge
from forensics.attribution.windows import (
    JUST_BEFORE,
    MINUTE,
    RAMP_ASSUMED,
    SUDDEN,
    Window,
    floor_minute,
    is_load,
    load_window,
    refusing,
    sudden_window,
)
from forensics.case.case import Case

STILL_THERE = 1 / 3
"""Of its share of the excess since the ramp began, what a subject has at least of the excess right before, and as, requests failed."""
BEFORE = timedelta(hours=1)
"""How long before the load's window failures are looked at, to know what is usual."""


@dataclass(frozen=True)
class Setting:
    """An incident, what the counted logs cover, all incidents, every minute (``all_minutes.sql``), and how subjects are called."""

    incident: dict[str, Any]
    covered: Window
    incidents: list[dict[str, Any]]
    minutes: pl.DataFrame
    names: dict[str, str]

    def scene(self, case: Case, window: Window) -> Scene:
        """Read the load of a window and of those that it is compared with."""
        return read_scene(case, self.incident, window, self.covered, self.incidents, self.minutes)


@dataclass(frozen=True)
class Conclusion:
    """The facts, what explains them, and the verdict."""

    facts: Facts
    rivals: list[Rival]
    verdict: Verdict
    lead: str | None = None
    """Where nobody is blamed and a log that names accounts is missing: which, and whom the rest of the load points to."""

    @property
    def somebody(self) -> bool:
        """Whether the verdict blames anybody."""
        return self.verdict.name in (ATTRIBUTED, SEVERAL)


def conclude(case: Case, setting: Setting) -> Conclusion:
    """Scan the load before the impact; where that blames nobody, the minutes around its start, for whoever came before it by seconds."""
    scene = _comparable(case, setting)
    found = find(case, scene)
    first = _weighed(case, scene, makers(scene, found) if refusing(setting.incident) else found, setting.names)
    if first.somebody:
        there = _there_at_the_fall(case, first)
        if there == first.facts.finding:
            late = _latecomers(case, setting, first)
            joined = _weighed(case, scene, late, setting.names) if late else _seen_longer(case, setting, first)
            return joined if joined.somebody else first
        first = _weighed(case, scene, there, setting.names)
    sudden = _sudden(case, setting, scene)
    second = _weighed(case, *sudden, setting.names) if sudden else first
    if second.somebody:
        return second
    crowd = _came_at_once(case, setting, first)
    return replace(crowd or first, lead=_lead(case, scene, setting.names))


def _came_at_once(case: Case, setting: Setting, found: Conclusion) -> Conclusion | None:
    """Return what is concluded of the minutes around the fall, where so many came in them that the minutes before hardly show a rise.

    Only where everybody asked more in the minute before the first failure already: what comes after it may be asked again.
    """
    errors, before = found.facts.error_onset, found.facts.scene
    window = sudden_window(setting.incident, errors)
    if window is None or errors is None or found.facts.finding.blamed or not found.facts.finding.rise.known:
        return None
    rise = rise_of(before, "requests")
    pace = (rise.load if found.facts.finding.rise.significant else rise.expected) / before.window.minutes
    if not risen_before(case, before, errors, pace):
        return None
    scene = setting.scene(case, window)
    finding = replace(find(case, scene), blamed=[])
    return _weighed(case, scene, finding, setting.names) if finding.rise.significant else None


def _lead(case: Case, scene: Scene, names: dict[str, str]) -> str | None:
    """Return what half a log says, where the other half is missing."""
    part = half(case, scene)
    if part is None:
        return None
    found = find(case, part.scene)
    weighed = _weighed(case, part.scene, makers(part.scene, found) if refusing(scene.incident) else found, names)
    return part.told(weighed.facts.finding.blamed if weighed.somebody else [], names)


def _comparable(case: Case, setting: Setting) -> Scene:
    """Return the load before the impact; where the log hardly begins before the ramp, that of its last minutes, to have a comparison."""
    window = load_window(setting.incident)
    scene = setting.scene(case, window)
    last = Window(max(window.start, window.end - RAMP_ASSUMED), window.end)
    if scene.windows > 1 or last == window or is_load(setting.incident):
        return scene
    shorter = setting.scene(case, last)
    return shorter if shorter.windows > 1 else scene


def _weighed(case: Case, scene: Scene, finding: Finding, names: dict[str, str]) -> Conclusion:
    facts = gather(case, scene, finding)
    names = names | called(facts.origins)
    rivals = weigh_all(facts, names)
    return Conclusion(facts, rivals, judge(facts, rivals, names))


def _seen_longer(case: Case, setting: Setting, found: Conclusion) -> Conclusion:
    """Return the same actors blamed for the minutes around the fall, where their load had hardly begun in the window before it.

    Which of their accounts took part is seldom seen in a single minute.
    """
    facts = found.facts
    if facts.load_onset is None or facts.load_onset < facts.scene.window.end - SUDDEN:
        return found
    sudden = _sudden(case, setting, facts.scene)
    known = {(b.winner.kind, b.winner.id) for b in facts.finding.blamed}
    if sudden is None or not known <= {(b.winner.kind, b.winner.id) for b in sudden[1].blamed}:
        return found
    second = _weighed(case, *sudden, setting.names)
    return second if second.somebody else found


def _sudden(case: Case, setting: Setting, before: Scene) -> tuple[Scene, Finding] | None:
    """Return who came all at once and was there before the first failures by seconds; None when they did not make most of that load."""
    near = pl.col("minute").is_between(before.window.start - BEFORE, before.whole.end)
    errors = error_onset(setting.minutes.filter(near), before.window.start, floor_minute(setting.incident["started_at"]))
    window = sudden_window(setting.incident, errors)
    if window is None:
        return None
    scene = setting.scene(case, window)
    finding = find(case, scene)
    began = max(floor_minute(setting.incident["started_at"]), errors or setting.incident["started_at"])
    together = [b for b in finding.blamed if b.together]  # each of them does too little for its seconds to tell anything
    groups = [*([b] for b in finding.blamed if not b.together), *([together] if together else [])]
    first = [group for group in groups if seconds_precede(case, scene, [b.winner for b in group], began, finding.rise.measure)]
    blamed = [b for group in first for b in group]
    return (scene, replace(finding, blamed=blamed)) if sum(b.share for b in blamed) >= MOST else None


def _there_at_the_fall(case: Case, found: Conclusion) -> Finding:
    """Return the finding without those who had a part in the load before, and hardly any in that in which the service fell.

    Where more came at the end, from others, who was busy just before that is not who broke it. Nobody is left where those who are made
    less than most of it.
    """
    facts, finding, scene = found.facts, found.facts.finding, found.facts.scene
    errors, measure = facts.error_onset, finding.rise.measure
    if errors is None or is_load(scene.incident):
        return finding
    fall = Window(errors - JUST_BEFORE, errors + MINUTE)
    rows = case.frame(PACKAGE, "subject_load", start=fall.start, end=fall.end, **scene.weighted(measure))
    part = fall.minutes / scene.window.minutes
    excess = float(rows["load"].sum()) - part * finding.rise.expected
    if excess <= part * finding.rise.excess:
        return finding

    def there(blamed: Blamed) -> bool:
        own = float(rows.filter(belongs(blamed.winner))["load"].sum()) - part * blamed.winner.expected
        return blamed.together or own >= STILL_THERE * blamed.share * excess

    left = [blamed for blamed in finding.blamed if there(blamed)]
    return finding if len(left) == len(finding.blamed) else replace(finding, blamed=left if sum(b.share for b in left) >= MOST else [])


def _latecomers(case: Case, setting: Setting, found: Conclusion) -> Finding | None:
    """Return the finding with the actors who came last and so made the service fall, where others bore most of the load before.

    Of the excess since the ramp began they have next to nothing, of that in which the service fell their share. They were at it before
    the first failures by seconds. None when there are none: that is looked at in a few minutes before anything is searched.
    """
    before, finding = found.facts.scene, found.facts.finding
    window = sudden_window(setting.incident, found.facts.error_onset)
    if window is None or not _others_rose(case, before, finding, window):
        return None
    scene = setting.scene(case, window)
    began = max(floor_minute(setting.incident["started_at"]), found.facts.error_onset or setting.incident["started_at"])
    known, late = {b.winner.id for b in finding.blamed}, find(case, scene)
    new = [b for b in late.blamed if b.winner.kind == "actor" and b.winner.id not in known and b.chance <= CHANCE]
    sure = [b for b in new if seconds_precede(case, scene, [b.winner], began, late.rise.measure)]
    return replace(finding, blamed=[*finding.blamed, *(in_window(before, finding, b) for b in sure)], fall=scene) if sure else None


def _others_rose(case: Case, scene: Scene, finding: Finding, window: Window) -> bool:
    """Whether any actor that is not blamed made a part of the load of some minutes that is worth to be looked at."""
    measure = scene.weighted(finding.rise.measure)
    rows = case.frame(PACKAGE, "subject_load", start=window.start, end=window.end, **measure).filter(pl.col("actor_id").is_not_null())
    usual = finding.rise.expected / scene.window.minutes * window.minutes
    own = rows.filter(~pl.any_horizontal([belongs(b.winner) for b in finding.blamed])).group_by("actor_id").agg(pl.col("load").sum())
    return bool((own["load"] >= MIN_SHARE * max(float(rows["load"].sum()) - usual, 1.0)).any())
