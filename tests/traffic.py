"""Seeded traffic of several shapes, and incidents injected into it: what the detection tests and benchmarks look at.

A world is a frame of events (columns of ``formats.schema.EVENTS`` and ``logged_by``); injectors return a new frame and the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from tests.stored_case import add_log, add_user_accounts, new_case

from forensics.attribution.attribute import attribute
from forensics.case.case import Case
from forensics.collection import automation
from forensics.incidents import detect, rollups, survey

START = datetime(2024, 2, 19)
SHAPES = ("diurnal", "bursty", "sparse", "heavy-tailed")
ROUTES = ("/", "/explore", "/api/jobs/{}", "/cdn/images/{}.png", "/api/generate", "/login")
SHARES = np.array([0.15, 0.2, 0.3, 0.25, 0.07, 0.03])
USUAL_MS = np.array([60.0, 90.0, 40.0, 120.0, 4000.0, 150.0])


@dataclass(frozen=True)
class Truth:
    """What was injected; ``scope`` as the incident should name it."""

    kind: str
    scope: str
    start: datetime
    end: datetime


def at(day: float, hour: float = 0.0) -> datetime:
    """A moment so many days and hours after the start."""
    return START + timedelta(days=day, hours=hour)


def traffic(shape: str, seed: int, days: int = 10, per_second: float = 0.3, error_ratio: float = 0.002) -> pl.DataFrame:
    """Return quiet traffic of a shape, in order of time."""
    rng = np.random.default_rng([seed, SHAPES.index(shape)])
    minutes = days * 1440
    hour = np.arange(minutes) / 60 % 24
    rhythm = 1 + 0.75 * np.sin((hour - 9) / 24 * 2 * np.pi)
    rate = per_second * 60 * rhythm
    if shape == "sparse":
        rate = rate / 12
    if shape == "bursty":
        noise = np.empty(minutes)
        noise[0] = 0.0
        steps = rng.normal(0, 0.12, minutes)
        for i in range(1, minutes):
            noise[i] = 0.97 * noise[i - 1] + steps[i]
        rate = rate * np.exp(noise)
        rate[rng.random(minutes) < 0.002] *= 3
    if shape == "diurnal":
        weekday = (START.weekday() + np.arange(minutes) // 1440) % 7
        rate = rate * np.where(weekday >= 5, 0.6, 1.0)
    if shape == "heavy-tailed":
        seconds, account = _sessions(rng, rate / 8)
    else:
        seconds = _arrivals(rng, rate)
        account = np.minimum(rng.pareto(1.1, len(seconds)) * 20, 1999).astype(int)
    return events(rng, seconds, account, error_ratio)


def _arrivals(rng: np.random.Generator, rate: np.ndarray) -> np.ndarray:
    counts = rng.poisson(rate)
    return np.sort(np.repeat(np.arange(len(rate)), counts) * 60.0 + rng.random(counts.sum()) * 60)


def _sessions(rng: np.random.Generator, rate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Visits with Pareto many requests, seconds apart."""
    begins = _arrivals(rng, rate)
    sizes = np.minimum(1 + rng.pareto(1.3, len(begins)) * 2, 400).astype(int)
    visit = np.repeat(np.arange(len(begins)), sizes)
    gaps = rng.exponential(6.0, len(visit))
    gaps[np.cumsum(sizes) - sizes] = 0
    offset = np.cumsum(gaps)
    offset -= np.repeat(offset[np.cumsum(sizes) - sizes], sizes)
    seconds = begins[visit] + offset
    order = np.argsort(seconds, kind="stable")
    inside = seconds[order] < len(rate) * 60
    return seconds[order][inside], rng.integers(0, 2000, len(begins))[visit][order][inside]


