"""The milder measure: the rate limit per account that would have kept the service up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from forensics.attribution.facts.capacity import Capacity
from forensics.attribution.windows import Window, bounds, floor_minute, is_load, load_window
from forensics.case.case import Case
from forensics.response import PACKAGE
from forensics.text import counted

AFTER = timedelta(minutes=10)
"""The limit must hold through the ramp and so long after the impact; later load is mixed with retries and silence."""


NO_FAILURE = (
    "No limit is computed: nothing failed, so the service bore this load, and no load is known that it would not bear. What a limit "
    "should be is a question of what is asked for, not of capacity."
)
NO_HEALTH = "No limit is computed: the logs hold no healthy minute, so what the service bears is not known."
NOT_NEEDED = (
    "No limit is computed: no minute of the ramp or of the first ten minutes went above what the service bears, so none would have helped."
)
NOT_ENOUGH = (
    "No limit is computed: even at one request a minute per account the load went above what the service bears; most of it has no account."
)


def rate_limit(
    case: Case, incident: dict[str, Any], known: Capacity | None, guilty: set[str], ruled: frozenset[str], masks: list[Window]
) -> dict[str, Any]:
    """Return the row of ``response`` for a rate limit (without incident_id); where none is computed it says why.

    The limit is the largest whole number of requests per minute and account under which no minute of the ramp or of the first ten
    minutes would have gone above the capacity; requests without an account are let through as they were.
    """
    if is_load(incident):
        return _none(NO_FAILURE)
    if known is None:
        return _none(NO_HEALTH)
    window = load_window(incident)
    end = max(window.end, floor_minute(incident["started_at"]) + AFTER)
    loads = case.frame(PACKAGE, "minute_loads", start=window.start, end=end)
    limit = highest_limit(loads.rename({"account_id": "client"}), known.estimate)
    if limit is None:
        busiest: Any = loads.group_by("minute").agg(pl.col("requests").sum())["requests"].max()
        return _none(NOT_NEEDED if (busiest or 0) <= known.estimate else NOT_ENOUGH)
    touched = set(case.frame(PACKAGE, "above_rate", rate=limit, **bounds(masks))["account_id"].to_list()) - guilty
    named = loads.filter(pl.col("account_id").is_not_null())
    cut = named.filter(pl.col("requests") > limit)
    removed = int((cut["requests"] - limit).sum()) if len(cut) else 0
    slowed = set(cut["account_id"].to_list())
    total = int(loads["requests"].sum())
    return {
        "measure": "rate limit", "scope": f"{counted(limit, 'request')} a minute per account",
        "accounts_hit": len(slowed | touched), "uninvolved_hit": len((slowed | touched) - guilty - ruled),
        "load_covered": round(removed / total, 4) if total else 0.0,
        "basis": f"{_kept_up(known)} It slows accounts down instead of closing them; {COVERED}{_slowed_too(slowed & ruled)}",
    }  # fmt: skip


def _slowed_too(ruled: set[str]) -> str:
    return f" It slows down {counted(len(ruled), 'account')} ruled known: {', '.join(sorted(ruled)[:5])}." if ruled else ""


COVERED = "load covered is the share of all requests that it would have refused."


def _kept_up(known: Capacity) -> str:
    """Say what a limit rests on."""
    failing = f" and failed at {known.failing:,.0f}" if known.failing is not None else ""
    return (
        f"The service still answered {known.healthy:,.0f} requests a minute as usual, the ramp counted{failing}; with this limit no "
        f"minute of the ramp or the first ten minutes goes above {known.estimate:,.0f}."
    )


def network_limit(case: Case, incident: dict[str, Any], known: Capacity | None, masks: list[Window]) -> dict[str, Any] | None:
    """Return the row of ``response`` for a rate limit per network of requests without an account; None where none would have done."""
    if known is None:
        return None
    window = load_window(incident)
    loads = case.frame(PACKAGE, "network_minutes", start=window.start, end=max(window.end, floor_minute(incident["started_at"]) + AFTER))
    limit = highest_limit(loads, known.estimate)
    if limit is None:
        return None
    touched = len(case.rows(PACKAGE, "networks_above_rate", rate=limit, **bounds(masks)))
    removed = int((loads.filter(pl.col("client").is_not_null())["requests"] - limit).clip(lower_bound=0).sum())
    more = f"{counted(touched, 'network')} ever asked for more outside of incidents, what was refused not counted."
    ordinary = more if touched else "No network ever asked for more."
    return {
        "measure": "rate limit without account", "scope": f"{counted(limit, 'request')} a minute per network (/24, /64) without an account",
        "accounts_hit": 0, "uninvolved_hit": 0, "load_covered": round(removed / max(int(loads["requests"].sum()), 1), 4),
        "basis": f"{_kept_up(known)} {ordinary} It slows down whoever has not signed in; {COVERED}",
    }  # fmt: skip


def _none(why: str) -> dict[str, Any]:
    """Return the row that says why there is no limit."""
    return {"measure": "rate limit", "scope": "none computed", "accounts_hit": 0, "uninvolved_hit": 0, "load_covered": 0.0, "basis": why}


def highest_limit(loads: pl.DataFrame, level: float) -> int | None:
    """Return the largest limit that keeps every minute at or under ``level``; None when none does or none is needed.

    ``loads``: minute, client (NULL: not limited), requests.
    """
    minutes = loads["minute"].rank("dense").to_numpy().astype(int) - 1
    requests = loads["requests"].to_numpy().astype(float)
    limited = loads["client"].is_not_null().to_numpy()

    def worst(limit: float) -> float:
        kept = np.where(limited, np.minimum(requests, limit), requests)
        return float(np.bincount(minutes, kept).max()) if len(kept) else 0.0

    if worst(np.inf) <= level or worst(1) > level:
        return None
    low, high = 1, int(requests.max())
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if worst(middle) <= level else (low, middle)
    return low
