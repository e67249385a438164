"""One thread for many small matrix operations, where several would only wait for each other."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import Any


def one_blas_thread() -> AbstractContextManager[object]:
    """A context in which numpy and scipy multiply and factorise on one thread."""
    limits: AbstractContextManager[object] = _controller().limit(limits=1, user_api="blas")
    return limits


@cache
def _controller() -> Any:
    import scipy.linalg.blas  # noqa: F401  both packages' libraries must be loaded to be found
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def load_blas() -> None:
    """Loads what `one_blas_thread` needs, before a child process that would load it in vain."""
    _controller()
