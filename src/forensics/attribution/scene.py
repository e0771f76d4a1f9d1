"""Everything that is known about one incident's load, read once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import numpy as np
import polars as pl

from forensics.attribution.windows import (
    DAY,
    MINUTE,
    Window,
    begins_inside,
    between,
    disturbances,
    earlier_windows,
    placebo_windows,
    refusing,
    whole_window,
)
from forensics.case.case import Case

PACKAGE = "attribution"
RARELY = 100
"""So many requests, as they come in the mean, that do not come are no chance."""


@dataclass(frozen=True)
class Scene:
    """An incident, its window (number 0), the windows it is compared with (1, 2, ...), and the load of everybody in each."""

    incident: dict[str, Any]
    covered: Window
    """What the counted logs cover."""
    masked: list[Window]
    """Every incident from its ramp to its end, but for loads that did no harm (``windows.disturbances``); and what no log covers."""
    window: Window
    whole: Window
    others: list[Window]
    placebos: int
    """How many of ``others`` are the same hours of other days; 0 when the log holds no other day and only earlier hours serve."""
    minutes: pl.DataFrame
    """Every minute of the case, as of ``all_minutes.sql``, in plain requests."""
    known: float
    """Requests of the window that were made by accounts or networks that were ruled known: they count, and are never blamed."""
    loads: pl.DataFrame
    """As of ``loads.sql`` (``refused_loads.sql`` where requests were refused), with ``cost`` (requests weighted by service time) added."""
    weights: dict[int, float]
    """route_id -> weight, where weights are known; the mean request weighs 1."""
    apart: pl.DataFrame
    """w, account_id, requests: what accounts did that ``loads`` has without a name, because they or their network were ruled known."""
    ruled: frozenset[str]
    """Accounts that were ruled known: their part is told, and never blamed."""

    @property
    def windows(self) -> int:
        """Number of windows, the incident's own included."""
        return 1 + len(self.others)

    @property
    def smallest_p(self) -> float:
        """The smallest p-value that so many placebos can give."""
        return 1.0 / (self.placebos + 1)

    def weighted(self, measure: str) -> dict[str, list[Any]]:
        """Return the parameters ``$route_ids`` and ``$weights`` of a measure (``requests``: every route weighs 1)."""
        known = self.weights if measure == "cost" else {}
        return {"route_ids": list(known), "weights": list(known.values())}

    def totals(self, measure: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return everybody's load in each window."""
        result = np.zeros(self.windows)
        by_window = self.loads.group_by("w").agg(pl.col(measure).sum())
        result[by_window["w"].to_numpy()] = by_window[measure].to_numpy()
        return result


def uncovered(minutes: pl.DataFrame) -> list[Window]:
    """Return the stretches that no log covers: a log of last year in the same folder does not make the time between one without load.

    They are a day without any request at least, and as long as so many requests otherwise take to come that chance leaves none out.
    """
    gap = minutes["minute"].diff()
    lit = gap.filter(gap <= DAY).sum() or timedelta(0)
    longest = max(DAY, RARELY * lit / max(int(minutes["requests"].sum()), 1))
    dark = minutes.select("minute", gap.alias("gap")).filter(pl.col("gap") > longest)
    return [Window(minute - gap + MINUTE, minute) for minute, gap in dark.iter_rows()]


def plain_minutes(case: Case) -> pl.DataFrame:
    """Return every minute of the case in plain requests."""
    return case.frame(PACKAGE, "all_minutes", route_ids=[], weights=[])


def read_scene(
    case: Case, incident: dict[str, Any], window: Window, covered: Window, incidents: list[dict[str, Any]], minutes: pl.DataFrame
) -> Scene:
    """Read an incident's load in a window, and that of the windows it is compared with."""
    masked = [*disturbances(incident, incidents), *uncovered(minutes)]
    others = placebo_windows(window, covered, masked)
    if begins_inside(incident, window, covered):
        others = []  # a window of which a minute is logged is not the same hour of another day
    placebos = len(others)
    if not others:
        others = earlier_windows(window, covered, [m for m in masked if m != whole_window(incident)])
    bounds = _bounds([window, *others])
    ruled = case.rows(PACKAGE, "known")
    loads, apart = _set_apart(ruled, case.frame(PACKAGE, "refused_loads" if refusing(incident) else "loads", **bounds))
    weights = _weights(case, _bounds(between(covered, masked) if others else []))
    loads = _with_cost(loads, weights)
    return Scene(
        incident,
        covered,
        masked,
        window,
        whole_window(incident),
        others,
        placebos,
        minutes,
        float(apart.filter(pl.col("w") == 0)["requests"].sum()),
        loads,
        weights,
        apart.filter(pl.col("account_id").is_not_null()),
        frozenset(row["subject"] for row in ruled if row["subject_type"] == "account"),
    )


def loads_of(case: Case, scene: Scene, windows: list[Window]) -> pl.DataFrame:
    """Return the load of everybody in other windows (numbered from 0), as ``Scene.loads`` has it; refusals are not told of it."""
    loads, _ = _set_apart(case.rows(PACKAGE, "known"), case.frame(PACKAGE, "loads", **_bounds(windows)))
    return _with_cost(loads, scene.weights)


def _bounds(windows: list[Window]) -> dict[str, list[Any]]:
    return {"starts": [w.start for w in windows], "ends": [w.end for w in windows]}


def _with_cost(loads: pl.DataFrame, weights: dict[int, float]) -> pl.DataFrame:
    schema = {"route_id": pl.Int32, "weight": pl.Float64}
    by_route = pl.DataFrame({"route_id": list(weights), "weight": list(weights.values())}, schema=schema)
    return loads.join(by_route, on="route_id", how="left", maintain_order="left").with_columns(
        cost=pl.col("requests") * (pl.col("weight").fill_null(1.0) if weights else pl.lit(1.0))
    )


def _set_apart(rows: list[dict[str, Any]], loads: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Take the names off the load of whoever was ruled known; return the loads, and what was set apart (w, account_id, requests)."""
    accounts = [row["subject"] for row in rows if row["subject_type"] == "account"]
    networks = sorted({_network(row["subject"]) for row in rows if row["subject_type"] == "address"})
    known = (pl.col("account_id").is_in(accounts) | pl.col("network").is_in(networks)).fill_null(False)
    apart = loads.filter(known).group_by("w", "account_id", maintain_order=True).agg(pl.col("requests").sum())
    if not rows:
        return loads, apart
    names = ("actor_id", "account_id", "network", "wide_network", "agent_id")
    return loads.with_columns(pl.when(~known).then(pl.col(name)).alias(name) for name in names), apart


def _network(address: str) -> str:
    """Return the network that the rollups know an address by; networks stay as they are."""
    if "/" in address:
        return address
    return str(ip_network((address, 24 if "." in address else 64), strict=False))


def _weights(case: Case, bounds: dict[str, list[Any]]) -> dict[int, float]:
    """Return route_id -> weight: as given with ``--cost``, else the logged service time; empty when there is neither."""
    given: dict[str, float] = case.option("cost", {}) or {}
    if not bounds["starts"] and not given:
        return {}
    routes = case.rows(PACKAGE, "route_costs", **bounds)
    if given:
        return {row["route_id"]: float(given.get(row["route"], 1.0)) for row in routes if row["route_id"] is not None}
    timed = [row for row in routes if row["route_id"] is not None and row["timed"] and row["mean_ms"]]
    requests = sum(row["timed"] for row in timed)
    if not requests:
        return {}
    mean = sum(row["timed"] * row["mean_ms"] for row in timed) / requests
    return {row["route_id"]: row["mean_ms"] / mean for row in timed}
