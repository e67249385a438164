"""The errors that users see: one sentence that names the thing, what was wrong and what to do."""

from __future__ import annotations

from typing import Any

_LONGEST = 360  # characters of a sentence; a longer one holds a piece of the input that is too long
_HEAD, _TAIL = 190, 100  # what is kept of it


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


def shortened(sentence: str) -> str:
    """A sentence, without its middle where a piece of the input makes it long."""
    if len(sentence) <= _LONGEST:
        return sentence
    return f"{sentence[:_HEAD]} ... {sentence[-_TAIL:]}"


class GtlearnError(Exception):
    """Base of every error that gtlearn raises on purpose."""


class InputError(GtlearnError, ValueError):
    """What the user gave cannot be used; the message says what was wrong and what to do.

    A message is a sentence: where a piece of the input makes it long, its middle is left out.
    """

    def __init__(self, message: object = "") -> None:
        super().__init__(shortened(str(message)))


class CertificateError(GtlearnError):
    """A computed answer did not pass exact verification, so it is not returned."""


class DivergenceError(InputError):
    """Training came to a number that is not finite; the message says at which step."""
