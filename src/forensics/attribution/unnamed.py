"""Load that nobody signed in for: the networks it came from, what could be done about them, and which accounts are known there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from forensics.attribution.scene import PACKAGE, Scene
from forensics.attribution.windows import Window, whole_window
from forensics.case.case import Case
from forensics.text import counted

if TYPE_CHECKING:
    from forensics.attribution.blame import Finding
    from forensics.attribution.refusals import Denied

MEASURE, AGENT_MEASURE = "network without account", "agent without account"
LEAST_REQUESTS = 20
"""An address that made fewer requests during the incident is not blocked with its network."""
SEEN_WITHIN_DAYS = 30
"""Who was seen at an address longer before or after than this may be whoever had it then."""
FEW = 3
"""An address at which more groups of accounts are seen is an exit of many, and names nobody."""


FEWEST_DENIED, MOSTLY_DENIED = 3, 0.8
"""From an address that tries passwords so many requests are denied at least, and this part of those that the login answered."""


def beginning(network: str) -> str:
    """Return what every network within a subject's begins with: a /24 or /64 is whole, a /16 or /48 known by what its parts share."""
    return network.replace(".0.0/16", ".").replace("::/48", ":")


def blamed_networks(case: Case, incident_id: str) -> pl.DataFrame:
    """Return the networks (rows of ``attributions``) to which an incident's load was attributed, the largest first."""
    return _blamed(case, incident_id, "network")


def _blamed(case: Case, incident_id: str, kind: str) -> pl.DataFrame:
    chosen = (pl.col("incident_id") == incident_id) & (pl.col("subject_type") == kind)
    return case.table("attributions").filter(chosen).sort("rank")


def network_measure(case: Case, incident: dict[str, Any], masks: list[Window]) -> dict[str, Any] | None:
    """Return the row of ``response`` for the networks that load without an account came from (without incident_id); None without any."""
    blamed = blamed_networks(case, incident["incident_id"])
    if blamed.is_empty():
        return None
    use = case.rows(PACKAGE, "network_use", beginnings=[beginning(n) for n in blamed["subject_id"]], **_bounds(masks))[0]
    usual = f"{counted(use['requests'], 'request')} on {counted(use['days'], 'day')}" if use["requests"] else "nothing"
    return _measure(
        MEASURE, blamed, use["accounts"],
        "Load without an account rose with the incident there; a block or a limit hits everybody behind it. "
        f"Outside of incidents {usual} came from there.",
    )  # fmt: skip


def agent_measure(case: Case, incident: dict[str, Any], masks: list[Window]) -> dict[str, Any] | None:
    """Return the row of ``response`` for the agents that load without an account came with (without incident_id); None without any."""
    blamed = _blamed(case, incident["incident_id"], "agent")
    if blamed.is_empty():
        return None
    use = case.rows(PACKAGE, "agent_use", agents=blamed["subject_id"].to_list(), **_bounds(masks))[0]
    usual = (
        f"{counted(use['requests'], 'request')} on {counted(use['days'], 'day')} came with it from {counted(use['networks'], 'network')}"
    )
    return _measure(
        AGENT_MEASURE, blamed, use["accounts"],
        "Load without an account rose with this agent, from no network that stands out; a block hits "
        "everybody who comes with it, and lasts until whoever sent it names another. "
        f"Outside of incidents {usual if use['requests'] else 'nothing came with it'}.",
    )  # fmt: skip


def _bounds(masks: list[Window]) -> dict[str, Any]:
    return {"starts": [m.start for m in masks], "ends": [m.end for m in masks]}


def _measure(measure: str, blamed: pl.DataFrame, accounts: list[str], basis: str) -> dict[str, Any]:
    named = [(row["called"] or row["subject_id"]) + (f" ({row['part']})" if row["part"] else "") for row in blamed.to_dicts()]
    return {
        "measure": measure, "scope": ", ".join(named), "accounts_hit": len(accounts), "uninvolved_hit": len(accounts),
        "load_covered": round(min(1.0, float(blamed["load_share"].sum())), 4), "basis": basis,
    }  # fmt: skip


def addresses(case: Case, incident: dict[str, Any], measure: str) -> list[dict[str, Any]]:
    """Return the addresses that a measure hits during an incident: address, requests, other_accounts (who use it, too).

    A network of which one agent alone rose is left out: others are behind its addresses (see ``parts_of``).
    """
    whole = blamed_networks(case, incident["incident_id"]).filter(pl.col("part").is_null())
    networks = [beginning(n) for n in whole["subject_id"]] if measure == MEASURE else []
    agents = _blamed(case, incident["incident_id"], "agent")["subject_id"].to_list() if measure == AGENT_MEASURE else []
    window, found = whole_window(incident), {"beginnings": networks, "agents": agents}
    return case.rows(PACKAGE, "nameless_addresses", **found, start=window.start, end=window.end, least=LEAST_REQUESTS)


def nameless_measures(case: Case, incident_id: str) -> list[str]:
    """Return the measures that there are against load without an account of an incident."""
    kinds = {"network": MEASURE, "agent": AGENT_MEASURE}
    return [measure for kind, measure in kinds.items() if not _blamed(case, incident_id, kind).is_empty()]


def accounts_known(case: Case, scene: Scene, finding: Finding) -> pl.DataFrame | None:
    """Return the accounts that were opened from, or seen at, the addresses behind blamed networks; None where none is blamed.

    Columns: network, address, how, account_id, actor_id, first_at, last_at, uses, evidence_id, line.
    """
    winners = [b.winner for b in finding.blamed if b.winner.kind == "network"]
    if not winners:
        return None
    agents = [int(w.part[1]) if w.part and w.part[0] == "agent_id" else None for w in winners]
    return case.frame(
        PACKAGE, "network_accounts", networks=[w.id for w in winners], beginnings=[beginning(w.id) for w in winners], agents=agents,
        start=scene.whole.start, end=scene.whole.end, least=LEAST_REQUESTS, days=SEEN_WITHIN_DAYS, few=FEW,
    )  # fmt: skip


def let_in(case: Case, scene: Scene, turned: Denied | None) -> pl.DataFrame | None:
    """Return the accounts that were let in from addresses which were denied otherwise, where passwords are tried; None where none are.

    Columns as of ``accounts_known``.
    """
    if turned is None:
        return None
    bounds = {"start": min(scene.window.start, scene.whole.start), "end": scene.whole.end}
    return case.frame(PACKAGE, "let_in", route_id=turned.route_id, least=FEWEST_DENIED, share=MOSTLY_DENIED, **bounds)


def parts_of(case: Case, incident: dict[str, Any]) -> list[str]:
    """Say which networks no address is blocked of, because only a part of what came from there rose."""
    rows = blamed_networks(case, incident["incident_id"]).filter(pl.col("part").is_not_null()).to_dicts()
    return [f"{row['subject_id']}: only {row['part']} rose there, others are behind the same addresses." for row in rows]
