"""The relabelling follower: Q-learning in which a step teaches every context that it fits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from gtlearn.learning.stackelberg.contexts import actions_of
from gtlearn.learning.stackelberg.followers.protocol import Follower, require_certain_moves
from gtlearn.learning.stackelberg.game import Floats, Ints, LeaderGame, pure_tables
from gtlearn.learning.stackelberg.play import Episodes, check_tables
from gtlearn.solvers.outcomes import OPTIMAL

_Joint = tuple[int, int, int]  # a state, the leader's action, the follower's action
_Outcome = tuple[float, int]  # the follower's reward, the next state
_Seen = tuple[_Joint, _Outcome]


class RelabellingFollower(Follower):
    """Q-values by context, step and state, for deterministic leaders; of the optimal class.

    What follows a joint action does not depend on what the leader would do elsewhere. So a step
    (s, a_L, a_F) is valid under every context in which the leader plays a_L at s, as if it had
    been played there (hindsight relabelling, Andrychowicz et al. 2017, of leaders instead of
    goals), and at every time. With a horizon there are Q-values for each step, since stationary
    ones cannot be exact where the last step differs from the others; without one they are
    stationary and discounted. Unknown Q-values are the most that can be earned, so that a greedy
    follower tries what it does not know; the largest payoff must be known.

    Contexts are added when they are first shown, and all that is remembered is replayed for them.
    """

    follower_class = OPTIMAL

    def __init__(
        self,
        game: LeaderGame,
        *,
        learning_rate: float = 1.0,
        replay: bool = True,
        epsilon: float = 0.0,
    ) -> None:
        """A follower that has seen nothing.

        Args:
            game: what is played; used are its sizes, what is legal, its duration and its largest
                payoff.
            learning_rate: of Q-learning; 1 is right where, as in an iterated game, the same joint
                action in the same state always has the same outcome.
            replay: whether all distinct steps seen are replayed after each batch of episodes
                (experience replay, Lin 1992) until nothing changes, at most once a step of an
                episode; without, each step is learned from once.
            epsilon: how often a random action is taken while learning, instead of one that looks
                best, as what is not known does.

        Raises:
            InputError: if the game's moves are random.
        """
        require_certain_moves(game)
        self.game = game
        self.learning_rate = learning_rate
        self.replay = replay
        self.epsilon = epsilon
        self._seen: dict[_Joint, _Outcome] = {}
        self._contexts: Ints = np.zeros((0, game.num_states), dtype=np.int64)
        self._places: dict[bytes, int] = {}
        self._q: Floats = _optimistic(game, 0)

    def tables(self, leader_tables: Floats) -> Floats:
        """The action of the largest Q-value, the first of them; see `Follower`.

        Raises:
            InputError: if a leader mixes.
        """
        q = self._q_values(leader_tables)
        return pure_tables(q.argmax(axis=-1), q.shape[-1])

    def explore(self, leader_tables: Floats) -> Floats:
        """A random action with probability `epsilon`, else one of the largest Q-value."""
        q = self._q_values(leader_tables)
        best, legal = q == q.max(axis=-1, keepdims=True), q > -np.inf
        greedy = best / best.sum(axis=-1, keepdims=True)
        random = legal * (self.epsilon / legal.sum(axis=-1, keepdims=True))
        mixed: Floats = (1 - self.epsilon) * greedy + random
        return mixed

    def learn(self, leader_tables: Floats, episodes: Episodes) -> dict[str, float]:
        """Learns from the episodes, the last step first; metric: the distinct steps seen."""
        self._add(leader_tables)
        joints = _listed(episodes.states, episodes.leader_actions, episodes.follower_actions)
        outcomes = _listed(episodes.follower_rewards, episodes.next_states)
        steps = list(zip(joints, outcomes, strict=True))
        self._relabel(self._q, self._contexts, steps)
        self._seen.update(steps)
        if self.replay:
            self._replay(self._q, self._contexts)
        return {"follower_seen": float(len(self._seen))}

    def state_dict(self) -> dict[str, Any]:
        """The contexts, their Q-values, and the distinct steps seen in order."""
        return {
            "contexts": self._contexts.copy(),
            "q": self._q.copy(),
            "joints": np.array(list(self._seen), dtype=np.int64).reshape(-1, 3),
            "rewards": np.array([reward for reward, _ in self._seen.values()]),
            "next": np.array([after for _, after in self._seen.values()], dtype=np.int64),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes up what `state_dict` returned."""
        self._contexts, self._q = np.array(state["contexts"]), np.array(state["q"])
        self._places = {row.tobytes(): place for place, row in enumerate(self._contexts)}
        outcomes = zip(state["rewards"].tolist(), state["next"].tolist(), strict=True)
        joints = map(tuple, state["joints"].tolist())
        self._seen = dict(zip(joints, outcomes, strict=True))

    def _q_values(self, leader_tables: Floats) -> Floats:
        """Q-values against each leader, shape (batch, rows, follower actions)."""
        places = self._add(leader_tables)
        return self._q[places].reshape(len(places), -1, self.game.follower_actions)

    def _add(self, leader_tables: Floats) -> list[int]:
        """Where the contexts are; new ones are added, and what was seen is replayed for them."""
        check_tables(self.game, leader_tables, "leader")
        actions = actions_of(leader_tables)
        keys = [row.tobytes() for row in actions]
        fresh = {
            key: row for key, row in zip(keys, actions, strict=True) if key not in self._places
        }
        if fresh:
            contexts, q = np.array(list(fresh.values())), _optimistic(self.game, len(fresh))
            self._replay(q, contexts)
            self._places |= {key: len(self._q) + n for n, key in enumerate(fresh)}
            self._contexts = np.concatenate([self._contexts, contexts])
            self._q = np.concatenate([self._q, q])
        return [self._places[key] for key in keys]

    def _replay(self, q: Floats, contexts: Ints) -> None:
        """Learns again from all distinct steps; the end is heard of one step earlier each time."""
        for _ in range(self.game.steps):
            if self._relabel(q, contexts, self._seen.items()) == 0:
                return

    def _relabel(self, q: Floats, contexts: Ints, steps: Iterable[_Seen]) -> float:
        """Updates the Q-values of all contexts that agree with each step's leader, in place.

        Returns:
            The largest change.
        """
        largest = 0.0
        endless, discount = self.game.endless, self.game.discount
        for (state, led, followed), (reward, after) in steps:
            valid = np.flatnonzero(contexts[:, state] == led)
            later = q[valid, :, after].max(axis=-1)
            targets = relabelled_targets(later, reward, discount, endless=endless)
            changes = self.learning_rate * (targets - q[valid, :, state, followed])
            q[valid, :, state, followed] += changes
            largest = max(largest, float(abs(changes).max(initial=0.0)))
        return largest


