"""Signals that ask to stop: after an iteration, or at once where that loses nothing."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

Stop = Callable[[int], bool]


class Stopping:
    """Whether the user or the system asked to stop; a `Stop` of the loop.

    Attributes:
        requests: how often they asked.
    """

    def __init__(self) -> None:
        self.requests = 0
        self._defers = False

    def __call__(self, step: int = 0) -> bool:
        """Whether to stop after this step."""
        return self.requests > 0

    def ask(self, number: int = 0, frame: Any = None) -> None:
        """Asks to stop; a handler of signals.

        Raises:
            KeyboardInterrupt: the second time, and where nothing is lost by stopping at once.
        """
        self.requests += 1
        if self.requests > 1 or not self._defers:
            raise KeyboardInterrupt

    @contextmanager
    def deferring(self, defers: bool = True) -> Iterator[None]:
        """Whether the code inside goes on when it is asked to stop, and looks for itself."""
        before, self._defers = self._defers, defers
        try:
            yield
        finally:
            self._defers = before


@contextmanager
def stoppable() -> Iterator[Stopping]:
    """Has SIGINT (Ctrl-C) and SIGTERM ask what is yielded, unless they are ignored."""
    stopping = Stopping()
    known = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    before = {n: handler for n, handler in known.items() if handler is not signal.SIG_IGN}
    for number in before:
        signal.signal(number, stopping.ask)
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def deferred(stop: Stop | None, defers: bool = True) -> AbstractContextManager[None]:
    """The code inside looks for requests to stop itself, or is interrupted by them."""
    return stop.deferring(defers) if isinstance(stop, Stopping) else nullcontext()


def was_asked(stop: Stop | None, times: int = 1) -> bool:
    """Whether signals asked to stop, and not more often."""
    return isinstance(stop, Stopping) and 1 <= stop.requests <= times
