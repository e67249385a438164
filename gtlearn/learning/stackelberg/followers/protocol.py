"""What a follower is, and the exact one: the solvers' best response to whatever it is shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol, TypeVar

import numpy as np

from gtlearn.errors import InputError
from gtlearn.learning.stackelberg.game import Floats, LeaderGame, pure_tables
from gtlearn.learning.stackelberg.play import Episodes, Play, check_tables, rollout
from gtlearn.solvers import optimal_response, stationary_response
from gtlearn.solvers._markov.response import Response
from gtlearn.solvers.outcomes import OPTIMAL, STATIONARY, Table


class Follower(Protocol):
    """Answers leaders by tables, and learns from episodes that were played with them.

    Tables have the shape (batch, rows, follower actions). A follower of the stationary class has a
    row a state; one of the optimal class, in a game with a horizon, a row a state and step: row
    `t * states + s` for state s at step t.

    Those that are shown their leader, and have nothing else to change, derive from this class. By
    itself it explores nothing and learns nothing.

    Attributes:
        game: what is played.
        follower_class: "stationary" (the time unseen) or "optimal" (any response to the history).
        sees_leader: whether the leader is shown to it, so that queries are counted.
    """

    game: LeaderGame
    follower_class: str
    sees_leader: bool = True

    def tables(self, leader_tables: Floats) -> Floats:
        """The answer to each leader that is shown, without exploration.

        Args:
            leader_tables: what the leaders show, shape (batch, states, leader actions).
        """

    def explore(self, leader_tables: Floats) -> Floats:
        """What is played against each leader while learning; arguments as for `tables`."""
        return self.tables(leader_tables)

    def learn(self, leader_tables: Floats, episodes: Episodes) -> dict[str, float]:
        """Learns from one episode with each of the leaders, in their order; returns metrics."""
        return {}

    def leader_changed(self) -> None:
        """Tells a follower who is not shown its leader that there is a new one; here, nothing."""
        return

    def state_dict(self) -> dict[str, Any]:
        """All that it has learned: nested dicts of arrays, tensors and numbers."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes up what `state_dict` returned."""
        return


def training_step(
    follower: Follower,
    leader_tables: Floats,
    rng: np.random.Generator,
    shown: Floats | None = None,
    play: Play = rollout,
) -> tuple[dict[str, float], int]:
    """One episode with each of the leaders, and what the follower learns from them (Algorithm 1).

    Args:
        follower: learns.
        leader_tables: what is played, shape (batch, states, leader actions).
        rng: where the players' coin flips come from.
        shown: what the follower is shown, of the same shape; what is played by default.
        play: how episodes are played.

    Returns:
        The follower's metrics, and the environment steps that this took, queries included.
    """
    game = follower.game
    seen = leader_tables if shown is None else shown
    episodes = play(game, leader_tables, follower.explore(seen), rng)
    return follower.learn(seen, episodes), env_steps(follower, episodes)


def env_steps(follower: Follower, episodes: Episodes) -> int:
    """Steps played, and one query a state for each episode where the leader is shown."""
    asked = len(episodes.states) * follower.game.queries if follower.sees_leader else 0
    return episodes.num_steps + asked


def require_certain_moves(game: LeaderGame) -> None:
    """Refuses a game for who takes what was seen once for certain.

    Raises:
        InputError: if it has random moves.
    """
    if game.chances is not None:
        raise InputError(
            f"{game.game.name} moves at random, and this follower takes what it has seen once for "
            "certain; use follower 'contextual', 'q-learning' or 'oracle'"
        )


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
