"""What `forensics taken` and `forensics response` list."""

from __future__ import annotations

import polars as pl

from forensics.attribution.scene import PACKAGE
from forensics.attribution.taken import taken_by
from forensics.case.case import Case
from forensics.errors import UsageError


def taken_listing(case: Case, subject: str | None) -> pl.DataFrame:
    """Return rows of ``taken``: of everybody who took part in an incident, or of one actor or account, blamed or not."""
    if subject is None:
        return case.table("taken")
    accounts = [row["account_id"] for row in case.rows(PACKAGE, "accounts_of", subject=subject)]
    if not accounts:
        raise UsageError(f"There is no actor or account {subject!r}: `forensics actors` lists the actors.")
    return taken_by(case, dict.fromkeys(accounts, subject))


def response_listing(case: Case, incident_id: str | None) -> pl.DataFrame:
    """Return rows of ``response``, of one incident or of all."""
    known = case.table("incidents")["incident_id"].to_list()
    if incident_id is not None and incident_id not in known:
        raise UsageError(f"There is no incident {incident_id!r}: `forensics incidents` lists them.")
    rows = case.table("response")
    return rows if incident_id is None else rows.filter(pl.col("incident_id") == incident_id)
