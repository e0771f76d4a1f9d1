"""When requests begin to fail, by minutes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ERROR_RATIO = 0.02
"""Share of failures below which a minute never fails clearly."""


def ratios(rows: pl.DataFrame) -> Floats:
    """Return the share of requests that failed in each row."""
    found: Floats = rows["failed"].to_numpy() / np.maximum(rows["requests"].to_numpy().astype(float), 1.0)
    return found


def error_onset(rows: pl.DataFrame, before: datetime) -> datetime | None:
    """Return the first minute from which two of three minutes fail clearly: by their share, and by more failures than chance has.

    ``rows``: consecutive minutes with requests and failed; what is usual is learnt from those earlier than ``before``.
    """
    ratio, failed = ratios(rows), rows["failed"].to_numpy().astype(float)
    calm = rows.filter(pl.col("minute") < before)
    usual: Any = float(calm["failed"].sum()) / max(float(calm["requests"].sum()), 1.0)
    chance = usual * rows["requests"].to_numpy().astype(float)
    bad = ratio > max(ERROR_RATIO, 5.0 * float(np.median(ratio[: len(calm)])) if len(calm) else 0.0)
    bad &= failed >= 2.0 + chance + 3.0 * np.sqrt(chance)
    runs = bad[:-2].astype(int) + bad[1:-1] + bad[2:] if len(bad) > 2 else np.zeros(0)
    found = np.flatnonzero((runs >= 2) & bad[:-2]) if len(runs) else np.zeros(0, dtype=int)
    return rows["minute"][int(found[0])] if len(found) else None
