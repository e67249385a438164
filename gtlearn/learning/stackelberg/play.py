"""How episodes of a leader and a follower are played: from tables to what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from gtlearn.errors import InputError
from gtlearn.learning.stackelberg.game import Floats, Ints, LeaderGame, Truths, last_true

_ROUNDING = 1e-6  # how far a row may be from summing to one


@dataclass(frozen=True, eq=False)
class Episodes:
    """Episodes that were played side by side.

    Attributes:
        states: what both players saw, shape (batch, steps).
        leader_actions: shape (batch, steps).
        follower_actions: shape (batch, steps).
        leader_rewards: shape (batch, steps).
        follower_rewards: shape (batch, steps).
        last_states: where the last step led, shape (batch,).
    """

    states: Ints
    leader_actions: Ints
    follower_actions: Ints
    leader_rewards: Floats
    follower_rewards: Floats
    last_states: Ints

    @property
    def num_steps(self) -> int:
        """How many steps were played in all the episodes together."""
        return self.states.size

    @property
    def next_states(self) -> Ints:
        """Where each step led, shape (batch, steps)."""
        return np.concatenate([self.states[:, 1:], self.last_states[:, None]], axis=1)


Play = Callable[[LeaderGame, Floats, Floats, np.random.Generator], Episodes]
"""Plays one episode for each pair of tables; arguments and what is returned are as of `rollout`.

`rollout` plays the game itself. Another environment, of which the game is the exact reduced form,
is put in its place by a function that plays the same states and actions there; its rewards may be
noisy, with the game's as their means.
"""


def rollout(
    game: LeaderGame, leader_tables: Floats, follower_tables: Floats, rng: np.random.Generator
) -> Episodes:
    """Plays one episode for each pair of tables, all of them at once.

    Args:
        game: what is played.
        leader_tables: probabilities of shape (batch, states, leader actions).
        follower_tables: shape (batch, states, follower actions); or (batch, steps * states,
            follower actions), row `t * states + s` for state s at step t, where it sees the time.
        rng: where the players' coin flips and the game's random moves come from.

    Raises:
        InputError: if a shape does not fit, a row is no probability vector, or an action is not
            legal.
    """
    check_pairs(game, leader_tables, follower_tables)
    batch, size = len(leader_tables), game.num_states
    thresholds = [_thresholds(table) for table in (leader_tables, follower_tables)]
    begins = [np.arange(batch) * tables.shape[1] for tables in (leader_tables, follower_tables)]
    legal = () if game.all_legal else (game.leader_legal, game.follower_legal)
    lasts = [last_true(actions) for actions in legal]
    timed = follower_tables.shape[1] > size
    profiles = game.leader_actions * game.follower_actions
    draws = rng.random((game.steps, 2, batch))
    states = np.zeros((game.steps + 1, batch), dtype=np.int64)
    states[0] = game.first_states(batch, rng)
    actions = np.zeros((2, game.steps, batch), dtype=np.int64)
    places = np.empty((game.steps, batch), dtype=np.int64)  # flat indices: numpy's `take` is quick
    for t in range(game.steps):
        for k in (0, 1):
            rows = begins[k] + states[t] + (t * size if k == 1 and timed else 0)
            for threshold in thresholds[k]:
                actions[k, t] += draws[t, k] >= threshold.take(rows)
            if lasts:  # probabilities may sum to less than one by a rounding
                np.minimum(actions[k, t], lasts[k].take(states[t]), out=actions[k, t])
        joint = actions[0, t] * game.follower_actions + actions[1, t]
        places[t] = states[t] * profiles + joint
        states[t + 1] = game.next_states(places[t], rng)
    return Episodes(
        states=states[:-1].T,
        leader_actions=actions[0].T,
        follower_actions=actions[1].T,
        leader_rewards=game.leader_rewards.ravel().take(places).T,
        follower_rewards=game.follower_rewards.ravel().take(places).T,
        last_states=states[-1],
    )


def check_pairs(game: LeaderGame, leader_tables: Floats, follower_tables: Floats) -> None:
    """Complains about tables that cannot be played with each other.

    Raises:
        InputError: as `check_tables`, or if there are not as many of both.
    """
    check_tables(game, leader_tables, "leader")
    check_tables(game, follower_tables, "follower", timed=True)
    if len(follower_tables) != len(leader_tables):
        raise InputError(
            f"{len(leader_tables)} table(s) of the leader and {len(follower_tables)} of the "
            "follower were given; give as many of both"
        )


def check_tables(game: LeaderGame, tables: Floats, whose: str, *, timed: bool = False) -> None:
    """Complains about tables that cannot be played.

    Args:
        game: what is played.
        tables: shape (batch, rows, actions).
        whose: "leader" or "follower".
        timed: whether there may be a row a step and state.

    Raises:
        InputError: if the shape does not fit, a row is no probability vector, or an action has a
            probability that is not legal; it names the state.
    """
    legal = game.leader_legal if whose == "leader" else game.follower_legal
    sizes = {game.num_states} | ({game.num_states * game.steps} if timed else set())
    num_actions = legal.shape[1]
    if tables.ndim != 3 or tables.shape[1] not in sizes or tables.shape[2] != num_actions:
        raise InputError(
            f"the {whose}'s tables have shape {list(tables.shape)}; give (batch, "
            f"{' or '.join(map(str, sorted(sizes)))}, {num_actions}): episodes, states, actions"
        )
    summed = abs(tables @ np.ones(num_actions) - 1) <= _ROUNDING
    if not (summed.all() and tables.min(initial=0.0) >= -_ROUNDING):
        index, row = np.argwhere(~summed | ~(tables.min(axis=2) >= -_ROUNDING))[0]
        state = game.game.states[row % game.num_states]
        raise InputError(
            f"table {index} of the {whose} is no probability vector in state {state!r}: "
            f"{tables[index, row].tolist()}"
        )
    if not game.all_legal:
        _check_legal(game, tables, whose, legal)


def _check_legal(game: LeaderGame, tables: Floats, whose: str, legal: Truths) -> None:
    barred = np.tile(~legal, (tables.shape[1] // game.num_states, 1))
    for index, row, action in np.argwhere((tables > 0) & barred)[:1]:
        player = game.leader if whose == "leader" else game.follower
        raise InputError(
            f"table {index} of the {whose} plays {game.markov.actions[player][action]!r} in state "
            f"{game.game.states[row % game.num_states]!r}, where it is not legal"
        )


def _thresholds(tables: Floats) -> list[Floats]:
    """Where a uniform draw moves on to the next action: one array (batch * rows,) an action."""
    columns = (tables[..., action] for action in range(tables.shape[2] - 1))
    return [sums.ravel() for sums in accumulate(columns)]
