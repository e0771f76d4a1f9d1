"""Fill the tables of ``TABLES``: whose load an incident was, who took part, what else may explain it; set the incidents' verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl

from forensics.attribution.blame import in_measure
from forensics.attribution.capacity import capacity
from forensics.attribution.conclude import Conclusion, Setting, conclude
from forensics.attribution.facts import Facts
from forensics.attribution.operators import one_operator
from forensics.attribution.origin import called
from forensics.attribution.participants import participants
from forensics.attribution.phrases import part
from forensics.attribution.rivals import Rival
from forensics.attribution.scene import PACKAGE, Scene, plain_minutes
from forensics.attribution.takeover import as_victims, taken_over
from forensics.attribution.unnamed import accounts_known, beginning, let_in
from forensics.attribution.verdict import Verdict, capped
from forensics.attribution.windows import Window
from forensics.attribution.without import without
from forensics.case.case import Case
from forensics.text import counted

AROUND = timedelta(hours=1)
"""How much is shown before the ramp and after the end."""
MOST_COUNTERFACTUALS = 5
"""Actors of one incident for which every minute without them is computed, the largest first."""
MOST_TENANTS = 10
TABLES = ("attributions", "participants", "network_accounts", "rivals", "actor_minutes", "counterfactuals")
Frames = dict[str, list[pl.DataFrame]]


def attribute(case: Case) -> None:
    """Fill the tables of ``TABLES`` for every incident, and set its verdict."""
    frames: Frames = {table: [] for table in TABLES}
    covered = case.rows(PACKAGE, "coverage")[0]
    incidents = case.table("incidents").sort("incident_id").to_dicts() if covered["first_minute"] else []
    names = {row["subject"]: row["name"] for row in case.rows(PACKAGE, "names")}
    case.execute(PACKAGE, "owners")
    minutes, whole = plain_minutes(case), Window(covered["first_minute"], covered["last_minute"])
    for incident in incidents:
        _one(case, conclude(case, Setting(incident, whole, incidents, minutes, names)), names, frames)
    for table, parts in frames.items():
        case.replace(table, pl.concat(parts, how="diagonal_relaxed") if parts else pl.DataFrame())


def _one(case: Case, found: Conclusion, names: dict[str, str], frames: Frames) -> None:
    """Write what was concluded of one incident; only who is blamed by the verdict is named."""
    facts, rivals, verdict = found.facts, found.rivals, found.verdict
    scene = facts.scene
    if not found.somebody:
        facts = replace(facts, finding=replace(facts.finding, blamed=[]))
    named = pl.lit(scene.incident["incident_id"]).alias("incident_id")
    actors = [b.winner.id for b in facts.finding.blamed if b.winner.kind == "actor"]
    frames["attributions"].append(_attributions(facts, verdict, names).with_columns(named))
    took_part = _participants(case, scene, facts)
    over = taken_over(case, scene, took_part)
    frames["participants"].append(as_victims(took_part, over).with_columns(named))
    for known in (accounts_known(case, scene, facts.finding), let_in(case, scene, facts.denied)):
        if known is not None:
            frames["network_accounts"].append(known.with_columns(named))
    asked = [rival for rival in (one_operator(case, scene, took_part), over) if rival]
    weighed = [replace(rival, likelihood=capped(rival.likelihood, facts)) for rival in rivals]
    frames["rivals"].append(_rivals([*weighed, *asked]).with_columns(named))
    frames["actor_minutes"].append(_minutes(case, scene, facts, actors).with_columns(named))
    frames["counterfactuals"] += [without(case, scene, actor).with_columns(named) for actor in actors[:MOST_COUNTERFACTUALS]]
    borne = capacity(scene.minutes, scene.masked, scene.incident["started_at"])
    if borne is not None:
        case.execute(PACKAGE, "set_capacity", incident_id=scene.incident["incident_id"], capacity=round(borne.estimate, 1))
    _decide(case, scene.incident, verdict, found.lead, took_part.filter(pl.col("role") == "participant")["account_id"].to_list())


def _minutes(case: Case, scene: Scene, facts: Facts, actors: list[str]) -> pl.DataFrame:
    """Return the load per minute of blamed actors and networks, and of everybody else."""
    networks = [b.winner.id for b in facts.finding.blamed if b.winner.kind == "network"]
    bounds = {"start": scene.window.start - AROUND, "end": scene.whole.end + AROUND}
    beginnings = [beginning(network) for network in networks]
    return case.frame(PACKAGE, "actor_minutes", actors=actors, networks=networks, beginnings=beginnings, **bounds)


def _decide(case: Case, incident: dict[str, Any], verdict: Verdict, lead: str | None, accounts: list[str]) -> None:
    """Set the verdict, with whose failures they were where accounts are named."""
    named = {"incident_id": incident["incident_id"]}
    own: dict[str, Any] = {"requests": None, "accounts": None, "unnamed": None}
    if accounts and incident.get("failed_requests"):
        own = case.rows(PACKAGE, "own_failures", accounts=accounts, **named)[0]
    case.execute(
        PACKAGE, "set_verdict", verdict=verdict.name, likelihood=round(verdict.likelihood, 3),
        summary=verdict.summary + _whose(incident, **own) + (f" {lead}" if lead else ""), lead=lead,
        own_failed=own["requests"], own_affected=own["accounts"], unnamed=own["unnamed"], **named,
    )  # fmt: skip


def _whose(incident: dict[str, Any], requests: int | None, accounts: int | None, unnamed: int | None) -> str:
    """Say how many of the failures were met by others than those who are named, and of how many it is not known."""
    if not requests or accounts is None:
        return ""
    nameless = unnamed or 0
    failed, others = incident["failed_requests"], (incident["affected_accounts"] or 0) - accounts
    return (
        f" Of the {counted(failed, 'failed request')} {requests:,} {'was' if requests == 1 else 'were'} made by accounts that took part, "
        f"{failed - requests - nameless:,} by others ({counted(others, 'account')}{' among them' if not nameless else ''})"
        f"{f'; {nameless:,} name no account' if nameless else ''}."
    )


def _participants(case: Case, scene: Scene, facts: Facts) -> pl.DataFrame:
    """Return the accounts that took part and those linked to them, with first and last request and the evidence line of the first."""
    rows = participants(case, scene, facts.finding)
    whole = {"start": scene.whole.start, "end": scene.whole.end}
    seen = case.frame(PACKAGE, "first_requests", accounts=rows["account_id"].to_list(), **whole)
    return rows.join(seen, on="account_id", how="left", maintain_order="left")


def _tenant(facts: Facts, network: str) -> str | None:
    """Return the one actor whose few accounts are all that ever logged in from a network; None when it is shared, or nobody's."""
    accounts = facts.logins.get(network, [])
    actors = {row["actor_id"] for row in accounts}
    return actors.pop() if len(actors) == 1 and len(accounts) <= MOST_TENANTS else None


def _attributions(facts: Facts, verdict: Verdict, names: dict[str, str]) -> pl.DataFrame:
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


def _rivals(rivals: list[Rival]) -> pl.DataFrame:
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
