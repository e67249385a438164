"""Ctrl-C while a result is computed: the first ends the search, the second the process."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gtlearn import limits
from gtlearn.errors import InputError
from gtlearn.limits import Interrupted, LimitReached

INTERRUPTED = 130  # the exit code


@contextmanager
def interruptible() -> Iterator[limits.Asked]:
    """Lets Ctrl-C end the search for a better answer inside, so that what was found is returned.

    A second Ctrl-C raises KeyboardInterrupt. Outside the main thread, which alone hears of Ctrl-C,
    this does nothing.

    Yields what says by `.stop` whether the user asked to stop.
    """
    with limits.stoppable() as asked:
        if threading.current_thread() is not threading.main_thread():
            yield asked
            return

        def stop(number: int, frame: Any) -> None:
            if asked.stop:
                raise KeyboardInterrupt
            asked.stop = True

        before = signal.signal(signal.SIGINT, stop)
        try:
            yield asked
        finally:
            signal.signal(signal.SIGINT, before)


@contextmanager
def reading(what: str) -> Iterator[None]:
    """What is read inside is needed whole: a limit is an error of one sentence.

    Raises:
        InputError: at a limit on time or memory.
        KeyboardInterrupt: if the user asked to stop.
    """
    try:
        yield
    except Interrupted:
        raise KeyboardInterrupt from None
    except LimitReached as error:
        raise InputError(f"{error} before {what} was read; give a higher limit") from None
