"""Standard output is gtlearn's alone: what libraries write to it goes to standard error.

They write in three ways. What is printed by Python code while a command runs is redirected. Bytes
written to file descriptor 1, and C's buffers, which are flushed when the process ends, meet a
descriptor that `claim_stdout` pointed at standard error when the process began. Processes that are
started later inherit it.
"""

from __future__ import annotations

import os
import sys
from contextlib import redirect_stdout
from typing import Any, TextIO

import click

from gtlearn.errors import InputError
from gtlearn.reading import reason

_STDOUT, _STDERR = 1, 2
_KEY = "gtlearn.stdout"  # of the stream in a context's `meta`


def claim_stdout() -> None:
    """Gives this process a standard output that no library writes to, whatever it does.

    Descriptor 1 becomes a copy of standard error, and `sys.stdout` writes to a private copy of what
    descriptor 1 was. Where `sys.stdout` is not on descriptor 1, it is left alone; where one of the
    three standard streams is closed, the null device takes its descriptor.
    """
    _fill_closed()
    ours: Any = sys.stdout
    try:
        if ours is None or ours.fileno() != _STDOUT:
            return
        ours.flush()
    except (OSError, ValueError):
        return
    private = os.dup(_STDOUT)
    os.dup2(_STDERR, _STDOUT)
    claimed = open(private, "w", encoding=ours.encoding, errors=ours.errors)  # noqa: SIM115
    claimed.reconfigure(line_buffering=ours.line_buffering, write_through=ours.write_through)
    sys.stdout = sys.__stdout__ = claimed  # type: ignore[misc]  # both: shutil asks the second


def _fill_closed() -> None:
    """Opens what is closed of descriptors 0 to 2, which else the next file to be opened gets."""
    for descriptor in (0, _STDOUT, _STDERR):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
    if sys.stderr is None:
        sys.stderr = open(_STDERR, "w")  # noqa: SIM115  `print(file=None)` would be on stdout


class Command(click.Command):
    """A command in which only `stdout()` leads to standard output."""

    def invoke(self, ctx: click.Context) -> Any:
        """As click's, with everything that is printed sent to standard error."""
        ctx.meta[_KEY] = sys.stdout
        with redirect_stdout(sys.stderr):
            return super().invoke(ctx)


def stdout() -> TextIO | None:
    """The stream for results; None where standard output is closed."""
    context = click.get_current_context(silent=True)
    stream: TextIO | None = sys.stdout if context is None else context.meta.get(_KEY, sys.stdout)
    return stream


def is_stuck(stream: TextIO | None) -> bool:
    """Whether what was written to a stream cannot reach its file."""
    try:
        if stream is not None:
            stream.flush()
    except OSError:
        return True
    return False


def not_written(stream: TextIO, error: OSError) -> InputError:
    """What to say where standard output cannot be written; what is still buffered is dropped."""
    discard(stream)
    return InputError(f"standard output cannot be written: {reason(error)}")


def discard(stream: TextIO) -> None:
    """Sends what is still buffered nowhere, so that Python does not fail once more at its end."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)
