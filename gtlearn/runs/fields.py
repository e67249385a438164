"""Frozen dataclasses as options: what may be given for a field, as a value or as a text.

A field's type is bool, int, float, str, a Literal of texts, a `Source` (code that is named as
module:attribute), `tuple[X, ...]` of one of these, `X | None`, or a Literal or str `| Source`. Its
metadata may hold "help", a line for `--help`, and the bounds "minimum", "maximum" (both allowed)
and "above" (not allowed itself).
"""

from __future__ import annotations

import dataclasses
import math
import re
import types
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from gtlearn.errors import InputError, nearest
from gtlearn.sources import Source, is_source

NONE = "none"  # how None is written
_WORDS = {
    bool: "true or false",
    int: "an integer",
    float: "a number",
    str: "a text",
    Source: "module:attribute",
}
_PLURALS = {bool: "true or false", int: "integers", float: "numbers", str: "texts"}
_METADATA = ("help", "minimum", "maximum", "above")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_TRUTHS = {"true": True, "yes": True, "false": False, "no": False}


@dataclass(frozen=True)
class Field:
    """One option.

    Attributes:
        name: as in the dataclass.
        kind: its type.
        default: what it is where nothing is given.
        required: whether it must be given.
        help: one line.
        minimum, maximum: what a number may be at least and at most.
        above: what a number must exceed.
    """

    name: str
    kind: Any
    default: Any = None
    required: bool = False
    help: str = ""
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None

    @property
    def expected(self) -> str:
        """What may be given, in words."""
        return _described(self.kind) + self._bounds()

    def names_code(self, value: Any) -> bool:
        """Whether a value is code that is imported: a text as module:attribute."""
        return Source in options_of(self.kind) and is_source(value)

    def checked(self, value: Any) -> Any:
        """A value read from a file, in the field's type.

        Raises:
            InputError: if it is of another type, out of bounds, or not finite.
        """
        try:
            found = _converted(value, self.kind)
        except TypeError:
            raise self._refusal(value) from None
        if any(not self._in_bounds(number) for number in _numbers(found)):
            raise self._refusal(value)
        if isinstance(found, str) and holds_controls(found):
            raise InputError(
                f"{self.name} = {_text(found)[:60]} holds control characters; leave them out"
            )
        return found

    def parsed(self, text: str) -> Any:
        """A value read from the command line.

        Raises:
            InputError: as for `checked`.
        """
        try:
            return self.checked(_parsed(text.strip(), self.kind))
        except ValueError as error:
            raise (error if isinstance(error, InputError) else self._refusal(text)) from None

    def _refusal(self, value: Any) -> InputError:
        shown = (_text(value) if _is_value(value) else f"a {type(value).__name__}")[:60]
        near = nearest(value, choices(self.kind), "") if isinstance(value, str) else ""
        return InputError(
            f"{self.name} = {shown} cannot be used; {near or f'give {self.expected}'}"
        )

    def _bounds(self) -> str:
        if self.minimum is not None and self.maximum is not None:
            return f" from {self.minimum:g} to {self.maximum:g}"
        bounds = {"above": self.above, "of at least": self.minimum, "of at most": self.maximum}
        parts = [f"{words} {bound:g}" for words, bound in bounds.items() if bound is not None]
        return " and ".join(parts) and f" {' and '.join(parts)}"

    def _in_bounds(self, number: float) -> bool:
        return (
            math.isfinite(number)
            and (self.minimum is None or number >= self.minimum)
            and (self.maximum is None or number <= self.maximum)
            and (self.above is None or number > self.above)
        )


def fields_of(config: type[Any]) -> dict[str, Field]:
    """The fields of a dataclass, by name, in its order."""
    hints = get_type_hints(config)
    return {field.name: _field(field, hints[field.name]) for field in dataclasses.fields(config)}


def make(config: type[Any], values: dict[str, Any]) -> Any:
    """The dataclass of these values, each already of its field's type.

    Raises:
        InputError: if they do not fit together, or one is missing.
    """
    for name, field in fields_of(config).items():
        if name not in values and field.required:
            raise InputError(f"{name} is missing; give {field.expected}")
    return config(**values)


