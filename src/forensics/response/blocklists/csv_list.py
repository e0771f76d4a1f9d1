"""CSV of accounts and addresses, harmless in a spreadsheet."""

from __future__ import annotations

from typing import Any

from forensics.response.blocklists import BlockList

NAME = "csv"


def render(blocked: BlockList) -> str:
    """Return kind, value, reason, expires, incident_id, measure."""
    import polars as pl

    from forensics.report.tables import as_csv

    rows = [
        {
            "kind": entry.kind, "value": entry.value, "reason": entry.reason, "expires": entry.expires, "incident_id": blocked.incident_id,
            "measure": blocked.measure,
        }
        for entry in blocked.entries
    ]  # fmt: skip
    kinds: dict[str, Any] = {
        "kind": pl.String, "value": pl.String, "reason": pl.String, "expires": pl.Datetime("us"), "incident_id": pl.String,
        "measure": pl.String,
    }  # fmt: skip
    return as_csv(pl.DataFrame(rows, schema=kinds))
