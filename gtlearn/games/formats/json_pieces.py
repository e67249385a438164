"""What the JSON formats of games share: reading exactly, complaining clearly, writing readably."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NoReturn

from gtlearn.errors import InputError, quoted
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
        object_pairs_hook=_object,
    )


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


def number(value: Any, what: str) -> Fraction:
    """An exact number: an integer, a decimal or a text "p/q".

    Raises:
        InputError: if it is none.
    """
    try:
        return to_fraction(value)
    except InputError as error:
        raise InputError(f"{what}: {error}") from None


def labels(value: Mapping[str, Any], key: str) -> Sequence[str] | None:
    """The list of labels under a key, None if there is no such key.

    Raises:
        InputError: if it is no list of labels.
    """
    return label_list(value[key], f'"{key}"') if key in value else None


def action_labels(value: Mapping[str, Any]) -> list[Sequence[str]] | None:
    """The lists of labels under "actions", one a player, None if there is no such key.

    Raises:
        InputError: if it is no list of lists of labels.
    """
    if "actions" not in value:
        return None
    actions = value["actions"]
    if not isinstance(actions, list):
        raise InputError('"actions" must be a list with one list of labels a player')
    return [label_list(given, f'"actions" of player {k + 1}') for k, given in enumerate(actions)]


def label_list(value: Any, what: str) -> Sequence[str]:
    """A list of labels; an integer is a label too.

    Raises:
        InputError: if it is none.
    """
    if not isinstance(value, list):
        raise InputError(f"{what} must be a list of labels, not {shown(value)}")
    for label in value:
        if not isinstance(label, str | int) or isinstance(label, bool):
            raise InputError(f"{what} holds {shown(label)}, which is no label; write a string")
    return [label if isinstance(label, str) else format_number(Fraction(label)) for label in value]


def text(value: Mapping[str, Any], key: str, default: str) -> str:
    """The string under a key.

    Raises:
        InputError: if it is no string.
    """
    found = value.get(key, default)
    if not isinstance(found, str):
        raise InputError(f'"{key}" must be a string, not {shown(found)}')
    return found


def check_keys(value: Mapping[str, Any], known: Sequence[str], what: str, schema: str) -> None:
    """Complains about a key that is not known, or another schema.

    Raises:
        InputError: if there is one.
    """
    unknown = [key for key in value if key not in known]
    if unknown:
        raise InputError(
            f"{what} has an unknown key {unknown[0][:60]!r}; the keys are {', '.join(known)}"
        )
    if value.get("schema", schema) != schema:
        raise InputError(f'its schema is {shown(value["schema"])}, not "{schema}"')


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


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in pairs:
        if key in out:
            raise InputError(f"the key {quoted(key)} comes twice in one object; keep one")
        out[key] = value
    return out


def _integer(text: str) -> int:
    return int(text) if len(text) < 19 else int(parse_number(text))


def _no_constant(text: str) -> NoReturn:
    raise InputError(f"{text} is not a finite number; replace it by a number")
