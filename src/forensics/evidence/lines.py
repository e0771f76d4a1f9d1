"""From bytes to frames of lines, in blocks: physical line numbers stay true, whatever the bytes are.

Lines are views into their block; blank lines come back as NULL, a carriage return before the line end goes, one inside a line stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from forensics.formats.base import BlockParser, BlockRead, Parser
from forensics.formats.schema import EVENTS, LINES, LONGEST_LINE
from forensics.formats.views import places, texts

BLOCK_BYTES = 12 << 20
"""Bytes of text per block; a fixed number, so that the same evidence gives the same Parquet row groups.

Measured with two million combined lines: blocks of 24 MB take the same processor time, 0.2 GB more memory and half as many page faults
again; with blocks of 4 and 6 MB, what is done once for each shows.
"""

KEPT_OF_REJECT = 2000
"""Characters of a rejected line (one longer than ``LONGEST_LINE``, too) that the case keeps; the evidence file keeps the rest."""

_NEWLINE, _RETURN = 10, 13
_MARK = b"\xef\xbb\xbf"
_REJECTS = {"line": pl.Int64(), "reason": pl.String(), "raw": pl.String()}


@dataclass(frozen=True)
class LineBatch:
    """Lines of a text: those to be parsed, those rejected for their length, and how many were blank."""

    lines: pl.DataFrame
    rejects: pl.DataFrame
    blank: int

    def moved(self, by: int) -> LineBatch:
        """Return the batch with line numbers that are so much higher."""
        further = pl.col("line") + by
        return LineBatch(self.lines.with_columns(further), self.rejects.with_columns(further), self.blank)


NO_LINES = LineBatch(pl.DataFrame(schema=LINES), pl.DataFrame(schema=_REJECTS), 0)


def blocks(chunks: Iterable[bytes], size: int = BLOCK_BYTES) -> Iterator[bytes]:
    """Yield blocks of about ``size`` bytes cut after a line end; of a line longer than a block only the beginning is kept."""
    held: list[bytes | memoryview] = []
    length = 0
    skipping = False
    for arrived in chunks:
        chunk = arrived
        if skipping:
            _, found, chunk = chunk.partition(b"\n")
            if not found:
                continue
            skipping = False
        while length + len(chunk) >= size:
            room = size - length
            cut = chunk.rfind(b"\n", 0, room) + 1
            if not cut and held:  # the last line end is in an earlier chunk
                chunk, held, length = b"".join((*held, chunk)), [], 0
                continue
            if cut:
                view = memoryview(chunk)
                yield b"".join((*held, view[:cut]))  # the one copy of the text that is made
                chunk = chunk[cut:]
            else:
                yield chunk[: LONGEST_LINE + 1] + b"\n"
                _, found, chunk = chunk.partition(b"\n")
                skipping = not found
            held, length = [], 0
        held.append(chunk)
        length += len(chunk)
    data = b"".join(held)
    if data:
        yield data


def batch_of(block: bytes) -> LineBatch:
    """Return the lines of a block; ``line`` counts from 1 in it."""
    raw = split_lines(block)
    return _batch(pl.int_range(1, len(raw) + 1, dtype=pl.Int64, eager=True).alias("line"), raw)


def batch_among(block: bytes, numbers: pl.Series) -> LineBatch:
    """Return the lines of these numbers (some at least), as ``batch_of`` would."""
    ends = np.append(places(block, _NEWLINE) + 1, len(block))
    last = numbers.to_numpy() - 1
    first = np.where(last > 0, ends[last - 1], 0)
    raw = split_lines(b"".join(block[start:end] for start, end in zip(first.tolist(), ends[last].tolist(), strict=True)))
    return _batch(numbers.alias("line"), raw)


def of_blocks(parser: Parser) -> BlockParser:
    """Return a parser of blocks from one of lines that does not depend on the lines before: blocks can be read at the same time."""

    def read(block: bytes) -> BlockRead:
        batch = batch_of(block)
        found = parser(batch.lines)
        is_event = found["outcome"] == "event"
        events = (found if is_event.all() else found.filter(is_event)).select(*EVENTS)
        count = len(batch.lines) + len(batch.rejects) + batch.blank
        left = pl.int_range(1, count + 1, dtype=pl.Int64, eager=True)
        return BlockRead(events, left.clear() if len(events) == count else left.filter(~left.is_in(events["line"].implode())))

    return read


def split_lines(block: bytes) -> pl.Series:
    """Return the lines of a block without their line ends, blank lines as NULL; bytes that are no UTF-8 become ``\\xNN``.

    A byte-order mark before a line (files were put behind each other) goes; a line of nothing else is blank.
    """
    marked = False
    if not block.isascii():
        block = _utf8(block)
        marked = _MARK[:1] in block and _MARK in block  # a search for several bytes takes longer than all the rest
    ends = places(block, _NEWLINE)
    if not block.endswith(b"\n"):
        ends = np.append(ends, len(block))
    starts = np.concatenate([[0], ends[:-1] + 1])
    lengths = ends - starts
    if b"\r" in block:
        last = np.frombuffer(block, dtype=np.uint8)[np.maximum(ends - 1, 0)]
        lengths -= (lengths > 0) & (last == _RETURN)
    raw = texts(block, starts, lengths).rename("raw")
    if marked:
        raw = raw.str.strip_prefix("\ufeff")
    return raw.set(raw == "", None) if marked or not lengths.all() else raw


def _utf8(block: bytes) -> bytes:
    try:
        block.decode()
    except UnicodeDecodeError:
        return block.decode("utf-8", "backslashreplace").encode()
    return block


def _batch(numbers: pl.Series, raw: pl.Series) -> LineBatch:
    frame = pl.DataFrame({"line": numbers, "raw": raw})
    lines = frame.filter(pl.col("raw").is_not_null()) if raw.null_count() else frame
    blank = len(raw) - len(lines)
    long = lines["raw"].str.len_bytes() > LONGEST_LINE
    rejects = pl.DataFrame(schema=_REJECTS)
    if long.any():
        kept = pl.col("raw").str.head(KEPT_OF_REJECT)
        reason = pl.lit(f"longer than {LONGEST_LINE:,} bytes").alias("reason")
        rejects = lines.filter(long).select("line", reason, kept)
        lines = lines.filter(~long)
    return LineBatch(lines, rejects, blank)
