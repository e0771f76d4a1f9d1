"""Accounts against their own history: did each do clearly more than on any other day?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CELLS = 0.95
"""The pairs of agent and route that hold this much of a blamed actor's excess are how it works."""
LIFT = 0.5
"""A route of whose ordinary share the excess has less than this is none of its own."""
SIGMAS, TIMES = 4.0, 1.5
"""What rose clearly did so by so many deviations, to so many times the most elsewhere."""
FEWEST = 5
"""Requests below which nobody is said to have done anything, however heavy they are."""


@dataclass(frozen=True)
class History:
    """Load of accounts in the incident's window (column 0) and in those of comparison: ``load[account, window]``."""

    accounts: list[str]
    load: Floats

    @property
    def usual(self) -> Floats:
        """Mean load in the windows of comparison."""
        result: Floats = self.load[:, 1:].mean(axis=1) if self.load.shape[1] > 1 else np.zeros(len(self.accounts))
        return result

    @property
    def over(self) -> Floats:
        """Load beyond the mean."""
        result: Floats = self.load[:, 0] - self.usual
        return result

    def significant(self, sigmas: float, times: float) -> Bools:
        """Whether the load is so many deviations above the mean, and so many times the largest of any other window."""
        others = self.load[:, 1:]
        usual = self.usual
        spread = others.var(axis=1) if others.shape[1] else np.zeros(len(usual))
        deviation = np.sqrt(np.maximum(spread, usual) + 1.0)
        now = self.load[:, 0]
        result: Bools = (now >= usual + sigmas * deviation) & (now >= times * others.max(axis=1, initial=0.0)) & (now >= FEWEST)
        return result


def history(loads: pl.DataFrame, accounts: list[str], windows: int) -> History:
    """Gather the load of ``accounts`` from rows of (w, account_id, requests)."""
    place = pl.DataFrame({"account_id": accounts, "place": np.arange(len(accounts))}, schema={"account_id": pl.String, "place": pl.Int64})
    rows = loads.join(place, on="account_id", how="inner").group_by("place", "w").agg(pl.col("requests").sum())
    load = np.zeros((len(accounts), windows))
    load[rows["place"].to_numpy(), rows["w"].to_numpy()] = rows["requests"].to_numpy()
    return History(accounts, load)


def cells(loads: pl.DataFrame, windows: int) -> pl.DataFrame:
    """Return the (agent_id, route_id) in which rows of ``loads`` have most of their excess, with that excess (column ``over``).

    Only those count that rose clearly themselves, where there are such: how somebody always worked is not how the excess was made.
    """
    others = max(windows - 1, 1)
    elsewhere = pl.col("requests").filter(pl.col("w") > 0)
    by_window = loads.group_by("agent_id", "route_id", "w").agg(pl.col("requests").sum())
    table = by_window.group_by("agent_id", "route_id").agg(
        now=pl.col("requests").filter(pl.col("w") == 0).sum(),
        usual=elsewhere.sum() / others,
        most=elsewhere.max().fill_null(0),
        square=(elsewhere.cast(pl.Float64) ** 2).sum() / others,
    )
    spread = pl.max_horizontal(pl.col("square") - pl.col("usual") ** 2, "usual") + 1.0
    clear = (pl.col("over") >= SIGMAS * spread.sqrt()) & (pl.col("now") >= TIMES * pl.col("most"))
    table = table.with_columns(over=pl.col("now") - pl.col("usual")).filter(pl.col("over") > 0).with_columns(clear=clear)
    table = table.filter(pl.col("clear") | ~pl.col("clear").any()).select("agent_id", "route_id", "over")
    table = table.sort(["over", "agent_id", "route_id"], descending=[True, False, False])
    before = pl.col("over").cum_sum() - pl.col("over")
    return table.filter(before < CELLS * pl.col("over").sum())


def telling(loads: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    """Return the chosen cells without the routes that everybody asks for far more, of all that they ask in the windows of comparison.

    What a few members of an actor do as everybody does is part of its excess, and is not how the excess was made.
    """
    usual = loads.filter(pl.col("w") > 0).group_by("route_id").agg(usual=pl.col("requests").sum())
    whole, own = max(int(usual["usual"].sum()), 1), pl.col("over").sum().over("route_id") / pl.col("over").sum()
    marked = chosen.join(usual, on="route_id", how="left", nulls_equal=True, maintain_order="left")
    return marked.filter(own >= LIFT * pl.col("usual").fill_null(0) / whole).drop("usual")


def within(loads: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of ``loads`` that lie in chosen cells."""
    return loads.join(chosen.select("agent_id", "route_id"), on=["agent_id", "route_id"], how="semi", nulls_equal=True)


def similarity(loads: pl.DataFrame, chosen: pl.DataFrame, accounts: list[str]) -> Floats:
    """Return for each account how alike its routes in window 0 are to those of ``chosen`` cells: cosine, 0 to 1."""
    wanted = chosen.group_by("route_id").agg(pl.col("over").sum())
    now = loads.filter(pl.col("w") == 0).group_by("account_id", "route_id").agg(pl.col("requests").sum())
    joined = now.join(wanted, on="route_id", how="left", nulls_equal=True).with_columns(pl.col("over").fill_null(0.0))
    norm = float((wanted["over"] ** 2).sum()) ** 0.5
    sums = joined.group_by("account_id").agg(
        (pl.col("requests") * pl.col("over")).sum().alias("dot"), (pl.col("requests").cast(pl.Float64) ** 2).sum().sqrt().alias("norm")
    )
    known = {row[0]: row[1] / max(row[2] * norm, 1e-9) for row in sums.iter_rows()}
    return np.array([known.get(account, 0.0) for account in accounts])
