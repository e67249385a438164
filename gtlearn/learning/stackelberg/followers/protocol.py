"""What a follower is."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from gtlearn.errors import InputError
from gtlearn.learning.stackelberg.game import Floats, LeaderGame
from gtlearn.learning.stackelberg.play import Episodes, Play, rollout


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
