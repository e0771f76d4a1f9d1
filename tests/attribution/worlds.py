# ruff: noqa: E501
"""Synthetic rollups with a known answer: the tables that attribution reads, written directly, without a single log line.

A world is some days of the hours around midnight: thousands of requests an hour by ordinary accounts of very different activity (log-normal),
bursty from day to day (gamma), plus whatever is injected on the last day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from tests.stored_case import new_case

from forensics.case.case import Case

FIRST_DAY = datetime(2024, 2, 17)
ROUTES = ["/", "/jobs/{id}", "/images/{id}", "/api/generate", "/login", "/gallery/{id}"]
KINDS = [None, "job", "image", None, None, "gallery"]
ROUTE_SHARES = np.array([0.2, 0.15, 0.3, 0.1, 0.05, 0.2])
COSTS = np.array([20.0, 15.0, 12.0, 900.0, 30.0, 25.0])
HOURS = (22, 26)
HOSTS = ["edge-1", "edge-2"]


def _counted(whole: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Count requests for each combination of whole numbers, in their order; they are grouped as one number, which takes half the time."""
    key = pl.lit(0, pl.Int64)
    for name in keys:
        low, high = whole.select(pl.col(name).min().alias("low"), pl.col(name).max().alias("high")).row(0)
        key = key * (high - low + 1) + (pl.col(name) - low)
    amounts = [pl.len().cast(pl.Int64).alias("requests"), pl.col("failed").sum(), pl.col("ms").sum().alias("duration_ms_sum")]
    return whole.group_by(key.alias("key")).agg(pl.col(keys).first(), *amounts).sort("key").drop("key")


