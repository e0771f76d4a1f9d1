"""What the commands show: incidents ranked, and everything about one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from forensics.case.case import Case
from forensics.errors import UsageError

NOTHING = "No incident was found: `forensics status` tells which hours the logs cover, and what could not be read."


@dataclass(frozen=True)
class Picture:
    """One incident as a person looks at it: its row, its phases, its minutes, and who is named."""

    incident: dict[str, Any]
    phases: list[dict[str, Any]]
    minutes: pl.DataFrame
    attributions: list[dict[str, Any]]

    def table(self) -> pl.DataFrame:
        """The incident as one row, its phases within."""
        return pl.DataFrame([{**self.incident, "phases": [f"{p['phase']} {p['started_at']} {p['ended_at']}" for p in self.phases]}])


def ranked(case: Case) -> pl.DataFrame:
    """Return all incidents, the worst first."""
    return case.frame("incidents", "ranked")


def chosen(case: Case, name: str) -> dict[str, Any]:
    """Return the incident that a name means: its id, the beginning of it, or its rank (1 is the worst); ``UsageError`` otherwise."""
    rows = ranked(case).to_dicts()
    if not rows:
        raise UsageError("No incident was found in this case: see `forensics status` for what the evidence covers.")
    if name.isdigit() and 1 <= int(name) <= len(rows):
        return rows[int(name) - 1]
    found = [row for row in rows if row["incident_id"] == name] or [row for row in rows if row["incident_id"].startswith(name)]
    if len(found) != 1:
        known = ", ".join(row["incident_id"] for row in (found or rows)[:5])
        raise UsageError(f"{'No' if not found else 'More than one'} incident is called {name!r}: choose one of {known}.")
    return found[0]


def picture(case: Case, name: str) -> Picture:
    """Return everything about one incident (see ``chosen`` for names)."""
    incident = chosen(case, name)
    mine = pl.col("incident_id") == incident["incident_id"]
    return Picture(
        incident=incident,
        phases=case.table("phases").filter(mine).sort("started_at").to_dicts(),
        minutes=case.table("incident_minutes").filter(mine).sort("minute"),
        attributions=case.rows("incidents", "blamed", incident=incident["incident_id"]),
    )


def keep_baseline(case: Case, given: str | None) -> None:
    """Keep ``FROM/TO`` with the case as what the baseline is learned from; ``auto`` forgets it; None leaves it as it is."""
    if given is None:
        return
    if given == "auto":
        case.set_option("baseline", None)
        return
    try:
        low, high = (naive(datetime.fromisoformat(text)) for text in given.split("/"))
    except ValueError as error:
        raise UsageError(f"{given!r} is no range FROM/TO of ISO 8601 moments, for example 2024-02-19/2024-02-26.") from error
    if low >= high:
        raise UsageError(f"The range {given} ends before it begins: give FROM/TO, the earlier first.")
    case.set_option("baseline", f"{low.isoformat()}/{high.isoformat()}")


def naive(moment: datetime) -> datetime:
    """A moment in UTC without its offset."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
