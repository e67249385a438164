"""Whether an action is dominated by a mixture of others, decided exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.solvers.verify.polytopes import extreme_rays


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
