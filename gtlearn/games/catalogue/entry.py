"""One entry of the catalogue: a named game or family, where it comes from, and how to build it."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from gtlearn.errors import InputError, about, quoted
from gtlearn.games.kinds import Game
from gtlearn.games.kinds.extensive.recorder import MAX_TREE
from gtlearn.games.kinds.normal_form import normal_form
from gtlearn.games.numbers import short_number, to_fraction

MAX_ENTRY_PROFILES = 4_000_000
MAX_ARGUMENT = 10**9

_Argument = int | Fraction | str


@dataclass(frozen=True)
class Entry:
    """A game of the literature, or a family of games with parameters.

    Attributes:
        name: what `games.load` knows it by.
        summary: one line that says what the game is about.
        citation: author, year, title and, where known, page or table.
        builder: makes the game from its parameters, which all have defaults. A game of a kind that
            was registered is a dataclass, which gets its name and source from the entry.
    """

    name: str
    summary: str
    citation: str
    builder: Callable[..., Game]

    @property
    def parameters(self) -> dict[str, _Argument]:
        """The parameters by name, with their defaults; empty for a single game."""
        return {p.name: p.default for p in inspect.signature(self.builder).parameters.values()}

    def build(self, **arguments: Any) -> Game:
        """The game with these parameters, the rest at their defaults.

        An argument may be the text of a number; it is read as the type of the default.

        Raises:
            InputError: if there is no such parameter, or its value is of the wrong type.
        """
        defaults = self.parameters
        given: dict[str, _Argument] = {}
        for key, value in arguments.items():
            if key not in defaults:
                advice = _choices(defaults)
                raise InputError(f"{self.name} has no parameter {quoted(key)}; {advice}")
            given[key] = self._read(key, value, defaults[key])
        changed = {key: given[key] for key in defaults if key in given}
        with about(self.name):
            game: Any = self.builder(**changed)
        inside = ",".join(f"{key}={value}" for key, value in changed.items())
        name = f"{self.name}({inside})" if inside else self.name
        known = {"name": name, "source": self.citation}
        named: Game = replace(game, **{key: known[key] for key in known if hasattr(game, key)})
        return named

    def _read(self, key: str, value: Any, default: _Argument) -> _Argument:
        where = f"parameter {quoted(key)} of {self.name}"
        if isinstance(default, str):
            return str(value)
        try:
            number = to_fraction(value, rationalise=True)
        except InputError:
            raise InputError(f"{where} must be a number, not {quoted(value)}") from None
        if max(abs(number.numerator), number.denominator) > MAX_ARGUMENT**2:
            raise InputError(f"{where} must be between -{MAX_ARGUMENT} and {MAX_ARGUMENT}")
        if isinstance(default, Fraction):
            return number
        if number.denominator != 1:
            raise InputError(f"{where} must be an integer, not {value}")
        if abs(number) > MAX_ARGUMENT:
            raise InputError(f"{where} must be between -{MAX_ARGUMENT} and {MAX_ARGUMENT}")
        return int(number)


def game(*payoffs: Any, **labels: Any) -> Callable[[], Game]:
    """A builder without parameters of one game in normal form; see `normal_form`."""
    return lambda: normal_form(*payoffs, **labels)


def check_size(*shape: int) -> None:
    """Refuses a size before anything is built.

    Raises:
        InputError: if a player has no action, or there are more than four million profiles.
    """
    if not all(isinstance(size, int | np.integer) for size in shape):
        raise InputError(f"the sizes {' x '.join(map(str, shape))} are no integers")
    if min(shape) < 1:
        raise InputError("these parameters leave a player without an action; make them larger")
    if math.prod(map(int, shape)) > MAX_ENTRY_PROFILES:
        sizes = " x ".join(map(str, shape))
        raise InputError(
            f"these parameters ask for {sizes} profiles, and at most {MAX_ENTRY_PROFILES} are "
            "built; make them smaller"
        )


def check_nodes(count: int, most: int = MAX_TREE) -> None:
    """Refuses a tree before anything is built.

    Args:
        count: how many nodes it has, or at most.
        most: how many are built.

    Raises:
        InputError: if there are more.
    """
    if count > most:
        raise InputError(
            f"these parameters ask for a tree of up to {short_number(count)} nodes, and at most "
            f"{most} are built; make them smaller"
        )


def _choices(defaults: Mapping[str, _Argument]) -> str:
    if not defaults:
        return "it takes no parameters"
    return "its parameters are " + ", ".join(f"{k} (default {v})" for k, v in defaults.items())
