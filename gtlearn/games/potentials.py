"""Exact potentials (Monderer & Shapley 1996, Potential Games, Games and Economic Behavior 14)."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.games.kinds.normal_form import NormalFormGame
from gtlearn.games.kinds.symmetric import Counts, SymmetricGame, counts_of
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


def potential_by_counts(game: SymmetricGame) -> dict[Counts, Fraction] | None:
    """An exact potential of a symmetric game, by how many players take each action, zero where all
    take the first; None where there is none.

    A potential stays one where players change places, and is unique but for a constant, so that it
    depends on the counts alone. Where it is highest, no player gains by deviating.

    >>> from gtlearn import games
    >>> roads = games.congestion_game({"bridge": [1, 4, 9], "ring": [3, 3, 3]})
    >>> {counts: str(value) for counts, value in potential_by_counts(roads).items()}
    {(3, 0): '0', (2, 1): '6', (1, 2): '7', (0, 3): '5'}
    """
    rows = game.payoffs.numerators.tolist()
    column = {others: k for k, others in enumerate(game.counts)}
    every = counts_of(game.num_players, len(game.actions))
    values = {every[0]: 0}
    for counts in every[1:]:  # each after that in which one more takes the first action
        action = max(a for a, count in enumerate(counts) if count)
        others = _moved(counts, action, -1)
        gain = rows[action][column[others]] - rows[0][column[others]]
        values[counts] = values[_moved(others, 0, 1)] + gain
    for k, others in enumerate(game.counts):
        first = values[_moved(others, 0, 1)]
        for action, row in enumerate(rows):
            if values[_moved(others, action, 1)] - first != row[k] - rows[0][k]:
                return None
    return {c: Fraction(value, game.payoffs.denominator) for c, value in values.items()}


def _moved(counts: Counts, action: int, step: int) -> Counts:
    """The counts with one player more or less who takes an action."""
    return (*counts[:action], counts[action] + step, *counts[action + 1 :])


def _over_common_denominator(game: NormalFormGame) -> tuple[list[NDArray[Any]], int]:
    """The payoffs as integers over one denominator, in machine integers where nothing overflows."""
    denominator = math.lcm(*(array.denominator for array in game.payoffs))
    factors = [denominator // array.denominator for array in game.payoffs]
    pairs = list(zip(game.payoffs, factors, strict=True))
    largest = max(2**array.bits * factor for array, factor in pairs)
    if largest * (2 * game.num_players + 1) < _SAFE:
        return [array.numerators.astype(np.int64) * factor for array, factor in pairs], denominator
    return [array.numerators.astype(object) * factor for array, factor in pairs], denominator