def events(rng: np.random.Generator, seconds: np.ndarray, account: np.ndarray, error_ratio: float) -> pl.DataFrame:
    """Return events at these seconds after the start by these accounts."""
    count = len(seconds)
    route = rng.choice(len(ROUTES), count, p=SHARES)
    number = rng.integers(1000, 90000, count)
    frame = pl.DataFrame({"path": pl.Series(ROUTES).gather(route), "number": number}).select(
        pl.col("path").str.replace("{}", pl.col("number").cast(pl.String), literal=True)
    )
    return pl.DataFrame(
        {
            "started_at": np.datetime64(START, "us") + (seconds * 1e6).astype("timedelta64[us]"),
            "user_name": pl.Series(account).cast(pl.String).str.replace("^", "u"),
            "client_ip": pl.select(pl.format("198.18.{}.{}", pl.Series(account // 250), pl.Series(account % 250))).to_series(),
            "method": pl.Series(["GET"]).new_from_index(0, count),
            "path": frame["path"],
            "status": np.where(rng.random(count) < error_ratio, 500, 200),
            "bytes_sent": rng.integers(200, 20000, count),
            "duration_ms": np.round(USUAL_MS[route] * rng.lognormal(0, 0.5, count), 1),
            "user_agent": pl.Series(["Mozilla/5.0"]).new_from_index(0, count),
            "logged_by": pl.Series(["edge-1", "edge-2"]).gather(rng.random(count) >= 0.5),
        }
    )


def _inside(start: datetime, end: datetime) -> pl.Expr:
    return pl.col("started_at").is_between(start, end, closed="left")


def _draw(frame: pl.DataFrame, seed: int) -> pl.Series:
    return pl.Series("draw", np.random.default_rng(seed).random(frame.height))


def failing(
    frame: pl.DataFrame, start: datetime, end: datetime, share: float = 0.9, route: str | None = None, seed: int = 1
) -> pl.DataFrame:
    """Let a share of the answers fail (of the paths that begin with ``route``)."""
    mine = pl.lit(True) if route is None else pl.col("path").str.starts_with(route)
    hit = _inside(start, end) & mine & (_draw(frame, seed) < share)
    return frame.with_columns(pl.when(hit).then(503).otherwise("status").alias("status"))


def slow(frame: pl.DataFrame, start: datetime, end: datetime, times: float = 6.0) -> pl.DataFrame:
    """Let everything take several times as long."""
    return frame.with_columns(
        pl.when(_inside(start, end)).then(pl.col("duration_ms") * times).otherwise("duration_ms").alias("duration_ms")
    )


def lost(frame: pl.DataFrame, start: datetime, end: datetime, share: float = 1.0, host: str | None = None, seed: int = 2) -> pl.DataFrame:
    """Drop a share of the events (of one host): silence, collapse, a missing log."""
    mine = pl.lit(True) if host is None else pl.col("logged_by") == host
    return frame.filter(~(_inside(start, end) & mine & (_draw(frame, seed) < share)))


def crowd(frame: pl.DataFrame, start: datetime, end: datetime, per_second: float, seed: int = 3, accounts: int = 2000) -> pl.DataFrame:
    """Add requests of many accounts."""
    rng = np.random.default_rng(seed)
    length = (end - start).total_seconds()
    seconds = np.sort(rng.random(rng.poisson(length * per_second)) * length) + (start - START).total_seconds()
    added = events(rng, seconds, rng.integers(0, accounts, len(seconds)), 0.002)
    return pl.concat([frame, added]).sort("started_at", maintain_order=True)


def collector(
    frame: pl.DataFrame, start: datetime, end: datetime, per_second: float = 1.0, account: str = "u7777", seed: int = 5
) -> pl.DataFrame:
    """Add one account that fetches description and picture of one id after the other, evenly spaced."""
    rng = np.random.default_rng(seed)
    count = int((end - start).total_seconds() * per_second)
    seconds = (np.arange(count) + rng.normal(0, 0.02, count)) / per_second + (start - START).total_seconds()
    added = events(rng, np.abs(seconds), np.zeros(count, dtype=int), 0.0)
    number = 40000 + np.arange(count) // 2
    paths = [f"/api/jobs/{n}" if i % 2 == 0 else f"/cdn/images/{n}.png" for i, n in enumerate(number)]
    added = added.with_columns(pl.Series("path", paths), pl.lit(account).alias("user_name"), pl.lit("198.19.7.7").alias("client_ip"))
    return pl.concat([frame, added]).sort("started_at", maintain_order=True)


def found(folder: Path, frame: pl.DataFrame) -> tuple[Case, list[dict]]:
    """Store the events as one log per host, detect, and return the open case and its incidents by start."""
    case = new_case(folder)
    for (host,), rows in frame.partition_by("logged_by", as_dict=True, maintain_order=True).items():
        add_log(case, f"{host}.log", rows.drop("logged_by"), str(host))
    add_user_accounts(case)
    with case.transaction():
        rollups.count(case)
        detect.detect(case, survey.survey(case)())
    return case, case.table("incidents").sort("started_at").to_dicts()


def attributed(case: Case) -> None:
    """Find incidents and who made them, where nobody is linked (logs without accounts): the stages that this takes, half of all."""
    with case.transaction():
        rollups.count(case)
        automation.score(case)
        detect.detect(case, survey.survey(case)())
        attribute(case)
