"""One entry of the catalogue: a named game or family, where it comes from, and how to build it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games.bayesian import BayesianGame
from gtlearn.games.normal_form import NormalFormGame
from gtlearn.games.numbers import parse_number

Game = NormalFormGame | BayesianGame
Argument = int | Fraction | str


@dataclass(frozen=True)
class Entry:
    """A game of the literature, or a family of games with parameters.

    Attributes:
        name: what `games.load` knows it by.
        summary: one line that says what the game is about.
        citation: author, year, title and, where known, page or table.
        builder: makes the game from its parameters, which all have defaults.
    """

    name: str
    summary: str
    citation: str
    builder: Callable[..., Game]

    @property
    def parameters(self) -> dict[str, Argument]:
        """The parameters by name, with their defaults; empty for a single game."""
        return {p.name: p.default for p in inspect.signature(self.builder).parameters.values()}

    def build(self, **arguments: Any) -> Game:
        """The game with these parameters, the rest at their defaults.

        An argument may be the text of a number; it is read as the type of the default.

        Raises:
            InputError: if there is no such parameter, or its value is of the wrong type.
        """
        defaults = self.parameters
        given: dict[str, Argument] = {}
        for key, value in arguments.items():
            if key not in defaults:
                raise InputError(f"{self.name} has no parameter {key!r}; {_choices(defaults)}")
            given[key] = self._read(key, value, defaults[key])
        changed = {key: given[key] for key in defaults if key in given}
        game = self.builder(**changed)
        return replace(game, name=call_text(self.name, changed), source=self.citation)

    def _read(self, key: str, value: Any, default: Argument) -> Argument:
        where = f"parameter {key!r} of {self.name}"
        if isinstance(default, str):
            return str(value)
        try:
            number = parse_number(value) if isinstance(value, str) else Fraction(value)
        except (InputError, TypeError, ValueError, OverflowError):
            raise InputError(f"{where} must be a number, not {value!r}") from None
        if isinstance(default, Fraction):
            return number
        if number.denominator != 1:
            raise InputError(f"{where} must be an integer, not {value}")
        return int(number)


def call_text(name: str, arguments: Mapping[str, Argument]) -> str:
    """`name(key=value,...)`, or `name` alone where there are no arguments."""
    inside = ",".join(f"{key}={value}" for key, value in arguments.items())
    return f"{name}({inside})" if inside else name


def _choices(defaults: Mapping[str, Argument]) -> str:
    if not defaults:
        return "it takes no parameters"
    return "its parameters are " + ", ".join(f"{k} (default {v})" for k, v in defaults.items())
