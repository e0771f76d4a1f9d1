"""Ctrl-C stops within a second, whatever the libraries are doing.

Python handles a signal between two bytecodes; a long statement of a library (``CREATE TABLE ... AS`` in DuckDB 2.0 was measured not to
look up for more than eight seconds) would not let it. So a thread watches for the signal too, and ends the process when the main thread
has not come back. That is as safe as a power cut: see ``case/recovery.py``.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from forensics.errors import ExitCode
from forensics.files import discard_scratch

GRACE_SECONDS = 0.6
"""How long the main thread may take to come back by itself."""

_SHOW_CURSOR = "\r\x1b[K\x1b[?25h"
"""Progress bars hide the cursor; whoever ends the process gives it back."""


class Interruption:
    """What the handler, the watching thread and the main thread tell each other."""

    def __init__(self, on_record: Callable[[], str]) -> None:
        self.arrived = False
        self.handled = threading.Event()
        self._on_record = on_record

    def handler(self, number: int, frame: FrameType | None) -> None:
        """Raise once: Polars reports one signal twice, and a second exception would break the tidying that the first began."""
        if not self.arrived:
            self.arrived = True
            raise KeyboardInterrupt

    def watch(self, pipe: int) -> None:
        """Wait for the signal, then for the main thread, then end the process."""
        while signals := os.read(pipe, 16):
            if signal.SIGINT in signals and not self.handled.wait(GRACE_SECONDS):
                self._end()

    def _end(self) -> None:
        try:
            said = self._on_record()
        except Exception as error:
            said = f"interrupted ({error})"
        restored = _SHOW_CURSOR if sys.stderr.isatty() else ""
        os.write(2, f"{restored}forensics: {said}\n".encode("utf-8", "replace"))
        discard_scratch()
        os._exit(ExitCode.INTERRUPTED)


@contextmanager
def watched(on_record: Callable[[], str]) -> Iterator[Interruption]:
    """Watch for Ctrl-C while the block runs; ``on_record`` puts the interruption on record and returns the sentence to print.

    The block must set ``handled`` when it has begun to deal with ``KeyboardInterrupt``. In a thread other than the main one nothing
    is watched: signals do not arrive there.
    """
    interruption = Interruption(on_record)
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        yield interruption
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.signal(signal.SIGINT, interruption.handler)
    fd_before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    hook_before = sys.unraisablehook

    def unraisable(found: sys.UnraisableHookArgs) -> None:
        # Python lets no exception out of a destructor; the watching thread ends the process, and there is no fault to tell of.
        if not (interruption.arrived and issubclass(found.exc_type, KeyboardInterrupt)):
            hook_before(found)

    sys.unraisablehook = unraisable
    watcher = threading.Thread(target=interruption.watch, args=(reading,), daemon=True)
    watcher.start()
    try:
        yield interruption
    finally:
        sys.unraisablehook = hook_before
        signal.set_wakeup_fd(fd_before)
        signal.signal(signal.SIGINT, before)
        os.close(writing)
        watcher.join()
        os.close(reading)
