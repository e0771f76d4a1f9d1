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
