"""The rows that a report is made of, by the name of their query: short tables in memory, long ones in a file that goes away.

A long table is written piece by piece, as it comes out of the database, into a file without a name beside the case (it is gone when the
process is, however that ends), and is read back piece by piece: a report takes no more memory for ten million links than for a thousand.
"""

from __future__ import annotations

import io
import os
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Self

import polars as pl

ROWS_AT_ONCE = 20_000
"""Rows of a long table that are held at a time."""
HELD_ROWS = 50_000
"""A table of more rows is long."""

Change = Callable[[pl.DataFrame], pl.DataFrame]


class Pieces:
    """A long table in a file: pieces of rows one after the other, each as Polars writes it."""

    def __init__(self, home: Path) -> None:
        """``home``: the folder whose file system the file is made in."""
        self._file = tempfile.TemporaryFile(dir=home)  # noqa: SIM115 (it lives as long as the table)
        weakref.finalize(self, self._file.close)
        self._ends = [0]
        self.total = 0

    def append(self, piece: pl.DataFrame) -> None:
        """Add rows."""
        text = io.BytesIO()
        piece.write_ipc(text, compression="lz4")
        self._file.write(text.getbuffer())
        self._ends.append(self._ends[-1] + text.tell())
        self.total += piece.height

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """Yield the pieces; several readers do not disturb each other."""
        self._file.flush()
        for start, end in zip(self._ends, self._ends[1:], strict=False):
            yield pl.read_ipc(os.pread(self._file.fileno(), end - start, start))


class Frames(Mapping[str, pl.DataFrame]):
    """Name of a query -> its rows. ``frames[name]`` is a whole table, however long; what may be long is better taken in pieces."""

    def __init__(self, home: Path) -> None:
        """``home``: where long tables are kept."""
        self._home = home
        self._tables: dict[str, pl.DataFrame | Pieces] = {}

    def add(self, name: str, pieces: Iterable[pl.DataFrame]) -> None:
        """Take in a table in pieces, one at least."""
        held: list[pl.DataFrame] = []
        long: Pieces | None = None
        for piece in pieces:
            if long is None and sum(map(len, held)) + len(piece) > HELD_ROWS:
                long = Pieces(self._home)
                for before in held:
                    long.append(before)
            if long is None:
                held.append(piece)
            else:
                long.append(piece)
        self._tables[name] = pl.concat(held) if long is None else long

    def __getitem__(self, name: str) -> pl.DataFrame:
        """Return all rows of a table."""
        return pl.concat(self.pieces(name))

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(self._tables)

    def __len__(self) -> int:
        """Return how many tables there are."""
        return len(self._tables)

    def pieces(self, name: str) -> Iterator[pl.DataFrame]:
        """Yield the rows of a table in pieces, one at least."""
        table = self._tables[name]
        if isinstance(table, pl.DataFrame):
            yield table
        else:
            yield from table

    def total(self, name: str) -> int:
        """Return how many rows a table has."""
        table = self._tables[name]
        return len(table) if isinstance(table, pl.DataFrame) else table.total

    def head(self, name: str, rows: int) -> pl.DataFrame:
        """Return the first rows of a table."""
        held: list[pl.DataFrame] = []
        for piece in self.pieces(name):
            held.append(piece)
            if sum(map(len, held)) >= rows:
                break
        return pl.concat(held).head(rows)

    def of(self, name: str, change: Change) -> pl.DataFrame:
        """Return what ``change`` makes of the pieces of a table (fewer rows or fewer columns), as one table."""
        return pl.concat([change(piece) for piece in self.pieces(name)])

    def where(self, name: str, condition: pl.Expr) -> pl.DataFrame:
        """Return the rows of a table for which a condition holds."""
        return self.of(name, lambda piece: piece.filter(condition))

    def changed(self, change: Change) -> Self:
        """Return all tables with each piece of them changed."""
        made = type(self)(self._home)
        for name in self:
            made.add(name, map(change, self.pieces(name)))
        return made
