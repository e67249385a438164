"""Who hears how far a long computation is.

A public function that is given a listener enters `heard_by`; the code that works under it calls
`tell` now and then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

Progress = Callable[[float | None, str], None]  # told the share done (or None) and what is done

_listener: ContextVar[Progress | None] = ContextVar("gtlearn_progress", default=None)


def heard_by(listener: Progress | None) -> AbstractContextManager[None]:
    """Lets `listener` hear what the code inside tells; None for nobody.

    >>> with heard_by(lambda done, what: print(done, what)):
    ...     tell(0.5, "counting")
    0.5 counting
    """
    return nullcontext() if listener is _listener.get() else _heard_by(listener)


@contextmanager
def _heard_by(listener: Progress | None) -> Iterator[None]:
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(done: float | None, what: str) -> None:
    """Passes progress on, if anyone listens.

    Args:
        done: the share that is done, None where that is not known.
        what: what is being done.
    """
    listener = _listener.get()
    if listener is not None:
        listener(done, what)
