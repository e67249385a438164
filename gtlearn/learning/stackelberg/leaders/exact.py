"""The leader that commits to the exact optimum, as the reference for those that learn."""

from __future__ import annotations

import numpy as np

from gtlearn.learning.stackelberg.game import Floats, LeaderGame
from gtlearn.learning.stackelberg.leaders.protocol import Leader
from gtlearn.solvers import solve
from gtlearn.solvers.outcomes import Commitment


class ExactLeader(Leader):
    """Commits to an exact Stackelberg commitment from the first episode on, and learns nothing.

    Where several tables are optimal it plays the first that the solver lists.

    Args:
        game: what is played.
        follower_class: "stationary" or "optimal".
        policy: "deterministic" or "stochastic" commitments.
        ties: "strong" or "weak".
        time_limit: of the solver, in seconds.

    Raises:
        InputError: if there are no such options.

    >>> from gtlearn import games
    >>> from gtlearn.learning.stackelberg.game import leader_game
    >>> game = leader_game(games.iterated("prisoners_dilemma", horizon=10))
    >>> leader = ExactLeader(game)
    >>> leader.value, leader.table().argmax(axis=1).tolist()
    (2.9, [1, 0, 1, 0, 1])
    """

    episodes = 1

    def __init__(
        self,
        game: LeaderGame,
        *,
        follower_class: str = "optimal",
        policy: str = "deterministic",
        ties: str = "strong",
        time_limit: float | None = None,
    ) -> None:
        self.game = game
        self.solution = solve(
            game.game,
            concept="stackelberg",
            leader=game.leader,
            follower=follower_class,
            policy=policy,
            ties=ties,
            time_limit=time_limit,
        )
        best = self.solution[0]
        assert isinstance(best, Commitment)
        self.value = float(best.value)
        self._table = np.array([[float(p) for p in row] for row in best.commitment])

    def propose(self, count: int, rng: np.random.Generator) -> Floats:
        """The exact commitment in every episode; as in `Leader`."""
        return self._table[None].repeat(count, axis=0)

    def table(self) -> Floats:
        """The exact commitment."""
        return self._table.copy()
