"""Dying and failing on purpose: a process that is killed, or told that the disk is full, at its N-th step that touches the disk.

Usage: ``python tests/faults.py kill|full|error N COMMAND ...`` runs ``forensics COMMAND ...`` so (N = 0: undisturbed).
"""

from __future__ import annotations

import errno
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import time
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


def run(mode: str, at: int, arguments: list[str], counted: str = "") -> None:
    """Run the program with faults in this process, and write the number of steps to the file ``counted``."""
    faults = Faults(mode, at)
    faults.install()
    sys.argv = ["forensics", *arguments]
    from forensics.__main__ import main as program

    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    try:
        program()
    finally:
        if counted:
            with open(counted, "w") as stream:  # noqa: PTH123 (Path.write_text is a step itself)
                stream.write(str(faults.steps))


def serve() -> None:
    """Run one program per line of standard input (JSON: mode, at, arguments, counted), each in a fork of this warmed-up process.

    Importing is most of what a short run costs. Forking is safe because nothing has been computed yet: no library has threads.
    """
    import forensics.case.loading
    import forensics.investigation
    import forensics.report.write  # noqa: F401

    for line in sys.stdin:
        order = json.loads(line)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # what comes before the program begins is kept for it
        child = os.fork()
        if child == 0:
            quiet = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            if order["largest"]:
                resource.setrlimit(resource.RLIMIT_FSIZE, (order["largest"], order["largest"]))
            run(order["mode"], order["at"], order["arguments"], order["counted"])
            os._exit(0)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        began = time.monotonic()
        if order["after"]:
            time.sleep(order["after"])
            began = time.monotonic()
            os.kill(child, order["signal"])
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), time.monotonic() - began, flush=True)


class Server:
    """``serve`` in another process."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder
        self.seconds = 0.0
        """How long the last run took; of one that was sent a signal: from the signal on."""
        self._process = subprocess.Popen(
            [sys.executable, __file__, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder
        )

    def run(
        self, *arguments: object, mode: str = "kill", at: int = 0, after: float = 0, signalled: int = signal.SIGKILL, largest: int = 0
    ) -> int:
        """Run ``forensics ARGUMENTS`` and return its exit code (-9: killed).

        ``at`` 0: undisturbed; ``after``: sent the signal ``signalled`` after seconds; ``largest``: no file may grow beyond so many bytes.
        """
        order = {
            "mode": mode,
            "at": at,
            "after": after,
            "signal": int(signalled),
            "largest": largest,
            "arguments": [str(argument) for argument in arguments],
            "counted": str(self._folder / "steps"),
            "log": str(self._folder / "log"),
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        code, seconds = self._process.stdout.readline().split()
        self.seconds = float(seconds)
        return int(code)

    @property
    def steps(self) -> int:
        """Steps of the last run that came to its end."""
        return int((self._folder / "steps").read_text())

    @property
    def log(self) -> str:
        """What the last run printed."""
        return (self._folder / "log").read_text()

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.communicate()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve()
    else:
        run(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
