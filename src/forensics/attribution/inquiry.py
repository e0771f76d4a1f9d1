"""One incident under inquiry: what is read and searched for it, each once however often it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from forensics.attribution.facts.around import Around, look_around
from forensics.attribution.facts.facts import Facts
from forensics.attribution.facts.gather import gather
from forensics.attribution.facts.origin import called
from forensics.attribution.facts.refusals import makers
from forensics.attribution.rivals import Names, Rival, weigh_all
from forensics.attribution.scene import Ordinary, Scene, ordinary, read_scene
from forensics.attribution.search.again import asked_again, first_asked
from forensics.attribution.search.blame import find, in_measure
from forensics.attribution.search.finding import Finding
from forensics.attribution.setting import Setting
from forensics.attribution.verdict import ATTRIBUTED, SEVERAL, Verdict, judge
from forensics.attribution.windows import Window, is_load, refusing
from forensics.case.case import Case

A_PART = 0.5
"""Share of their load from which what the blamed only asked again is left out, and everybody looked at anew."""


@dataclass(frozen=True)
class Conclusion:
    """The facts, what explains them, and the verdict."""

    facts: Facts
    rivals: list[Rival]
    verdict: Verdict
    lead: str | None = None
    """Where nobody is blamed: whose load it was, or which log that names accounts is missing and whom the rest points to; and who came
    only after the first failures."""
    accounts: pl.DataFrame = field(default_factory=pl.DataFrame)
    """Of those who are blamed: who took part, and who is only linked to them (as of ``participants``)."""

    @property
    def somebody(self) -> bool:
        """Whether the verdict blames anybody."""
        return self.verdict.name in (ATTRIBUTED, SEVERAL)

    @property
    def named(self) -> Facts:
        """The facts, of a finding in which nobody is blamed where the verdict blames nobody."""
        return self.facts if self.somebody else replace(self.facts, finding=replace(self.facts.finding, blamed=[]))


@dataclass(frozen=True)
class Inquiry:
    """An incident of a case, and what was already read for it."""

    case: Case
    setting: Setting
    incident: dict[str, Any]
    usual: Ordinary
    _scenes: dict[Window, Scene] = field(default_factory=dict)
    _findings: dict[Window, Finding] = field(default_factory=dict)
    _again: dict[Any, pl.DataFrame] = field(default_factory=dict)
    _around: dict[tuple[Window, str], Around] = field(default_factory=dict)

    @classmethod
    def into(cls, case: Case, setting: Setting, incident: dict[str, Any]) -> Inquiry:
        """Begin with what is no ordinary time, and what requests weigh at all others."""
        return cls(case, setting, incident, ordinary(case, setting, incident))

    @property
    def names(self) -> Names:
        """How subjects are called."""
        return self.setting.names

    def scene(self, window: Window) -> Scene:
        """Return the load of a window and of those that it is compared with."""
        if window not in self._scenes:
            self._scenes[window] = read_scene(self.case, self.setting, self.incident, self.usual, window)
        return self._scenes[window]

    def found(self, scene: Scene) -> Finding:
        """Return who made the excess of a scene of this inquiry."""
        if scene.window not in self._findings:
            self._findings[scene.window] = self.search(scene)
        return self._findings[scene.window]

    def search(self, scene: Scene) -> Finding:
        """Search a scene for who made the excess; of refusals nobody is held to have made who merely met them."""
        finding = find(self.case, scene)
        if finding.blamed and not is_load(self.incident):
            finding = self._first_asked(scene, finding)
        return makers(scene, finding) if refusing(self.incident) else finding

    def _first_asked(self, scene: Scene, finding: Finding) -> Finding:
        """Return who is found without what the blamed only asked again, where that is a part of their load: it is no cause of anything."""
        measure, winners = finding.rise.measure, [b.winner for b in finding.blamed]
        first = first_asked(scene, self._asked_again(scene, finding), measure)
        gone = float(scene.loads["requests"].sum()) - float(first.loads["requests"].sum())
        if gone < A_PART * sum(in_measure(scene, winner, "requests").load for winner in winners):
            return finding
        return replace(find(self.case, first), again=gone)

    def _asked_again(self, scene: Scene, finding: Finding) -> pl.DataFrame:
        """Return what the blamed only asked again."""
        key = (scene.window, finding.rise.measure, frozenset((b.winner.kind, b.winner.id, b.winner.part) for b in finding.blamed))
        if key not in self._again:
            self._again[key] = asked_again(self.case, scene, [b.winner for b in finding.blamed], finding.rise.measure)
        return self._again[key]

    def around(self, scene: Scene, measure: str) -> Around:
        """Return what was logged around the incident, the load in some measure."""
        key = (scene.window, measure)
        if key not in self._around:
            self._around[key] = look_around(self.case, scene, measure)
        return self._around[key]

    def weighed(self, scene: Scene, finding: Finding) -> Conclusion:
        """Return what is concluded where a finding is held to be the answer."""
        again = self._asked_again(scene, finding) if finding.blamed and not is_load(self.incident) else None
        facts = gather(self.case, scene, finding, self.around(scene, finding.rise.measure), again)
        names = self.names | called(facts.origins)
        rivals = weigh_all(facts, names)
        return Conclusion(facts, rivals, judge(facts, rivals, names))
