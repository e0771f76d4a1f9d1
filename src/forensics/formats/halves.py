"""Requests that a log tells in two lines: who asked for what when they begin, what came of them when they end.

The event stands at the line that ends a request, with what the line that began it tells; that line is skipped. A request that never ends
has no event.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

BEGINNING = "the beginning of a request, which is told where it ends"
"""Why a line is skipped."""
_MOST_OPEN = 100_000
"""Requests whose end is waited for; of more the latest."""


class Halves:
    """What is known of requests that have not ended, from one batch of lines to the next."""

    def __init__(self, columns: Sequence[str]) -> None:
        """``columns``: what the lines tell that begin requests (text)."""
        self._columns = list(columns)
        self._open = pl.DataFrame(schema={"whose": pl.String, "begun": pl.Boolean, **dict.fromkeys(columns, pl.String)})

    def asked(self, told: pl.DataFrame) -> pl.DataFrame:
        """Return the columns of each line that ends a request, as the line that began it tells them; all NULL for other lines.

        ``told``: ``whose`` (the number of the request, or of the process or thread that handles it), ``begun`` and ``ended`` (Boolean), and
        the columns. Where two of one number have begun and not ended, which of them ends is not known, and nothing is told.
        """
        lines = pl.concat([self._open, told.with_row_index("row")], how="diagonal")
        halves = lines.filter(pl.col("begun") | pl.col("ended"))
        before, earlier = (pl.col("begun").shift(n).over("whose").fill_null(value=False) for n in (1, 2))
        sure = pl.col("begun").not_() & before & ~earlier
        found = halves.select("row", *(pl.when(sure).then(pl.col(name).shift(1).over("whose")).alias(name) for name in self._columns))
        last = halves.filter(pl.col("begun").last().over("whose")).select("whose", "begun", *self._columns)
        self._open = last.group_by("whose", maintain_order=True).tail(2).tail(_MOST_OPEN)
        rows = pl.DataFrame({"row": pl.int_range(len(told), dtype=pl.UInt32, eager=True)})
        return rows.join(found.filter(pl.col("row").is_not_null()), on="row", how="left", maintain_order="left").select(self._columns)
