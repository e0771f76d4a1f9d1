"""Fill ``attributions``, ``participants``, ``rivals``, ``actor_minutes``, ``counterfactuals``; set the incidents' verdict."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl

from forensics.attribution.blame import Finding, find
from forensics.attribution.participants import participants
from forensics.attribution.scene import PACKAGE, Scene, read_scene
from forensics.attribution.verdict import Verdict, capped, judge
from forensics.attribution.windows import Window
from forensics.case.case import Case

AROUND = timedelta(hours=1)
"""How much is shown before the ramp and after the end."""
TABLES = ("attributions", "participants", "rivals", "actor_minutes", "counterfactuals")


def attribute(case: Case) -> None:
    """Fill ``attributions``, ``participants``, ``rivals``, ``actor_minutes``, ``counterfactuals``; set the incidents' verdict."""
    collected: dict[str, list[pl.DataFrame]] = {table: [] for table in TABLES}
    covered = case.rows(PACKAGE, "coverage")[0]
    incidents = case.table("incidents").sort("incident_id").to_dicts() if covered["first_minute"] else []
    labels = {row["actor_id"]: row["label"] for row in case.table("actors").select("actor_id", "label").to_dicts() if row["label"]}
    for incident in incidents:
        window = Window(covered["first_minute"], covered["last_minute"])
        scene = read_scene(case, incident, window, incidents)
        finding = find(scene)
        _collect(case, scene, finding, collected)
        _decide(case, incident, judge(scene, finding, labels))
    for table, frames in collected.items():
        case.replace(table, pl.concat(frames, how="diagonal_relaxed") if frames else pl.DataFrame())


def _decide(case: Case, incident: dict[str, Any], verdict: Verdict) -> None:
    case.execute(
        PACKAGE, "set_verdict", incident_id=incident["incident_id"], verdict=verdict.name,
        likelihood=round(verdict.likelihood, 3), summary=verdict.summary,
    )  # fmt: skip


def _collect(case: Case, scene: Scene, finding: Finding, collected: dict[str, list[pl.DataFrame]]) -> None:
    """Add one incident's rows to every table."""
    named = pl.lit(scene.incident["incident_id"]).alias("incident_id")
    collected["attributions"].append(_attributions(scene, finding).with_columns(named))
    actors = [b.winner.id for b in finding.blamed if b.winner.kind == "actor"]
    for actor in actors:
        rows = participants(case, scene, actor, finding.rise.excess)
        seen = case.frame(PACKAGE, "first_requests", accounts=rows["account_id"].to_list(), start=scene.whole.start, end=scene.whole.end)
        collected["participants"].append(rows.join(seen, on="account_id", how="left", maintain_order="left").with_columns(named))
    minutes = case.frame(PACKAGE, "actor_minutes", actors=actors, start=scene.whole.start - AROUND, end=scene.whole.end + AROUND)
    collected["actor_minutes"].append(minutes.with_columns(named))


def _attributions(scene: Scene, finding: Finding) -> pl.DataFrame:
    rows = [
        {
            "rank": rank,
            "subject_type": blamed.winner.kind,
            "subject_id": blamed.winner.id,
            "actor_id": blamed.winner.id if blamed.winner.kind == "actor" else None,
            "excess_requests": round(blamed.winner.excess, 1),
            "load_share": round(min(1.0, blamed.share), 4),
            "likelihood": round(capped(0.6 + 0.35 * blamed.share, scene.placebos), 3),
            "p_value": blamed.winner.p_value,
            "smallest_p": scene.smallest_p if scene.placebos else None,
        }
        for rank, blamed in enumerate(finding.blamed, start=1)
    ]
    return pl.DataFrame(rows, schema=_ATTRIBUTIONS)


_ATTRIBUTIONS: dict[str, Any] = {
    "rank": pl.Int64, "subject_type": pl.String, "subject_id": pl.String, "actor_id": pl.String, "excess_requests": pl.Float64,
    "load_share": pl.Float64, "likelihood": pl.Float64, "p_value": pl.Float64, "smallest_p": pl.Float64,
}  # fmt: skip
