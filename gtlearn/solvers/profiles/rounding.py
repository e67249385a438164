"""Floats as exact strategies: probabilities of 30 bits that sum to one at each information set."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from gtlearn.games.kinds.extensive import Sequences, SequentialGame
from gtlearn.solvers.outcomes import Table

BITS = 30


def rounded_table(own: Sequences, plan: NDArray[np.float64]) -> Table:
    """The behaviour strategy of a realisation plan in floats, rounded.

    Where the plan does not go it is uniform.

    Args:
        own: the player's sequences.
        plan: (sequences,), nonnegative.
    """
    first, before = own.first.tolist(), own.before.tolist()
    return tuple(
        rounded_vector(plan[first[place] : first[place + 1]], float(plan[before[place]]))
        for place in range(own.num_sets)
    )


def rounded_units(
    own: Sequences, weights: NDArray[np.float64], totals: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Each sequence's weight over its information set's total in units of 2**-30, which sum to one
    at each set, as `rounded_vector` has them; near uniform where the total is 0.

    Args:
        own: the player's sequences.
        weights: (sequences - 1,), nonnegative, of all but sequence 0.
        totals: (sets,).
    """
    if not own.num_sets:
        return np.zeros(0, dtype=np.int64)
    starts, sets = own.first[:-1] - 1, own.set_of
    none = ~(totals > 0)
    weights = np.where(none[sets], 1.0, weights)
    totals = np.where(none, np.diff(own.first), totals)
    units = np.rint(weights / totals[sets] * 2.0**BITS).astype(np.int64)
    largest = np.flatnonzero(units == np.maximum.reduceat(units, starts)[sets])
    _, first = np.unique(sets[largest], return_index=True)
    units[largest[first]] += 2**BITS - np.add.reduceat(units, starts)
    return units


def rounded_vector(weights: NDArray[np.float64], total: float) -> tuple[Fraction, ...]:
    """Weights over their total as multiples of 2**-30 that sum to one; uniform where it is 0."""
    if not total > 0:
        return (Fraction(1, len(weights)),) * len(weights)
    units = np.rint(weights / total * 2.0**BITS).astype(np.int64)
    units[int(np.argmax(units))] += 2**BITS - int(units.sum())
    return tuple(Fraction(unit, 2**BITS) for unit in units.tolist())


def rounding_bound(game: SequentialGame, player: int, moved: float) -> float:
    """What rounding a player's probabilities does to NashConv at most.

    At each own move on a path what is played changes by at most `moved`, and so each payoff, with
    and without deviating, by so much of its range.

    Args:
        game: the tree.
        player: whose strategy is rounded.
        moved: the largest sum over the actions of an information set.
    """
    spans = (np.ptp(payoffs.floats()) for payoffs in game.payoffs)
    return 2 * moved * game.most_moves(player) * float(sum(spans))


def largest_move(own: Sequences) -> float:
    """By how much `rounded_table` moves the probabilities of an information set at most, in sum:
    each by half a unit, the largest by as many half units as there are actions."""
    actions: int = np.diff(own.first).max(initial=0)
    return float(actions) * 2.0**-BITS
