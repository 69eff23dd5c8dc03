"""Work spread over processes: results in the order of the work, and never more of it in memory than is being done."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from pipeline.errors import PipelineError

T = TypeVar("T")
U = TypeVar("U")

_AHEAD = 3
"""Pieces of work handed out for each process before the first result is waited for."""


def ordered_map(function: Callable[[T], U], items: Iterable[T], processes: int) -> Iterator[U]:
    """Apply a function to items, in this process or in several.

    Args:
        function: A function of a module, so that other processes find it; what it raises is raised here.
        items: Read lazily, a few ahead of the results.
        processes: How many processes; 1 means this one.

    Raises:
        PipelineError: A process was killed.
    """
    if processes <= 1:
        yield from map(function, items)
        return
    import multiprocessing
    from concurrent.futures import Future, ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    # Processes are spawned: forked ones would inherit the threads of numerical libraries in unknown states.
    context = multiprocessing.get_context("spawn")
    waiting: deque[Future[U]] = deque()
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_follow_parent) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) >= _AHEAD * processes:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool:
            raise PipelineError(
                "a worker process was killed, perhaps for want of memory; use fewer --processes"
            ) from None
        finally:
            for future in waiting:
                future.cancel()


def _follow_parent() -> None:
    """Leave interrupts to the parent, and end when it has ended, however it did."""
    import multiprocessing
    import os
    import signal
    import threading

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(1)

    # A killed parent closes no queue: its workers would wait for work for ever.
    threading.Thread(target=wait, daemon=True).start()


def batches(items: Iterable[T], size: Callable[[T], int], limit: int) -> Iterator[list[T]]:
    """Cut items into lists of about ``limit`` in size, the same ones whatever the number of processes.

    An item counts as 1 at least, so that a list of empty ones ends too.

    >>> list(batches("aaaa", len, 2))
    [['a', 'a'], ['a', 'a']]
    """
    batch: list[T] = []
    total = 0
    for item in items:
        batch.append(item)
        total += max(1, size(item))
        if total >= limit:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch
