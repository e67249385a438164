"""A two-player Markov game seen from a leader's side: its axis first, the follower's second."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.errors import InputError
from gtlearn.games import MarkovGame
from gtlearn.games.numbers import ExactArray, nearest_double
from gtlearn.solvers.solution import OPTIMAL


@dataclass(frozen=True, eq=False)
class Sides:
    """The game with the leader's actions before the follower's.

    Attributes:
        game: the game itself.
        leader: the index of the player who commits.
        follower: the follower's class, "stationary" or "optimal".
    """

    game: MarkovGame
    leader: int
    follower: str

    def __post_init__(self) -> None:
        if self.game.num_players != 2:
            raise InputError(
                f"{self.game.name} has {self.game.num_players} players; commitments are solved "
                "for two"
            )

    @property
    def actions(self) -> int:
        """The number of the leader's actions."""
        return self.game.shape[self.leader]

    @property
    def responses(self) -> int:
        """The number of the follower's actions."""
        return self.game.shape[1 - self.leader]

    @property
    def sees_time(self) -> bool:
        """Whether the follower's response may depend on the step."""
        return self.follower == OPTIMAL and self.game.horizon is not None

    @cached_property
    def pay(self) -> tuple[ExactArray, ExactArray]:
        """The leader's and the follower's payoffs, states x leader's x follower's actions."""
        return self._turn(self.game.payoffs[self.leader]), self._turn(
            self.game.payoffs[1 - self.leader]
        )

    @cached_property
    def moves(self) -> ExactArray:
        """Transition probabilities, states x leader's x follower's actions x next states."""
        return self._turn(self.game.transitions)

    @cached_property
    def pay_floats(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """`pay`, rounded."""
        return self.pay[0].floats(), self.pay[1].floats()

    @cached_property
    def moves_floats(self) -> NDArray[np.float64]:
        """`moves`, rounded."""
        return self.moves.floats()

    @cached_property
    def barred(self) -> NDArray[np.bool_]:
        """Which responses are not legal, states x follower's actions."""
        return ~self.game.legal[1 - self.leader]

    @cached_property
    def weights(self) -> tuple[float, ...]:
        """What a payoff at each step is worth in the game's unit, with a horizon."""
        assert self.game.horizon is not None
        weight, weights = self.game.scale, []
        for _ in range(self.game.horizon):
            limits.check()  # the fractions grow
            weights.append(float(weight))
            weight *= self.game.discount
        return tuple(weights)

    @cached_property
    def steps(self) -> Fraction:
        """How many steps there are; without a horizon, how many payoffs a value is worth."""
        horizon = self.game.horizon
        return 1 / (1 - self.game.discount) if horizon is None else Fraction(horizon)

    @cached_property
    def span(self) -> float:
        """The largest difference between two values of the leader in the game's unit."""
        size = max(float(np.abs(self.pay_floats[0]).max()), 1.0)
        if self.game.horizon is None:
            return 2 * size * nearest_double(self.steps)
        return 2 * size * sum(self.weights)

    def _turn(self, array: ExactArray) -> ExactArray:
        if self.leader == 0:
            return array
        turned: NDArray[Any] = np.swapaxes(array.numerators, 1, 2)
        return ExactArray(turned, array.denominator)


def start_floats(game: MarkovGame) -> NDArray[np.float64]:
    """The distribution of the first state, rounded."""
    return np.array([float(p) for p in game.start])
