"""What every log format yields: a frame of events with a fixed schema."""

from __future__ import annotations

import polars as pl

EVENTS: dict[str, pl.DataType] = {
    "line": pl.Int64(),  # 1-based physical line of the evidence file
    "timestamp": pl.Datetime("us"),  # as logged, in UTC
    "started_at": pl.Datetime("us"),  # timestamp less the duration where the log gives the end; else the timestamp
    "client_ip": pl.String(),
    "user_name": pl.String(),
    "method": pl.String(),
    "host": pl.String(),
    "path": pl.String(),
    "query": pl.String(),
    "protocol": pl.String(),
    "status": pl.Int16(),
    "bytes_sent": pl.Int64(),
    "duration_ms": pl.Float64(),
    "referrer": pl.String(),
    "user_agent": pl.String(),
    "request": pl.String(),  # the raw request when it is not a well formed one; method, path, query, protocol are then NULL
    "extra": pl.List(pl.Struct({"key": pl.String(), "value": pl.String()})),  # sorted by key; a MAP in the case
}
"""Column -> type of the events that leave ``formats/`` (``evidence_id`` is added when they are stored)."""

LINES: dict[str, pl.DataType] = {"line": pl.Int64(), "raw": pl.String()}
"""What enters ``formats/``: physical line number and the line's text without its line end."""

LONGEST_LINE = 1 << 20
"""Bytes of the longest line that enters ``formats/``; a longer one is rejected before."""

OUTCOME: dict[str, pl.DataType] = {"outcome": pl.String(), "reason": pl.String()}
"""What a parser adds to each line: outcome ``event``, ``skipped`` or ``rejected``, with the reason of the latter two."""
