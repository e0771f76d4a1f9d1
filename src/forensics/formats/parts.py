"""Batches in parts: a parser without state reads a large batch in several parts, two at a time.

Parts of a dozen megabytes keep the intermediate columns in memory that is already there, and make few enough calls. Measured, two at a
time, against one part of 24 MB: 12 MB take 10 % more processor time, 6 MB 40 %.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl

from forensics.formats.base import Parser

PART_BYTES = 12 << 20
AT_ONCE = 2


@dataclass(frozen=True)
class InParts:
    """A parser that reads the parts of a batch with another."""

    parser: Parser
    """Does not depend on the lines before: it may read any lines, several batches at a time."""

    def __call__(self, lines: pl.DataFrame) -> pl.DataFrame:
        """Return what the parser makes of the lines."""
        size = int(lines["raw"].str.len_bytes().sum() or 0)
        count = min(len(lines), -(-size // PART_BYTES))
        if count < 2:
            return self.parser(lines)
        step = -(-len(lines) // count)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return pl.concat(pool.map(self.parser, (lines[start : start + step] for start in range(0, len(lines), step))))


def in_parts(parser: Parser) -> InParts:
    """Return a parser that reads the parts of a batch with ``parser``, which must not depend on the lines before."""
    return InParts(parser)
