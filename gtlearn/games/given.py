"""Functions of a game that take whatever `load` reads, such as a name, a file or arrays."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from gtlearn import limits
from gtlearn.errors import InputError
from gtlearn.games.kinds import KINDS
from gtlearn.games.kinds.extensive import MergedGame
from gtlearn.games.kinds.registry import kind_name, normal_form_of
from gtlearn.games.loading import load

P = ParamSpec("P")
G = TypeVar("G")
R = TypeVar("R")


def of_games(
    *kinds: type[Any],
) -> Callable[[Callable[Concatenate[G, P], R]], Callable[Concatenate[Any, P], R]]:
    """Lets the first argument of a function, `game`, be whatever `load` takes.

    The limits of the call, where it has some, hold for the reading, too.

    Args:
        *kinds: the kinds of game that the function is for; all unless given.

    Raises:
        InputError: (the decorated function) if nothing can be read, or it is another kind of game.

    >>> from gtlearn.games import NormalFormGame
    >>> @of_games(NormalFormGame)
    ... def size(game):
    ...     return game.shape
    >>> size("matching_pennies"), size([[[1, 2]], [[3, 4]]])
    ((2, 2), (1, 2))
    """
    kinds = kinds or KINDS
    wanted = " or ".join(map(kind_name, kinds))

    def decorate(function: Callable[Concatenate[G, P], R]) -> Callable[Concatenate[Any, P], R]:
        name = function.__name__
        of_loaded = cast(Callable[..., R], function)

        @functools.wraps(function)
        def call(*args: Any, **options: Any) -> R:
            if args:
                given, *others = args
            elif "game" in options:
                given, others = options.pop("game"), []
            else:
                raise TypeError(f"{name}() lacks its first argument, the game")
            if isinstance(given, kinds):
                return of_loaded(given, *others, **options)
            with limits.limited(options.get("time_limit"), options.get("memory_limit")):
                merge_states = None if MergedGame in kinds else False
                game = load(given, reduced=False, merge_states=merge_states)
                if not isinstance(game, kinds):
                    game = normal_form_of(game)
                if not isinstance(game, kinds):
                    kind = kind_name(type(game))
                    raise InputError(f"{game.name!r} is {kind}; {name} is for {wanted}")
                return of_loaded(game, *others, **options)

        return call

    return decorate
