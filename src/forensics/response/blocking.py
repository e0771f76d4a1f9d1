"""From a measure of the response plan to a block list."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import polars as pl

from forensics.attribution import setting
from forensics.attribution.windows import whole_window
from forensics.case.case import Case
from forensics.errors import UsageError
from forensics.incidents.listing import chosen, ranked
from forensics.response import PACKAGE
from forensics.response.blocklists import BlockList, Entry, formats
from forensics.response.denied import DENIED, denied_addresses, guessed
from forensics.response.nameless import MEASURE, addresses, nameless_measures, parts_of
from forensics.text import counted, printable

DAYS = 30
"""How long a block holds unless it is said: counted from the last line of the logs, so that the list depends on the evidence alone."""


def block_list(case: Case, incident_id: str | None, measure: str | None, *, days: int, shared: bool) -> BlockList:
    """Return the accounts of one measure and the addresses they used during the incident (default: the worst that has a plan).

    Without a ``measure`` it is the accounts that took part, where there are any, else the one that blocks somebody, if it is one only.
    The measure against networks lists networks alone, those against load without an account its addresses. Accounts that were ruled known
    are never listed.

    ``shared`` keeps addresses that accounts outside the measure use too; otherwise they are left out, and each is said.
    """
    incident = _incident(case, incident_id)
    hit = case.table("response_accounts").filter(pl.col("incident_id") == incident["incident_id"])
    nameless = nameless_measures(case, incident["incident_id"]) + ([DENIED] if guessed(case, incident["incident_id"]) else [])
    blocking = sorted({*hit["measure"].to_list(), *nameless})
    if measure is None:
        measure = blocking[0] if len(blocking) == 1 else ACCOUNT
    chosen = hit.filter(pl.col("measure") == measure).sort("account_id")
    ruled = {row["subject"] for row in case.rows(setting.PACKAGE, "known") if row["subject_type"] == "account"}
    known = [account for account in chosen["account_id"].to_list() if account in ruled]
    chosen = chosen.filter(~pl.col("account_id").is_in(known))
    if chosen.is_empty() and measure not in nameless:
        others = ", ".join(blocking) or "none"
        raise UsageError(f"Incident {incident['incident_id']} has no measure {measure!r} that blocks anybody: choose one of {others}.")
    expires = case.rows(setting.PACKAGE, "coverage")[0]["last_minute"] + timedelta(days=days)
    entries: list[Entry] = []
    if measure == NETWORK:
        used, who = _networks(case, incident, chosen), "of the accounts that took part"
    elif measure == DENIED and DENIED in nameless:
        used, who = denied_addresses(case, incident).to_dicts(), "were denied"
    elif measure in nameless:
        used, who = addresses(case, incident, measure), "without an account"
    else:
        entries = _accounts(case, incident, chosen, measure, expires)
        used, who = _addresses(case, incident, chosen), "of blocked accounts"
    left_out = [f"{account} was ruled known." for account in known] + (parts_of(case, incident) if measure == MEASURE else [])
    for row in used:
        if not _is_network(row["address"]):
            left_out.append(f"{row['address']} is no address.")
            continue
        if row["other_accounts"] and not shared:
            left_out.append(f"{row['address']} is shared with {counted(row['other_accounts'], 'other account')}.")
            continue
        note = f", shared with {counted(row['other_accounts'], 'other account')}" if row["other_accounts"] else ""
        reason = f"{counted(row['requests'], 'request')} {who} in incident {incident['incident_id']}{note}"
        entries.append(Entry("network" if measure == NETWORK else "address", row["address"], reason, expires))
    return BlockList(incident["incident_id"], measure, tuple(entries), tuple(left_out))


def _is_network(text: str) -> bool:
    """Whether a text is an address or a network: what a log has in their place is no directive of a server's configuration."""
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


ACCOUNT, NETWORK = "account", "network"
"""The measure that blocks networks: whoever else is behind one is neither named nor followed to other addresses."""


def _accounts(case: Case, incident: dict[str, Any], hit: pl.DataFrame, measure: str, expires: datetime) -> list[Entry]:
    """Return the entries of the accounts of a measure, each with the names by which the logs know it."""
    known: dict[str, list[str]] = {}
    for row in case.rows(PACKAGE, "login_names", accounts=hit["account_id"].to_list()):
        known.setdefault(row["account_id"], []).append(row["user_name"])
    part = case.table("participants").filter(incident_id=incident["incident_id"], role="participant")
    asked = dict(part.group_by("account_id").agg(pl.col("requests").sum()).iter_rows())
    return [
        Entry("account", name, _reason(incident, measure, asked.get(name)), expires, tuple(known.get(name, ())))
        for name in hit["account_id"].to_list()
    ]


def _reason(incident: dict[str, Any], measure: str, requests: int | None) -> str:
    if requests is None:
        tie = TIES.get(measure, measure)
        return f"of the same {tie} as accounts that took part in incident {incident['incident_id']}; that it took part is not shown"
    return f"took part in incident {incident['incident_id']}: {counted(requests, 'request')} from the rise of the load to the impact"


TIES = {"actor": "operator"}
"""Measure -> what its accounts share, where it is called otherwise."""


def _addresses(case: Case, incident: dict[str, Any], hit: pl.DataFrame) -> list[dict[str, Any]]:
    window = whole_window(incident)
    return case.rows(PACKAGE, "addresses", accounts=hit["account_id"].to_list(), start=window.start, end=window.end)


def _networks(case: Case, incident: dict[str, Any], hit: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the networks of the measure; those of requests without a numeric address cannot be blocked."""
    window = whole_window(incident)
    took_part = hit.filter("involved")["account_id"].to_list()
    rows = case.rows(PACKAGE, "blocked_networks", accounts=took_part, start=window.start, end=window.end)
    return [{**row, "address": row["network"]} for row in rows if "/" in row["network"]]


def _incident(case: Case, name: str | None) -> dict[str, Any]:
    planned = set(case.table("response")["incident_id"].to_list())
    if not planned:
        whom = " to accounts or networks" if len(case.table("attributions")) else ""
        raise UsageError(f"No load of this case's incidents was attributed{whom}, so there is nobody to block; see `forensics incidents`.")
    if name is not None:
        return chosen(case, name)
    rows = [row for row in ranked(case).to_dicts() if row["incident_id"] in planned]
    return rows[0]


def write_block_list(
    case: Case,
    incident_id: str | None,
    name: str,
    measure: str | None,
    *,
    days: int = DAYS,
    shared: bool = False,
    output: Path | None = None,
) -> None:
    """Write a block list to a file or to standard output, and say on standard error what it is for and which addresses were left out."""
    blocked = block_list(case, incident_id, measure, days=days, shared=shared)
    text = render(blocked, name)
    print(printable(f"Block list for incident {blocked.incident_id}, measure {blocked.measure}."), file=sys.stderr)
    for sentence in blocked.left_out:
        print(printable(f"left out: {sentence}"), file=sys.stderr)
    if output is None:
        from forensics.report import terminal

        terminal.write(text)
    else:
        output.write_text(text, encoding="utf-8", newline="")


def render(blocked: BlockList, name: str) -> str:
    """Return the text of a block list in one of the formats of the folder ``blocklists``."""
    known = formats()
    if name not in known:
        raise UsageError(f"There is no block list format {name!r}: choose one of {', '.join(known)}.")
    return known[name](blocked)
