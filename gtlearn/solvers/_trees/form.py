"""The sequence form of a two-player tree (von Stengel 1996): plans, payoffs, best responses."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.games.kinds.extensive import ExtensiveGame, Sequences
from gtlearn.games.numbers import integer_array
from gtlearn.solvers._linear.sparse_system import exact_product

_LARGEST = 2**53  # payoffs that are doubles exactly

Plan = tuple[list[int], int]  # numerators of a realisation plan, and their denominator


@dataclass(frozen=True, eq=False)
class SequenceForm:
    """Chance times payoff at each pair of sequences, as integers over one denominator a player.

    Attributes:
        game: two players with perfect recall.
        sequences: each player's.
    """

    game: ExtensiveGame
    sequences: tuple[Sequences, Sequences]

    @cached_property
    def _weights(self) -> tuple[tuple[Any, int], ...]:
        """Each player's chance times payoff at each leaf: integers and their denominator."""
        reach = self.game.chance_reach
        out = []
        for payoffs in self.game.payoffs:
            tops = [
                a * b
                for a, b in zip(reach.numerators.tolist(), payoffs.numerators.tolist(), strict=True)
            ]
            common = math.gcd(*tops) or 1
            bottom = reach.denominator * payoffs.denominator
            common = math.gcd(common, bottom)
            out.append(([t // common for t in tops], bottom // common))
        return tuple(out)

    def denominator(self, player: int) -> int:
        """What the entries of `matrix` are divided by."""
        return self._weights[player][1]

    @cached_property
    def matrices(self) -> tuple[Any, Any]:
        """Each player's (sequences of player 0, sequences of player 1), sparse, int64."""
        return self._matrix(0), self._matrix(1)

    def _matrix(self, player: int) -> Any:
        from scipy.sparse import csr_array

        first, second = self.game.leaf_sequences
        entries = integer_array(self._weights[player][0], (len(first),)).numerators
        shape = (self.sequences[0].size, self.sequences[1].size)
        return csr_array((entries.astype(np.int64), (first, second)), shape=shape)


def form_of(game: ExtensiveGame) -> SequenceForm:
    """The sequence form.

    Raises:
        InputError: if a player has not perfect recall.
    """
    return SequenceForm(game, (game.sequences(0), game.sequences(1)))


def best_value(own: Sequences, worth: list[int]) -> tuple[int, list[int]]:
    """The value of a best response, and of each information set if play gets there.

    Args:
        own: the player's sequences.
        worth: what each is worth by itself (without what follows), against what others play.
    """
    total = list(worth)
    values = [0] * own.num_sets
    first, before = own.first.tolist(), own.before.tolist()
    for place in range(own.num_sets - 1, -1, -1):  # those that follow are numbered higher
        values[place] = max(total[first[place] : first[place + 1]])
        total[before[place]] += values[place]
    return total[0], values


def worth_against(form: SequenceForm, player: int, other: Plan) -> list[int]:
    """What each of a player's sequences is worth by itself against the other's plan, as integers
    over `form.denominator(player)` times the plan's denominator."""
    matrix = form.matrices[player]
    return exact_product(matrix if player == 0 else matrix.T.tocsr(), other[0])
