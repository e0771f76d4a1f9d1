"""The choices of a ban: which accounts each level would hit, by name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import polars as pl

from forensics.attribution import setting
from forensics.attribution.accounts.jointly import JOINTLY
from forensics.attribution.accounts.participants import LATER
from forensics.case.case import Case
from forensics.response import PACKAGE
from forensics.text import counted


@dataclass(frozen=True)
class Measure:
    """One thing that could be done: what it is called, whom it hits, and what each ban rests on."""

    name: str
    scope: str
    accounts: frozenset[str]
    basis: str
    networks: frozenset[str] = field(default_factory=frozenset)
    """Networks that are blocked as well (their requests without account go too)."""


def measures(case: Case, participants: pl.DataFrame, loads: pl.DataFrame) -> list[Measure]:
    """Return the ban choices for one incident, narrowest first (``participants`` of the incident; ``loads`` of ``measure_loads.sql``)."""
    guilty = participants.filter(pl.col("role") == "participant")
    names = sorted(guilty["account_id"].to_list())
    if not names:
        return []
    leaves = case.frame(setting.PACKAGE, "leaves", accounts=names)
    found = [
        Measure("account", listed(names), frozenset(names), _ground(guilty)),
        Measure(
            "actor", listed(sorted(set(leaves["actor_id"].to_list()))), frozenset(leaves["account_id"].to_list()) | set(names),
            "The accounts that took part, and all others of the same operator.",
        ),
    ]  # fmt: skip
    actors = sorted(set(guilty["actor_id"].to_list()))
    found += _levels(case, actors, "same payer", "payer", "paid for by the same payer", names)
    found.append(_network(case, names, loads))
    found += _levels(case, actors, "same organisation", "organisation", "of the same organisation", names)
    return found


def _ground(guilty: pl.DataFrame) -> str:
    """Say what a ban of those who took part rests on: what each did, or what some did together."""
    jointly, later = (guilty.filter(pl.col("why").str.starts_with(known).fill_null(False)).height for known in (JOINTLY, LATER))
    if jointly == guilty.height:
        return "Of no account the own excess is significant, but that of all together is: they asked for the same things in the same way."
    but = [f"but for {counted(jointly, 'account')} known jointly only: they asked for the same things in the same way"] if jointly else []
    if later:
        but.append(f"but for {counted(later, 'account')} that went on with the same thing, at the same pace, after the impact had begun")
    return ", ".join(["Each account's own excess in the incident is significant", *but]) + "."


def _levels(case: Case, actors: list[str], level: str, name: str, tie: str, names: list[str]) -> list[Measure]:
    rows = {row["actor_id"]: row for actor in actors for row in case.rows(PACKAGE, "lineage", actor_id=actor) if row["level"] == level}
    if not rows:
        return []
    tied = frozenset(a for row in rows.values() for a in row["accounts"])
    labels = sorted(Counter(row["label"] for row in rows.values()).items())
    scope = [label if number == 1 else f"{label} ({number} actors)" for label, number in labels]
    alone = len(set(names) - tied)
    scope += [f"{counted(alone, 'account')} that took part without such a tie"] if alone else []
    basis = f"Accounts {tie}, whether or not they took part; the tie is a link between accounts, not a part in the load."
    return [Measure(name, listed(scope), tied | set(names), basis)]


def _network(case: Case, names: list[str], loads: pl.DataFrame) -> Measure:
    networks = sorted(loads.filter(pl.col("account_id").is_in(names) & pl.col("network").is_not_null())["network"].unique().to_list())
    users = case.frame(PACKAGE, "network_accounts", networks=networks)
    basis = "Networks that the participants used during the incident; everybody who ever used them is hit."
    return Measure("network", listed(networks), frozenset(users["account_id"].to_list()), basis, frozenset(networks))


def listed(names: list[str], most: int = 12) -> str:
    """Name the first of many."""
    return ", ".join(names[:most]) + (f" and {len(names) - most:,} more" if len(names) > most else "")
