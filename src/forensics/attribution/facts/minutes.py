"""What came first, by minutes: the errors or the load of the blamed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forensics.attribution.scene import Scene
from forensics.attribution.search.finding import Finding
from forensics.attribution.windows import MINUTE

Floats = NDArray[np.float64]

ERROR_RATIO = 0.02
"""Share of failures below which a minute never fails clearly."""


def ratios(rows: pl.DataFrame) -> Floats:
    """Return the share of requests that failed in each row."""
    found: Floats = rows["failed"].to_numpy() / np.maximum(rows["requests"].to_numpy().astype(float), 1.0)
    return found


CALM = 3
"""So many minutes in a row without clear failures end what failed before them."""


def error_onset(rows: pl.DataFrame, before: datetime, impact: datetime | None = None) -> datetime | None:
    """Return the first minute from which two of three minutes fail clearly: by their share, and by more failures than chance has.

    ``rows``: consecutive minutes with requests and failed; what is usual is learnt from those earlier than ``before``. What had been over
    for minutes when the ``impact`` began (a client that tried one thing again and again) is not its beginning.
    """
    ratio, failed = ratios(rows), rows["failed"].to_numpy().astype(float)
    calm = rows.filter(pl.col("minute") < before)
    usual: Any = float(calm["failed"].sum()) / max(float(calm["requests"].sum()), 1.0)
    chance = usual * rows["requests"].to_numpy().astype(float)
    bad = ratio > max(ERROR_RATIO, 5.0 * float(np.median(ratio[: len(calm)])) if len(calm) else 0.0)
    bad &= failed >= 2.0 + chance + 3.0 * np.sqrt(chance)
    runs = bad[:-2].astype(int) + bad[1:-1] + bad[2:] if len(bad) > 2 else np.zeros(0)
    found = np.flatnonzero((runs >= 2) & bad[:-2]) if len(runs) else np.zeros(0, dtype=int)
    if impact is not None:
        over = _last_calm(bad[: int((rows["minute"] < impact).sum())])
        found = found[found >= over] if (found >= over).any() else found
    return rows["minute"][int(found[0])] if len(found) else None


def _last_calm(bad: NDArray[np.bool_]) -> int:
    """Return where the last minutes in a row without clear failures begin; 0 where there are none."""
    if len(bad) < CALM:
        return 0
    calm = np.flatnonzero(~np.lib.stride_tricks.sliding_window_view(bad, CALM).any(axis=1))
    return int(calm[-1]) if len(calm) else 0


MOST_LAG = 30
BLOCK = 10
DRAWS = 200


@dataclass(frozen=True)
class LeadLag:
    """By how many minutes errors follow the load (negative: they come first), with a 90 % interval, and the correlation there."""

    lag: int
    low: int
    high: int
    correlation: float


def lead_lag(load: Floats, errors: Floats, seed: int = 1) -> LeadLag | None:
    """Return the lag of the highest cross-correlation of two minute series; None when either does not vary.

    The interval is a moving block bootstrap of the pairs (Künsch 1989) with a fixed seed; blocks of ten minutes.
    """
    if len(load) < 3 * BLOCK or np.ptp(load) == 0 or np.ptp(errors) == 0:
        return None
    most = min(MOST_LAG, len(load) // 3)
    lags = np.arange(-most, most + 1)
    pairs = [_pairs(load, errors, int(lag)) for lag in lags]
    observed = np.array([_correlation(a, b) for a, b in pairs])
    best = int(np.argmax(observed))
    shortest = min(len(a) for a, _ in pairs)
    first, second = (np.stack([pair[side][:shortest] for pair in pairs]) for side in (0, 1))
    rng = np.random.default_rng(seed)
    draws = [_draw(first, second, rng) for _ in range(DRAWS)]
    low, high = np.quantile(lags[draws], [0.05, 0.95], method="nearest")
    return LeadLag(int(lags[best]), int(low), int(high), float(observed[best]))


def _pairs(load: Floats, errors: Floats, lag: int) -> tuple[Floats, Floats]:
    """Pair each minute's load with the errors ``lag`` minutes later."""
    if lag >= 0:
        return load[: len(load) - lag], errors[lag:]
    return load[-lag:], errors[:lag]


def _correlation(a: Floats, b: Floats) -> float:
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / scale if scale > 0 else 0.0


