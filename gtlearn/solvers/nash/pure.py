"""Pure Nash equilibria by best responses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gtlearn.games import NormalFormGame


def pure_equilibria(game: NormalFormGame) -> list[tuple[int, ...]]:
    """Every pure Nash equilibrium of an n-player game, as action indices, in row-major order.

    A profile is one where each player's action is a best response to the others' (Nash 1951).

    >>> from gtlearn import games
    >>> pure_equilibria(games.normal_form([[3, 0], [5, 1]], [[3, 5], [0, 1]]))
    [(1, 1)]
    """
    return [tuple(profile) for profile in np.argwhere(_stable(game)).tolist()]


def first_pure_equilibrium(game: NormalFormGame) -> tuple[int, ...] | None:
    """The first pure Nash equilibrium in row-major order, or None."""
    stable = _stable(game)
    place = int(stable.argmax())
    if not stable.flat[place]:
        return None
    return tuple(int(a) for a in np.unravel_index(place, game.shape))


def _stable(game: NormalFormGame) -> NDArray[np.bool_]:
    """At which profiles each player's action is a best response."""
    stable = np.ones(game.shape, dtype=bool)
    for player, tensor in enumerate(game.payoffs):
        stable &= tensor.numerators == tensor.numerators.max(axis=player, keepdims=True)
    return stable
