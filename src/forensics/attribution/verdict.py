"""The verdict on one incident, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass

from forensics.attribution.blame import Finding
from forensics.attribution.scene import Scene
from forensics.certainty import bounded

ATTRIBUTED, SEVERAL, NO_SINGLE, NOT_AN_OUTAGE, INCONCLUSIVE = (
    "attributed", "several actors", "no single actor", "not an outage", "inconclusive",
)  # fmt: skip
STATISTICS_ALONE = 0.79
"""Nothing is called more than likely on the statistics of fewer than 19 placebo windows."""
ENOUGH_PLACEBOS = 19


@dataclass(frozen=True)
class Verdict:
    """One of the contract's five, with its likelihood and the sentence that says why."""

    name: str
    likelihood: float
    summary: str


def capped(likelihood: float, placebos: int) -> float:
    """Bound a likelihood that rests on statistics alone by what so many placebo windows allow."""
    return bounded(likelihood if placebos >= ENOUGH_PLACEBOS else min(likelihood, STATISTICS_ALONE))


def judge(scene: Scene, finding: Finding, labels: dict[str, str]) -> Verdict:
    """Decide. ``labels``: subject id -> how a person calls it."""
    rise = finding.rise
    if scene.windows == 1:
        return Verdict(INCONCLUSIVE, 0.5, "The logs hold nothing to compare this window with: no other day, and no earlier hours.")
    over = (
        f"Load from {scene.window.start:%H:%M} to {scene.window.end:%H:%M} UTC was {rise.load:,.0f} against {rise.expected:,.0f} expected"
    )
    if not finding.blamed:
        if not rise.significant:
            return Verdict(NO_SINGLE, capped(0.75, scene.placebos), f"{over}: load did not rise, so nobody's load explains the failure.")
        return Verdict(NO_SINGLE, capped(0.7, scene.placebos), f"{over}: no actor made half of the excess.")
    likelihood = capped(0.6 + 0.35 * finding.share, scene.placebos)
    top = finding.blamed[0]
    name = labels.get(top.winner.id, top.winner.id)
    if len(finding.blamed) > 1 and finding.blamed[1].share >= max(0.15, 0.25 * top.share):
        return Verdict(SEVERAL, likelihood, f"{over}; {len(finding.blamed)} actors made {finding.share:.0%} of the excess.")
    return Verdict(ATTRIBUTED, likelihood, f"{over}; {name} made {top.share:.0%} of the excess.")
