"""Whether an action is dominated by a mixture of others, decided exactly; and iterated strict
dominance, as far as it takes little to find."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.limits import check
from gtlearn.solvers.verify.polytopes import extreme_rays
from gtlearn.solvers.verify.report import Unproven

_MAX_ACTIONS = 300  # of a player, up to which they are compared with one another
_MAX_ENTRIES = 1_000  # of a player's payoffs, up to which mixtures are looked at, too


def is_dominated(rows: NDArray[Any], k: int, *, strict: bool = True) -> bool:
    """Whether a mixture of the rows exceeds row k in every column, or is nowhere worse.

    The mixtures that are nowhere worse are a cone. One of them is better everywhere where the sum
    of its extreme rays is, and better somewhere where some ray is.

    Args:
        rows: a player's payoffs as integers, one row an action, one column a joint action of the
            others.
        k: the row.
        strict: whether it must be exceeded everywhere, or (weak dominance) somewhere.

    Raises:
        Unproven: if there are too many rays.

    >>> is_dominated(np.array([[2, -1], [0, 0], [-1, 2]]), 1)
    True
    """
    gains = rows.astype(object) - rows[k]
    if (gains > 0).all(axis=1).any():
        return True
    rays = np.array([ray.vector for ray in extreme_rays(len(rows), gains.T.tolist())], dtype=object)
    better = rays @ gains > 0
    return bool(better.any(axis=0).all() if strict else better.any())


def undominated(payoffs: Sequence[NDArray[Any]]) -> list[list[int]]:
    """The actions left by eliminating those that another action, or a mixture, dominates.

    No equilibrium, correlated ones included, plays what is eliminated, or leaves a player
    indifferent to it (Luce & Raiffa 1957; Pearce 1984).

    Args:
        payoffs: integers, one array a player, each with one axis a player.

    >>> [prisoner, other] = np.array([[3, 0], [4, 2]]), np.array([[3, 4], [0, 2]])
    >>> undominated([prisoner, other])
    [[1], [1]]
    """
    left = [list(range(size)) for size in payoffs[0].shape]
    if max(map(len, left)) > _MAX_ACTIONS:
        return left
    changed = True
    while changed:
        changed = False
        for player, actions in enumerate(left):
            block = np.moveaxis(payoffs[player][np.ix_(*left)], player, 0)
            rows = block.reshape(len(actions), -1)
            kept = [action for k, action in enumerate(actions) if not _is_out(rows, k)]
            changed |= len(kept) < len(actions)
            left[player] = kept
    return left


def _is_out(rows: NDArray[Any], k: int) -> bool:
    """Whether a row is seen to be strictly dominated."""
    check()
    if (rows > rows[k]).all(axis=1).any():
        return True
    if rows.size > _MAX_ENTRIES or (rows.max(axis=0) == rows[k]).any():
        return False  # too large, or a best response to something
    try:
        return is_dominated(rows, k)
    except Unproven:
        return False
