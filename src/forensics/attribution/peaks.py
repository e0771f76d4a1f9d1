"""The highest load before the fall, of everybody and without the blamed."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from forensics.attribution.comers import LATEST
from forensics.attribution.windows import MINUTE, Window


def until_the_fall(near: pl.DataFrame, window: Window, impact: Window, errors: datetime | None, *, there_before: bool) -> pl.DataFrame:
    """Return the minutes of the load that may have broken the service: up to the first that fails, if soon.

    Later there are retries, too; and in that minute already, where the blamed were there long before it (``there_before``).
    """
    soon = errors if errors is not None and errors <= impact.start + LATEST else window.end - MINUTE
    started = near.filter(pl.col("minute").is_between(window.start, max(window.start, soon)))
    calm = started.filter(pl.col("minute") < errors) if there_before and errors is not None else started
    return calm if len(calm) else started


def rest_peak(started: pl.DataFrame, errors: datetime | None) -> float:
    """Return the highest load of a minute without the blamed: of the minutes before the first that fails, where the load had come by then.

    What a balancer refuses in the minute of the fall often names nobody (the application never saw it): it is not the others' load.
    """
    before = started.filter(pl.col("minute") < errors) if errors is not None else started
    come = len(before) > 0 and float(before["blamed"].max()) >= 0.5 * float(started["blamed"].max() or 0)  # type: ignore[arg-type]
    chosen = before if come else started
    return float((chosen["load"] - chosen["blamed"]).max() or 0)  # type: ignore[arg-type]
