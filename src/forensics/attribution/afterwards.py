"""Who came once the service had failed: that it is the cause is not shown, and it may be what made it last.

It is told beside the verdict and blames nobody. Who is seen among the busiest would be banned for what he did not begin; and where only
those are banned who began it, the end may be waited for in vain.
"""

from __future__ import annotations

import polars as pl

from forensics.attribution.inquiry import Conclusion, Inquiry
from forensics.attribution.scene import Scene
from forensics.attribution.search.blame import MIN_SHARE
from forensics.attribution.search.finding import Blamed
from forensics.attribution.search.scan import belongs
from forensics.attribution.windows import MINUTE, Window, is_load
from forensics.attribution.wording import between, came_from

LEAST = 10
"""Minutes of failure from which anybody may have made it last."""
LITTLE = 0.25
"""Of the pace that it had then, what it asked before, below which it came afterwards."""


def came_after(asked: Inquiry, found: Conclusion) -> str | None:
    """Return who else made much of what was asked beyond the usual from the first failures on, and had asked for little before."""
    facts = found.facts
    if facts.error_onset is None or is_load(asked.incident) or facts.unseen is not None or found.verdict.told:
        return None
    window = Window(facts.error_onset + MINUTE, facts.scene.whole.end)
    seen = asked.around(facts.scene, facts.finding.rise.measure).span
    if window.minutes < LEAST or not (window.end > seen.end or others_rose(asked, found, window)):
        return None
    scene = asked.scene(window)
    judged = {b.winner.id for b in facts.finding.blamed}  # of whom the verdict tells already
    later = [b for b in asked.found(scene).blamed if b.winner.kind == "actor" and b.winner.id not in judged]
    new = [b for b in later if pace(facts.scene, b) < LITTLE * pace(scene, b)]
    if not new:
        return None
    return (
        f"{between(window)}, after the first failures, of the excess {came_from(new, asked.names)}, of whom little had come before: "
        "that it was the cause is not shown; it may have made it last."
    )


def others_rose(asked: Inquiry, found: Conclusion, window: Window) -> bool:
    """Whether any actor that is not blamed made a part of the load of some minutes that is worth to be looked at."""
    scene, finding = found.facts.scene, found.facts.finding
    rows = asked.around(scene, finding.rise.measure).within(window).filter(pl.col("actor_id").is_not_null())
    usual = finding.rise.expected / scene.window.minutes * window.minutes
    others = rows.filter(~pl.any_horizontal([belongs(b.winner) for b in finding.blamed])) if finding.blamed else rows
    own = others.group_by("actor_id").agg(pl.col("load").sum())
    return bool((own["load"] >= MIN_SHARE * max(float(rows["load"].sum()) - usual, 1.0)).any())


def pace(scene: Scene, blamed: Blamed) -> float:
    """Return how many requests a minute a subject made in a scene's window."""
    own = scene.loads.filter(belongs(blamed.winner) & (pl.col("w") == 0))["requests"].sum()
    return float(own) / max(scene.window.minutes, 1)