def written(value: Any) -> str:
    """A value as it stands in a TOML file."""
    return _text(NONE if value is None else value)


def holds_controls(text: str) -> bool:
    """Whether a terminal would do more than to show the text, or it is no Unicode."""
    return _CONTROLS.search(text) is not None


def is_finite(value: Any) -> bool:
    """Whether it is a finite number that a file can hold."""
    if isinstance(value, int) and not isinstance(value, bool):
        return not _is_too_long(value)
    return isinstance(value, float) and math.isfinite(value)


def options_of(kind: Any) -> list[Any]:
    """X and None of `X | None`; a list of `kind` alone elsewhere."""
    return list(get_args(kind)) if get_origin(kind) in (Union, types.UnionType) else [kind]


def choices(kind: Any) -> list[str]:
    """All texts that a Literal, or a list of it, allows."""
    found = []
    for option in options_of(kind):
        if get_origin(option) is Literal:
            found += list(get_args(option))
        elif get_origin(option) is tuple:
            found += choices(get_args(option)[0])
        elif option is type(None):
            found.append(NONE)
    return found if found != [NONE] else []


def _field(field: dataclasses.Field[Any], kind: Any) -> Field:
    told = {key: field.metadata[key] for key in _METADATA if key in field.metadata}
    default = field.default
    if field.default_factory is not dataclasses.MISSING:
        default = field.default_factory()
    if default is dataclasses.MISSING:
        return Field(field.name, kind, required=True, **told)
    return Field(field.name, kind, default, **told)


def _described(kind: Any) -> str:
    parts = []
    for option in options_of(kind):
        if option is type(None):
            parts.append(NONE)
        elif get_origin(option) is Literal:
            parts.append(" or ".join(repr(word) for word in get_args(option)))
        elif get_origin(option) is tuple:
            inner = get_args(option)[0]
            parts.append(f"a list of {_PLURALS.get(inner) or _described(inner)}")
        else:
            parts.append(_WORDS[option])
    return " or ".join(parts)


def _converted(value: Any, kind: Any) -> Any:
    """The value in that type.

    Raises:
        TypeError: if it is of another one.
    """
    options = options_of(kind)
    if type(None) in options and (value is None or value == NONE):
        return None
    for option in options:
        if get_origin(option) is Literal:
            if isinstance(value, str) and value in get_args(option):
                return value
        elif get_origin(option) is tuple:
            if isinstance(value, list | tuple):
                return tuple(_converted(item, get_args(option)[0]) for item in value)
        elif option is Source:
            if is_source(value):
                return value
        elif type(value) is int and _is_too_long(value):
            continue
        elif option is float and isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        elif type(value) is option:
            return value
    raise TypeError(kind)


def _parsed(text: str, kind: Any) -> Any:
    """A text as the value that stands in it; a text that fits nothing stays one."""
    options = options_of(kind)
    if type(None) in options and text == NONE:
        return None
    for option in options:
        if get_origin(option) is tuple:
            pieces = [piece.strip() for piece in text.split(",")] if text else []
            return tuple(_parsed(piece, get_args(option)[0]) for piece in pieces)
        if option is bool:
            return _TRUTHS.get(text.lower(), text)
        if option in (int, float):
            return option(text)
    return text


def _numbers(value: Any) -> Iterable[float]:
    if isinstance(value, tuple):
        return [number for item in value for number in _numbers(item)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


def _is_too_long(number: int) -> bool:
    """Whether an integer of TOML, which has 64 bits, cannot be it."""
    return not -(2**63) <= number < 2**63


def _is_value(value: Any) -> bool:
    return isinstance(value, bool | int | float | str | list | tuple)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_text(item) for item in value)}]"
    if isinstance(value, str):
        return '"' + "".join(_escaped(character) for character in value) + '"'
    if isinstance(value, int) and _is_too_long(value):
        return f"an integer of {value.bit_length()} bits"
    return repr(value)


def _escaped(character: str) -> str:
    """A character within a basic string of TOML 1.0."""
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"
