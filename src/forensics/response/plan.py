"""Fill ``response`` and ``response_accounts``: what could be done, what it would have prevented, whom it would hit."""

from __future__ import annotations

from typing import Any

import polars as pl

from forensics.attribution import setting
from forensics.attribution.accounts.takeover import EXPLANATION
from forensics.attribution.facts.capacity import Capacity, capacity
from forensics.attribution.setting import plain_minutes
from forensics.attribution.windows import Window, bounds, disturbances, is_load, whole_window
from forensics.case.case import Case
from forensics.certainty import LIKELY
from forensics.response import PACKAGE
from forensics.response.denied import denied_measures
from forensics.response.measures import Measure, measures
from forensics.response.nameless import agent_measure, network_measure
from forensics.response.ratelimit import network_limit, rate_limit
from forensics.text import counted

RESPONSE: dict[str, Any] = {
    "incident_id": pl.String, "measure": pl.String, "scope": pl.String, "accounts_hit": pl.Int64, "uninvolved_hit": pl.Int64,
    "load_covered": pl.Float64, "basis": pl.String,
}  # fmt: skip
ACCOUNTS: dict[str, Any] = {
    "incident_id": pl.String, "measure": pl.String, "account_id": pl.String, "involved": pl.Boolean, "requests": pl.Int64,
    "ordinary_use": pl.String,
}  # fmt: skip


def plan(case: Case) -> None:
    """Fill ``response`` and ``response_accounts`` for every incident whose load was attributed, or in which passwords were tried."""
    incidents = case.table("incidents").sort("incident_id").to_dicts()
    participants = case.table("participants")
    plans: list[dict[str, Any]] = []
    accounts: list[dict[str, Any]] = []
    masks = [whole_window(row) for row in incidents]
    minutes = plain_minutes(case)
    ruled = frozenset(row["subject"] for row in case.rows(setting.PACKAGE, "known") if row["subject_type"] == "account")
    strangers = _strangers(case)
    for incident in incidents:
        involved = participants.filter(pl.col("incident_id") == incident["incident_id"])
        borne = None if is_load(incident) else capacity(minutes, disturbances(incident, incidents), incident["started_at"])
        plans += _nameless(case, incident, borne, masks, _guilty(involved))
        plans += [{"incident_id": incident["incident_id"], **row} for row in denied_measures(case, incident)]
        if not _guilty(involved):
            continue
        rows, hit = _plan(case, incident, borne, involved, masks, ruled, _elsewhere(participants, incident["incident_id"]))
        plans += [_warned(row) if incident["incident_id"] in strangers else row for row in rows]
        accounts += hit
    case.replace("response", pl.DataFrame(plans, schema=RESPONSE))
    case.replace("response_accounts", pl.DataFrame(accounts, schema=ACCOUNTS))


def _guilty(involved: pl.DataFrame) -> set[str]:
    """Return the accounts that took part, of ``participants`` of an incident."""
    return set(involved.filter(pl.col("role") == "participant")["account_id"].to_list())


def _strangers(case: Case) -> set[str]:
    """Return the incidents whose accounts were likely taken over."""
    over = (pl.col("explanation") == EXPLANATION) & (pl.col("likelihood") >= LIKELY)
    return set(case.table("rivals").filter(over)["incident_id"].to_list())


def _warned(row: dict[str, Any]) -> dict[str, Any]:
    """Say in a measure against accounts that their holders may be victims."""
    said = "The accounts may have been taken over: end their sessions and reset passwords; a ban hits their holders. "
    return row | {"basis": said + row["basis"]} if row["measure"] in ("account", "actor", "payer", "organisation") else row


def _nameless(case: Case, incident: dict[str, Any], borne: Capacity | None, masks: list[Window], guilty: set[str]) -> list[dict[str, Any]]:
    """Return what could be done about networks and agents to which load without an account was attributed."""
    blocked = [row for measure in (network_measure, agent_measure) if (row := measure(case, incident, masks, guilty))]
    if not blocked:
        return []
    limited = network_limit(case, incident, borne, masks)
    return [{"incident_id": incident["incident_id"], **row} for row in (*blocked, limited) if row]


