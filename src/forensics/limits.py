"""What a run may use of the machine: memory, threads, and how long it waits for another process."""

from __future__ import annotations

import os
import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from forensics.errors import UsageError

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 1 << 10, "mi": 1 << 20, "gi": 1 << 30, "ti": 1 << 40}
DEFAULT_MEMORY = 2 * 10**9
SMALLEST_MEMORY = 10**9
"""Blocks of a log in all their stages, the libraries around them and the database's share: less cannot be kept to (measured: 0.84 GB)."""
DATABASE_SHARE = 0.4
"""Of the memory allowed, what the database may use; the rest is for Polars, Python and the libraries themselves."""


@dataclass(frozen=True)
class Limits:
    """Limits of this process: memory in bytes, threads (None: all that the machine has), and whether to wait for a busy case."""

    memory: int
    threads: int | None = None
    wait: bool = False

    @property
    def database_memory(self) -> int:
        """Bytes that DuckDB may use."""
        return int(self.memory * DATABASE_SHARE)


_chosen: Limits | None = None


def current() -> Limits:
    """Return the limits of this process."""
    return _chosen or Limits(memory=max(SMALLEST_MEMORY, min(DEFAULT_MEMORY, machine_memory() // 4)))


def choose(memory: int | None = None, threads: int | None = None, wait: bool | None = None) -> None:
    """Set limits for this process; must come before Polars is imported, which reads its thread count once."""
    global _chosen
    given = {"memory": memory, "threads": threads, "wait": wait}
    _chosen = replace(current(), **{key: value for key, value in given.items() if value is not None})  # type: ignore[arg-type]
    if threads is not None:
        os.environ["POLARS_MAX_THREADS"] = str(threads)


def parse_memory(text: str) -> int:
    """Return the bytes meant by ``2GB``, ``1024 MiB`` or ``1.5g``; ``UsageError`` for anything else and for less than can be kept to."""
    match = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?i?)b?\s*", text.lower())
    if match is None or match[2] not in _UNITS:
        raise UsageError(f"{text!r} is not an amount of memory: write it like 2GB or 1.5GiB.")
    amount = int(float(match[1]) * _UNITS[match[2]])
    if amount < SMALLEST_MEMORY:
        raise UsageError(f"{text} of memory is too little: blocks of log lines and the libraries alone take 0.8 GB; allow at least 1GB.")
    return amount


@cache
def machine_memory() -> int:
    """Return the bytes of memory this process could use: the machine's, or its control group's limit when that is less.

    Asked once: ``memory.watched`` wants to know a hundred times a second what is allowed.
    """
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")] if hasattr(os, "sysconf") else [4 * DEFAULT_MEMORY]
    for name in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        limit = Path(name)
        if limit.is_file() and (text := limit.read_text().strip()).isdigit():
            found.append(int(text))
    return min(found)


@contextmanager
def bounded_growth(amount: int) -> Iterator[None]:
    """Let this process allocate at most ``amount`` more bytes while the block runs: what asks for more gets an error, not the memory.

    Where the system does not tell how much a process has allocated (it does in Linux's ``/proc``), nothing is bounded.
    """
    status = Path("/proc/self/status")
    held = re.search(r"VmData:\s+(\d+) kB", status.read_text()) if status.is_file() else None
    if held is None:
        yield
        return
    before, most = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = int(held[1]) * 1024 + amount
    if most != resource.RLIM_INFINITY:
        wanted = min(wanted, most)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, most))
