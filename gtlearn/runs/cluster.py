"""A Ray cluster: one that is there, or one that is started on this machine."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from gtlearn.errors import InputError
from gtlearn.learning.protocol import Parallel
from gtlearn.optional import optional

RETRIES = 4  # of a run or a part of it whose worker, or whose node, is lost


@contextmanager
def connected(workers: int, address: str | None) -> Iterator[Any]:
    """The module `ray`, connected; what was started here ends here.

    Args:
        workers: how many processors a cluster that is started here has.
        address: of a cluster that is there; None starts one.

    Raises:
        InputError: if Ray is missing, or there is no cluster at the address.
    """
    ray = optional("ray", "scale")
    if ray.is_initialized():
        yield ray
        return
    handler = signal.getsignal(signal.SIGTERM)  # Ray sets its own, which ends the process
    _connect(ray, workers, address)
    try:
        if handler is not signal.SIG_DFL:
            _set(handler)
        yield ray
    finally:
        ray.shutdown()
        _set(handler)


@contextmanager
def shared_work(workers: int, threads: int, address: str | None) -> Iterator[Parallel]:
    """An ordered map whose calls are Ray tasks.

    Args:
        workers: how many at a time, on a cluster that is started here.
        threads: of each; the outcome does not depend on who does which call.
        address: as for `connected`.

    Raises:
        InputError: as `connected`, or if a worker is lost again and again.
    """
    with connected(workers, address) as ray:
        task = ray.remote(num_cpus=threads, max_retries=RETRIES)(_with_threads)

        def parallel(function: Any, arguments: Sequence[Any]) -> list[Any]:
            try:
                pending = [task.remote(function, argument, threads) for argument in arguments]
                answers: list[Any] = ray.get(pending)
            except ray.exceptions.RayTaskError as error:
                raise error.cause from None
            except ray.exceptions.RayError:
                raise lost("by `gtlearn resume` with the run's folder") from None
            return answers

        yield parallel


def lost(advice: str) -> InputError:
    """What to say of a worker that is lost again and again, and how to go on."""
    return InputError(
        f"a worker was killed, for lack of memory perhaps; checkpoints are kept: go on {advice}"
    )


def require_listener(address: str | None) -> None:
    """Refuses a host:port where nothing listens, for which Ray itself would wait for minutes.

    Raises:
        InputError: if so.
    """
    host, colon, port = (address or "").removeprefix("ray://").rpartition(":")
    if not (colon and port.isdigit()):
        return
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except (OSError, OverflowError) as error:
        raise _no_cluster(address, error) from None


def _set(handler: Any) -> None:
    """Puts back the handler of SIGTERM, where that can be done."""
    if handler is not None and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, handler)


def _with_threads(function: Any, argument: Any, threads: int) -> Any:
    """One call, in a worker."""
    torch = optional("torch", "learn")
    torch.set_num_threads(threads)
    return function(argument)


def _no_cluster(address: str | None, error: Exception) -> InputError:
    return InputError(
        f"there is no Ray cluster at {address or 'this machine'}: {str(error)[:200]}; start one "
        "with `ray start --head`, or leave its address out"
    )


def _connect(ray: Any, workers: int, address: str | None) -> None:
    """Joins the cluster at the address, or starts one here."""
    options = {"include_dashboard": False, "log_to_driver": False, "logging_level": "ERROR"}
    try:
        if address is None:
            ordinary = {"worker_niceness": 0}  # Ray's 15 starves them beside anything else
            ray.init(address="local", num_cpus=workers, _system_config=ordinary, **options)
        else:
            require_listener(address)
            ray.init(address=address, **options)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise error if isinstance(error, InputError) else _no_cluster(address, error) from None