def _plan(
    case: Case, incident: dict[str, Any], borne: Capacity | None, involved: pl.DataFrame, masks: list[Window], ruled: frozenset[str],
    elsewhere: dict[str, str],
) -> tuple[list[Any], list[Any]]:  # fmt: skip
    window = whole_window(incident)
    loads = case.frame(PACKAGE, "measure_loads", start=window.start, end=window.end)
    guilty = _guilty(involved)
    over = {row["account_id"]: row["load_share"] for row in involved.to_dicts()}
    found = measures(case, involved, loads)
    use = _ordinary_use(case, sorted(set().union(*(m.accounts for m in found)) - guilty), masks) | elsewhere
    asked = dict(loads.filter(pl.col("account_id").is_not_null()).group_by("account_id").agg(pl.col("requests").sum()).iter_rows())
    excused = {account: f"{counted(int(asked.get(account, 0)), 'request')} in the incident" for account in sorted(ruled)}
    rows = [_row(incident, measure, guilty, over, use, excused) for measure in found]
    rows.append({"incident_id": incident["incident_id"], **rate_limit(case, incident, borne, guilty, ruled, masks)})
    hit = [
        {
            "incident_id": incident["incident_id"], "measure": measure.name, "account_id": account, "involved": account in guilty,
            "requests": int(asked.get(account, 0)), "ordinary_use": use.get(account),
        }
        for measure in found
        for account in sorted(measure.accounts)
    ]  # fmt: skip
    return rows, hit


def _elsewhere(participants: pl.DataFrame, incident_id: str) -> dict[str, str]:
    """Return, for accounts that took part in another incident, the sentence that says so."""
    others = participants.filter((pl.col("role") == "participant") & (pl.col("incident_id") != incident_id))
    rows = others.group_by("account_id").agg(pl.col("incident_id").min()).iter_rows()
    return {account: f"took part in incident {other}, not in this one" for account, other in rows}


def _row(
    incident: dict[str, Any], measure: Measure, guilty: set[str], over: dict[str, float], use: dict[str, str], excused: dict[str, str]
) -> dict[str, Any]:
    uninvolved = sorted(measure.accounts - guilty - set(excused))
    ruled = sorted(measure.accounts & set(excused))
    hit = f" Hit without any part in the incident: {_named(uninvolved, use)}." if uninvolved else ""
    known = f" Hit though ruled known, and left out of block lists: {_named(ruled, excused)}." if ruled else ""
    return {
        "incident_id": incident["incident_id"],
        "measure": measure.name,
        "scope": measure.scope,
        "accounts_hit": len(measure.accounts),
        "uninvolved_hit": len(uninvolved),
        "load_covered": round(min(1.0, sum(over.get(account, 0.0) for account in sorted(measure.accounts & guilty))), 4),
        "basis": measure.basis + (hit + known or " Nobody else is hit."),
    }


def _named(accounts: list[str], use: dict[str, str]) -> str:
    """Name the first of some accounts, each with what it did or does."""
    named = "; ".join(f"{account}: {use.get(account, 'no ordinary use in the logs')}" for account in accounts[:5])
    return named + (f" (and {len(accounts) - 5} more)" if len(accounts) > 5 else "")


def _ordinary_use(case: Case, accounts: list[str], masks: list[Window]) -> dict[str, str]:
    rows = case.rows(PACKAGE, "ordinary_use", accounts=accounts, **bounds(masks)) if accounts else []
    found = {}
    for row in rows:
        found[row["account_id"]] = (
            f"{counted(row['requests'], 'request')} on {counted(row['days'], 'day')}, mostly {row['main_route'] or 'paths without a route'}"
        )
    return found
