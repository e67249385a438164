"""A function in a child process: for library calls that nothing else can stop, or that may die.

The child is killed once a limit of `gtlearn.limits` is reached, and whatever happens to it, a
signal included, the calling process goes on. Where the system can fork, a call costs a few
milliseconds and its arguments need not be pickled; elsewhere they must be, and it costs a start
of Python, in which the caller's own script is not run again. Daemonic processes, such as those of
a pool, and children themselves may call too.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeVar

from gtlearn import limits
from gtlearn.errors import GtlearnError
from gtlearn.progress import heard_by

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

T = TypeVar("T")

_POLL = 0.02  # seconds between two looks at the caller's limits
_QUICK_POLL = 0.005  # where the child's memory is limited, which it can fill quickly
_SLACK = 2**30  # bytes of addresses that libraries take and never touch
_END_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux's prctl

_inside: ContextVar[bool] = ContextVar("gtlearn_inside_a_child", default=False)


class ChildDied(GtlearnError):
    """The child process ended without an answer.

    Attributes:
        signal: the number of the signal that ended it, 0 where it was none.
    """

    def __init__(self, exit_code: int | None) -> None:
        self.exit_code = exit_code
        self.signal = -exit_code if exit_code is not None and exit_code < 0 else 0
        how = f"signal {self.signal}" if self.signal else f"exit code {exit_code}"
        super().__init__(f"the child process ended by {how}")

    def __reduce__(self) -> tuple[Any, ...]:
        return ChildDied, (self.exit_code,)


def call(
    function: Callable[..., T],
    *arguments: Any,
    time_limit: float | None = None,
    memory_limit: float | None = None,
) -> T:
    """`function(*arguments)`, computed in a child process that writes nothing to our streams.

    Args:
        function: what to call; where the system cannot fork, a function of a module.
        *arguments: what it is called with.
        time_limit: seconds for it, besides the limits that hold already.
        memory_limit: bytes by which the child may grow, besides them.

    Returns:
        What the function returned, through pickle.

    Raises:
        TimeLimitReached, MemoryLimitReached, Interrupted: if a limit ended it.
        ChildDied: if the child ended in another way, such as a signal.
        Exception: what the function raised.
    """
    import multiprocessing

    context: Any = multiprocessing.get_context("fork" if _can_fork() else "spawn")
    ours, theirs = context.Pipe(duplex=False)
    with limits.limited(time_limit, memory_limit):
        room = limits.bytes_left()
        child = context.Process(target=_work, args=(theirs, room, function, arguments))
        child.daemon = True
        _start(child)
        theirs.close()
        try:
            answer: T = _answer(child, ours, room)
            return answer
        finally:
            ours.close()
            if child.is_alive():
                child.kill()
            child.join()
            child.close()


def computed(function: Callable[..., T], *arguments: Any) -> T:
    """As `call`, for work in libraries that abort where memory is refused, as python-flint does.

    An abort under a memory limit is that limit.

    Raises:
        TimeLimitReached, MemoryLimitReached, Interrupted: if a limit ended it.
        ChildDied: if the child ended in another way.
        Exception: what the function raised.
    """
    from signal import SIGABRT

    try:
        return call(function, *arguments)
    except ChildDied as death:
        if death.signal == SIGABRT and limits.bytes_left() is not None:
            raise limits.MemoryLimitReached from None
        raise


def bounded(function: Callable[..., T], *arguments: Any, seconds: float) -> T:
    """`function(*arguments)`, in a child process where it may keep a limit waiting.

    Args:
        function: what to call; it need not call `limits.check`, and changes nothing.
        *arguments: what it is called with.
        seconds: about how long it takes.

    Raises:
        TimeLimitReached, MemoryLimitReached, Interrupted: if a limit ended it.
        Exception: what the function raised.
    """
    limits.check()
    if seconds <= limits.patience() or _inside.get():  # a child is killed as a whole
        return function(*arguments)
    return computed(function, *arguments)


def _can_fork() -> bool:
    """Whether forking is there and safe: macOS's own libraries do not survive it."""
    return hasattr(os, "fork") and sys.platform != "darwin"


def _start(child: Any) -> None:
    """Starts it, without the warning that a process with threads forks: the child uses none."""
    import warnings

    with warnings.catch_warnings(), _allowed(), _without_script():
        warnings.simplefilter("ignore", DeprecationWarning)
        child.start()


