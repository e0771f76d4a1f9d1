"""Routes, hosts and backends in the impact: where requests failed, and which host fell silent, against what is usual there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from forensics.attribution.facts.minutes import ERROR_RATIO
from forensics.attribution.scene import Scene
from forensics.attribution.setting import PACKAGE
from forensics.attribution.windows import MINUTE, Window, bounds
from forensics.case.case import Case

CONCENTRATED = 0.8
"""Failures keep to one part when this share of them is on it."""
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


OVER = timedelta(hours=1)
"""A host whose last log ended longer before the impact did not fall silent in it: of that time there is no log of it."""


@dataclass(frozen=True)
class Host:
    """A host in the impact, against the same hours of other days."""

    name: str
    requests: int
    failed: int
    expected: float
    file_ends: bool
    """Whether one of its log files ends within two minutes of the start."""

    @property
    def silent(self) -> bool:
        """Whether next to nothing came from it where something should have."""
        return self.expected >= 20 and self.requests < 0.02 * self.expected


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


def concentrated(parts: Sequence[Part], kind: str, usual_ratio: float) -> Part | None:
    """Return the part of a kind that the failures keep to while the others of that kind are served; None when there is none.

    ``parts``: those with most of the failures first; ``usual_ratio``: share of all requests that usually fail.
    """
    own = [p for p in parts if p.kind == kind]
    if len(own) < 2 or own[0].failure_share < CONCENTRATED:
        return None
    top, rest = own[0], own[1:]
    elsewhere = sum(p.failed for p in rest) / max(sum(p.requests for p in rest), 1)
    return top if elsewhere <= max(ERROR_RATIO, 0.1 * top.ratio, 3.0 * usual_ratio) and top.ratio >= 0.05 else None


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
    rows = case.rows(PACKAGE, "host_minutes", **bounds(windows)) if windows else []
    excess = {row["host"]: max(0.0, float(row["requests"]) - float(row["expected"])) for row in rows if row["host"] is not None}
    total = sum(excess.values())
    return {host: over / total for host, over in excess.items()} if total > 0 else {}


def hosts_of(broken: pl.DataFrame, windows: int, impact: Window, logged: Mapping[str, Sequence[tuple[datetime, datetime]]]) -> list[Host]:
    """Return the hosts that were logged when the impact began.

    ``broken``: as of ``breakdown.sql``, the impact compared with so many ``windows``; ``logged``: where each host's files begin and end.
    """
    table = broken.filter(pl.col("host").is_not_null()).group_by("host").agg(
        requests=pl.col("requests").filter(pl.col("w") == 0).sum(), failed=pl.col("failed").filter(pl.col("w") == 0).sum(),
        usually=pl.col("requests").filter(pl.col("w") > 0).sum(),
    ).sort("host")  # fmt: skip
    found = []
    for row in table.to_dicts():
        files = logged.get(row["host"], [(impact.start, impact.start)])
        if min(first for first, _ in files) <= impact.start <= max(last for _, last in files) + OVER:
            ends = row["host"] in logged and any(abs(last - impact.start) <= 2 * MINUTE for _, last in files)
            found.append(Host(row["host"], row["requests"], row["failed"], row["usually"] / max(windows, 1), ends))
    return found
