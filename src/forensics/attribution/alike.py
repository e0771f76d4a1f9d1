"""Whether those who brought a load without accounts differ as people do, or are all alike."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from forensics.attribution.blame import Rise
from forensics.attribution.scan import PROXY_SHARE
from forensics.attribution.scene import Scene

NEARLY_ALL = 0.8
"""This much of an excess with one agent, from one network or on one route is not the mixture that people bring."""


@dataclass(frozen=True)
class Alike:
    """The agent, network or route that nearly all of the excess without an account has in common though the usual load has not."""

    column: str
    value: str | None
    """None: no agent at all."""
    share: float
    """Its share of the excess without an account."""
    usual: float
    """Its share of the requests without an account in the windows of comparison."""
    networks: int
    """From how many networks it came in the window."""


def alike(scene: Scene, rise: Rise, column: str) -> Alike | None:
    """Return what the excess without an account has in common in a column of ``loads``; None when it is mixed.

    What many always have in common (one app, one page) says nothing: it must be rare in the windows of comparison.
    """
    if not rise.significant:
        return None
    measure = rise.measure
    rows = scene.loads.filter(pl.col("account_id").is_null())
    now, before = pl.col("w") == 0, pl.col("w") > 0
    others = max(scene.windows - 1, 1)
    by_value = (
        rows.group_by(column)
        .agg(
            now=pl.col(measure).filter(now).sum(),
            before=pl.col(measure).filter(before).sum(),
            networks=pl.col("network").filter(now).n_unique(),
        )
        .with_columns(excess=pl.col("now") - pl.col("before") / others)
    )
    whole, usual = float(by_value["excess"].sum()), float(by_value["before"].sum())
    named = by_value.filter(pl.col(column).is_not_null() | (pl.lit(column) == "agent_id")).sort(
        ["excess", column], descending=[True, False]
    )
    if whole <= 0 or named.is_empty():
        return None
    top = named.row(0, named=True)
    found = Alike(
        column,
        None if top[column] is None else str(top[column]),
        min(1.0, top["excess"] / whole),
        top["before"] / max(usual, 1.0),
        top["networks"],
    )
    return found if found.share >= NEARLY_ALL and found.usual <= PROXY_SHARE else None
