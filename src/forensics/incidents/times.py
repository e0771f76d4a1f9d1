"""Moments and lengths of time as a person says them."""

from __future__ import annotations

from datetime import datetime, timedelta


def span(length: timedelta) -> str:
    """A length of time as a person says it: ``40 s``, ``12 min``, ``26 h 20 min``, ``3 d 4 h``."""
    seconds = round(length.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    if minutes < 2880:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes // 1440} d {minutes % 1440 // 60} h"


def moment(at: datetime) -> str:
    """A moment to the second, in UTC."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def milliseconds(taken: float) -> str:
    """How long an answer took: ``412 ms``, ``3.1 s``."""
    return f"{taken:,.0f} ms" if taken < 1000 else f"{taken / 1000:,.1f} s"
