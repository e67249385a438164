"""The kinds of game: what each is called, and what stands above it: its bridges and the loader.

A kind of game is data and knows nothing above it. What makes an OpenSpiel game of it, or a normal
form, is a row here; the modules above add the rows, and put in the loader.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gtlearn.errors import InputError
from gtlearn.plugins import plugins

_GROUP = "gtlearn.kinds"


@dataclass(frozen=True)
class Kind:
    """A kind of game.

    Attributes:
        type: the class of its games, each with a `name`.
        name: what one is called, with its article: "a congestion game".
        normal_form: makes the NormalFormGame of one, which is what solvers take; None for the kinds
            that they know themselves.
        describe: says of one in a sentence or more what `gtlearn games show` prints.
        openspiel: makes an OpenSpiel game of one; None where there is no such form.
    """

    type: type
    name: str
    normal_form: Callable[[Any], Any] | None = None
    describe: Callable[[Any], str] | None = None
    openspiel: Callable[[Any], Any] | None = None


_kinds: dict[type, Kind] = {}
_loaders: list[Callable[..., Any]] = []


def add_kind(kind: Kind) -> None:
    """Adds a kind of game, or replaces the row of its type."""
    _kinds[kind.type] = kind


def kind_of(game: Any) -> Kind | None:
    """The kind of a game, of gtlearn or of the package that defines it; None if there is none.

    Raises:
        InputError: if that package has kinds of game, but they cannot be loaded.
    """
    for base in type(game).__mro__:
        if base in _kinds:
            return _kinds[base]
    for kind in plugins(_GROUP, Kind, type(game).__module__.partition(".")[0]):
        if isinstance(game, kind.type):
            add_kind(kind)
            return kind
    return None


def kind_name(type: type) -> str:
    """What a game of a type is called, with its article."""
    return _kinds[type].name if type in _kinds else f"a {type.__name__}"


def normal_form_of(game: Any) -> Any:
    """The normal form of a game of a registered kind; a game that solvers know as it is."""
    kind = kind_of(game)
    return game if kind is None or kind.normal_form is None else kind.normal_form(game)


def openspiel_of(game: Any) -> Any:
    """The same game as an OpenSpiel game, with payoffs rounded to doubles.

    Raises:
        InputError: if its kind has no such form.
    """
    kind = kind_of(game)
    if kind is None or kind.openspiel is None:
        raise InputError(f"{kind_name(type(game))} has no OpenSpiel form")
    return kind.openspiel(game)


def load_by(loader: Callable[..., Any]) -> None:
    """Puts in what reads games of all kinds."""
    _loaders[:] = [loader]


def load(spec: Any, **how: Any) -> Any:
    """As `gtlearn.games.load`, for what stands below it: stages and parameters given as texts."""
    return _loaders[0](spec, **how)
