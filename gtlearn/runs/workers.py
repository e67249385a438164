"""Worker processes that end with their parent, and stop with a checkpoint when they are told to.

A worker is a new Python that reads pickled calls from its standard input and writes what they
return to its standard output. The end of its input says to stop; the system closes it too when the
parent dies, however it does. Other libraries' pools let a call run on in both cases.
"""

from __future__ import annotations

import _thread
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from typing import IO, Any, TypeVar

from gtlearn.runs.stopping import Stop, stoppable

_Argument = TypeVar("_Argument")
_Result = TypeVar("_Result")
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_LOOK = 0.2  # seconds between two looks at whether to stop
_GRACE = 60.0  # seconds for a checkpoint, once the parent is dead
_START = "from gtlearn.runs.workers import serve; serve()"


def each(
    function: Callable[[_Argument, Stop], _Result],
    arguments: Sequence[_Argument],
    *,
    workers: int,
    lost: Callable[[_Argument, int], _Result],
    stop: Stop | None = None,
) -> Iterator[_Result]:
    """Calls a function once for each argument, in worker processes.

    Args:
        function: of a module; its second argument says whether it is to stop.
        arguments: of the calls; they and the results are pickled.
        workers: how many processes.
        lost: what stands for the result of a call whose worker died with this exit code.
        stop: where it says true, calls that have begun are told to stop, and no others begin.

    Yields:
        The results as they come. Workers that are still there when the iteration is left are
        killed.

    Raises:
        Exception: if an argument or a result cannot be pickled.
    """
    team = [_Worker() for _ in range(min(workers, len(arguments)))]
    idle: queue.SimpleQueue[int] = queue.SimpleQueue()  # places in the team, one a thread
    for place in range(len(team)):
        idle.put(place)
    stopped = threading.Event()

    def call(argument: _Argument) -> list[_Result]:
        """The result; none where the worker was told to stop before it began."""
        place = idle.get()
        try:
            return [team[place].call(function, argument)]
        except (EOFError, OSError):
            code, told = team[place].wait(), stopped.is_set()
            if not told:
                team[place] = _Worker()
            return [] if told and code == 0 else [lost(argument, code)]
        finally:
            idle.put(place)

    with ThreadPoolExecutor(max(len(team), 1)) as pool:
        try:
            pending = {pool.submit(call, argument) for argument in arguments}
            while pending:
                if stop is not None and stop(0):
                    stopped.set()
                    pending = {future for future in pending if not future.cancel()}
                    for worker in team:
                        worker.close()
                done, pending = wait(pending, timeout=_LOOK, return_when=FIRST_COMPLETED)
                for future in done:
                    yield from future.result()
        finally:
            stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in team:
                worker.kill()
                worker.wait()


class _Worker(subprocess.Popen[bytes]):
    """A worker process, seen from its parent."""

    def __init__(self) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
        command = [sys.executable, "-P", "-c", _START]
        with _signals_held_back():
            super().__init__(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
            )

    def call(self, function: Any, argument: Any) -> Any:
        """What the function returns there.

        Raises:
            EOFError, OSError: if the worker is gone.
        """
        assert self.stdin is not None and self.stdout is not None
        call = pickle.dumps((function, argument))
        with suppress(ValueError):  # it is closed already, and the worker about to end
            self.stdin.write(call)
            self.stdin.flush()
        try:
            return pickle.load(self.stdout)
        except pickle.UnpicklingError as error:  # it ended in the middle of its answer
            raise EOFError from error

    def close(self) -> None:
        """Tells it to stop; it answers if it is at work."""
        assert self.stdin is not None
        with suppress(OSError):
            self.stdin.close()


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """A process that is started here hears of Ctrl-C only once it is ready."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def serve() -> None:
    """What a worker does: calls until its input ends."""
    calls, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    _leave_the_pipes()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent too, which decides
    with suppress(KeyboardInterrupt, BrokenPipeError), stoppable() as stopping:
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        given: queue.SimpleQueue[Any] = queue.SimpleQueue()
        threading.Thread(target=_receive, args=(calls, given), daemon=True).start()
        while (call := given.get()) is not None:
            if isinstance(call, Exception):
                raise call
            function, argument = call
            pickle.dump(function(argument, stopping), answers)
            answers.flush()


def _leave_the_pipes() -> None:
    """What libraries print goes to standard error, not to the parent."""
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.dup2(2, 1)
    os.close(nowhere)


def _ask_to_stop() -> None:
    """Sends the main thread SIGTERM, which also ends a wait where the system has such signals."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
    else:
        _thread.interrupt_main(signal.SIGTERM)


def _receive(calls: IO[bytes], given: Any) -> None:
    """Passes calls on; at their end asks the main thread to stop, and sees to it that it does."""
    import psutil

    parent = psutil.Process().parent()
    last: Exception | None = None
    try:
        while True:
            given.put(pickle.load(calls))
    except (EOFError, OSError):
        _ask_to_stop()
    except Exception as error:  # a call that cannot be unpickled here
        last = error
    given.put(last)
    if parent is not None:
        parent.wait()
    threading.Event().wait(_GRACE)
    os._exit(1)
