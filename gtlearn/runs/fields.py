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
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from gtlearn.errors import InputError, nearest
from gtlearn.sources import Source, is_source

NONE = "none"  # how None is written
_WORDS = {bool: "true or false", int: "an integer", float: "a number", str: "a text"}
_PLURALS = {bool: "true or false", int: "integers", float: "numbers", str: "texts"}
_METADATA = ("help", "minimum", "maximum", "above")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_TRUTHS = {"true": True, "yes": True, "false": False, "no": False}


class _Kind(NamedTuple):
    """The type of a field, taken apart: what one value may be, and whether several are given.

    Attributes:
        scalar: bool, int, float or str; None where only words or code may be given.
        words: those of a Literal.
        code: whether it may be code, as module:attribute.
        many: whether it is a tuple of such values.
        optional: whether it may be None.
    """

    scalar: type[Any] | None
    words: tuple[str, ...]
    code: bool
    many: bool
    optional: bool


@cache
def _kind_of(hint: Any) -> _Kind:
    options = _options(hint)
    given = [option for option in options if option is not type(None)]
    many = get_origin(given[0]) is tuple
    items = _options(get_args(given[0])[0]) if many else given
    words = tuple(word for item in items if get_origin(item) is Literal for word in get_args(item))
    scalar = next((item for item in items if item in _WORDS), None)
    return _Kind(scalar, words, Source in items, many, type(None) in options)


def _options(hint: Any) -> list[Any]:
    return list(get_args(hint)) if get_origin(hint) in (Union, types.UnionType) else [hint]


@dataclass(frozen=True)
class Field:
    """One option.

    Attributes:
        name: as in the dataclass.
        hint: its type.
        default: what it is where nothing is given.
        required: whether it must be given.
        help: one line.
        minimum, maximum: what a number may be at least and at most.
        above: what a number must exceed.
    """

    name: str
    hint: Any
    default: Any = None
    required: bool = False
    help: str = ""
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None

    @property
    def kind(self) -> _Kind:
        """Its type, taken apart."""
        return _kind_of(self.hint)

    @property
    def choices(self) -> list[str]:
        """All texts that may be given, where there is a Literal."""
        words = self.kind.words
        return [*words, *[NONE] * self.kind.optional] if words else []

    @property
    def expected(self) -> str:
        """What may be given, in words."""
        scalar, words, code, many, optional = self.kind
        named = [(_PLURALS if many else _WORDS)[scalar]] if scalar else []
        known = [*map(repr, words), *named, *["module:attribute"] * code]
        text = " or ".join(known) or "its default"  # of a type that no option has
        return f"{'a list of ' * many}{text}{f' or {NONE}' * optional}{self._bounds()}"

    def names_code(self, value: Any) -> bool:
        """Whether a value is code that is imported: a text as module:attribute."""
        return self.kind.code and is_source(value)

    def checked(self, value: Any) -> Any:
        """A value read from a file, in the field's type.

        Raises:
            InputError: if it is of another type, out of bounds, or not finite.
        """
        if self.kind.optional and (value is None or value == NONE):
            return None
        given = value if self.kind.many else (value,)
        read = tuple(map(self._converted, given)) if isinstance(given, list | tuple) else (None,)
        if None in read:
            raise self._refusal(value)
        if any(isinstance(one, str) and holds_controls(one) for one in read):
            raise InputError(
                f"{self.name} = {_text(value)[:60]} holds control characters; leave them out"
            )
        return read if self.kind.many else read[0]

    def parsed(self, text: str) -> Any:
        """A value read from the command line.

        Raises:
            InputError: as for `checked`.
        """
        text = text.strip()
        if self.kind.optional and text == NONE:
            return None
        pieces = [piece.strip() for piece in text.split(",") if text]
        try:
            value = list(map(self._read, pieces)) if self.kind.many else self._read(text)
        except ValueError:
            raise self._refusal(text) from None
        return self.checked(value)

    def _converted(self, value: Any) -> Any:
        """One value in the field's type; None where it is no such value, or out of bounds."""
        if isinstance(value, str) and (value in self.kind.words or self.names_code(value)):
            return value
        if type(value) is int and _is_too_long(value):
            return None
        if self.kind.scalar is float and type(value) is int:
            value = float(value)
        if type(value) is not self.kind.scalar or not self._in_bounds(value):
            return None
        return value

    def _read(self, text: str) -> Any:
        """What stands in a text; one that fits nothing stays a text.

        Raises:
            ValueError: if it is no number.
        """
        scalar = self.kind.scalar
        if scalar is bool:
            return _TRUTHS.get(text.lower(), text)
        return text if scalar is None else scalar(text)

    def _refusal(self, value: Any) -> InputError:
        written = isinstance(value, bool | int | float | str | list | tuple)
        shown = (_text(value) if written else f"a {type(value).__name__}")[:60]
        near = nearest(value, self.choices, "") if isinstance(value, str) else ""
        return InputError(
            f"{self.name} = {shown} cannot be used; {near or f'give {self.expected}'}"
        )

    def _bounds(self) -> str:
        if self.minimum is not None and self.maximum is not None:
            return f" from {self.minimum:g} to {self.maximum:g}"
        bounds = {"above": self.above, "of at least": self.minimum, "of at most": self.maximum}
        parts = [f"{words} {bound:g}" for words, bound in bounds.items() if bound is not None]
        return " and ".join(parts) and f" {' and '.join(parts)}"

    def _in_bounds(self, value: Any) -> bool:
        """Whether a value is no number, or a finite one within the bounds."""
        return type(value) not in (int, float) or (
            math.isfinite(value)
            and (self.minimum is None or value >= self.minimum)
            and (self.maximum is None or value <= self.maximum)
            and (self.above is None or value > self.above)
        )


def fields_of(config: type[Any]) -> dict[str, Field]:
    """The fields of a dataclass, by name, in its order."""
    hints, known = get_type_hints(config), {}
    for field in dataclasses.fields(config):
        told = {key: field.metadata[key] for key in _METADATA if key in field.metadata}
        made = field.default_factory
        default = field.default if made is dataclasses.MISSING else made()
        if required := default is dataclasses.MISSING:
            default = None
        known[field.name] = Field(field.name, hints[field.name], default, required, **told)
    return known


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


def _is_too_long(number: int) -> bool:
    """Whether an integer of TOML, which has 64 bits, cannot be it."""
    return not -(2**63) <= number < 2**63


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
