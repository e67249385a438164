"""Labels (none is empty, none is given twice), their defaults, and the points that have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gtlearn.errors import InputError, quoted


def label_of(value: Any) -> str:
    """A label as text.

    Raises:
        InputError: if there is none, or it is an integer of more digits than a label has.
    """
    try:
        text = str(value)
    except ValueError:  # Python prints no integer of more than 4300 digits
        raise InputError("a label is an integer of thousands of digits; give a text") from None
    if value is None or (text in ("nan", "<NA>", "NaT") and not isinstance(value, str)):
        raise InputError("a label is missing; give one")
    return text


def check_labels(game: str, what: str, labels: Sequence[str]) -> None:
    """Complains about labels that cannot tell `what` apart.

    Raises:
        InputError: if a label is empty or given twice.
    """
    seen: set[str] = set()
    for position, label in enumerate(labels, start=1):
        if not label:
            raise InputError(f"{what} number {position} of game {quoted(game)} has an empty label")
        if label in seen:
            raise InputError(
                f"the label {quoted(label)} is given to more than one {what} of game "
                f"{quoted(game)}; make labels unique"
            )
        seen.add(label)


def default_players(count: int) -> list[str]:
    """What players are called where nobody says: Row and Column, or Player 1, 2, 3, ..."""
    return ["Row", "Column"] if count == 2 else [f"Player {k + 1}" for k in range(count)]


def numbered_labels(count: int) -> list[str]:
    """What actions are called where nobody says: 1, 2, 3, ..."""
    return [str(i + 1) for i in range(count)]


def distinct_labels(labels: list[str]) -> tuple[str, ...]:
    """Labels made unique: an empty one becomes its number, a repeated one gets a number."""
    used: set[str] = set()
    out = []
    for position, label in enumerate(labels, start=1):
        base = label or str(position)
        candidate, count = base, 1
        while candidate in used or (candidate != label and candidate in labels):
            count += 1
            candidate = f"{base} ({count})"
        used.add(candidate)
        out.append(candidate)
    return tuple(out)


def shown(token: str) -> str:
    """A token as error messages show it: short, and on one line."""
    if not token:
        return "the end of the text"
    text = token.encode("unicode_escape").decode()
    return text if len(text) <= 40 else text[:37] + "..."


_ESCAPES = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    **{character: "\\" + character for character in "&%$#_{}"},
}


def latex_escape(text: str) -> str:
    """`text` with LaTeX's special characters written out.

    >>> latex_escape("a_b & 5%")
    'a\\\\_b \\\\& 5\\\\%'
    """
    return "".join(_ESCAPES.get(character, character) for character in text)


@dataclass(frozen=True)
class Point:
    """A decision point of a player; its strategy has one vector of probabilities at each.

    Attributes:
        label: a state, or a type of the player; empty where the player decides once.
        actions: the labels of the actions.
    """

    label: str
    actions: tuple[str, ...]
