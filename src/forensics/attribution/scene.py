"""The load of one window and of those it is compared with, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from forensics.attribution.search.scan import totals
from forensics.attribution.setting import PACKAGE, Setting
from forensics.attribution.windows import (
    Window,
    begins_inside,
    between,
    bounds,
    disturbances,
    earlier_windows,
    placebo_windows,
    refusing,
    whole_window,
)
from forensics.case.case import Case


@dataclass(frozen=True)
class Ordinary:
    """What is ordinary for an incident."""

    masked: list[Window]
    """What is not: every incident from its ramp to its end but for harmless loads (``windows.disturbances``), and what no log covers."""
    weights: dict[int, float]
    """route_id -> weight, where weights are known; the mean request weighs 1."""
    times: dict[int, tuple[int, float]]
    """route_id -> timed requests at all other times, and their mean service time (ms)."""


@dataclass(frozen=True)
class Scene:
    """An incident, its window (number 0), the windows it is compared with (1, 2, ...), and the load of everybody in each."""

    incident: dict[str, Any]
    setting: Setting
    ordinary: Ordinary
    window: Window
    whole: Window
    others: list[Window]
    placebos: int
    """How many of ``others`` are the same hours of other days; 0 when the log holds no other day and only earlier hours serve."""
    loads: pl.DataFrame
    """As of ``loads.sql`` (``refused_loads.sql`` where requests were refused), with ``cost`` (requests weighted by service time) added."""
    apart: pl.DataFrame
    """w, account_id (None: a network's), requests: what ``loads`` has without a name, because it is of subjects that were ruled known."""

    @property
    def masked(self) -> list[Window]:
        """What is no ordinary time."""
        return self.ordinary.masked

    @property
    def weights(self) -> dict[int, float]:
        """route_id -> weight; empty where they are not known, or there is nothing to compare with."""
        return self.ordinary.weights if self.others else {}

    @property
    def covered(self) -> Window:
        """What the counted logs cover."""
        return self.setting.covered

    @property
    def minutes(self) -> pl.DataFrame:
        """Every minute of the case, in plain requests."""
        return self.setting.minutes

    @property
    def ruled(self) -> frozenset[str]:
        """Accounts that were ruled known."""
        return self.setting.ruled

    @property
    def known(self) -> float:
        """Requests of the window that were made by accounts or networks that were ruled known: they count, and are never blamed."""
        return float(self.apart.filter(pl.col("w") == 0)["requests"].sum())

    @property
    def known_excess(self) -> float:
        """How many of them are beyond what the same subjects ask in the windows of comparison."""
        usual = float(self.apart.filter(pl.col("w") > 0)["requests"].sum()) / max(len(self.others), 1)
        return self.known - usual if self.others else 0.0

    @property
    def windows(self) -> int:
        """Number of windows, the incident's own included."""
        return 1 + len(self.others)

    @property
    def shifts(self) -> list[timedelta]:
        """How far the same hours of other days are away; empty where there are none."""
        return [w.start - self.window.start for w in self.others] if self.placebos else []

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
        return totals(self.loads, self.windows, measure)


def read_scene(case: Case, setting: Setting, incident: dict[str, Any], usual: Ordinary, window: Window) -> Scene:
    """Read an incident's load in a window, and that of the windows it is compared with."""
    covered = setting.covered
    others = placebo_windows(window, covered, usual.masked)
    if begins_inside(incident, window, covered):
        others = []  # a window of which a minute is logged is not the same hour of another day
    placebos = len(others)
    if not others:
        others = earlier_windows(window, covered, [m for m in usual.masked if m != whole_window(incident)])
    loads = case.frame(PACKAGE, "refused_loads" if refusing(incident) else "loads", **bounds([window, *others]))
    loads, apart = _set_apart(setting, loads)
    loads = _with_cost(loads, usual.weights if others else {})
    return Scene(incident, setting, usual, window, whole_window(incident), others, placebos, loads, apart)


def loads_of(case: Case, scene: Scene, windows: list[Window]) -> pl.DataFrame:
    """Return the load of everybody in other windows (numbered from 0), as ``Scene.loads`` has it; refusals are not told of it."""
    loads, _ = _set_apart(scene.setting, case.frame(PACKAGE, "loads", **bounds(windows)))
    return _with_cost(loads, scene.weights)


def _with_cost(loads: pl.DataFrame, weights: dict[int, float]) -> pl.DataFrame:
    schema = {"route_id": pl.Int32, "weight": pl.Float64}
    by_route = pl.DataFrame({"route_id": list(weights), "weight": list(weights.values())}, schema=schema)
    return loads.join(by_route, on="route_id", how="left", maintain_order="left").with_columns(
        cost=pl.col("requests") * (pl.col("weight").fill_null(1.0) if weights else pl.lit(1.0))
    )


def _set_apart(setting: Setting, loads: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Take the names off the load of whoever was ruled known; return the loads, and what was set apart (w, account_id, requests)."""
    known = (pl.col("account_id").is_in(sorted(setting.ruled)) | pl.col("network").is_in(sorted(setting.ruled_networks))).fill_null(False)
    apart = loads.filter(known).group_by("w", "account_id", maintain_order=True).agg(pl.col("requests").sum())
    if not setting.ruled and not setting.ruled_networks:
        return loads, apart
    names = ("actor_id", "account_id", "network", "wide_network", "agent_id")
    return loads.with_columns(pl.when(~known).then(pl.col(name)).alias(name) for name in names), apart


def ordinary(case: Case, setting: Setting, incident: dict[str, Any]) -> Ordinary:
    """Read what is ordinary beside an incident: when, and what requests cost then."""
    masked = [*disturbances(incident, setting.incidents), *setting.uncovered]
    calm = between(setting.covered, masked)
    rows = case.rows(PACKAGE, "route_costs", **bounds(calm)) if calm else []
    return Ordinary(masked, _weights(rows, case.option("cost", {}) or {}), times_of(rows))


def times_of(rows: list[dict[str, Any]]) -> dict[int, tuple[int, float]]:
    """Return route_id -> timed requests and their mean service time (ms), from rows of ``route_costs.sql``."""
    timed = [row for row in rows if row["route_id"] is not None and row["timed"] and row["mean_ms"]]
    return {row["route_id"]: (row["timed"], row["mean_ms"]) for row in timed}


def _weights(rows: list[dict[str, Any]], given: Mapping[str, float]) -> dict[int, float]:
    """Return route_id -> weight: as given with ``--cost``, else the logged service time; empty when there is neither."""
    if given:
        return {row["route_id"]: float(given.get(row["route"], 1.0)) for row in rows if row["route_id"] is not None}
    times = times_of(rows)
    requests = sum(timed for timed, _ in times.values())
    mean = sum(timed * ms for timed, ms in times.values()) / max(requests, 1)
    return {route: ms / mean for route, (_, ms) in times.items()}
