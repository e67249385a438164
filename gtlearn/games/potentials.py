"""Exact potentials (Monderer & Shapley 1996, Potential Games, Games and Economic Behavior 14)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.games.kinds.normal_form import NormalFormGame
from gtlearn.games.numbers import ExactArray

_SAFE = 2**62


def potential(game: NormalFormGame) -> ExactArray | None:
    """An exact potential, zero where all play their first action; None where there is none.

    A player who deviates gains just what the potential gains. It is unique but for a constant
    (Lemma 2.7), so that it can be added up along one path to each profile; every deviation is then
    compared. This is equivalent to the test of all cycles of four deviations (Corollary 2.9). Where
    the potential is highest, no player gains by deviating: a pure equilibrium.

    Args:
        game: the game.

    Returns:
        One number a profile, of the game's shape.

    >>> from gtlearn import games
    >>> potential(games.load("prisoners_dilemma")).fractions().tolist()
    [[Fraction(0, 1), Fraction(1, 1)], [Fraction(1, 1), Fraction(2, 1)]]
    >>> potential(games.load("matching_pennies")) is None
    True
    """
    payoffs, denominator = _over_common_denominator(game)
    total = np.zeros((1,) * game.num_players, dtype=payoffs[0].dtype)
    for player, own in enumerate(payoffs):  # who is the last to leave the first action
        later = (slice(0, 1),) * (game.num_players - player - 1)
        here = own[(slice(None),) * (player + 1) + later]
        total = total + here - np.take(here, [0], axis=player)
    for player, own in enumerate(payoffs):
        rest = own - total
        if not np.all(rest == np.take(rest, [0], axis=player)):
            return None
    divisor = math.gcd(denominator, *(int(value) for value in total.flat))
    return ExactArray(total // divisor, denominator // divisor)


def _over_common_denominator(game: NormalFormGame) -> tuple[list[NDArray[Any]], int]:
    """The payoffs as integers over one denominator, in machine integers where nothing overflows."""
    denominator = math.lcm(*(array.denominator for array in game.payoffs))
    factors = [denominator // array.denominator for array in game.payoffs]
    pairs = list(zip(game.payoffs, factors, strict=True))
    largest = max(2**array.bits * factor for array, factor in pairs)
    if largest * (2 * game.num_players + 1) < _SAFE:
        return [array.numerators.astype(np.int64) * factor for array, factor in pairs], denominator
    return [array.numerators.astype(object) * factor for array, factor in pairs], denominator
