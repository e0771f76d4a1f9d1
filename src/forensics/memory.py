"""Memory stays under ``--memory``: a command that would take more ends, plainly and safely.

The database keeps to its own share and spills; tables that may be long are read in pieces. What else the libraries take for contents that
nobody foresaw cannot be told beforehand, so a thread looks every few milliseconds at what the process really has, and ends it before it has
more than was allowed. That is as safe as a power cut: see ``case/recovery.py``. Where the system does not tell (it does in Linux's
``/proc``), nothing is watched.
"""

from __future__ import annotations

import os
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from forensics import limits
from forensics.errors import ExitCode
from forensics.files import discard_scratch

STATUS = Path("/proc/self/statm")
EVERY_SECONDS = 0.01
SHARE = 0.9
"""Of what is allowed, where the process ends: between two looks it may take some more."""
ROOM = 16 << 20
"""Bytes that the process may still allocate while its end is put on record."""

ending = threading.Event()
"""Whether the process is about to be ended for its memory."""


def sentence(allowed: int) -> str:
    """Say that a command needed more than was allowed, and what to do."""
    return (
        f"This needs more memory than the {allowed / 1e9:.3g} GB that are allowed: allow more with --memory, or load less into one case. "
        "What had completed is kept."
    )


@contextmanager
def watched(on_record: Callable[[str], None], end: Callable[[int], None] = os._exit) -> Iterator[None]:
    """Watch the memory of this process while the block runs; ``on_record`` is told the sentence, then the process ends."""
    if not STATUS.is_file():
        yield
        return
    ending.clear()
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(done, on_record, end), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def give_way(error: BaseException) -> None:
    """Where the process is about to be ended for its memory: let go of what an error holds, and wait for the end."""
    if ending.is_set():
        traceback.clear_frames(error.__traceback__)
        threading.Event().wait()


def _watch(done: threading.Event, on_record: Callable[[str], None], end: Callable[[int], None]) -> None:
    page = os.sysconf("SC_PAGE_SIZE")
    with STATUS.open("rb", buffering=0) as status:
        while not done.wait(EVERY_SECONDS):
            allowed = limits.current().memory
            if int(os.pread(status.fileno(), 64, 0).split()[1]) * page > SHARE * allowed:
                _end(sentence(allowed), on_record, end)
                return


def _end(said: str, on_record: Callable[[str], None], end: Callable[[int], None]) -> None:
    """Put the end on record, say it, and end; meanwhile the rest of the process gets no more memory."""
    ending.set()
    with limits.bounded_growth(ROOM):
        try:
            on_record(said)
        except MemoryError:  # the others had the room; they give way
            time.sleep(0.2)
            with suppress(Exception):
                on_record(said)
        except Exception:
            said = f"{said} This could not be put on record."
        finally:
            os.write(2, f"forensics: {said}\n".encode())
            discard_scratch()
            end(ExitCode.FAILED)
