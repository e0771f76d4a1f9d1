"""Routes, hosts and backends in the impact: where requests failed, against what is usual there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from forensics.attribution.scene import PACKAGE, Scene
from forensics.case.case import Case

HIT = 0.05
"""A part is hit when so many of the failures are on it."""
NO_SERVER = "/<NOSRV>"
"""How a backend ends that stands for no server at all: HAProxy chose none."""


@dataclass(frozen=True)
class Part:
    """A host, backend or route in the impact: its requests, failures, and what it usually has."""

    kind: str
    name: str
    requests: int
    failed: int
    failure_share: float
    """Share of all failures that are its own."""
    request_share: float
    """Share of all requests that it usually has."""
    usual_ratio: float

    @property
    def ratio(self) -> float:
        """Share of its requests that failed."""
        return self.failed / max(self.requests, 1)

    @property
    def hit(self) -> bool:
        """Whether more than a few of the failures are on it, and clearly more than it usually has."""
        return self.failure_share >= HIT and self._more

    @property
    def struck(self) -> bool:
        """Whether it is hit, or clearly more of its own requests failed than usual, however few of all failures they are."""
        return self.hit or (self._more and self.ratio > max(HIT, 5.0 * self.usual_ratio))

    @property
    def _more(self) -> bool:
        return self.failed > 3.0 * self.usual_ratio * self.requests + 2.0


def parts_of(broken: pl.DataFrame) -> list[Part]:
    """Return routes, hosts and backends, those with most of the failures first."""
    now, usual = broken.filter(pl.col("w") == 0), broken.filter(pl.col("w") == 1)
    basis = usual if len(usual) else now
    failures, requests = max(int(now["failed"].sum()), 1), max(int(basis["requests"].sum()), 1)
    found = []
    for kind in ("route", "host", "backend"):
        known = {row[kind]: row for row in _summed(basis, kind)}
        for row in _summed(now, kind):
            before = known.get(row[kind], {"requests": 0, "failed": 0})
            found.append(
                Part(
                    kind,
                    row[kind],
                    row["requests"],
                    row["failed"],
                    row["failed"] / failures,
                    before["requests"] / requests,
                    before["failed"] / max(before["requests"], 1) if len(usual) else 0.0,
                )
            )
    return sorted(found, key=lambda p: (-p.failure_share, p.kind, p.name))


def _summed(rows: pl.DataFrame, kind: str) -> list[dict[str, Any]]:
    known = pl.col(kind).is_not_null() & ~pl.col(kind).str.ends_with(NO_SERVER)
    return rows.filter(known).group_by(kind).agg(pl.col("requests", "failed").sum()).sort(kind).to_dicts()


def routes_asked(case: Case, own: pl.DataFrame) -> dict[str, float]:
    """Return of some subjects' loads (route_id, load) the share that was for each route."""
    routes = own.group_by("route_id").agg(pl.col("load").sum()).join(case.table("routes"), on="route_id").sort("route_id")
    total = max(float(own["load"].sum()), 1.0)
    return {row["route"]: row["load"] / total for row in routes.to_dicts()}


def hosts_asked(case: Case, scene: Scene) -> dict[str, float]:
    """Return the share of the excess, from the rise to the impact, that went to each host; nothing where it cannot be compared."""
    windows = [scene.window, *scene.others] if scene.placebos else []
    rows = case.rows(PACKAGE, "host_minutes", starts=[w.start for w in windows], ends=[w.end for w in windows]) if windows else []
    excess = {row["host"]: max(0.0, float(row["requests"]) - float(row["expected"])) for row in rows if row["host"] is not None}
    total = sum(excess.values())
    return {host: over / total for host, over in excess.items()} if total > 0 else {}
