"""Load that nobody signed in for: what could be done about the networks and agents it came from, and whom that would hit."""

from __future__ import annotations

from typing import Any

import polars as pl

from forensics.attribution.networks import LEAST_REQUESTS, beginning
from forensics.attribution.windows import Window, bounds, whole_window
from forensics.case.case import Case
from forensics.response import PACKAGE
from forensics.text import counted

MEASURE, AGENT_MEASURE = "network without account", "agent without account"


def blamed_networks(case: Case, incident_id: str) -> pl.DataFrame:
    """Return the networks (rows of ``attributions``) to which an incident's load was attributed, the largest first."""
    return _blamed(case, incident_id, "network")


def _blamed(case: Case, incident_id: str, kind: str) -> pl.DataFrame:
    chosen = (pl.col("incident_id") == incident_id) & (pl.col("subject_type") == kind)
    return case.table("attributions").filter(chosen).sort("rank")


def network_measure(case: Case, incident: dict[str, Any], masks: list[Window], guilty: set[str]) -> dict[str, Any] | None:
    """Return the row of ``response`` for the networks that load without an account came from (without incident_id); None without any.

    ``guilty``: the accounts that took part, where there are any: they are hit, and not uninvolved.
    """
    blamed = blamed_networks(case, incident["incident_id"])
    if blamed.is_empty():
        return None
    use = case.rows(PACKAGE, "network_use", beginnings=[beginning(n) for n in blamed["subject_id"]], **bounds(masks))[0]
    usual = f"{counted(use['requests'], 'request')} on {counted(use['days'], 'day')}" if use["requests"] else "nothing"
    return _measure(
        MEASURE, blamed, use["accounts"], guilty,
        "Load without an account rose with the incident there; a block or a limit hits everybody behind it. "
        f"Outside of incidents {usual} came from there.",
    )  # fmt: skip


def agent_measure(case: Case, incident: dict[str, Any], masks: list[Window], guilty: set[str]) -> dict[str, Any] | None:
    """Return the row of ``response`` for the agents that load without an account came with, as ``network_measure`` does for networks."""
    blamed = _blamed(case, incident["incident_id"], "agent")
    if blamed.is_empty():
        return None
    use = case.rows(PACKAGE, "agent_use", agents=blamed["subject_id"].to_list(), **bounds(masks))[0]
    usual = (
        f"{counted(use['requests'], 'request')} on {counted(use['days'], 'day')} came with it from {counted(use['networks'], 'network')}"
    )
    return _measure(
        AGENT_MEASURE, blamed, use["accounts"], guilty,
        "Load without an account rose with this agent, from no network that stands out; a block hits "
        "everybody who comes with it, and lasts until whoever sent it names another. "
        f"Outside of incidents {usual if use['requests'] else 'nothing came with it'}.",
    )  # fmt: skip


def _measure(measure: str, blamed: pl.DataFrame, accounts: list[str], guilty: set[str], basis: str) -> dict[str, Any]:
    named = [(row["called"] or row["subject_id"]) + (f" ({row['part']})" if row["part"] else "") for row in blamed.to_dicts()]
    return {
        "measure": measure, "scope": ", ".join(named), "accounts_hit": len(accounts),
        "uninvolved_hit": len(set(accounts) - guilty),
        "load_covered": round(min(1.0, float(blamed["load_share"].sum())), 4), "basis": basis,
    }  # fmt: skip


def addresses(case: Case, incident: dict[str, Any], measure: str) -> list[dict[str, Any]]:
    """Return the addresses that a measure hits during an incident: address, requests, other_accounts (who use it, too).

    A network of which one agent alone rose is left out: others are behind its addresses (see ``parts_of``).
    """
    whole = blamed_networks(case, incident["incident_id"]).filter(pl.col("part").is_null())
    networks = [beginning(n) for n in whole["subject_id"]] if measure == MEASURE else []
    agents = _blamed(case, incident["incident_id"], "agent")["subject_id"].to_list() if measure == AGENT_MEASURE else []
    window, found = whole_window(incident), {"incident": incident["incident_id"], "beginnings": networks, "agents": agents}
    return case.rows(PACKAGE, "nameless_addresses", **found, start=window.start, end=window.end, least=LEAST_REQUESTS)


def nameless_measures(case: Case, incident_id: str) -> list[str]:
    """Return the measures that there are against load without an account of an incident."""
    kinds = {"network": MEASURE, "agent": AGENT_MEASURE}
    return [measure for kind, measure in kinds.items() if not _blamed(case, incident_id, kind).is_empty()]


def parts_of(case: Case, incident: dict[str, Any]) -> list[str]:
    """Say which networks no address is blocked of, because only a part of what came from there rose."""
    rows = blamed_networks(case, incident["incident_id"]).filter(pl.col("part").is_not_null()).to_dicts()
    return [f"{row['subject_id']}: only {row['part']} rose there, others are behind the same addresses." for row in rows]
