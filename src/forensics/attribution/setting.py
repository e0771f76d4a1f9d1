"""What holds for all incidents of a case: read once, whatever is asked of each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

import polars as pl

from forensics.attribution.windows import DAY, MINUTE, Window
from forensics.case.case import Case

PACKAGE = "attribution"
RARELY = 100
"""So many requests, as they come in the mean, that do not come are no chance."""


@dataclass(frozen=True)
class Setting:
    """The whole case, as far as attribution asks for it."""

    covered: Window
    """What the counted logs cover."""
    incidents: list[dict[str, Any]]
    minutes: pl.DataFrame
    """Every minute of the case, as of ``all_minutes.sql``, in plain requests."""
    names: dict[str, str]
    """Subject -> how a person calls it."""
    ruled: frozenset[str]
    """Accounts that were ruled known: their part is told, and never blamed."""
    ruled_networks: frozenset[str]
    """Networks that were, or of which an address was."""
    groups: pl.DataFrame
    """account_id, root: the outermost group of each account that is in one with others."""
    payers: pl.DataFrame
    """identifier_type, identifier_value, account_id, actor_id: what three accounts or more pay with (``payers.sql``)."""
    logged: dict[str, list[tuple[datetime, datetime]]]
    """Host -> where each of its counted log files begins and ends."""
    only_failures: bool
    """Whether hardly anything but failures and refusals was logged: what was asked for in all is not known then."""
    noted: bool
    """Whether anybody wrote down what was done: where nobody did, that no note speaks of something says nothing."""

    @property
    def uncovered(self) -> list[Window]:
        """The stretches that no log covers: a log of last year in the same folder does not make the time between one without load.

        They are a day without any request at least, and as long as so many requests otherwise take to come that chance leaves none out.
        """
        gap = self.minutes["minute"].diff()
        lit = gap.filter(gap <= DAY).sum() or timedelta(0)
        longest = max(DAY, RARELY * lit / max(int(self.minutes["requests"].sum()), 1))
        dark = self.minutes.select("minute", gap.alias("gap")).filter(pl.col("gap") > longest)
        return [Window(minute - gap + MINUTE, minute) for minute, gap in dark.iter_rows()]


def read_setting(case: Case) -> Setting | None:
    """Read what holds for all incidents; None where there is none, or nothing was logged."""
    covered = case.rows(PACKAGE, "coverage")[0]
    incidents = case.table("incidents").sort("incident_id").to_dicts()
    if not incidents or not covered["first_minute"]:
        return None
    case.execute(PACKAGE, "owners")
    ruled = case.rows(PACKAGE, "known")
    logged: dict[str, list[tuple[datetime, datetime]]] = {}
    for row in case.rows(PACKAGE, "host_ends"):
        logged.setdefault(row["host"], []).append((row["first_at"], row["last_at"]))
    found = Setting(
        covered=Window(covered["first_minute"], covered["last_minute"]),
        incidents=incidents,
        minutes=plain_minutes(case),
        names={row["subject"]: row["name"] for row in case.rows(PACKAGE, "names")},
        ruled=frozenset(row["subject"] for row in ruled if row["subject_type"] == "account"),
        ruled_networks=frozenset(_network(row["subject"]) for row in ruled if row["subject_type"] == "address"),
        groups=case.frame(PACKAGE, "roots").unique("account_id", keep="first", maintain_order=True),
        payers=case.frame(PACKAGE, "payers", fewest=SEVERAL),
        logged=logged,
        only_failures=covered["only_failures"],
        noted=case.rows(PACKAGE, "noted")[0]["noted"],
    )
    return replace(found, incidents=[row | {"last_at": _last_logged(found, row)} for row in incidents])


def _last_logged(setting: Setting, incident: dict[str, Any]) -> datetime:
    """Return the end of an incident, or of the logs where it goes on: what is broken then is no ordinary time."""
    dark = [gap.start for gap in setting.uncovered if gap.start > incident["started_at"]]
    end: datetime = incident["ended_at"] or min([*dark, setting.covered.end])
    return end


SEVERAL = 3
"""So many accounts that pay with one thing are several."""


def plain_minutes(case: Case) -> pl.DataFrame:
    """Return every minute of the case in plain requests."""
    return case.frame(PACKAGE, "all_minutes", route_ids=[], weights=[])


def _network(address: str) -> str:
    """Return the network that the rollups know an address by; networks stay as they are."""
    if "/" in address:
        return address
    return str(ip_network((address, 24 if "." in address else 64), strict=False))