def relabelled_targets(later: Floats, reward: float, discount: float, *, endless: bool) -> Floats:
    """What one step teaches about contexts at any time: r + discount * max_a Q(next state, a).

    The target of Q-learning (Watkins 1989): at step t it takes the Q-values of step t + 1, and
    none in the last step.

    Args:
        later: the largest Q-value of the next state, shape (contexts, steps).
        reward: what was paid.
        discount: what a reward one step later is worth.
        endless: whether there is no last step; `steps` is 1 then.

    Returns:
        Shape (contexts, steps).

    >>> relabelled_targets(np.array([[7.0, 5.0, 2.0]]), 1.0, 1.0, endless=False)
    array([[6., 3., 1.]])
    """
    if not endless:
        later = np.concatenate([later[:, 1:], np.zeros((len(later), 1))], axis=1)
    return reward + discount * later


def _optimistic(game: LeaderGame, contexts: int) -> Floats:
    """The most that can be earned from each step on, (contexts, steps, states, actions).

    It is minus infinity for what is not legal, so that this is never best.
    """
    best = float(game.follower_rewards.max())
    if game.endless:
        to_come = np.array([best / (1 - game.discount)])
    else:
        to_come = best * np.cumsum(game.discount ** np.arange(game.steps))[::-1]
    each = np.where(game.follower_legal, to_come[:, None, None], -np.inf)
    return np.broadcast_to(each, (contexts, *each.shape)).copy()


def _listed(*columns: Any) -> list[Any]:
    """Rows of plain numbers from arrays of one shape; of episodes, the last step comes first."""
    return list(zip(*(column[..., ::-1].ravel().tolist() for column in columns), strict=True))
