"""Leaders whose tables are listed: a bandit's arms, and the exact optimum.

The latter is the reference for those that learn.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.learning.stackelberg.contexts import (
    all_deterministic,
    count_deterministic,
    deterministic,
    written_count,
)
from gtlearn.learning.stackelberg.game import SPAN, Floats, Ints, LeaderGame
from gtlearn.learning.stackelberg.leaders.protocol import Leader, mean_returns
from gtlearn.learning.stackelberg.play import Episodes
from gtlearn.solvers import solve
from gtlearn.solvers.outcomes import Commitment

MAX_ARMS = 4096


def upper_confidence_bounds(counts: Ints, sums: Floats, width: float) -> Floats:
    """What each arm may be worth at most: its mean and a bonus (Auer et al. 2002, UCB1).

    Args:
        counts: how often each arm was tried, shape (arms,).
        sums: of its rewards, shape (arms,).
        width: of the range of the rewards.

    Returns:
        Shape (arms,), infinite for arms that were never tried.
    """
    tried = np.maximum(counts, 1)
    bonus = width * np.sqrt(2 * np.log(max(counts.sum(), 1)) / tried)
    return np.where(counts > 0, sums / tried + bonus, np.inf)


class BanditLeader:
    """Tries every deterministic table, then those that may still be the best; commits to the best.

    A follower that is shown deterministic tables and answers each by one of its own makes the
    outcome of a table certain, so that one episode with each finds the optimum: 480 environment
    steps for the 32 tables of a 2x2 game of ten steps. Where outcomes are random, UCB1 goes on.

    Args:
        game: what is played.
        episodes: how many tables are tried at a time.

    Raises:
        InputError: if there are more than `MAX_ARMS` tables, or no episodes.
    """

    def __init__(self, game: LeaderGame, *, episodes: int = 8) -> None:
        arms = count_deterministic(game, game.asked)
        if arms > MAX_ARMS or episodes < 1:
            raise InputError(
                f"a bandit cannot try the {written_count(game, game.asked)} deterministic tables "
                f"of {game.game.name}, {episodes} at a time; it takes {MAX_ARMS} tables at most, "
                "at least one at a time: use a policy gradient"
            )
        self.game = game
        self.episodes = episodes
        self._tables = all_deterministic(game, game.asked)  # one for each set of answers
        self._counts = np.zeros(arms, dtype=np.int64)
        self._sums = np.zeros(arms)

    def propose(self, count: int, rng: np.random.Generator) -> Floats:
        """The tables that may be worth the most, ties in random order; as in `Leader`."""
        bounds = upper_confidence_bounds(self._counts, self._sums, SPAN)
        order = np.lexsort((rng.permutation(len(bounds)), -bounds))
        return self._tables[np.resize(order[:count], count)]

    def learn(
        self, tables: Floats, episodes: Episodes, shown: Floats | None = None
    ) -> dict[str, float]:
        """Takes down what each table earned; as in `Leader`."""
        arms = deterministic(self.game, tables, self.game.asked)
        np.add.at(self._counts, arms, 1)
        np.add.at(self._sums, arms, mean_returns(self.game, episodes))
        return {"leader_tables_tried": float((self._counts > 0).sum())}

    def table(self) -> Floats:
        """The table with the best mean return so far."""
        means = self._sums / np.maximum(self._counts, 1)
        best: Floats = self._tables[np.where(self._counts > 0, means, -np.inf).argmax()]
        return best

    def state_dict(self) -> dict[str, Any]:
        """How often each table was tried, and what it earned."""
        return {"counts": self._counts.copy(), "sums": self._sums.copy()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes up what `state_dict` returned."""
        self._counts, self._sums = np.array(state["counts"]), np.array(state["sums"])


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
