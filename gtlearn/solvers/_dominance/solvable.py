"""Games that iterated strict dominance solves: what is left is their only equilibrium."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.games import NormalFormGame

_PURE = 20  # actions of a player, up to which pairs of actions are compared
_WORK = 10**6  # payoffs that are compared in one round, at most
_MIXED = 3  # up to which mixtures are looked at, too


def dominance_solution(game: NormalFormGame) -> tuple[int, ...] | None:
    """The one profile that iterated strict dominance leaves, as action indices; None if more.

    It is then the only Nash equilibrium, and the only correlated one, since neither gives a
    strictly dominated action any probability (Luce & Raiffa 1957; Bernheim 1984; Pearce 1984).
    Actions that a pure action dominates are removed, and of three actions one that a mixture of
    the others dominates. So None does not say that linear programs could not solve the game.
    Where a player has more than 20 actions, or there are very many profiles, None is returned at
    once.

    >>> from gtlearn import games
    >>> dominance_solution(games.load("prisoners_dilemma"))
    (1, 1)
    >>> dominance_solution(games.load("chicken")) is None
    True
    """
    if max(game.shape) > _PURE or max(game.shape) * math.prod(game.shape) > _WORK:
        return None
    left = [list(range(size)) for size in game.shape]
    tensors = [tensor.numerators for tensor in game.payoffs]
    while max(map(len, left)) > 1:
        removed = False
        for player, actions in enumerate(left):
            gone = _dominated(_rows(tensors[player], player))
            if gone:
                kept = [k for k in range(len(actions)) if k not in gone]
                left[player] = [actions[k] for k in kept]
                tensors = [tensor.take(kept, axis=player) for tensor in tensors]
                removed = True
        if not removed:
            return None
    return tuple(actions[0] for actions in left)


def _rows(tensor: NDArray[Any], player: int) -> NDArray[Any]:
    """A player's payoffs: a row for each of its actions, a column for each profile of the others.

    Shape (actions, profiles of the others).
    """
    held = tensor.swapaxes(0, player)  # in whatever order the others' profiles come
    return held.reshape(len(held), -1)


def _dominated(rows: NDArray[Any]) -> set[int]:
    """The rows that another one, or of three a mixture of the others, exceeds in every column."""
    beaten: list[bool] = np.any(np.all(rows[:, None] < rows, axis=2), axis=1).tolist()
    if any(beaten):
        return {row for row, gone in enumerate(beaten) if gone}
    if len(rows) != _MIXED:
        return set()
    exact = rows.tolist()  # Python's integers: products of numerators do not overflow
    for row in range(_MIXED):
        if _mixture_exceeds(exact[row - 1], exact[row - 2], exact[row]):
            return {row}
    return set()


def _mixture_exceeds(one: Sequence[int], two: Sequence[int], row: Sequence[int]) -> bool:
    """Whether p one + (1 - p) two exceeds the row everywhere, for some p strictly between 0 and 1.

    Each column asks for p (one - two) > row - two: a bound on p, kept as a ratio of integers.
    """
    low, below, high, above = 0, 1, 1, 1  # low / below < p < high / above
    for a, b, c in zip(one, two, row, strict=True):
        slope, need = a - b, c - b
        if slope == 0 and need >= 0:
            return False
        if slope > 0 and need * below > low * slope:
            low, below = need, slope
        elif slope < 0 and need * above > high * slope:
            high, above = -need, -slope
    return low * above < high * below
