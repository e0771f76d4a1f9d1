"""What can be done where names and passwords are tried: nobody of those who try has an account, and those who were let in are victims."""

from __future__ import annotations

from typing import Any

import polars as pl

from forensics.attribution.accounts.at_addresses import FEWEST_DENIED, MOSTLY_DENIED
from forensics.attribution.rivals.password_guessing import EXPLANATION
from forensics.attribution.windows import whole_window
from forensics.case.case import Case
from forensics.certainty import EVEN
from forensics.response import PACKAGE
from forensics.response.measures import listed
from forensics.text import counted

DENIED, LET_IN = "denied addresses", "accounts let in"
NAMED = 3
"""Networks, the largest first, that a measure's scope names."""


def guessed(case: Case, incident_id: str) -> bool:
    """Whether passwords were tried in an incident, as likely as not at least."""
    rows = case.table("rivals").filter(incident_id=incident_id, explanation=EXPLANATION)
    return bool((rows["likelihood"] >= EVEN).any())


def denied_addresses(case: Case, incident: dict[str, Any]) -> pl.DataFrame:
    """Return the addresses that tried: address, network, requests (denied), accounts and other_accounts (served there before), share."""
    window = whole_window(incident)
    return case.frame(PACKAGE, "denied_addresses", start=window.start, end=window.end, least=FEWEST_DENIED, share=MOSTLY_DENIED)


def denied_measures(case: Case, incident: dict[str, Any]) -> list[dict[str, Any]]:
    """Return rows of ``response`` (without incident_id): block the addresses that tried; reset the accounts that were let in at them."""
    if not guessed(case, incident["incident_id"]):
        return []
    tried = denied_addresses(case, incident)
    if tried.is_empty():
        return []
    by_network = tried.group_by("network").agg(pl.len(), pl.col("requests").sum()).sort("requests", "network", descending=[True, False])
    named = [f"{network} ({counted(number, 'address', 'addresses')})" for network, number, _ in by_network.head(NAMED).iter_rows()]
    more = by_network.height - len(named)
    customers = sorted(set(tried["accounts"].explode().drop_nulls().to_list()))
    found = [
        {
            "measure": DENIED, "scope": ", ".join(named) + (f" and {more:,} more networks" if more > 0 else ""),
            "accounts_hit": len(customers), "uninvolved_hit": len(customers),
            "load_covered": round(min(1.0, float(tried["share"].sum())), 4),
            "basis": f"{counted(tried.height, 'address', 'addresses')} that asked again and again and were denied nearly everything; who "
            "tries passwords has others tomorrow, so a limit of tries for each name holds longer. "
            f"{_hit(customers)} A program of many people that has lost its login is denied in the same way: see which names were tried.",
        }
    ]  # fmt: skip
    inside = case.table("network_accounts").filter(incident_id=incident["incident_id"], how="let in at")["account_id"].unique().sort()
    if len(inside):
        found.append({
            "measure": LET_IN, "scope": listed(inside.to_list()),
            "accounts_hit": len(inside), "uninvolved_hit": len(inside), "load_covered": 0.0,
            "basis": "End their sessions, reset their passwords and tell their holders: they were let in at addresses that the login "
            "denied nearly everything else. Their holders are victims, most likely: no ban.",
        })  # fmt: skip
    return found


def _hit(customers: list[str]) -> str:
    if not customers:
        return "No account was ever served at one of them before."
    named = ", ".join(customers[:5]) + (f" and {len(customers) - 5:,} more" if len(customers) > 5 else "")
    who = counted(len(customers), "account")
    return f"{who} had been served at some of them before: {named}; block lists leave these addresses out."
