"""Who came as the service broke: a crowd that arrives then is not what somebody asked for an hour before.

Load is attributed by what rose up to the first impact. Where that is a program which the service had borne, and thousands come at the hour
of a sale, the break is theirs. Retries are told from them by the clients: a failure makes those who are there ask again, and brings few
others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from forensics.attribution.windows import MINUTE

BREAK = timedelta(minutes=3)
"""The break is looked at from the first impact to so long after the first failures ..."""
LATEST = timedelta(minutes=10)
"""... where these come so soon after it."""
FEWEST, TIMES, OUTWEIGH = 20, 3.0, 2.0
"""Clients that make a crowd; times as many, and as much load, as usual; times the load of the blamed."""
ONE = 0.2
"""Share of the load that one of them may have made."""


@dataclass(frozen=True)
class Comers:
    """All but the blamed, from the first impact to shortly after the first failures, and in as long a time before the rise."""

    minutes: int
    load: float
    blamed: float
    """Load of the blamed meanwhile."""
    clients: int
    """Accounts, and networks without one."""
    usual_load: float
    usual_clients: float
    most: float
    """Share of the load that the busiest of them made."""

    @property
    def crowd(self) -> bool:
        """Whether far more clients than usual came, and their load outweighs that of the blamed."""
        many = self.clients >= max(FEWEST, TIMES * self.usual_clients) and self.most <= ONE
        return many and self.load >= max(TIMES * self.usual_load, OUTWEIGH * self.blamed)


def comers(own: pl.DataFrame, guilty: pl.Expr, rise: datetime, impact: datetime, errors: datetime | None) -> Comers | None:
    """Look at the loads of subjects by minute (minute, account_id, network, load, and what ``guilty`` tells the blamed by).

    ``rise``: when load began to rise; ``impact``: the first minute of it; ``errors``: the first that failed. None without time before it.
    """
    last = errors if errors is not None and impact <= errors <= impact + LATEST else impact
    length = last + BREAK - impact
    named = own.with_columns(guilty=guilty, client=pl.coalesce("account_id", "network"))
    chunks = int((rise - own["minute"].min()) / length) if len(own) else 0  # type: ignore[operator]
    if chunks < 2:
        return None
    calm = named.filter((pl.col("minute") < rise) & (pl.col("minute") >= rise - chunks * length) & ~pl.col("guilty"))
    chunk = ((pl.lit(rise) - pl.col("minute") - MINUTE).dt.total_minutes() // (length // MINUTE)).alias("chunk")
    before = calm.group_by(chunk).agg(pl.col("load").sum(), pl.col("client").n_unique())
    now = named.filter(pl.col("minute").is_between(impact, impact + length, closed="left"))
    others = now.filter(~pl.col("guilty"))
    by_client = others.group_by("client").agg(pl.col("load").sum())["load"]
    load = float(others["load"].sum())
    return Comers(
        minutes=length // MINUTE,
        load=load,
        blamed=float(now.filter("guilty")["load"].sum()),
        clients=by_client.len(),
        usual_load=float(before["load"].sum()) / chunks,
        usual_clients=float(before["client"].sum()) / chunks,
        most=float(by_client.max() or 0.0) / max(load, 1.0),  # type: ignore[arg-type]
    )
