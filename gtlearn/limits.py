"""Limits on the time and the memory of a call.

A public function that can take long enters `limited`; the code that works under it calls `check`
in its loops. Limits nest: the strictest holds.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from numbers import Real
from typing import ClassVar

from gtlearn.errors import GtlearnError, InputError

OK = "ok"
TIME_LIMIT = "time_limit"
MEMORY_LIMIT = "memory_limit"
INTERRUPTED = "interrupted"

_EVER = 1e18  # seconds or bytes: more than there are, and a double
_LOOK = 0.001  # seconds between two looks at the memory, each of which takes microseconds
_UNSEEN, _UNFELT = 0.02, 0.3  # seconds by which a limit, or a person, may be kept waiting
_PART, _MOST = 0.02, 2.0  # of a time limit, and seconds, by which it may be kept waiting longer
_GRACE = 0.3  # seconds in which what was found can become an answer, once the user asked to stop


class LimitReached(GtlearnError):
    """A limit ended the work; what was found by then can be returned.

    Attributes:
        status: the status of a solution that was cut short by it.
        words: what happened.
        more: what to do to find more.
    """

    status: ClassVar[str]
    words: ClassVar[str]
    more: str = "give a higher limit"

    def __init__(self, words: str = "", more: str = "") -> None:
        super().__init__(words or self.words)
        self.more = more or self.more


class TimeLimitReached(LimitReached, TimeoutError):
    """The time limit has passed."""

    status = TIME_LIMIT
    words = "the time limit was reached"


class MemoryLimitReached(LimitReached, MemoryError):
    """The memory limit is used up."""

    status = MEMORY_LIMIT
    words = "the memory limit was reached"


class Interrupted(LimitReached):
    """The user asked to stop."""

    status = INTERRUPTED
    words = "the user asked to stop"
    more = "let it run longer"


def of_status(status: str) -> LimitReached:
    """The limit that left such a status."""
    for kind in (TimeLimitReached, MemoryLimitReached, Interrupted):
        if kind.status == status:
            return kind()
    raise ValueError(f"{status!r} is no status of a limit")


@dataclass
class _Limits:
    """What holds now: a deadline of `time.monotonic` and the largest resident set in bytes."""

    deadline: float = math.inf
    resident: float = math.inf
    unseen: float = _UNSEEN  # seconds by which it may be kept waiting
    looked: float = -math.inf


@dataclass
class Asked:
    """Whether the user asked to stop, and until when the work may put an answer together."""

    stop: bool = False
    until: float | None = None


_current: ContextVar[_Limits | None] = ContextVar("gtlearn_limits", default=None)
_asked: ContextVar[Asked | None] = ContextVar("gtlearn_asked", default=None)
_finishing: ContextVar[bool] = ContextVar("gtlearn_finishing", default=False)


def limited(
    time_limit: float | None = None, memory_limit: float | None = None
) -> AbstractContextManager[None]:
    """Sets limits for the code inside, which hears of them from `check`.

    Args:
        time_limit: seconds from now; None for no further limit.
        memory_limit: bytes by which the resident set of the process may grow from now on; None
            for no further limit.

    Raises:
        InputError: if a limit is no positive number.

    >>> with limited(time_limit=60):
    ...     check()
    ...     59 < seconds_left() <= 60
    True
    """
    if time_limit is None and memory_limit is None:
        return nullcontext()
    require_limits(time_limit, memory_limit)
    return _limited(time_limit, memory_limit)


@contextmanager
def _limited(
    time_limit: float | None, memory_limit: float | None, unseen: float | None = None
) -> Iterator[None]:
    outer = _current.get()
    deadline = math.inf if time_limit is None else time.monotonic() + min(time_limit, _EVER)
    resident = math.inf if memory_limit is None else resident_bytes() + min(memory_limit, _EVER)
    if unseen is None:
        unseen = _UNSEEN
        if time_limit is not None and memory_limit is None:  # memory can be filled in no time
            unseen += min(_PART * time_limit, _MOST)
    if outer is not None:
        deadline, resident = min(deadline, outer.deadline), min(resident, outer.resident)
        unseen = min(unseen, outer.unseen)
    token = _current.set(_Limits(deadline, resident, unseen))
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def keeping(seconds: float, share: float = 0.0) -> Iterator[None]:
    """The code inside ends so long before a limit that something else can still be done.

    Args:
        seconds: to be kept, but no more than half of what is left.
        share: of what is left of the time and of the memory, to be kept at least.
    """
    limits, left, room = _current.get(), seconds_left(), bytes_left()
    if limits is None:
        yield
        return
    if left is not None:
        left = max(left - max(min(seconds, left / 2), share * left), 1e-9)
    if room is not None:
        room = max(room - share * room, 1.0)
    with _limited(left, room, limits.unseen):
        yield


def sparing(seconds: float) -> AbstractContextManager[None]:
    """No limit holds for the code inside if it takes so little time that nobody waits for it.

    So what is cheap is found even where nothing is left.

    Args:
        seconds: about how long the code takes.
    """
    if patience() == math.inf or seconds > _UNSEEN:
        return nullcontext()
    return suspended()


@contextmanager
def suspended() -> Iterator[None]:
    """No limit holds for the code inside: for the short work that puts an answer together."""
    token, asked = _current.set(None), _asked.set(None)
    try:
        yield
    finally:
        _current.reset(token)
        _asked.reset(asked)


@contextmanager
def stoppable() -> Iterator[Asked]:
    """The code inside ends by `Interrupted` at its next `check` once `.stop` is set to true."""
    asked = Asked()
    token = _asked.set(asked)
    try:
        yield asked
    finally:
        _asked.reset(token)


@contextmanager
def finishing() -> Iterator[None]:
    """What was found becomes an answer inside: where the user asked to stop, a short time is left.

    Limits hold as before.
    """
    token = _finishing.set(True)
    try:
        yield
    finally:
        _finishing.reset(token)


def check() -> None:
    """Raises what ended the work, if a limit is reached; costs well under a microsecond.

    Raises:
        TimeLimitReached: if the time has passed.
        MemoryLimitReached: if the resident set has grown too much.
        Interrupted: if the user asked to stop.
    """
    asked = _asked.get()
    if asked is not None and asked.stop:
        _stop(asked)
    limits = _current.get()
    if limits is None:
        return
    now = time.monotonic()
    if now >= limits.deadline:
        raise TimeLimitReached
    if limits.resident < math.inf and now - limits.looked >= _LOOK:
        limits.looked = now
        if resident_bytes() > limits.resident and _trimmed() > limits.resident:
            raise MemoryLimitReached


def reached() -> bool:
    """Whether `check` would raise."""
    try:
        check()
    except LimitReached:
        return True
    return False


def _stop(asked: Asked) -> None:
    now = time.monotonic()
    if asked.until is None:
        asked.until = now + _GRACE * _load()
    if now > asked.until or not _finishing.get():
        raise Interrupted


def _load() -> float:
    """By how much more all takes on a busy machine, from 1 to 10."""
    try:
        busy = os.getloadavg()[0] / (os.cpu_count() or 1)
    except (OSError, AttributeError):  # Windows
        busy = 1.0
    return min(max(busy, 1.0), 10.0)


def require(more_bytes: float) -> None:
    """Raises before memory is taken that would exceed the limit.

    Args:
        more_bytes: what is about to be allocated.

    Raises:
        MemoryLimitReached: if the resident set would grow too much.
    """
    limits = _current.get()
    if limits is None or limits.resident == math.inf:
        return
    allowed = limits.resident - more_bytes
    if resident_bytes() > allowed and _trimmed() > allowed:
        raise MemoryLimitReached


def patience() -> float:
    """How many seconds may pass without a `check`: infinitely many where nothing is limited."""
    limits = _current.get()
    felt = math.inf if _asked.get() is None else _UNFELT
    return felt if limits is None else min(felt, limits.unseen)


def seconds_left() -> float | None:
    """Seconds until the deadline, at least 0; None where there is none."""
    limits = _current.get()
    if limits is None or limits.deadline == math.inf:
        return None
    return max(limits.deadline - time.monotonic(), 0.0)


def bytes_left() -> float | None:
    """Bytes by which the resident set may still grow, at least 0; None where there is no limit."""
    limits = _current.get()
    if limits is None or limits.resident == math.inf:
        return None
    return max(limits.resident - resident_bytes(), 0.0)


def resident_bytes() -> int:
    """The resident set of this process, in bytes."""
    import psutil

    return int(psutil.Process().memory_info().rss)


def _trimmed() -> int:
    """The resident set once the memory that was freed has gone back to the system."""
    import ctypes

    with suppress(AttributeError, OSError, TypeError):  # where there is no C library of GNU
        ctypes.CDLL(None).malloc_trim(0)
    return resident_bytes()


def require_limits(time_limit: float | None, memory_limit: float | None) -> None:
    """Refuses limits that are no positive numbers.

    Raises:
        InputError: if one is not.
    """
    for name, value, unit in (
        ("time_limit", time_limit, "seconds"),
        ("memory_limit", memory_limit, "bytes"),
    ):
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, Real) or not value > 0:
            raise InputError(f"{name} is {value!r}; give a positive number of {unit}, or None")
