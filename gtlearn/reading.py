"""What is read from disk and from standard input: regular files only, and of a bounded size.

A pipe may never end, a device never does, and a small archive may unpack to terabytes. Every
reader takes its bytes from here; `at_most` raises the bound.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, BinaryIO, TypeVar

from gtlearn.errors import InputError, quoted

T = TypeVar("T")

MAX_BYTES = 256_000_000

_PIECE = 2**20
_BINARY = getattr(os, "O_BINARY", 0)  # of Windows

_most: ContextVar[int] = ContextVar("gtlearn_max_bytes", default=MAX_BYTES)

_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


@contextmanager
def at_most(max_bytes: int | None) -> Iterator[None]:
    """How many bytes the code inside may read of one source, or unpack from it.

    Args:
        max_bytes: the bound; None for the one that holds already, 256 MB by default.

    Raises:
        InputError: if it is no positive integer.
    """
    if max_bytes is None:
        yield
        return
    if isinstance(max_bytes, bool) or not isinstance(max_bytes, int) or max_bytes < 1:
        raise InputError(f"max_bytes is {quoted(max_bytes)}; give a positive number of bytes")
    token = _most.set(max_bytes)
    try:
        yield
    finally:
        _most.reset(token)


def with_bound(max_bytes: int, function: Callable[..., T], *arguments: Any) -> T:
    """`function(*arguments)` within `at_most`, for a process that has not inherited the bound."""
    with at_most(max_bytes):
        return function(*arguments)


def bound() -> int:
    """How many bytes may be read of one source now."""
    return _most.get()


def require_size(size: int, what: str) -> None:
    """Refuses what is larger than may be read.

    Raises:
        InputError: if so.
    """
    most = _most.get()
    if size > most:
        shown = f"{most / 1e6:g} MB" if most >= 10**6 else f"{most} bytes"
        raise InputError(
            f"{what} is larger than {shown}; use a smaller one, or allow more with max_bytes "
            "(--max-size)"
        )


def bytes_of_file(path: str | os.PathLike[str]) -> bytes:
    """The content of a regular file, or of what a link leads to.

    Raises:
        InputError: in one sentence, if it cannot be read, is no regular file, or is too large.
    """
    what = quoted_path(path)
    try:
        _require_regular(os.stat(path), what)  # a device is not even opened
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _BINARY)
        with open(handle, "rb") as file:
            status = os.fstat(handle)
            _require_regular(status, what)  # something else may have been put in its place
            require_size(status.st_size, what)
            return _all_of(file, what)
    except InputError:
        raise
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {what}: {reason(error)}") from None


def bytes_of_stdin() -> bytes:
    """All that comes from standard input.

    Raises:
        InputError: if it cannot be read, or is too large.
    """
    what = "standard input"
    try:
        return _all_of(sys.stdin.buffer, what)
    except InputError:
        raise
    except (OSError, ValueError, AttributeError) as error:  # there may be none
        raise InputError(f"cannot read {what}: {reason(error)}") from None


def _all_of(stream: BinaryIO, what: str) -> bytes:
    """What is left of a stream, piece by piece, so that one without end is left in time."""
    pieces, size = [], 0
    while piece := stream.read(_PIECE):
        size += len(piece)
        require_size(size, what)
        pieces.append(piece)
    return b"".join(pieces)


def text_of(data: bytes, what: str) -> str:
    """The text that bytes spell in UTF-8, with or without a byte order mark.

    Raises:
        InputError: if they spell none.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{what} is no text (byte {error.start} is not UTF-8); save it as UTF-8 text"
        ) from None
    if "\0" in text:
        raise InputError(f"{what} is no text (it holds a zero byte); save it as UTF-8 text")
    return text


def quoted_path(path: str | os.PathLike[str]) -> str:
    """A path as error messages show it: the end of it, where it is long."""
    text = str(path)
    text = text if len(text) <= 200 else f"...{text[-197:]}"
    return text if text.isprintable() else text.encode("unicode_escape").decode()[:200]


def reason(error: Exception) -> str:
    """What an OSError says, in lower case."""
    text = getattr(error, "strerror", None) or str(error)
    return text[:1].lower() + text[1:]


@contextmanager
def reported(failure: str, advice: str = "") -> Iterator[None]:
    """Turns an OSError inside into a sentence: what failed, why, and what to do.

    Raises:
        InputError: that sentence.
    """
    try:
        yield
    except OSError as error:
        raise InputError(f"{failure}: {reason(error)}{advice and f'; {advice}'}") from None


def kind_of(status: os.stat_result) -> str:
    """What something is that is no regular file, such as "a pipe"."""
    return next((name for test, name in _KINDS if test(status.st_mode)), "no file")


def _require_regular(status: os.stat_result, what: str) -> None:
    if stat.S_ISREG(status.st_mode):
        return
    kind = kind_of(status)
    advice = "; give it at standard input and write -" if kind == "a pipe" else "; give a file"
    raise InputError(f"cannot read {what}: is {kind}{advice}")