@contextmanager
def _allowed() -> Iterator[None]:
    """A daemonic process may have a child here: multiprocessing forbids it, lest it be left behind.

    Ours is not: the call waits for it, and the limits that it set for itself end it.
    """
    from multiprocessing import current_process

    process: Any = current_process()
    daemonic = process.daemon
    if daemonic:
        process.daemon = False
    try:
        yield
    finally:
        if daemonic:
            process.daemon = True


@contextmanager
def _without_script() -> Iterator[None]:
    """A spawned child does not import the caller's script, which may have no guard against it."""
    from types import ModuleType

    script = sys.modules["__main__"]
    if not _can_fork():
        sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


def _answer(child: Any, ours: Connection, room: float | None) -> Any:
    """Waits for the child; kills it by leaving with what ended the wait."""
    start = 0.0 if room is None else float(_received(child, ours))
    while not ours.poll(_patience(_POLL if room is None else _QUICK_POLL)):
        limits.check()
        _require_alive(child, ours)
        if room is not None and _resident(child.pid) - start > room:
            raise limits.MemoryLimitReached
    limits.require(2 * _received(child, ours))  # for the answer, and what it is unpacked to
    returned, value = _received(child, ours)
    if returned:
        return value
    if isinstance(value, MemoryError) and room is not None:
        raise limits.MemoryLimitReached from None
    raise value


def _received(child: Any, ours: Connection) -> Any:
    """What the child sends next."""
    while not ours.poll(_patience(_POLL)):
        limits.check()
        _require_alive(child, ours)
    try:
        return pickle.loads(ours.recv_bytes())
    except (EOFError, OSError):  # also in the middle of it
        child.join()
        raise ChildDied(child.exitcode) from None


def _require_alive(child: Any, ours: Connection) -> None:
    if not child.is_alive() and not ours.poll(0):
        raise ChildDied(child.exitcode)


def _patience(seconds: float) -> float:
    left = limits.seconds_left()
    return seconds if left is None else min(seconds, left)


def _resident(pid: int) -> float:
    import psutil

    try:
        return float(psutil.Process(pid).memory_info().rss)
    except psutil.Error:  # it has just ended
        return 0.0


def _work(
    answer: Connection, room: float | None, function: Callable[..., Any], arguments: Any
) -> None:
    """What the child does."""
    _inside.set(True)
    _be_quiet()
    _end_with_caller()
    _bound(room)
    start = 0 if room is None else limits.resident_bytes()
    if room is not None:
        answer.send_bytes(_packed(start))  # from which its growth counts
    try:
        with heard_by(None):  # a listener may wait for a thread that is not there
            returned, value = True, function(*arguments)
        if room is not None and limits.resident_bytes() - start > room:
            raise limits.MemoryLimitReached
    except BaseException as error:
        returned, value = False, error
    try:
        content = _packed((returned, value))
    except Exception:  # it cannot be pickled
        shown = RuntimeError(f"{type(value).__name__}: {value}")
        content = _packed((False, shown))
    with suppress(BrokenPipeError):
        answer.send_bytes(_packed(len(content)))
        answer.send_bytes(content)


def _packed(value: Any) -> memoryview:
    """Pickled so that no Fraction is reduced to lowest terms again, which can take minutes."""
    import copyreg
    import io

    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer)
    pickler.dispatch_table = {**copyreg.dispatch_table, Fraction: _parts}
    pickler.dump(value)
    return buffer.getbuffer()


def _parts(value: Fraction) -> tuple[Callable[[int, int], Fraction], tuple[int, int]]:
    return _lowest, (value.numerator, value.denominator)


def _lowest(numerator: int, denominator: int) -> Fraction:
    """The Fraction of two numbers that have no common divisor."""
    value = object.__new__(Fraction)
    value._numerator, value._denominator = numerator, denominator  # type: ignore[attr-defined]
    return value


def _be_quiet() -> None:
    """Nothing that the child or a library in it writes reaches the caller's streams."""
    import faulthandler
    import signal

    faulthandler.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller decides when to end it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def _end_with_caller() -> None:
    """The system is to end the child with the process that started it, where it can."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes
    import signal
    from multiprocessing import parent_process

    ctypes.CDLL(None).prctl(_END_WITH_PARENT, signal.SIGKILL)
    parent = parent_process()
    if parent is not None and os.getppid() != parent.pid:  # it was gone before
        os._exit(1)


def _bound(room: float | None) -> None:
    """Asks the system to hold the child to its limits, where it can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    left = limits.seconds_left()
    if left is not None:  # a last resort, should the caller be gone
        seconds = (int(left) + 2) * (os.cpu_count() or 1)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    if room is not None:
        import psutil

        size = psutil.Process().memory_info().vms + 2 * int(room) + _SLACK
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (size, size))
