"""Over whom an excess is spread: over many who have nothing to do with each other, or over the accounts of one group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from forensics.attribution.scene import PACKAGE, Scene
from forensics.case.case import Case

MOST, FEWEST, OUTGROWN = 0.5, 3, 2.0
"""Accounts that pay with one thing are no crowd where so many of them rose and made this share of the excess together, so many times
their share of the usual load."""
NO_KIN: dict[str, Any] = {"kin_share": 0.0, "kin": 0}


@dataclass(frozen=True)
class Spread:
    """Over how many accounts the excess is spread."""

    active: int
    usually_active: float
    risen: int
    """Accounts with more than half as much again as their own mean."""
    top_share: float
    """Share of the excess that the largest single account made."""
    anonymous_share: float
    newcomer_share: float
    """Share of the excess made by accounts that no other window knows."""
    kin_share: float
    """Share of the excess that the accounts of one group (a payer, an organisation) made together, of the group that made most."""
    kin: int
    """How many accounts of that group asked for more than usual."""
    kin_by: tuple[str, str] | None = None
    """What they pay with, all of them, where only that ties them and linkage makes no actor of them (type and value)."""


def spread(case: Case, scene: Scene, measure: str) -> Spread:
    """Look at whose load rose in a scene's window, account by account and together."""
    named = scene.loads.filter(pl.col("account_id").is_not_null())
    others = max(scene.windows - 1, 1)
    table = named.group_by("account_id").agg(
        pl.col(measure).filter(pl.col("w") == 0).sum().alias("now"), (pl.col(measure).filter(pl.col("w") > 0).sum() / others).alias("usual")
    )
    over = table["now"] - table["usual"]
    totals = scene.totals(measure)
    excess = max(float(totals[0] - totals[1:].mean()) if len(totals) > 1 else float(totals[0]), 1.0)
    hidden = scene.loads.filter(pl.col("account_id").is_null())
    unnamed = float(hidden.filter(pl.col("w") == 0)[measure].sum()) - float(hidden.filter(pl.col("w") > 0)[measure].sum()) / others
    roots = case.frame(PACKAGE, "roots").unique("account_id", keep="first", maintain_order=True)
    risen = table.with_columns(over=over).filter(pl.col("over") > 0).join(roots, on="account_id")
    kin = risen.group_by("root").agg(pl.col("over").sum(), pl.len()).sort("over", "root", descending=[True, False])
    own: Any = {"kin_share": min(1.0, float(kin["over"][0]) / excess), "kin": int(kin["len"][0])} if len(kin) else NO_KIN
    paid = None if own["kin_share"] >= MOST else _one_payer(case, table.with_columns(over=over), excess)
    return Spread(
        active=int((table["now"] > 0).sum()),
        usually_active=named.filter(pl.col("w") > 0).select("w", "account_id").n_unique() / others,
        risen=int((table["now"] > 1.5 * table["usual"] + 1).sum()),
        top_share=min(1.0, max(0.0, float(over.max() or 0.0)) / excess),  # type: ignore[arg-type]
        anonymous_share=min(1.0, max(0.0, unnamed / excess)),
        newcomer_share=min(1.0, float(table.filter(pl.col("usual") == 0)["now"].sum()) / excess),
        **(paid or own),
    )


def _one_payer(case: Case, table: pl.DataFrame, excess: float) -> dict[str, Any] | None:
    """Return the accounts that pay with one thing and made most of the excess, far more of it than of the usual load; None without."""
    payers = case.frame(PACKAGE, "payers", fewest=FEWEST)
    value = ["identifier_type", "identifier_value"]
    joined = table.join(payers, on="account_id")
    groups = joined.group_by(value).agg(
        pl.col("over").filter(pl.col("over") > 0).sum(), (pl.col("over") > 0).sum().alias("risen"), pl.col("usual").sum()
    )
    usually = pl.col("usual") / max(float(table["usual"].sum()), 1.0)
    found = groups.filter(
        (pl.col("over") >= MOST * excess) & (pl.col("over") / excess >= OUTGROWN * usually) & (pl.col("risen") >= FEWEST)
    ).sort("over", *value, descending=[True, False, False])
    if found.is_empty():
        return None
    first = found.row(0, named=True)
    share = min(1.0, float(first["over"]) / excess)
    return {"kin_share": share, "kin": int(first["risen"]), "kin_by": (first["identifier_type"], first["identifier_value"])}
