"""Commitment where interests are opposed: the minimax mix (von Neumann 1928)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from gtlearn.solvers.commitment.data import Bimatrix
from gtlearn.solvers.commitment.least import maximise_least
from gtlearn.solvers.commitment.multipliers import Multipliers
from gtlearn.solvers.commitment.strong import Commitments


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
    row = [v * rate.denominator for v in found.weights]
    numerators = np.empty((1, n), dtype=object if max(row) >= 2**62 else np.int64)
    numerators[0] = row
    denominator = found.denominator * rate.numerator
    multipliers = Multipliers(np.repeat(numerators, n, axis=0), [denominator] * n)
    response = next(k for k, v in enumerate(found.weights) if v)
    return Commitments(found.mix, response, found.value, found.value, multipliers)


def _rate(game: Bimatrix) -> Fraction | None:
    """The c > 0 of B_ij = d_i - c A_ij, None where there is none."""
    own, other = game.leader - game.leader[:, :1], game.incentives
    places = np.argwhere(own != 0)
    if len(places) == 0:
        return None
    first = tuple(places[0])
    rate = Fraction(-int(other[first]), int(own[first]))
    if rate <= 0:
        return None
    for part in (slice(first[0], first[0] + 1), slice(None)):  # one row refutes most games
        left = other[part].astype(object) * rate.denominator
        if not np.array_equal(left, own[part].astype(object) * -rate.numerator):
            return None
    return rate
