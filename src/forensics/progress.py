"""Narration and progress on standard error; standard output is for data alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

Advance = Callable[[float], None]
"""Moves the running step on by so many of its units."""


class Progress(Protocol):
    """What long work reports to; the terminal, or nobody."""

    def say(self, message: str) -> None:
        """Print one line of narration (plain text: never markup, never control sequences)."""

    @contextmanager
    def step(self, label: str, total: float | None = None) -> Iterator[Advance]:
        """Show a step while its block runs; ``total`` in any unit, None when it cannot be known."""
        yield lambda amount: None


class Silent:
    """Progress for callers that want none (tests, ``--quiet``)."""

    def say(self, message: str) -> None:
        """Drop the message."""

    @contextmanager
    def step(self, label: str, total: float | None = None) -> Iterator[Advance]:
        """Show nothing."""
        yield lambda amount: None


class Terminal:
    """Progress on standard error: bars on a terminal, plain lines elsewhere."""

    def say(self, message: str) -> None:
        """Print one line to standard error."""
        from forensics.text import printable

        try:
            print(printable(message), file=sys.stderr, flush=True)
        except BrokenPipeError:  # whoever listened has heard enough (`2>&1 | head`): the work goes on
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())

    @contextmanager
    def step(self, label: str, total: float | None = None) -> Iterator[Advance]:
        """Show a transient bar when standard error is a terminal; nothing otherwise."""
        if not sys.stderr.isatty():
            yield lambda amount: None
            return
        from rich.console import Console
        from rich.markup import escape
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        from forensics.text import printable

        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(escape(printable(label)), total=total)
            yield lambda amount: bar.advance(task, amount)
