"""What the JSON formats of games share: reading exactly, complaining clearly, writing readably."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NoReturn

from gtlearn.errors import InputError, nearest, quoted
from gtlearn.games.numbers import ExactArray, format_number, parse_number, short_number, to_fraction

_SHORT = 60  # characters of an object that stands on one line


def read_value(text: str) -> Any:
    """The JSON value of a text; decimals become Fractions, a repeated key is an error.

    Raises:
        json.JSONDecodeError: if it is no JSON.
        InputError: if a number is not finite, or a key comes twice.
    """
    return json.loads(
        text,
        parse_float=parse_number,
        parse_int=_integer,
        parse_constant=_no_constant,
        object_pairs_hook=distinct_keys,
    )


def distinct_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of a JSON text.

    Raises:
        InputError: if a key comes twice.
    """
    out: dict[str, Any] = {}
    for key, value in pairs:
        if key in out:
            raise InputError(f"the key {quoted(key)} comes twice in one object; keep one")
        out[key] = value
    return out


def tensor(array: ExactArray) -> Any:
    """Nested lists of ints, and of texts "p/q" (also for integers that doubles cannot hold)."""
    if array.denominator == 1 and abs(array.numerators).max() <= 2**53:
        return array.numerators.tolist()
    return array.texts().tolist()


def layout(value: Any, depth: int = 0) -> str:
    """JSON with one line a key or row; lists of plain values and short objects on one line."""
    inner, outer = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict) and not (depth and _is_short(value)):
        parts = [f"{_text_of(k)}: {layout(v, depth + 1)}" for k, v in value.items()]
        return "{\n" + ",\n".join(inner + part for part in parts) + f"\n{outer}}}"
    if isinstance(value, list | tuple) and _holds_containers(value):
        parts = [layout(v, depth + 1) for v in value]
        return "[\n" + ",\n".join(inner + part for part in parts) + f"\n{outer}]"
    return _text_of(value)


class Place:
    """A value of a JSON text and where it stands, which all that is wrong with it names.

    Each method gives the value as what it is asked for, and raises an InputError where it is
    something else.
    """

    def __init__(self, value: Any, where: str) -> None:
        self.value = value
        self.where = where

    def must_be(self, kind: type | tuple[type, ...], words: str) -> Any:
        """The value, of a type that `words` names; a truth value is no number."""
        right = isinstance(self.value, kind)
        if not right or (isinstance(self.value, bool) and kind is not bool):
            raise InputError(f"{self.where} {words}, not {shown(self.value)}")
        return self.value

    def number(self) -> Fraction:
        """An exact number: an integer, a decimal or a text "p/q"."""
        try:
            return to_fraction(self.value)
        except InputError as error:
            raise InputError(f"{self.where}: {error}") from None

    def labels(self) -> list[str]:
        """A list of labels; an integer is a label too."""
        for label in self.must_be(list, "must be a list of labels"):
            if not isinstance(label, str | int) or isinstance(label, bool):
                raise InputError(
                    f"{self.where} holds {shown(label)}, which is no label; write a string"
                )
        return [v if isinstance(v, str) else format_number(Fraction(v)) for v in self.value]

    def known(self, known: Sequence[str], what: str, given: Any = None) -> None:
        """Complains about a key, or one of the labels `given`, that is not known."""
        for label in self.value if given is None else given:
            if label not in known:
                advice = nearest(label, known)
                raise InputError(f"{self.where}: {quoted(label)} is no {what}; {advice}")

    def each(self, states: Sequence[str], what: str, advice: str) -> Iterator[tuple[str, Any]]:
        """The states with what the object says of each."""
        self.known(states, "state")
        for state in states:
            if state not in self.value:
                raise InputError(f"state {quoted(state)} has no {what}; {advice}")
            yield state, self.value[state]

    def probabilities(self, states: Sequence[str], words: str) -> dict[str, Fraction]:
        """The probabilities of states by their labels; a label alone is certain."""
        row = {self.value: 1} if isinstance(self.value, str) else self.value
        Place(row, words).must_be(Mapping, "a state, or probabilities by state")
        self.known(states, "state", row)
        return {
            label: Place(p, f"{self.where}: the probability of {quoted(label)}").number()
            for label, p in row.items()
        }


class Keys(Place):
    """An object of a JSON text with keys of its own.

    Args:
        value: the object.
        where: what it is called.
        known: the keys that it may have.
        schema: what the key "schema" must be, where there is one.

    Raises:
        InputError: if it has another key or schema.
    """

    def __init__(self, value: Mapping[str, Any], where: str, known: str, schema: str) -> None:
        super().__init__(value, where)
        unknown = [key for key in value if key not in known.split()]
        if unknown:
            keys = ", ".join(known.split())
            raise InputError(f"{where} has an unknown key {unknown[0][:60]!r}; the keys are {keys}")
        if value.get("schema", schema) != schema:
            raise InputError(f'its schema is {shown(value["schema"])}, not "{schema}"')

    def at(self, key: str, default: Any = None) -> Place:
        """What stands under a key."""
        return Place(self.value.get(key, default), f'"{key}"')

    def text(self, key: str, default: str) -> str:
        """The string under a key."""
        return str(self.at(key, default).must_be(str, "must be a string"))

    def labels_at(self, key: str) -> list[str] | None:
        """The list of labels under a key, None if there is no such key."""
        return self.at(key).labels() if key in self.value else None

    def actions(self) -> list[list[str]] | None:
        """The lists of labels under "actions", one a player, None if there is no such key."""
        if "actions" not in self.value:
            return None
        lists = self.value["actions"]
        if not isinstance(lists, list):
            raise InputError('"actions" must be a list with one list of labels a player')
        return [
            Place(given, f'"actions" of player {k}').labels() for k, given in enumerate(lists, 1)
        ]


def shown(value: Any) -> str:
    """A value as error messages show it."""
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return short_number(value)
    text = f"a {type(value).__name__}" if isinstance(value, list | dict) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _is_short(value: Mapping[str, Any]) -> bool:
    return not _holds_containers(value.values()) and len(_text_of(value)) <= _SHORT


def _holds_containers(values: Any) -> bool:
    return any(isinstance(value, list | tuple | dict) for value in values)


def _text_of(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _integer(text: str) -> int:
    return int(text) if len(text) < 19 else int(parse_number(text))


def _no_constant(text: str) -> NoReturn:
    raise InputError(f"{text} is not a finite number; replace it by a number")
