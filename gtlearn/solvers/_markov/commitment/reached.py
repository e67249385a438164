"""The part of a game in which play can be at all: what is done elsewhere changes no value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from gtlearn.games import MarkovGame
from gtlearn.games.numbers import ExactArray
from gtlearn.solvers._markov.tables import pure_table
from gtlearn.solvers.solution import Table


@dataclass(frozen=True, eq=False)
class Part:
    """The states of a game that can be reached within its horizon, as a game, and the way back.

    Attributes:
        whole: the game itself.
        game: the same game with these states only; from those that come in the last step alone,
            where nothing follows, the missing transitions lead anywhere.
        states: the indices of these states in the whole.
    """

    whole: MarkovGame
    game: MarkovGame
    states: tuple[int, ...]

    def whole_table(self, table: Table, player: int) -> Table:
        """A player's table with the first legal action in the states that are never reached."""
        first = self.whole.legal[player].argmax(axis=1).tolist()
        return self._spread(table, pure_table(self.whole, player, first))

    def whole_direction(self, direction: Table) -> Table:
        """A change of a table, which is none in the states that are never reached."""
        still = (Fraction(0),) * len(direction[0])
        return self._spread(direction, (still,) * self.whole.num_states)

    def whole_plan(self, plan: tuple[int, ...], player: int) -> tuple[int, ...]:
        """A player's plan, one action a state or one a step and state, as `whole_table`."""
        steps = len(plan) // len(self.states)
        out = np.tile(self.whole.legal[player].argmax(axis=1), (steps, 1))
        out[:, list(self.states)] = np.array(plan).reshape(steps, -1)
        return tuple(out.ravel().tolist())

    def table(self, whole: Table) -> Table:
        """The rows of a table in the states of this part."""
        return tuple(whole[state] for state in self.states)

    def _spread(self, rows: Table, elsewhere: Table) -> Table:
        here = dict(zip(self.states, rows, strict=True))
        return tuple(here.get(state, row) for state, row in enumerate(elsewhere))


def reached_part(game: MarkovGame) -> Part:
    """The part of a game that can be reached, which is mostly all of it."""
    states = np.flatnonzero(game.reachable)
    indices = tuple(states.tolist())
    if len(indices) == game.num_states:
        return Part(game, game, indices)
    denominator = game.transitions.denominator
    moves = game.transitions.numerators[states][..., states]
    moves[..., 0] += denominator - moves.sum(axis=-1)
    part = replace(
        game,
        states=tuple(game.states[state] for state in indices),
        payoffs=tuple(ExactArray(p.numerators[states], p.denominator) for p in game.payoffs),
        transitions=ExactArray(moves, denominator),
        start=tuple(game.start[state] for state in indices),
        legal=tuple(mask[states] for mask in game.legal),
    )
    return Part(game, part, indices)