def _draw(load: Floats, errors: Floats, rng: np.random.Generator) -> int:
    """Return the place of the best lag in one resampling of the pairs; ``load`` and ``errors``: a row per lag, a column per minute."""
    minutes = load.shape[1]
    starts = rng.integers(0, minutes - BLOCK + 1, -(-minutes // BLOCK))
    index = (starts[:, None] + np.arange(BLOCK)).ravel()
    first, second = np.take(load, index, axis=1), np.take(errors, index, axis=1)
    first -= first.mean(axis=1, keepdims=True)
    second -= second.mean(axis=1, keepdims=True)
    scale = np.sqrt((first * first).sum(axis=1) * (second * second).sum(axis=1))
    return int(np.argmax((first * second).sum(axis=1) / np.maximum(scale, 1e-12)))


def onset(load: Floats, expected: float, share: float = 0.1) -> int | None:
    """Return the first minute at which a series has made ``share`` of its whole excess over ``expected`` per minute."""
    over = np.maximum(load - expected, 0.0)
    total = over.sum()
    if total <= 0:
        return None
    return int(np.argmax(np.cumsum(over) >= share * total))


BEFORE = 3
"""Minutes before the errors that show at which pace the blamed asked."""


def at_their_pace(near: pl.DataFrame, errors: datetime) -> tuple[pl.DataFrame, float]:
    """Return the minutes without what the blamed asked beyond their pace once requests failed, and at how many times it they asked then.

    It broke nothing; as much of it failed as of all.
    """
    pace, then = (
        float(near.filter(pl.col("minute").is_between(start, start + BEFORE * MINUTE, closed="left"))["blamed"].mean() or 0.0)  # type: ignore[arg-type]
        for start in (errors - BEFORE * MINUTE, errors)
    )
    more = pl.when(pl.col("minute") >= errors).then((pl.col("blamed") - pace).clip(0)).otherwise(0.0)
    kept = (1.0 - more / pl.col("load").clip(1e-9)).clip(0.0, 1.0)
    first = near.with_columns(pl.col("blamed") - more, *(pl.col(name) * kept for name in ("requests", "failed", "load", "refused")))
    return first, then / max(pace, 1e-9)


LEAP = 0.25
"""Load that was less than this share, in the two minutes before the errors, of what it was in the two after, rose with them."""


def load_onset(near: pl.DataFrame, scene: Scene, finding: Finding) -> datetime | None:
    """Return when the blamed subjects' load had made a tenth of the excess that it made up to the impact's first minutes."""
    rows = near.filter(pl.col("minute") < scene.window.end + 5 * MINUTE)
    load = rows["blamed"].to_numpy().astype(float)
    before = load[(rows["minute"] < scene.window.start).to_numpy()]
    at = onset(load, max(float(np.median(before)) if len(before) >= 30 else 0.0, _usual(scene, finding)))
    return rows["minute"][at] if at is not None and load.sum() > 0 else None


def _usual(scene: Scene, finding: Finding) -> float:
    """Return what is to be expected of the blamed in a minute."""
    return sum(b.winner.expected for b in finding.blamed) / max(scene.window.minutes, 1)


def run_start(near: pl.DataFrame, scene: Scene, load_at: datetime | None) -> datetime:
    """Return since when the blamed asked without a break, at half the pace or more that they had when their load had risen."""
    if load_at is None or load_at >= scene.window.start:
        return scene.window.start
    pace = 0.5 * float(near.filter(pl.col("minute") == load_at)["blamed"].sum())
    calm = near.filter((pl.col("minute") < load_at) & (pl.col("blamed") < pace))["minute"]
    began: datetime = calm[-1] + MINUTE if len(calm) else near["minute"][0]
    return began


def early_share(near: pl.DataFrame, scene: Scene, finding: Finding, errors: datetime | None) -> float:
    """Return which share of their excess in the window the blamed made before the minute of the first errors."""
    inside = near.filter((pl.col("minute") >= scene.window.start) & (pl.col("minute") < scene.window.end))
    usual = _usual(scene, finding)
    over = inside.select("minute", over=pl.col("blamed") - usual)
    total = float(over["over"].sum())
    if errors is None or total <= 0:
        return 1.0
    return min(1.0, max(0.0, float(over.filter(pl.col("minute") < errors)["over"].sum()) / total))


def leapt_with(near: pl.DataFrame, errors: datetime | None) -> bool:
    """Whether the load of the blamed rose with the errors: then it was not borne before them."""
    if errors is None:
        return False
    before, at_once = (
        float(near.filter(pl.col("minute").is_between(start, start + 2 * MINUTE, closed="left"))["blamed"].sum())
        for start in (errors - 2 * MINUTE, errors)
    )
    return before < LEAP * at_once
