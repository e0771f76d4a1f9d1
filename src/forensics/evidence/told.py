"""Who made a request that the outer tier logged without a name: a load balancer knows no accounts, the application behind it does."""

from __future__ import annotations

import polars as pl

from forensics.case.case import Case

NAMELESS = 0.05
"""An outer stream asks the inner one where it names less of its requests than this share of what the inner one names of its own."""
_SCHEMA: dict[str, pl.DataType] = {"outer_stream": pl.Int32(), "inner_stream": pl.Int32(), "later_us": pl.Int64()}


def tell(case: Case, linked: list[tuple[int, int, float]]) -> None:
    """Fill ``told_users`` (see ``told_users.sql``): ``linked`` are streams that logged the same requests, (outer, inner, seconds later)."""
    case.execute("evidence", "told_forget")
    asked = _asked(case, linked) if linked else []
    if asked:
        rows = [(outer, inner, round(later * 1e6)) for outer, inner, later in asked]
        case.insert("told_links", pl.DataFrame(rows, schema=_SCHEMA, orient="row"))
        case.execute("evidence", "told_users")


def _asked(case: Case, linked: list[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    """Return those of the pairs whose inner stream names whom the outer one does not."""
    streams = sorted({stream for outer, inner, _ in linked for stream in (outer, inner)})
    named = {row["stream"]: row["named"] for row in case.rows("evidence", "told_shares", streams=streams)}
    return [pair for pair in linked if named[pair[1]] > 0 and named[pair[0]] < NAMELESS * named[pair[1]]]
