"""Texts that tell of a request and not when it came: what carries them knows, and its time is written before them, or into the record."""

from __future__ import annotations

from typing import TypeVar

import polars as pl

Text = TypeVar("Text", pl.Series, pl.Expr)

RECORD = r"^\{|(?:^|\s)(?:method|verb|path|uri|url|status)="
"""A record, or named values, which become one."""
_TIMES = ('"time', '"ts"', '"t"', '"@t', '"date', '"msec"', '"start', '"epoch', 'timestamp"', "Timestamp", '_at"', 'edAt"')
"""What shows that a record tells a time of its own."""
_TIME = r'Time"\s*:\s*(?:\{|"?\d{9}|"[^"]*(?:\d[/:T-]\d|[A-Z][a-z]{2},? ))'
"""The same of a name that may as well be that of a duration (``responseTime``): the value is no duration."""
_ASKED = r'(?:\b|m)(?:GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS) (?:/|https?://)[^\s"]*'
_CLOCK = (
    r"(?:^|[\s\[(T])\d{1,2}:\d\d:\d\d|\d{4}-\d\d-\d\d|\d/[A-Z][a-z]{2}/\d|\b\d{8}T\d{4}|"
    r"^\d{10}|\b\d{10}\.\d|\b1\d{9}(?:\d{3}|\d{6}|\d{9})?\b"
)
"""Times of day, dates, and seconds, milliseconds, microseconds or nanoseconds since 1970."""
_STAMP = r"^[0-9][0-9A-Za-z:.,+/ -]*$"


def timed(records: pl.Series) -> pl.Series:
    """Return which records tell a time of their own."""
    told = records.str.contains_any(list(_TIMES))
    return told if told.all() else told | records.str.contains(_TIME)


def timeless(text: Text) -> Text:
    """Return which texts tell of a request and not when it came, as uvicorn and morgan print them.

    Records and named values are none: what stands before them is no part of them.
    """
    return text.str.contains(_ASKED) & ~text.str.contains(RECORD) & ~text.str.replace(_ASKED, "").str.contains(_CLOCK)


def dated(text: pl.Series, at: pl.Series) -> pl.Series:
    """Return texts with the time ``at`` of what carries them, where they have none themselves."""
    stamped = at.str.contains(_STAMP)
    bare = pl.lit(text.str.starts_with("{") & ~timed(text) & stamped)
    record = pl.lit('{"_timestamp":"' + at + '",' + text.str.slice(1))
    line = pl.lit(at + " " + text)
    return pl.select(pl.when(bare).then(record).when(pl.lit(timeless(text) & stamped)).then(line).otherwise(pl.lit(text))).to_series()
