"""The best pure commitment, by looking at each of the leader's actions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gtlearn.solvers.commitment.data import Bimatrix


@dataclass(frozen=True)
class PureCommitment:
    """A leader's action, the follower's response, and the leader's integer payoff."""

    action: int
    response: int
    value: int


def best_pure(game: Bimatrix, ties: str) -> PureCommitment:
    """The pure commitment that earns the leader most (von Stackelberg 1934).

    Under strong ties the follower's best response that the leader likes best counts, under weak
    ties the one that it likes least; of equal commitments the first is returned.
    """
    best = game.follower == game.follower.max(axis=1, keepdims=True)
    outside = int(game.leader.min()) - 1 if ties == "strong" else int(game.leader.max()) + 1
    masked = np.where(best, game.leader, outside)
    choose = masked.argmax if ties == "strong" else masked.argmin
    responses = choose(axis=1)
    values = masked[np.arange(game.shape[0]), responses]
    action = int(values.argmax())
    return PureCommitment(action, int(responses[action]), int(values[action]))