@dataclass
class World:
    """Rows are columns of numpy arrays until ``write``; minutes count from the first day's midnight."""

    seed: int = 1
    days: int = 15
    accounts: int = 300
    per_minute: float = 120.0
    anonymous: float = 0.2
    onset: int = 24 * 60
    ramp: int = 30
    end: int = 25 * 60 + 30
    rng: np.random.Generator = field(init=False)
    parts: list[dict[str, np.ndarray]] = field(default_factory=list)
    actors: list[dict[str, object]] = field(default_factory=list)
    members: list[dict[str, object]] = field(default_factory=list)
    has_ramp: bool = True
    kind: str = "errors"
    late: int = 0
    """Seconds into its minute at which the impact is said to have begun."""
    scope: str = "everything"
    strain: int = 0
    """For how many minutes before the impact a ring was at it."""

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        self.names = np.array([f"u{i:05d}" for i in range(self.accounts)])
        self.activity = self.rng.lognormal(0, 1.3, self.accounts)
        self.activity /= self.activity.sum()
        self.account_agent = self.rng.integers(0, 6, self.accounts)
        self.account_network = self.rng.integers(0, max(1, self.accounts * 3 // 4), self.accounts)
        for day in range(self.days):
            self._ordinary(day)

    @property
    def last(self) -> int:
        """The last day's midnight, in minutes."""
        return (self.days - 1) * 1440

    @property
    def start(self) -> datetime:
        """When the impact begins."""
        return FIRST_DAY + timedelta(minutes=self.last + self.onset, seconds=self.late)

    def _ordinary(self, day: int, lift: float = 1.0, span: tuple[int, int] | None = None) -> None:
        low, high = span or (HOURS[0] * 60, HOURS[1] * 60)
        burst = self.rng.gamma(0.5, 2.0, self.accounts)
        weights = self.activity * burst
        level = self.per_minute * (1 - self.anonymous) * self.rng.normal(1, 0.06) * (high - low) * lift
        counts = self.rng.poisson(weights / self.activity.mean() / self.accounts * level)
        self.add_accounts(np.repeat(np.arange(self.accounts), counts), day * 1440 + self.rng.integers(low, high, counts.sum()))
        unnamed = self.rng.poisson(self.per_minute * self.anonymous * (high - low) * lift)
        self.add_anonymous(self.rng.zipf(1.6, unnamed) % 4000, day * 1440 + self.rng.integers(low, high, unnamed))

    def add_accounts(self, who: np.ndarray, minute: np.ndarray, route: np.ndarray | None = None, agent: np.ndarray | None = None) -> None:
        """Add one request per element by accounts (positions in ``names``)."""
        n = len(who)
        self.parts.append({
            "minute": minute, "account": who,
            "network": self.account_network[who],
            "agent": self.account_agent[who] if agent is None else agent,
            "route": self.rng.choice(6, n, p=ROUTE_SHARES) if route is None else route,
        })  # fmt: skip

    def add_anonymous(self, network: np.ndarray, minute: np.ndarray, agent: np.ndarray | None = None) -> None:
        """Add one request per element without account."""
        n = len(network)
        self.parts.append({
            "minute": minute, "account": np.full(n, -1), "network": 10_000 + network,
            "agent": self.rng.integers(0, 6, n) if agent is None else agent,
            "route": self.rng.choice(6, n, p=ROUTE_SHARES),
        })  # fmt: skip

    def newcomers(self, count: int) -> np.ndarray:
        """Make so many accounts that were never seen before; returns their positions."""
        start = len(self.names)
        self.names = np.concatenate([self.names, np.array([f"n{start + i:05d}" for i in range(count)])])
        self.account_agent = np.concatenate([self.account_agent, self.rng.integers(0, 6, count)])
        self.account_network = np.concatenate([self.account_network, 20_000 + start + np.arange(count)])
        return np.arange(start, start + count)

    def actor(self, positions: np.ndarray, level: str = "same payer", parent: str | None = None, bits: float = 8.0) -> str:
        """Link accounts to one actor; returns its id."""
        actor_id = f"payer-{min(self.names[positions])}"
        self.actors.append({
            "actor_id": actor_id, "parent_actor_id": parent, "label": f"the accounts of {self.names[positions[0]]}",
            "accounts": len(positions), "level": level, "likelihood": 0.95,
        })  # fmt: skip
        self.members += [{"actor_id": actor_id, "account_id": str(self.names[p]), "strength_bits": bits, "via": "card"} for p in positions]
        return actor_id

    def organisation(self, actor_id: str, others: np.ndarray) -> str:
        """Put an actor into an organisation together with other accounts (each an actor of its own)."""
        org = "org-" + actor_id
        self.actors.append(
            {"actor_id": org, "parent_actor_id": None, "label": "Company", "accounts": 0, "level": "same organisation", "likelihood": 0.8}
        )
        for row in self.actors:
            if row["actor_id"] == actor_id:
                row["parent_actor_id"] = org
        for p in others:
            self.actor(np.array([p]), "same operator", org)
        return org

    def ring(
        self, positions: np.ndarray, per_minute: float, start: int | None = None, end: int | None = None, shares: np.ndarray | None = None
    ) -> None:
        """Let accounts fetch job and image in pairs, ``per_minute`` requests together, from the ramp to the end."""
        low = self.last + (self.onset - self.ramp if start is None else start)
        high = self.last + (self.end if end is None else end)
        self.strain = max(self.strain, min(self.ramp, self.last + self.onset - low))
        n = self.rng.poisson(per_minute * (high - low))
        who = self.rng.choice(positions, n, p=shares)
        self.add_accounts(who, self.rng.integers(low, high, n), np.where(self.rng.random(n) < 0.5, 1, 2), np.full(n, 7))

    def surge(self, lift: float, start: int | None = None, new: int = 0) -> None:
        """A launch day: everybody does a bit more, and newcomers come."""
        low = self.onset - self.ramp if start is None else start
        self._ordinary(self.days - 1, lift, (low, self.end))
        if new:
            who = self.newcomers(new)
            n = self.rng.poisson(self.per_minute * lift * 0.5 * (self.end - low))
            self.add_accounts(self.rng.choice(who, n), self.last + self.rng.integers(low, self.end, n))

    def retries(self, factor: float, share: float = 1.0) -> None:
        """After the failure, clients ask again and again: some (``share``) of the accounts, ``factor`` times their ordinary load."""
        pool = np.flatnonzero(self.rng.random(self.accounts) < share)
        pool = pool if len(pool) else np.array([0])
        weights = self.activity[pool] / self.activity[pool].sum()
        n = self.rng.poisson(self.per_minute * factor * (self.end - self.onset))
        self.add_accounts(self.rng.choice(pool, n, p=weights), self.last + self.rng.integers(self.onset, self.end, n))

    def write(
        self,
        folder: Path,
        *,
        fail: float = 0.8,
        failing_route: int | None = None,
        failing_backend: str | None = None,
        lost_host: str | None = None,
        strained: int | None = None,
    ) -> Case:
        """Write the tables and one incident; failures happen from the onset to the end.

        ``strained``: for so many minutes before it, and until the end, answers come more and more slowly, up to six times; for as long as
        a ring was at it before, where it is the load that breaks everything.
        """
        case = new_case(folder)
        case.execute("incidents", "macros")
        rows = {key: np.concatenate([p[key] for p in self.parts]) for key in self.parts[0]}
        broken = (rows["minute"] >= self.last + self.onset) & (rows["minute"] < self.last + self.end)
        host = rows["network"] % 2
        if failing_route is not None:
            broken &= rows["route"] == failing_route
        if failing_backend is not None:
            broken &= host == HOSTS.index(failing_backend)
        failed = broken & (self.rng.random(len(broken)) < fail)
        if lost_host is not None:
            gone = (host == HOSTS.index(lost_host)) & (rows["minute"] >= self.last + self.onset) & (rows["minute"] < self.last + self.end)
            rows = {key: values[~gone] for key, values in rows.items()}
            host, failed = host[~gone], np.zeros((~gone).sum(), dtype=bool)
        if strained is None:
            strained = self.strain if failing_route is None and failing_backend is None and lost_host is None else 0
        since = rows["minute"] - (self.last + self.onset - strained)
        slower = 1.0 + 5.0 * np.clip(since / max(strained, 1), 0.0, 1.0) * ((strained > 0) & (rows["minute"] < self.last + self.end))
        self._tables(case, rows, host, failed, COSTS[rows["route"]] * slower)
        return case

    def _tables(self, case: Case, rows: dict[str, np.ndarray], host: np.ndarray, failed: np.ndarray, ms: np.ndarray) -> None:
        keys = {"m": rows["minute"], "a": rows["account"], "n": rows["network"], "agent_id": rows["agent"], "route_id": rows["route"]}
        whole = pl.DataFrame({**keys, "host": host, "failed": failed.astype(np.int64), "ms": ms})
        minute = (pl.lit(FIRST_DAY) + pl.duration(minutes=pl.col("m"))).alias("minute")
        numbers = [pl.col("agent_id", "route_id").cast(pl.Int32)]
        subjects = _counted(whole, list(keys)).with_columns(minute, *numbers)
        names = pl.Series([str(name) for name in self.names])
        known = pl.when(pl.col("a") >= 0).then(pl.col("a"))
        subjects = subjects.with_columns(
            account_id=known.map_batches(lambda places: names.gather(places), return_dtype=pl.String),
            network=pl.format("198.{}.{}.0/24", pl.col("n") // 256 % 256, pl.col("n") % 256),
        )  # fmt: skip
        case.insert("subject_minutes", subjects.drop("m", "a", "n"))
        service = _counted(whole, ["m", "host", "route_id"]).with_columns(
            minute, pl.col("route_id").cast(pl.Int32), timed=pl.col("requests")
        )
        service = service.with_columns(
            host=pl.lit(pl.Series(HOSTS)).gather(pl.col("host")), refused=pl.lit(0, pl.Int64), bytes_sent=pl.lit(0, pl.Int64)
        )
        case.insert("service_minutes", service.drop("m"))
        case.insert(
            "routes", pl.DataFrame({"route_id": range(6), "route": ROUTES, "object_kind": KINDS}, schema_overrides={"route_id": pl.Int32})
        )
        case.insert(
            "agents",
            pl.DataFrame(
                {"agent_id": range(10), "user_agent": [f"Agent{i}/1.0" for i in range(10)]}, schema_overrides={"agent_id": pl.Int32}
            ),
        )
        if self.actors:
            case.insert("actors", pl.DataFrame(self.actors, infer_schema_length=None))
            case.insert("actor_accounts", pl.DataFrame(self.members))
        start = self.start
        incident = {
            "incident_id": f"{start:%Y-%m-%dT%H:%M}-{self.kind}-{self.scope}", "kind": self.kind, "scope": self.scope, "started_at": start,
            "peaked_at": start + timedelta(minutes=5), "ended_at": FIRST_DAY + timedelta(minutes=self.last + self.end), "severity": "critical",
            "ramp_started_at": start - timedelta(minutes=self.ramp) if self.has_ramp else None, "summary": "It broke.",
        }  # fmt: skip
        case.insert("incidents", pl.DataFrame([incident]))
