"""OpenSpiel's game strings: what may end the process that loads it is loaded in a child first."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pyspiel

from gtlearn import child, limits
from gtlearn.errors import InputError, first_line
from gtlearn.games.names import parse_arguments, split_call

T = TypeVar("T")

SECONDS = 120  # for loading a game and reading it
BYTES = 2 * 10**9  # the memory that this may take

_LONGEST_NAME = 200
_FLAGS = frozenset({"True", "False"})


def _whole(first: int, last: int) -> frozenset[str]:
    return frozenset(map(str, range(first, last + 1)))


_HARMLESS = {  # game: parameter: values that need no child, whatever they are combined with
    "blotto": {"players": _whole(2, 2), "coins": _whole(1, 10), "fields": _whole(1, 3)},
    "first_sealed_auction": {"players": _whole(2, 2), "max_value": _whole(2, 10)},
    "goofspiel": {
        "players": _whole(2, 3),
        "num_cards": _whole(1, 13),
        "imp_info": _FLAGS,
        "points_order": frozenset({"random", "ascending", "descending"}),
        "returns_type": frozenset({"win_loss", "point_difference", "total_points"}),
    },
    "kuhn_poker": {"players": _whole(2, 10)},
    "leduc_poker": {"players": _whole(2, 10), "suit_isomorphism": _FLAGS},
    "liars_dice": {
        "players": _whole(2, 3),
        "numdice": _whole(1, 2),
        "dice_sides": _whole(1, 6),
    },
}


def of_text(text: str, read: Callable[..., T], **options: Any) -> T:
    """What `read` makes of the OpenSpiel game that a text stands for.

    OpenSpiel ends the process on some parameters, also long after it has loaded the game, and
    takes all memory on others. So a text with parameters is loaded and read in a child process
    with limits, unless they are known to be harmless; a name alone is read here.

    Args:
        text: a name that OpenSpiel knows, with parameters in brackets where it has some.
        read: is called with the game; a function of a module, whose answer can be pickled.
        **options: are passed to it.

    Raises:
        InputError: if OpenSpiel refuses the text, does not survive it, or takes too much time or
            memory; and what `read` raises.
        LimitReached: if a limit that the caller has set ended it.
    """
    if is_harmless(text):
        return _loaded(text, read, options)
    try:
        with _own_limits(text):
            answer: T = child.call(
                _loaded_in_child, text, read, options, time_limit=SECONDS, memory_limit=BYTES
            )
            return answer
    except _NotThere:
        return _loaded(text, read, options)


def loaded_after(text: str, trial: Callable[[pyspiel.Game], None]) -> pyspiel.Game:
    """The OpenSpiel game that a text stands for, loaded here.

    Args:
        text: as of `of_text`.
        trial: does with the game what will be done with it, in a child, where it may be harmful.

    Raises:
        InputError, LimitReached: as `of_text`.
    """
    if not is_harmless(text):
        of_text(text, trial)
    with refusals_in_our_words(text):
        return pyspiel.load_game(text)


def is_harmless(text: str) -> bool:
    """Whether a game string is a name alone, or has only parameters known to be harmless."""
    name, inside = split_call(text) or ("", "")
    if not name or not inside.strip():
        return bool(name)
    known = _HARMLESS.get(name, {})
    try:
        given = parse_arguments(name, inside)
    except InputError:
        return False
    return all(value in known.get(key, ()) for key, value in given.items())


def harmless_texts() -> Iterator[str]:
    """Every parameter that needs no child, one at a time, as game strings."""
    for name, known in _HARMLESS.items():
        for key, values in known.items():
            yield from (f"{name}({key}={value})" for value in sorted(values))


def name_of(game: pyspiel.Game) -> str:
    """The text by which OpenSpiel loads a game, or its name alone where that is long."""
    text = str(game).removesuffix("()")
    return text if len(text) <= _LONGEST_NAME else str(game.get_type().short_name)


@contextlib.contextmanager
def refusals_in_our_words(text: str) -> Iterator[None]:
    """Turns what OpenSpiel says of a game string into one sentence.

    Raises:
        InputError: if OpenSpiel raises.
    """
    try:
        with _silent_stderr():
            yield
    except InputError:
        raise
    except (RuntimeError, ValueError, TypeError, LookupError) as error:  # what pybind11 raises
        said = first_line(error).partition(". Available ")[0]  # the list is in the lines below
        raise InputError(f"OpenSpiel refuses {_shown(text)}: {said[:_LONGEST_NAME]}") from None


class _NotThere(Exception):
    """The child does not know the game, which the caller has registered in its own process."""


def _loaded_in_child(text: str, read: Callable[..., T], options: dict[str, Any]) -> T:
    name, _ = split_call(text) or ("", "")
    if name not in pyspiel.registered_names():
        raise _NotThere
    return _loaded(text, read, options)


def _loaded(text: str, read: Callable[..., T], options: dict[str, Any]) -> T:
    with refusals_in_our_words(text):
        return read(pyspiel.load_game(text), **options)


@contextlib.contextmanager
def _own_limits(text: str) -> Iterator[None]:
    """Says in a sentence what ended the child, unless it was a limit that the caller has set."""
    seconds, room = limits.seconds_left(), limits.bytes_left()
    try:
        yield
    except child.ChildDied as death:
        raise InputError(
            f"OpenSpiel does not survive {_shown(text)} ({death}); use other parameters"
        ) from None
    except limits.TimeLimitReached:
        if seconds is not None and seconds < SECONDS:
            raise
        raise InputError(
            f"OpenSpiel takes more than {SECONDS} s for {_shown(text)}; use other parameters"
        ) from None
    except MemoryError:
        if room is not None and room < BYTES:
            raise
        raise InputError(
            f"OpenSpiel takes more than {BYTES / 1e9:.0f} GB for {_shown(text)}; use other "
            "parameters"
        ) from None


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 3]}...")


@contextlib.contextmanager
def _silent_stderr() -> Iterator[None]:
    """Hides what OpenSpiel's C++ writes to stderr beside the exception that it raises."""
    try:
        sys.stderr.flush()
        saved = os.dup(2)
    except (OSError, ValueError, AttributeError):  # no stderr to protect
        yield
        return
    with open(os.devnull, "w") as sink:
        os.dup2(sink.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
