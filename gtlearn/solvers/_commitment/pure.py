"""The best pure commitment, by looking at each of the leader's actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.solvers._commitment.data import LeaderPayoffs

_CHUNK = 2**20  # entries that are looked at at once


@dataclass(frozen=True)
class PureCommitment:
    """A leader's action, the follower's response, and the leader's integer payoff."""

    action: int
    response: int
    value: int


def best_pure(game: LeaderPayoffs, ties: str) -> PureCommitment:
    """The pure commitment that earns the leader most (von Stackelberg 1934).

    Under strong ties the follower's best response that the leader likes best counts, under weak
    ties the one that it likes least; of equal commitments the first is returned.
    """
    responses, values = pure_values(game, ties)
    action = int(values.argmax())
    return PureCommitment(action, int(responses[action]), int(values[action]))


def pure_values(game: LeaderPayoffs, ties: str) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """The response to each of the leader's actions, and what that earns the leader; both (m,)."""
    outside = int(game.leader.min()) - 1 if ties == "strong" else int(game.leader.max()) + 1
    step = max(1, _CHUNK // game.shape[1])
    responses, values = [], []
    for first in range(0, game.shape[0], step):
        leader, follower = (table[first : first + step] for table in (game.leader, game.follower))
        best = follower == follower.max(axis=1, keepdims=True)
        masked = np.where(best, leader, outside)
        responses.append((masked.argmax if ties == "strong" else masked.argmin)(axis=1))
        values.append(masked[np.arange(len(masked)), responses[-1]])
    return np.concatenate(responses), np.concatenate(values)
