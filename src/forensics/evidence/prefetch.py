"""Working ahead of a consumer in other threads: an iterator that is read, a function that is applied; both by a bounded number of items."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")
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


@contextmanager
def mapped(function: Callable[[Item], Made], items: Iterable[Item], workers: int = 2) -> Iterator[Iterator[Made]]:
    """Yield an iterator over ``function(item)`` in the order of the items, made by so many threads; errors arrive where they occurred."""
    with prefetched(items, 1) as ready, ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[Made]] = deque()
        try:
            yield _made(function, ready, workers, pool, waiting)
        finally:
            for future in waiting:
                future.cancel()


def _made(
    function: Callable[[Item], Made], items: Iterator[Item], workers: int, pool: ThreadPoolExecutor, waiting: deque[Future[Made]]
) -> Iterator[Made]:
    for item in items:
        waiting.append(pool.submit(function, item))
        if len(waiting) > workers:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


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
