"""The planning follower: it learns the game from what it sees, and solves what it has learned."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.games import MarkovGame
from gtlearn.games.numbers import ExactArray, exact_array
from gtlearn.learning.stackelberg.followers.protocol import (
    RESPONSES,
    Follower,
    check_class,
    remembered,
    require_certain_moves,
)
from gtlearn.learning.stackelberg.game import Floats, Ints, LeaderGame, pure_tables
from gtlearn.learning.stackelberg.play import Episodes, check_tables
from gtlearn.solvers import optimal_response
from gtlearn.solvers.outcomes import OPTIMAL

UNSEEN = "unseen"  # the state that stands for all that may follow what was never seen


class PlanningFollower(Follower):
    """Remembers what followed what, and best-responds in the Markov game that it remembers.

    A joint action that was never seen in a state counts as paying the largest payoff from then
    on, as in R-max (Brafman and Tennenholtz 2002); the largest payoff must be known. To explore,
    the follower takes the shortest way to what was never seen, whatever it is paid (reward-free
    exploration, Jin et al. 2020). An iterated game is deterministic given both actions, so one
    visit tells all. It answers leaders that mix, too.
    """

    def __init__(self, game: LeaderGame, follower_class: str = OPTIMAL) -> None:
        """A follower that has seen nothing.

        Args:
            game: what is played; used are its sizes, what is legal, its start, its duration and
                its largest payoff.
            follower_class: "optimal" or "stationary".

        Raises:
            InputError: if there is no such class, or the game's moves are random.
        """
        check_class(follower_class)
        require_certain_moves(game)
        self.game = game
        self.follower_class = follower_class
        self._next: Ints = np.full(game.moves.shape, -1)  # the next state, -1 where unseen
        self._rewards: Floats = np.zeros(game.moves.shape)
        self._rebuild()

    @property
    def unseen(self) -> NDArray[np.bool_]:
        """Which legal joint actions were never seen, (states, leader, follower actions)."""
        return (self._next < 0) & self.game.legal_profiles

    def tables(self, leader_tables: Floats) -> Floats:
        """The best response in the learned game; see `Follower`."""
        check_tables(self.game, leader_tables, "leader")
        return np.stack([self._answer(table) for table in leader_tables])

    def explore(self, leader_tables: Floats) -> Floats:
        """The shortest way to what was never seen, one of them at random at every step."""
        check_tables(self.game, leader_tables, "leader")
        return np.stack([self._exploration(table) for table in leader_tables])

    def learn(self, leader_tables: Floats, episodes: Episodes) -> dict[str, float]:
        """Remembers the steps of the episodes, whoever led; metric: joint actions unseen."""
        joint = episodes.states, episodes.leader_actions, episodes.follower_actions
        if self.unseen[joint].any():
            self._next[joint] = episodes.next_states
            self._rewards[joint] = episodes.follower_rewards
            self._rebuild()
        return {"follower_unseen": float(self.unseen.sum())}

    def state_dict(self) -> dict[str, Any]:
        """What was seen."""
        return {"next": self._next.copy(), "rewards": self._rewards.copy()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes up what `state_dict` returned."""
        self._next, self._rewards = np.array(state["next"]), np.array(state["rewards"])
        self._rebuild()

    def _rebuild(self) -> None:
        """Makes the games of what was seen, and forgets the answers of the games before."""
        unseen, best = self._next < 0, float(self.game.follower_rewards.max())
        paid = np.where(unseen, best, self._rewards)
        self._learned = _remembered_game(self.game, self._next, paid, best)
        news = unseen.astype(np.float64)  # worth one from the first unseen joint action on
        self._unexplored = _remembered_game(self.game, self._next, news, 1.0)
        self._answer, self._exploration = map(remembered, (self._answered, self._explored))

    def _answered(self, table: Floats) -> Floats:
        response = RESPONSES[self.follower_class](self._learned, [_with_unseen(table), None], 1)
        return self._known_states(pure_tables(np.array(response.plan), self.game.follower_actions))

    def _explored(self, table: Floats) -> Floats:
        choices = optimal_response(self._unexplored, [_with_unseen(table), None], 1).choices
        mixed = np.zeros((len(choices), self.game.follower_actions))
        for row, actions in zip(mixed, choices, strict=True):
            row[list(actions)] = 1 / len(actions)
        return self._known_states(mixed)

    def _known_states(self, table: Floats) -> Floats:
        """A table without the rows of the state UNSEEN, which comes last at each step."""
        size, actions = self.game.num_states, table.shape[1]
        return table.reshape(-1, size + 1, actions)[:, :size].reshape(-1, actions)


def _remembered_game(game: LeaderGame, moves: Ints, rewards: Floats, beyond: float) -> MarkovGame:
    """The Markov game of what was seen, the leader first; the leader's payoffs are not modelled.

    Args:
        game: gives the sizes, what is legal, the start and the duration.
        moves: the next state, -1 where it was never seen; shape (states, leader, follower
            actions).
        rewards: the follower's, of the same shape.
        beyond: what one more state pays for ever, to which all that was never seen leads.
    """
    size = game.num_states
    last = np.full((1, *moves.shape[1:]), size)
    targets = np.concatenate([np.where(moves < 0, size, moves), last])
    paid = exact_array(np.concatenate([rewards, np.full(last.shape, beyond)]))
    zero = ExactArray(np.zeros(targets.shape, dtype=np.int64))
    markov = game.markov
    return MarkovGame(
        name=f"what was learned of {game.game.name}",
        players=("leader", "follower"),
        states=(*markov.states, UNSEEN),
        actions=(markov.actions[game.leader], markov.actions[game.follower]),
        payoffs=(zero, paid),
        transitions=ExactArray(np.eye(size + 1, dtype=np.int64)[targets]),
        start=(*markov.start, Fraction(0)),
        horizon=markov.horizon,
        discount=markov.discount,
        averaged=markov.averaged,
        legal=tuple(
            np.concatenate([legal, np.ones_like(legal[:1])])
            for legal in (game.leader_legal, game.follower_legal)
        ),
    )


def _with_unseen(table: Floats) -> Floats:
    """A leader's table with a row for the state UNSEEN, where it does not matter."""
    return np.concatenate([table, table[:1]])
