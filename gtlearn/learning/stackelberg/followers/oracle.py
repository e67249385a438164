"""The exact follower: the solvers' best response to whatever it is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.learning.stackelberg.contexts import check_shown
from gtlearn.learning.stackelberg.followers.answers import Answers
from gtlearn.learning.stackelberg.game import Floats, LeaderGame, pure_tables
from gtlearn.learning.stackelberg.play import Episodes
from gtlearn.solvers import optimal_response, stationary_response
from gtlearn.solvers._markov.response import Response
from gtlearn.solvers.outcomes import OPTIMAL, STATIONARY, Table

RESPONSES: dict[str, Callable[..., Response]] = {
    OPTIMAL: optimal_response,
    STATIONARY: stationary_response,
}


class OracleFollower:
    """Answers by exact best responses, and has nothing to learn."""

    sees_leader = True

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
        self._answers = Answers(self._solve)

    def tables(self, leader_tables: Floats) -> Floats:
        """An exact best response to each leader; see `Follower`."""
        check_shown(self.game, leader_tables)
        return self._answers(leader_tables)

    def explore(self, leader_tables: Floats) -> Floats:
        """The same: there is nothing to explore."""
        return self.tables(leader_tables)

    def learn(self, leader_tables: Floats, episodes: Episodes) -> dict[str, float]:
        """Nothing."""
        return {}

    def leader_changed(self) -> None:
        """Nothing changes: the leader is shown."""

    def state_dict(self) -> dict[str, Any]:
        """Nothing was learned."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Nothing was learned."""

    def _solve(self, table: Floats) -> Floats:
        response = best_response(self.game, table, self.follower_class, self.ties)
        return pure_tables(np.array(response.plan), self.game.follower_actions)


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
