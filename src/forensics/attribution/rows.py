"""What was concluded, as rows of the tables."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from forensics.attribution.facts.facts import Facts
from forensics.attribution.facts.origin import called
from forensics.attribution.rivals import Rival
from forensics.attribution.search.blame import in_measure
from forensics.attribution.verdict import Verdict, capped
from forensics.attribution.wording import part

MOST_TENANTS = 10
"""Accounts of one actor that alone use a network, at most: it is theirs."""


def _tenant(facts: Facts, network: str) -> str | None:
    """Return the one actor whose few accounts are all that ever logged in from a network; None when it is shared, or nobody's."""
    accounts = facts.logins.get(network, [])
    actors = {row["actor_id"] for row in accounts}
    return actors.pop() if len(actors) == 1 and len(accounts) <= MOST_TENANTS else None


def attribution_rows(facts: Facts, verdict: Verdict) -> pl.DataFrame:
    """Return who is blamed, the largest first (columns of ``attributions`` without incident_id)."""
    names = facts.scene.setting.names
    scene, weighed = facts.scene, facts.finding.rise.measure == "cost"
    rows = [
        {
            "rank": rank,
            "subject_type": blamed.winner.kind,
            "subject_id": names.get(f"agent {blamed.winner.id}", blamed.winner.id) if blamed.winner.kind == "agent" else blamed.winner.id,
            "actor_id": blamed.winner.id if blamed.winner.kind == "actor" else _tenant(facts, blamed.winner.id),
            "part": part(blamed.winner, names),
            "excess_requests": round((in_measure(scene, blamed.winner, "requests") if weighed else blamed.winner).excess, 1),
            "excess_work": round(blamed.winner.excess, 1) if weighed else None,
            "called": called(facts.origins).get(f"{blamed.winner.kind} {blamed.winner.id}"),
            "origin": seen.sentence() if (seen := facts.origins.get(f"{blamed.winner.kind} {blamed.winner.id}")) else None,
            "load_share": round(min(1.0, blamed.share), 4),
            "likelihood": round(min(verdict.likelihood, capped(0.55 + 0.4 * blamed.share, facts)), 3),
            "p_value": blamed.winner.p_value,
            "smallest_p": scene.smallest_p if scene.placebos else None,
        }
        for rank, blamed in enumerate(facts.finding.blamed, start=1)
    ]
    return pl.DataFrame(rows, schema=_ATTRIBUTIONS)


_ATTRIBUTIONS: dict[str, Any] = {
    "rank": pl.Int64, "subject_type": pl.String, "subject_id": pl.String, "actor_id": pl.String, "excess_requests": pl.Float64,
    "load_share": pl.Float64, "likelihood": pl.Float64, "p_value": pl.Float64, "smallest_p": pl.Float64, "part": pl.String,
    "excess_work": pl.Float64,
    "called": pl.String, "origin": pl.String,
}  # fmt: skip


def rival_rows(facts: Facts, rivals: list[Rival], asked: list[Rival | None]) -> pl.DataFrame:
    """Return the explanations (columns of ``rivals`` without incident_id): first those of the load, then those of who took part."""
    weighed = [replace(rival, likelihood=capped(rival.likelihood, facts)) for rival in rivals]
    return _rival_rows([*weighed, *(rival for rival in asked if rival)])


def _rival_rows(rivals: list[Rival]) -> pl.DataFrame:
    rows = [
        {
            "explanation": rival.explanation,
            "likelihood": round(rival.likelihood, 3),
            "evidence_for": [sentence for sentence, _ in rival.weighed.speaks_for],
            "evidence_against": [sentence for sentence, _ in rival.weighed.speaks_against],
            "evidence_wanted": rival.weighed.wanted,
        }
        for rival in rivals
    ]
    texts = pl.List(pl.String)
    columns = ("evidence_for", "evidence_against", "evidence_wanted")
    return pl.DataFrame(rows, schema={"explanation": pl.String, "likelihood": pl.Float64, **dict.fromkeys(columns, texts)})
