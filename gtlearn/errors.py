"""The errors that users see: one sentence that names the thing, what was wrong and what to do."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_LONGEST = 360  # characters of a sentence; a longer one holds a piece of the input that is too long
_HEAD, _TAIL = 190, 165  # what is kept of it
_WORD = 80  # of a word in it, such as a path, whose end tells most


_flags: ContextVar[bool] = ContextVar("gtlearn_flags", default=False)


@contextmanager
def speaking_flags() -> Iterator[None]:
    """Sentences inside name options as the command line writes them."""
    token = _flags.set(True)
    try:
        yield
    finally:
        _flags.reset(token)


def option(name: str, value: str | int | Sequence[str] | None = None) -> str:
    """An option as the user writes it: an argument of a function, or a flag of the command line.

    Args:
        name: the argument.
        value: what to give; or several, of which one is to be chosen. A flag says True by itself,
            and False by its opposite.

    >>> option("zero_sum"), option("find", "all"), option("concept", ["nash", "stackelberg"])
    ('zero_sum', 'find="all"', 'concept="nash" or "stackelberg"')
    >>> with speaking_flags():
    ...     option("zero_sum"), option("find", "all"), option("concept", ["nash", "stackelberg"])
    ('--zero-sum', '--find all', '--concept nash or stackelberg')
    """
    flags = _flags.get()
    shown = f"--{'no-' * (value is False)}{name.replace('_', '-')}" if flags else name
    if value is None or (isinstance(value, bool) and flags):
        return shown
    values = [value] if isinstance(value, str | int) else value
    written = [f'"{v}"' if isinstance(v, str) and not flags else str(v) for v in values]
    return f"{shown}{' ' if flags else '='}{' or '.join(written)}"


def quoted(value: Any, most: int = 60) -> str:
    """A piece of the input as a sentence shows it: in quotes, and cut where it is long.

    >>> quoted("abcdefghij", 8), quoted(3)
    ("'abc...'", '3')
    """
    if isinstance(value, str):
        value = value[: most + 1]  # a text of megabytes is not escaped first
    try:
        text = repr(value)
    except Exception:  # an integer of more digits than Python prints, or a class of the user's own
        return "what is given"
    if not isinstance(value, str):
        text = " ".join(text.split())
    closing = text[0] if text[:1] in ("'", '"') else ""
    return text if len(text) <= most else f"{text[: most - 3 - len(closing)]}...{closing}"


def nearest(word: object, known: Iterable[object], otherwise: str = "use") -> str:
    """How a sentence on an unknown word ends: with the nearest ones, or with all that are known.

    Args:
        word: what was given.
        known: what could be.
        otherwise: how the list of all begins; where it is empty, "" is returned instead.

    >>> nearest("Stackelburg", ["nash", "stackelberg"]), nearest("x", ["Row", "Column"], "they are")
    ('did you mean stackelberg?', 'they are Row, Column')
    >>> nearest("x", ["nash", "ess", "qre"]), nearest("x", ["nash", "ess"], "")
    ('use nash, ess or qre', '')
    """
    words = [str(one) for one in known]
    plain = {_plain(one): one for one in words}
    if near := difflib.get_close_matches(_plain(str(word)), plain, n=3, cutoff=0.6):
        return f"did you mean {' or '.join(plain[one] for one in near)}?"
    if otherwise == "use" and len(words) > 1:
        words[-2:] = [" or ".join(words[-2:])]
    return otherwise and f"{otherwise} {', '.join(words)}"


def _plain(word: str) -> str:
    return re.sub(r"[\s'-]+", "_", word.lower())[:60]


def first_line(error: Exception) -> str:
    """What another library's error says in its first line; its kind where it says nothing.

    >>> first_line(ValueError("no\\nsuch")), first_line(KeyError())
    ('no', 'KeyError')
    """
    return (str(error).splitlines() or [type(error).__name__])[0]


def shortened(sentence: str) -> str:
    """A sentence that is not too long: first its long words lose their middles, then it does.

    >>> shortened(f"{'/folder' * 100}/game.nfg is no text")
    '/folder/folder/folde...folder/folder/folder/folder/folder/folder/folder/game.nfg is no text'
    """
    if len(sentence) > _LONGEST:
        sentence = re.sub(r"\S+", lambda word: _without_middle(word[0]), sentence)
    if len(sentence) > _LONGEST:
        sentence = f"{sentence[:_HEAD]} ... {sentence[-_TAIL:]}"
    return sentence


def _without_middle(word: str) -> str:
    return word if len(word) <= _WORD else f"{word[: _WORD // 4]}...{word[3 - _WORD * 3 // 4 :]}"


class GtlearnError(Exception):
    """Base of every error that gtlearn raises on purpose."""


class InputError(GtlearnError, ValueError):
    """What the user gave cannot be used; the message says what was wrong and what to do.

    A message is a sentence: where a piece of the input makes it long, see `shortened`.
    """

    def __init__(self, message: object = "") -> None:
        super().__init__(shortened(str(message)))


@contextmanager
def about(what: str) -> Iterator[None]:
    """What is refused inside begins with what it is about.

    >>> with about("line 3"):
    ...     raise InputError("it is empty")
    Traceback (most recent call last):
        ...
    gtlearn.errors.InputError: line 3: it is empty
    """
    try:
        yield
    except InputError as error:
        raise InputError(f"{what}: {error}") from None


class CertificateError(GtlearnError):
    """A computed answer did not pass exact verification, so it is not returned."""


class DivergenceError(InputError):
    """Training came to a number that is not finite; the message says at which step."""
