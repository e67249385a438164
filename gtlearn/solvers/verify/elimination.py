"""Iterated strict dominance, as far as it takes little to find."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.limits import check

MAX_ACTIONS = 300  # of a player, up to which they are compared with one another
MAX_MIXED = 12  # up to which mixtures of two are looked at, too


def undominated(payoffs: Sequence[NDArray[Any]]) -> list[list[int]]:
    """The actions left by eliminating those that another action, or a mixture of two, dominates.

    No equilibrium, correlated ones included, plays what is eliminated, or leaves a player
    indifferent to it (Luce & Raiffa 1957; Pearce 1984).

    Args:
        payoffs: integers, one array a player, each with one axis a player.

    >>> [prisoner, other] = np.array([[3, 0], [4, 2]]), np.array([[3, 4], [0, 2]])
    >>> undominated([prisoner, other])
    [[1], [1]]
    """
    left = [list(range(size)) for size in payoffs[0].shape]
    if max(map(len, left)) > MAX_ACTIONS:
        return left
    changed = True
    while changed:
        changed = False
        for player, actions in enumerate(left):
            block = np.moveaxis(payoffs[player][np.ix_(*left)], player, 0)
            rows = block.reshape(len(actions), -1)
            kept = [action for k, action in enumerate(actions) if not _is_dominated(rows, k)]
            changed |= len(kept) < len(actions)
            left[player] = kept
    return left


def _is_dominated(rows: NDArray[Any], k: int) -> bool:
    """Whether a row, or a mixture of two, exceeds row k in every column."""
    check()
    if (rows > rows[k]).all(axis=1).any():
        return True
    if len(rows) > MAX_MIXED:
        return False
    gains = [(rows[other].astype(object) - rows[k]).tolist() for other in range(len(rows))]
    return any(_mix_is_positive(one, two) for one, two in itertools.combinations(gains, 2))


def _mix_is_positive(one: Sequence[int], two: Sequence[int]) -> bool:
    """Whether some p one + (1 - p) two with 0 < p < 1 is positive everywhere.

    With q = p / (1 - p) that is q one + two > 0: a column bounds q from below or from above.
    """
    low, below, high, above = 0, 1, 1, 0  # low / below < q < high / above
    for a, b in zip(one, two, strict=True):
        if a > 0:
            if -b * below > low * a:
                low, below = -b, a
        elif b <= 0:
            return False
        elif a < 0 and b * above < high * -a:
            high, above = b, -a
    return low * above < high * below
