"""The exact follower: the solvers' best response to whatever it is shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

import numpy as np

from gtlearn.errors import InputError
from gtlearn.learning.stackelberg.followers.protocol import Follower
from gtlearn.learning.stackelberg.game import Floats, LeaderGame, pure_tables
from gtlearn.learning.stackelberg.play import check_tables
from gtlearn.solvers import optimal_response, stationary_response
from gtlearn.solvers._markov.response import Response
from gtlearn.solvers.outcomes import OPTIMAL, STATIONARY, Table

Result = TypeVar("Result")

_MAX_KEPT = 10_000  # results that are remembered
RESPONSES: dict[str, Callable[..., Response]] = {
    OPTIMAL: optimal_response,
    STATIONARY: stationary_response,
}


class OracleFollower(Follower):
    """Answers by exact best responses, and has nothing to learn."""

    def __init__(
        self, game: LeaderGame, follower_class: str = OPTIMAL, *, ties: str | None = "strong"
    ) -> None:
        """A follower that knows the game.

        Args:
            game: what is played.
            follower_class: "optimal" or "stationary".
            ties: "strong" or "weak": ties broken for or against the leader; None for the first
                action.

        Raises:
            InputError: if there is no such class; answers raise it where there are no such ties.
        """
        check_class(follower_class)
        self.game = game
        self.follower_class = follower_class
        self.ties = ties
        self._answer = remembered(self._solve)

    def tables(self, leader_tables: Floats) -> Floats:
        """An exact best response to each leader; see `Follower`."""
        check_tables(self.game, leader_tables, "leader")
        return np.stack([self._answer(table) for table in leader_tables])

    def _solve(self, table: Floats) -> Floats:
        response = best_response(self.game, table, self.follower_class, self.ties)
        return pure_tables(np.array(response.plan), self.game.follower_actions)


def remembered(function: Callable[[Floats], Result]) -> Callable[[Floats], Result]:
    """A function of one table, whose latest results are remembered."""

    @lru_cache(_MAX_KEPT)
    def known(content: bytes, rows: int) -> Result:
        return function(np.frombuffer(content).reshape(rows, -1))

    return lambda table: known(np.asarray(table, dtype=np.float64).tobytes(), len(table))


def best_response(
    game: LeaderGame, leader_table: Floats | Table, follower_class: str, ties: str | None = None
) -> Response:
    """The exact best response to one table, shape (states, leader actions), in the real game."""
    faced = game.ordered(leader_table, None)
    return RESPONSES[follower_class](game.game, faced, game.follower, ties=ties)


def check_class(follower_class: str) -> None:
    """Complains about a class of followers that does not exist.

    Raises:
        InputError: if it is neither "optimal" nor "stationary".
    """
    if follower_class not in RESPONSES:
        raise InputError(
            f"there is no follower class {follower_class!r}; choose {' or '.join(RESPONSES)}"
        )
