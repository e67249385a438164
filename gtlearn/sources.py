"""Code that users name as module:attribute: a learner, an environment, a network of their own.

A file that names some is refused, unless the user allowed that very name (see `allowing`): to look
at a stranger's run never runs the stranger's code.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from gtlearn.errors import GtlearnError, InputError, first_line, nearest, option, quoted

_SOURCE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
_allowed: ContextVar[frozenset[str]] = ContextVar("gtlearn_allowed", default=frozenset())


class Source(str):
    """The type of an option that names code, as module:attribute."""

    __slots__ = ()


def is_source(text: object) -> bool:
    """Whether a text is meant as module:attribute.

    >>> is_source("my_package.nets:make"), is_source("lstm")
    (True, False)
    """
    return isinstance(text, str) and ":" in text


@contextmanager
def allowing(sources: Iterable[str]) -> Iterator[None]:
    """Inside, files may name these modules' attributes."""
    token = _allowed.set(_allowed.get() | set(sources))
    try:
        yield
    finally:
        _allowed.reset(token)


def require_allowed(source: str) -> None:
    """Refuses code that a file names and the user did not.

    Raises:
        InputError: if so; it says how to allow it.
    """
    if source not in _allowed.get():
        raise InputError(
            f"{quoted(source)} is code that is no part of gtlearn, and a file alone does not run "
            f"it; if you trust it, say so by {option('allow', source)}"
        )


def attribute(source: str) -> Any:
    """What module:attribute names; the module is imported now.

    Raises:
        InputError: if it is no such text, there is no such module or attribute, or the module
            raises an error.
    """
    if not _SOURCE.fullmatch(source):
        raise InputError(f"{quoted(source)} names no code; write it as module:attribute")
    module, _, path = source.partition(":")
    try:
        value: Any = importlib.import_module(module)
    except GtlearnError:
        raise
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise _broken(module, error) from error
        raise InputError(
            f"there is no module {error.name} here; install it, or add its folder to PYTHONPATH"
        ) from None
    except Exception as error:  # whatever the user's own code raises
        raise _broken(module, error) from error
    for name in path.split("."):
        if not hasattr(value, name):
            advice = nearest(name, dir(value), "") or "give the name of one that is there"
            raise InputError(f"{module} has no attribute {name!r}; {advice}")
        value = getattr(value, name)
    return value


def function(source: str) -> Callable[..., Any]:
    """A function, or a class, that module:attribute names.

    Raises:
        InputError: as `attribute`, or if it cannot be called.
    """
    value = attribute(source)
    if not callable(value):
        raise InputError(f"{source} is a {type(value).__name__}; give a function or a class")
    called: Callable[..., Any] = value
    return called


def _broken(module: str, error: Exception) -> InputError:
    said = f"{type(error).__name__}: {first_line(error)}"
    return InputError(f"the module {module} cannot be imported: {said}; correct it")
