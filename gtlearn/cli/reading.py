"""What the commands read: GAME, by name, path or literal, or on standard input; and Ctrl-C.

While a result is computed, the first Ctrl-C ends the search and the second the process.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gtlearn import limits
from gtlearn.errors import InputError
from gtlearn.limits import Interrupted, LimitReached

if TYPE_CHECKING:
    from gtlearn.games import Game

STDIN = "-"
STOPPED = 130  # the exit code, as of a process that was interrupted


def load_game(game: str, how: Mapping[str, Any]) -> Game:
    """The game that GAME stands for; "-" is standard input, whose format its content shows.

    Args:
        game: the argument.
        how: as `game_options` gives it.

    Raises:
        InputError: if it cannot be read, or an option has no meaning for it.
    """
    from gtlearn import games
    from gtlearn.games.loading import load_bytes
    from gtlearn.reading import bytes_of_stdin

    options = dict(how)
    format = options.pop("input_format")
    if game.strip() == STDIN:
        return load_bytes(bytes_of_stdin(), format, what="standard input", **options)
    if format is not None:
        raise InputError("--input-format is for a GAME on standard input, -; leave it out")
    return games.load(game, **options)


def text_of_stdin(argument: str, game: str | None) -> str:
    """The text on standard input, in the place of an argument.

    Raises:
        InputError: if it is none, or GAME is to come from there too.
    """
    from gtlearn.reading import bytes_of_stdin, text_of

    if game == STDIN:
        raise InputError(
            f"standard input cannot be both {argument} and GAME; give one of them a file"
        )
    return text_of(bytes_of_stdin(), "standard input")


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
