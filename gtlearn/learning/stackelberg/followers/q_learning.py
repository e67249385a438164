"""The Q-learning follower: it is not shown its leader, and learns to answer by playing it."""

from __future__ import annotations

from typing import Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.learning.stackelberg.game import Floats, LeaderGame, pure_tables, scaled_rewards
from gtlearn.learning.stackelberg.play import Episodes
from gtlearn.solvers.outcomes import STATIONARY


def q_learning(
    q: Floats,
    episodes: Episodes,
    rewards: Floats,
    learning_rate: float,
    discount: float,
    *,
    endless: bool,
) -> Floats:
    """Tabular Q-learning (Watkins 1989) on episodes in their order, step after step.

    Q(s, a) moves by the learning rate towards r + discount * max Q(next state), or towards r in
    the last step of a game that has one.

    Args:
        q: Q-values before, shape (states, actions).
        episodes: what was played.
        rewards: the learner's, shape (batch, steps).
        learning_rate: in (0, 1].
        discount: what a reward one step later is worth.
        endless: whether the game goes on after the last step of an episode.

    Returns:
        Q-values after, of the same shape.
    """
    values = q.tolist()
    follows = episodes.next_states.tolist()
    goes_on = [discount] * (rewards.shape[1] - 1) + [discount if endless else 0.0]
    rows = zip(
        episodes.states.tolist(),
        episodes.follower_actions.tolist(),
        rewards.tolist(),
        follows,
        strict=True,
    )
    for columns in rows:
        for state, action, reward, after, keep in zip(*columns, goes_on, strict=True):
            target = reward + keep * max(values[after])
            values[state][action] += learning_rate * (target - values[state][action])
    return np.array(values)


class QLearningFollower:
    """Tabular Q-learning against one leader at a time, reset or continuous between leaders.

    The follower of Brero et al. (2022), Learning to mitigate AI collusion on economic platforms,
    and of appendix B of Gerstgrasser & Parkes (2023), on rewards from -1.5 to 1.5. With `reset` it
    starts from scratch for each leader. Without, it keeps what it knows of the leader before, and
    as its exploration has decayed, it may stay with an answer that has become wrong.

    It is of the stationary class. Its Q-values are stationary and discounted, which in a game with
    a horizon they cannot be exactly: the last step differs from the others. There its answer may
    miss the best table even after any amount of training.
    """

    sees_leader = False
    follower_class = STATIONARY

    def __init__(
        self,
        game: LeaderGame,
        *,
        seed: int = 0,
        reset: bool = True,
        learning_rate: float = 0.1,
        discount: float = 0.9,
        epsilon: float = 1.0,
        decay: float = 0.95,
        least_epsilon: float = 0.05,
        deviation: float = 0.01,
    ) -> None:
        """A follower that knows nothing.

        Args:
            game: what is played.
            seed: of the random Q-values at the start.
            reset: whether it starts from scratch when its leader changes.
            learning_rate: in (0, 1].
            discount: of future rewards, where the game has none of its own.
            epsilon: how often a random action is explored at the start.
            decay: what `epsilon` is multiplied by after each episode.
            least_epsilon: what it never falls below.
            deviation: of the normally distributed Q-values at the start.

        Raises:
            InputError: if a number lies outside its range.
        """
        within = {"learning rate": learning_rate, "discount": discount, "epsilon": epsilon}
        within |= {"decay": decay, "least epsilon": least_epsilon}
        for name, value in within.items():
            if not 0 <= value <= 1:
                raise InputError(f"the {name} of Q-learning is {value}; give a number in [0, 1]")
        self.game = game
        self.reset = reset
        self.learning_rate = learning_rate
        self.discount = game.discount if game.discount < 1 else discount
        self.start_epsilon = epsilon
        self.decay = decay
        self.least_epsilon = least_epsilon
        self.deviation = deviation
        self._rng = np.random.default_rng(seed)
        self._q, self._epsilon = self._fresh(), epsilon

    def tables(self, leader_tables: Floats) -> Floats:
        """The action of the largest Q-value, the same against every leader; see `Follower`."""
        table = pure_tables(self._q.argmax(axis=1), self.game.follower_actions)
        return np.repeat(table[None], len(leader_tables), axis=0)

    def explore(self, leader_tables: Floats) -> Floats:
        """A random action with probability epsilon, else that of `tables`."""
        legal = self.game.follower_legal
        random = legal * (self._epsilon / legal.sum(axis=1, keepdims=True))
        mixed: Floats = (1 - self._epsilon) * self.tables(leader_tables) + random
        return mixed

    def learn(self, leader_tables: Floats, episodes: Episodes) -> dict[str, float]:
        """Q-learning on the episodes, one after the other; metric: epsilon."""
        self._q = q_learning(
            self._q,
            episodes,
            scaled_rewards(episodes.follower_rewards, self.game.follower_rewards),
            self.learning_rate,
            self.discount,
            endless=self.game.endless,
        )
        decayed = self._epsilon * self.decay ** len(episodes.states)
        self._epsilon = max(decayed, min(self.least_epsilon, self._epsilon))
        return {"follower_epsilon": self._epsilon}

    def leader_changed(self) -> None:
        """Starts from scratch, if it is to be reset."""
        if self.reset:
            self._q, self._epsilon = self._fresh(), self.start_epsilon

    def state_dict(self) -> dict[str, Any]:
        """The Q-values, epsilon and the generator of the Q-values to come."""
        return {"q": self._q.copy(), "epsilon": self._epsilon, "rng": self._rng.bit_generator.state}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes up what `state_dict` returned."""
        self._q, self._epsilon = np.array(state["q"]), float(state["epsilon"])
        self._rng.bit_generator.state = state["rng"]

    def _fresh(self) -> Floats:
        """Random Q-values near zero, shape (states, actions); what is not legal is never best."""
        legal = self.game.follower_legal
        return np.where(legal, self._rng.normal(0.0, self.deviation, size=legal.shape), -np.inf)
