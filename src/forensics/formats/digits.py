"""Times whose every digit stands in the same place in all lines of a batch: their bytes as numbers, without reading any by notation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

_ZERO = ord("0")
_LATEST = {"month": 12, "hour": 23, "minute": 59, "second": 59}
_PLACES = {"year": (0, 4), "month": (5, 7), "day": (8, 10), "hour": (11, 13), "minute": (14, 16), "second": (17, 19)}
_FRACTION = 20
"""Where the digits of a fraction begin in ``2026-03-02T00:00:00.123``."""


def iso_times(text: pl.Series, like: str, digits: int) -> pl.Series | None:
    """Return microseconds of ISO 8601 times as their clock shows them, for texts that differ from ``like`` (one of them) in digits alone.

    ``digits``: of the fraction. What follows that, a zone, must be the same in all. None where some text is another one, or no time.
    """
    rows = _columns(text, len(like))
    if rows is None:
        return None
    places = {**_PLACES, "fraction": (_FRACTION, _FRACTION + digits)}
    numeric = sorted(place for start, end in places.values() for place in range(start, end))
    alike = np.frombuffer(like.encode(), dtype=np.uint8)[:, None]
    others = np.setdiff1d(np.arange(len(like)), numeric)
    if (rows[others] != alike[others]).any() or (rows[numeric] - _ZERO > 9).any():  # bytes: what is below zero is above nine, too
        return None
    number = {name: _number(rows[start:end]) for name, (start, end) in places.items()}
    months = (number["year"] - 1970) * 12 + number["month"] - 1
    days = _first_days(months) + number["day"] - 1
    real = (number["month"] > 0).all() and (number["day"] > 0).all() and (days < _first_days(months + 1)).all()
    if not real or any((number[name] > latest).any() for name, latest in _LATEST.items()):
        return None
    seconds = (number["hour"] * 60 + number["minute"]) * 60 + number["second"]
    fraction = number["fraction"] * 10**6 // 10**digits
    return pl.Series((days * 86_400 + seconds) * 10**6 + fraction, dtype=pl.Int64).cast(pl.Datetime("us"))


def _first_days(months: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the first day of each month, counted from the first of 1970 like these."""
    return months.astype("M8[M]").astype("M8[D]").astype(np.int64)


def _columns(text: pl.Series, width: int) -> npt.NDArray[np.uint8] | None:
    """Return the bytes of texts that are all so long, a row for each place."""
    lengths = text.str.len_bytes()
    if text.null_count() or lengths.min() != width or lengths.max() != width:
        return None
    together = text.str.join("")[0].encode()
    return np.ascontiguousarray(np.frombuffer(together, dtype=np.uint8).reshape(-1, width).T)


def _number(rows: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    total = np.zeros(rows.shape[1], dtype=np.int64)
    for row in rows:
        total = total * 10 + (row - _ZERO)
    return total
