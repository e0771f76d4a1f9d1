"""Reading ahead: an iterator runs in a thread of its own, a bounded number of items ahead of its consumer."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
_END = object()


@contextmanager
def prefetched(items: Iterable[Item], ahead: int = 2) -> Iterator[Iterator[Item]]:
    """Yield an iterator over ``items`` that are made in a thread, at most ``ahead`` in advance; errors arrive where they occurred.

    Leaving the block stops the thread after the item it is making.
    """
    ready: queue.Queue[object] = queue.Queue(maxsize=ahead)
    stop = threading.Event()
    thread = threading.Thread(target=_fill, args=(items, ready, stop), daemon=True)
    thread.start()
    try:
        yield _drain(ready)
    finally:
        stop.set()
        while thread.is_alive():
            _empty(ready)
            thread.join(0.01)


def _fill(items: Iterable[object], ready: queue.Queue[object], stop: threading.Event) -> None:
    try:
        for item in items:
            ready.put(item)
            if stop.is_set():
                return
        ready.put(_END)
    except BaseException as error:  # handed over, raised again by the consumer
        ready.put(_Raised(error))


class _Raised:
    def __init__(self, error: BaseException) -> None:
        self.error = error


def _drain(ready: queue.Queue[object]) -> Iterator[Item]:
    while (item := ready.get()) is not _END:
        if isinstance(item, _Raised):
            raise item.error
        yield item  # type: ignore[misc]


def _empty(ready: queue.Queue[object]) -> None:
    while not ready.empty():
        ready.get_nowait()
