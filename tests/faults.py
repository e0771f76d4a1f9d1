"""Dying and failing on purpose: a process that is killed, or told that the disk is full, at its N-th step that touches the disk.

Usage: ``python tests/faults.py kill|full|error N PROGRAM ...`` runs ``forensics PROGRAM ...`` so (N = 0: undisturbed; the number of steps
is written to the file that ``FAULTS_COUNTED`` names).
"""

from __future__ import annotations

import errno
import os
import pathlib
import signal
import sys
from collections.abc import Callable
from typing import Any

ERRORS = {"full": errno.ENOSPC, "error": errno.EIO}


class Faults:
    """Counts steps, and strikes at one of them."""

    def __init__(self, mode: str, at: int) -> None:
        self.mode, self.at, self.steps = mode, at, 0

    def step(self) -> None:
        self.steps += 1
        if self.steps != self.at:
            return
        if self.mode == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        raise OSError(ERRORS[self.mode], os.strerror(ERRORS[self.mode]))

    def before(self, owner: Any, name: str) -> None:
        """Make a step of each call of ``owner.name``."""
        original: Callable[..., Any] = getattr(owner, name)

        def stepping(*args: Any, **options: Any) -> Any:
            self.step()
            return original(*args, **options)

        setattr(owner, name, stepping)

    def install(self) -> None:
        """Take hold of what writes: files, renames, transactions."""
        import duckdb
        import polars as pl
        import pyarrow.parquet as pq

        from forensics.case.case import Case

        for owner, name in (
            (os, "fsync"),
            (pathlib.Path, "replace"),
            (pathlib.Path, "unlink"),
            (pathlib.Path, "write_text"),
            (pathlib.Path, "write_bytes"),
            (pl.DataFrame, "write_parquet"),
            (pl.LazyFrame, "sink_parquet"),
            (pq.ParquetWriter, "write_table"),
            (pq.ParquetWriter, "close"),
            (Case, "refresh_events"),
            (Case, "insert"),
        ):
            self.before(owner, name)
        self._transactions(Case, duckdb)

    def _transactions(self, case: Any, duckdb: Any) -> None:
        faults, original = self, case.__init__

        class Stepping:
            """A connection whose begin and commit are steps, before and after."""

            def __init__(self, connection: Any) -> None:
                self._connection = connection

            def __getattr__(self, name: str) -> Any:
                return getattr(self._connection, name)

            def commit(self) -> None:
                faults.step()
                self._connection.commit()
                faults.step()

        def init(self: Any, folder: Any, opened: Any) -> None:
            original(self, folder, opened)
            self.connection = Stepping(opened.connection)

        case.__init__ = init


def main() -> None:
    mode, at, *arguments = sys.argv[1:]
    faults = Faults(mode, int(at))
    faults.install()
    sys.argv = ["forensics", *arguments]
    from forensics.cli.app import main as program

    try:
        program()
    finally:
        if counted := os.environ.get("FAULTS_COUNTED"):
            with open(counted, "w") as stream:  # noqa: PTH123 (Path.write_text is a step itself)
                stream.write(str(faults.steps))


if __name__ == "__main__":
    main()
