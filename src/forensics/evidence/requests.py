"""Whether records are requests: a log of an application names users and addresses as an export of accounts does."""

from __future__ import annotations

import io

import polars as pl

from forensics.evidence.documents import text_chunks
from forensics.evidence.lines import split_lines
from forensics.evidence.recognise import GENERAL_RANK, Asked, candidates
from forensics.evidence.wrappings import unwrap
from forensics.formats.base import ReadOptions
from forensics.formats.registry import by_name

_ENOUGH = 1 << 16
_FIRST = 20
_METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE", "PROPFIND"]


def tells_requests(head: bytes) -> bool:
    """Whether the first records of a file (JSON or a table with a header) have a time, a target and an HTTP method.

    Tables whose rows carry whole lines of an access log tell of requests, too.
    """
    raw = split_lines(b"".join(text_chunks(io.BytesIO(head[:_ENOUGH])))).head(_FIRST)
    if not raw.str.contains_any(_METHODS).any():
        return False
    lines = pl.DataFrame({"line": pl.int_range(1, len(raw) + 1, dtype=pl.Int64, eager=True), "raw": raw}).drop_nulls()
    known = (entry for entry in candidates(Asked(lines)) if entry.rank > GENERAL_RANK)
    read = pl.concat([entry.open(ReadOptions())(lines) for entry in (by_name("json"), by_name("csv"), *known)])
    asked = (pl.col("outcome") == "event") & pl.col("method").is_in(_METHODS) & pl.col("path").is_not_null()
    return bool(read.select(asked.any()).item()) or _carries_lines(lines)


def _carries_lines(lines: pl.DataFrame) -> bool:
    """Whether most rows after the header hold a line of an access log in one of their fields, as exports of log searches do."""
    inner = unwrap(lines).inner
    if inner.is_empty():
        return False
    read = by_name("clf").open(ReadOptions())(inner)
    return 2 * int((read["outcome"] == "event").sum()) >= len(lines) - 1
