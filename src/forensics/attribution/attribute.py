"""Who broke it, and who is only said to have: the questions that are asked of each incident, in this order.

1. What is to be compared (``windows``, ``scene``): the load from the rise to the impact, and the same hours of other days.
2. Did load rise at all, and whose did as nobody's does by chance (``search``): every actor, network and agent against its own other
   days (``scan``), how often chance does as much (``chance``), whether that is somebody or a crowd (``somebody``), or else many at once
   whom nothing links (``unlinked``). The answer is a ``Finding``: who is held to have made the excess, perhaps nobody.
3. What else the logs say (``facts``): what came first, what was borne in health, where requests failed, over whom the excess is spread.
4. What explains it (``rivals``): each explanation weighed in bits with the facts, the one actor among them; ``verdict`` says which holds.
   Whoever was found is named only if that is likely.
5. Were those the right minutes (``conclude``): 1 to 4 are asked again of the minutes around the first failures, for who came only then.
   Where nobody is blamed, whose load it was is told all the same (``whose``), and what half a log says (``half_log``); and whoever is
   blamed, who came only after the first failures (``afterwards``).
6. Which accounts (``accounts``): who of the blamed took part and how that is known, whether one hand did it, or strangers.
7. What would have been without them (``without``).

What holds for all incidents is read once (``setting``), and so is what is read for one (``inquiry``).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import polars as pl

from forensics.attribution.accounts.at_addresses import accounts_known, let_in
from forensics.attribution.accounts.operators import one_operator
from forensics.attribution.accounts.participants import NOT_SEEN
from forensics.attribution.accounts.takeover import as_victims, taken_over
from forensics.attribution.conclude import conclude
from forensics.attribution.facts.capacity import capacity
from forensics.attribution.facts.facts import Facts
from forensics.attribution.inquiry import Conclusion, Inquiry
from forensics.attribution.networks import beginning
from forensics.attribution.rows import attribution_rows, rival_rows
from forensics.attribution.scene import Scene
from forensics.attribution.setting import PACKAGE, read_setting
from forensics.attribution.without import without
from forensics.case.case import Case
from forensics.text import counted

INSTANT = timedelta(microseconds=1)
AROUND = timedelta(hours=1)
"""How much is shown before the ramp and after the end."""
MOST_COUNTERFACTUALS = 5
"""Actors of one incident for which every minute without them is computed, the largest first."""
TABLES = ("attributions", "participants", "network_accounts", "rivals", "actor_minutes", "counterfactuals")


def attribute(case: Case) -> None:
    """Fill the tables of ``TABLES`` for every incident, and set its verdict."""
    found: dict[str, list[pl.DataFrame]] = {table: [] for table in TABLES}
    setting = read_setting(case)
    inquiries = [Inquiry.into(case, setting, incident) for incident in setting.incidents] if setting else []
    for asked in inquiries:
        for table, rows in _rows(case, conclude(asked)):
            found[table].append(rows.with_columns(incident_id=pl.lit(asked.incident["incident_id"])))
    for table, parts in found.items():
        case.replace(table, pl.concat(parts, how="diagonal_relaxed") if parts else pl.DataFrame())


def _rows(case: Case, found: Conclusion) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield rows of ``TABLES`` with what was concluded of one incident, and set its verdict; only who is blamed by the verdict is named."""
    facts, scene = found.named, found.facts.scene
    took_part = _seen(case, scene, found.accounts)
    over = taken_over(case, scene, took_part)
    yield "attributions", attribution_rows(facts, found.verdict)
    yield "participants", as_victims(took_part, over)
    for known in (accounts_known(case, scene, facts.finding), let_in(case, scene, facts.denied)):
        if known is not None:
            yield "network_accounts", known
    yield "rivals", rival_rows(facts, found.rivals, [one_operator(case, scene, took_part), over])
    yield from _minutes(case, scene, facts)
    borne = capacity(scene.minutes, scene.masked, scene.incident["started_at"])
    if borne is not None:
        case.execute(PACKAGE, "set_capacity", incident_id=scene.incident["incident_id"], capacity=round(borne.estimate, 1))
    _decide(case, found, took_part.filter(pl.col("role") == "participant")["account_id"].to_list())


def _minutes(case: Case, scene: Scene, facts: Facts) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the load per minute of blamed actors and networks and of everybody else, and what it would have been without each actor."""
    actors, networks = ([b.winner.id for b in facts.finding.blamed if b.winner.kind == kind] for kind in ("actor", "network"))
    bounds = {"start": scene.window.start - AROUND, "end": scene.whole.end + AROUND}
    beginnings = [beginning(network) for network in networks]
    yield "actor_minutes", case.frame(PACKAGE, "actor_minutes", actors=actors, networks=networks, beginnings=beginnings, **bounds)
    for actor in actors[:MOST_COUNTERFACTUALS]:
        yield "counterfactuals", without(case, scene, actor)


def _decide(case: Case, found: Conclusion, accounts: list[str]) -> None:
    """Set the verdict, with whose failures they were where accounts are named."""
    incident, verdict, lead = found.facts.scene.incident, found.verdict, found.lead
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


def _seen(case: Case, scene: Scene, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the accounts that took part and those linked to them, with first and last request and the evidence line of the first."""
    ended = scene.incident["ended_at"]  # windows are whole minutes: what comes later within the last one is not within the incident
    whole = {"start": scene.whole.start, "end": scene.whole.end if ended is None else max(ended + INSTANT, scene.window.end)}
    seen = case.frame(PACKAGE, "first_requests", accounts=rows["account_id"].to_list(), **whole)
    return _never_seen(case, rows).join(seen, on="account_id", how="left", maintain_order="left")


def _never_seen(case: Case, rows: pl.DataFrame) -> pl.DataFrame:
    """Say of linked accounts that none of the logs names that it is so: what they did, these logs cannot show."""
    silent = rows.filter((pl.col("role") == "uninvolved") & (pl.col("requests") == 0))["account_id"].to_list()
    seen = case.frame(PACKAGE, "seen_accounts", accounts=silent)["account_id"].to_list() if silent else []
    never = pl.col("account_id").is_in(sorted(set(silent) - set(seen)))
    return rows.with_columns(why=pl.when(never).then(pl.lit(NOT_SEEN)).otherwise(pl.col("why")))
