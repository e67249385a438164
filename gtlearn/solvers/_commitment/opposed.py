"""Commitment where interests are opposed: the minimax mix (von Neumann 1928)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from gtlearn import limits
from gtlearn.solvers._commitment.data import Bimatrix
from gtlearn.solvers._commitment.least import maximise_least
from gtlearn.solvers._commitment.multipliers import Multipliers
from gtlearn.solvers._commitment.strong import Commitments

_PART = 2**12  # entries that are compared at once


def best_opposed(game: Bimatrix) -> Commitments | None:
    """The optimal commitment where B_ij = d_i - c A_ij with c > 0, as in zero-sum games.

    One linear program settles all responses: with the follower's minimax mix y, the multipliers
    y / c bound each of them by the value of the game. Best responses to any mix then pay the leader
    the same, so that strong and weak ties agree. None where interests are not opposed.

    Raises:
        LimitReached: at a limit.
    """
    rate = _rate(game)
    if rate is None:
        return None
    n = game.shape[1]
    found = maximise_least(game.leader.T)
    weights = [v * rate.denominator for v in found.weights]
    row = np.array(weights, dtype=object if max(weights) >= 2**62 else np.int64)
    multipliers = Multipliers(n, dict.fromkeys(range(n), (row, found.denominator * rate.numerator)))
    response = next(k for k, v in enumerate(found.weights) if v)
    return Commitments(found.mix, response, found.value, found.value, multipliers)


def _rate(game: Bimatrix) -> Fraction | None:
    """The c > 0 of B_ij = d_i - c A_ij, None where there is none.

    Raises:
        LimitReached: at a limit.
    """
    limits.require(3 * game.leader.nbytes)
    own, other = game.leader - game.leader[:, :1], game.incentives
    first = divmod(int(np.argmax(own != 0)), own.shape[1])
    if own[first] == 0:
        return None
    rate = Fraction(-int(other[first]), int(own[first]))
    if rate <= 0:
        return None
    rows = max(1, _PART // own.shape[1])
    for start in (first[0], *range(0, own.shape[0], rows)):  # the first row refutes most games
        limits.check()
        part = slice(start, start + rows)
        left = other[part].astype(object) * rate.denominator
        if not np.array_equal(left, own[part].astype(object) * -rate.numerator):
            return None
    return rate
