"""The same function of many things, in several processes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextvars import copy_context
from typing import TypeVar

from gtlearn import child

T = TypeVar("T")
R = TypeVar("R")

_AHEAD = 2  # things a process that are taken before their turn


def each(function: Callable[[T], R], things: Iterable[T], workers: int) -> Iterator[R]:
    """What a function returns for each thing, in their order.

    Args:
        function: changes nothing; its results can be pickled.
        things: what it is called with; taken shortly before.
        workers: how many processes; with one, it is this one.

    Raises:
        LimitReached: at a limit; the processes are ended.
        Exception: what the function raised.
    """
    if workers == 1:
        yield from map(function, things)
        return
    from concurrent.futures import Future, ThreadPoolExecutor

    waiting: deque[Future[R]] = deque()
    with ThreadPoolExecutor(workers) as threads:  # each waits for a child, which does the work
        try:
            for thing in things:
                context = copy_context()  # limits hold in it as well
                waiting.append(threads.submit(context.run, child.computed, function, thing))
                if len(waiting) > _AHEAD * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
