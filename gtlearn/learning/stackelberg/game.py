"""The iterated game of a leader and a follower as arrays: many episodes are played at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Item = TypeVar("Item")

TAIL = 0.01  # what may be cut off where a game has no end, as a fraction of all future rewards
MAX_MOVES = 5_000_000  # states times joint actions
SPAN = 3.0  # of scaled rewards
_ROUNDING = 1e-6  # how far a row may be from summing to one


@dataclass(frozen=True, eq=False)
class IteratedMatrix:
    """An iterated game of two players, seen as a leader's and a follower's; the leader comes first.

    The labels of the states keep the order of the game's players: in state CD the first player of
    the game cooperated, whether it leads or not.

    Attributes:
        game: the exact game.
        leader: which of its players leads, 0 or 1.
        leader_rewards: shape (leader actions, follower actions).
        follower_rewards: shape (leader actions, follower actions).
        moves: the next state, shape (states, leader actions, follower actions). State 0 is first.
        steps: how many steps an episode has: the horizon, or without one as many as leave out
            at most `TAIL` of the discounted rewards.
        queries: how many of the states can be met in an episode, which is what showing a leader
            to its follower costs.
        discount: what a reward one step later is worth.
        scale: what a (discounted) sum of rewards is multiplied by to give a value in the game's
            unit: 1 / horizon where values are means.
    """

    game: IteratedGame
    leader: int
    leader_rewards: Floats
    follower_rewards: Floats
    moves: Ints
    steps: int
    queries: int
    discount: float
    scale: float

    @property
    def follower(self) -> int:
        """Which of the game's players follows, 1 or 0."""
        return 1 - self.leader

    @property
    def num_states(self) -> int:
        """The number of states S."""
        return len(self.moves)

    @property
    def leader_actions(self) -> int:
        """The number of the leader's actions."""
        return int(self.moves.shape[1])

    @property
    def follower_actions(self) -> int:
        """The number of the follower's actions."""
        return int(self.moves.shape[2])

    def ordered(self, leader: Item, follower: Item) -> list[Item]:
        """What belongs to the leader and the follower, in the order of the game's players."""
        return [leader, follower] if self.leader == 0 else [follower, leader]

    def values(self, rewards: Floats) -> Floats:
        """The values of episodes in the game's unit, from rewards of shape (*batch, steps)."""
        worth: Floats = rewards @ (self.discount ** np.arange(rewards.shape[-1])) * self.scale
        return worth


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


def iterated_matrix(game: IteratedGame, leader: int = 0) -> IteratedMatrix:
    """The arrays of an iterated game of two players.

    A game without a horizon is cut off after as many steps as leave out at most 1 % of its
    discounted rewards; the learners account for what is left out, estimated values don't.

    Args:
        game: any stage game of two players, any horizon or discount, any memory.
        leader: who commits, 0 or 1.

    Raises:
        InputError: if it is no such game, it is too large, or there is no such player.

    >>> from gtlearn import games
    >>> game = iterated_matrix(games.iterated("prisoners_dilemma", horizon=10))
    >>> game.moves[0].tolist(), game.steps, game.queries
    ([[1, 2], [3, 4]], 10, 5)
    """
    if not isinstance(game, IteratedGame) or game.num_players != 2:
        raise InputError(
            "a leader and a follower need an iterated game of two players; make one by "
            "games.iterated"
        )
    if isinstance(leader, bool) or leader not in (0, 1):
        raise InputError(f"the leader {leader!r} is no player of {game.name}; choose 0 or 1")
    profiles = math.prod(game.stage.shape)
    if game.num_states * profiles > MAX_MOVES:
        raise InputError(
            f"{game.name} has {game.num_states} states with {profiles} joint actions each, more "
            f"than {MAX_MOVES} together; use a smaller stage game or a shorter memory"
        )
    after_first = [game.state(game.remembered((*held, (0, 0)))) for held in game.memories]
    last = np.arange(profiles) * (game.memory > 0)  # of the joint actions that are remembered
    moves = np.array(after_first)[:, None, None] + last.reshape(game.stage.shape)
    rewards = [array.floats() for array in game.stage.payoffs]
    if leader == 1:
        moves, rewards = moves.swapaxes(1, 2), [array.T for array in rewards[::-1]]
    steps = game.horizon or _steps(float(game.discount))
    return IteratedMatrix(
        game=game,
        leader=leader,
        leader_rewards=rewards[0],
        follower_rewards=rewards[1],
        moves=moves,
        steps=steps,
        queries=sum(len(held) < steps for held in game.memories),
        discount=float(game.discount),
        scale=1 / steps if game.horizon and game.discount == 1 else 1.0,
    )


def rollout(
    game: IteratedMatrix,
    leader_tables: Floats,
    follower_tables: Floats,
    rng: np.random.Generator,
) -> Episodes:
    """Plays one episode for each pair of tables, all of them at once.

    Args:
        game: what is played.
        leader_tables: probabilities of shape (batch, states, leader actions).
        follower_tables: shape (batch, states, follower actions); or (batch, steps * states,
            follower actions), row `t * states + s` for state s at step t, where it sees the time.
        rng: where the players' coin flips come from.

    Raises:
        InputError: if a shape does not fit, or a row is no probability vector.
    """
    check_tables(game, leader_tables, game.leader_actions, "leader")
    check_tables(game, follower_tables, game.follower_actions, "follower", timed=True)
    batch, size = len(leader_tables), game.num_states
    if len(follower_tables) != batch:
        raise InputError(
            f"{batch} table(s) of the leader and {len(follower_tables)} of the follower were "
            "given; give as many of both"
        )
    thresholds = [_thresholds(table) for table in (leader_tables, follower_tables)]
    begins = [np.arange(batch) * tables.shape[1] for tables in (leader_tables, follower_tables)]
    timed = follower_tables.shape[1] > size
    moves, profiles = game.moves.ravel(), game.leader_actions * game.follower_actions
    draws = rng.random((game.steps, 2, batch))
    states = np.zeros((game.steps + 1, batch), dtype=np.int64)
    actions = np.zeros((2, game.steps, batch), dtype=np.int64)
    joint = np.empty((game.steps, batch), dtype=np.int64)  # flat indices: numpy's `take` is quick
    for t in range(game.steps):
        for k in (0, 1):
            rows = begins[k] + states[t] + (t * size if k == 1 and timed else 0)
            for threshold in thresholds[k]:
                actions[k, t] += draws[t, k] >= threshold.take(rows)
        joint[t] = actions[0, t] * game.follower_actions + actions[1, t]
        states[t + 1] = moves.take(states[t] * profiles + joint[t])
    return Episodes(
        states=states[:-1].T,
        leader_actions=actions[0].T,
        follower_actions=actions[1].T,
        leader_rewards=game.leader_rewards.ravel().take(joint).T,
        follower_rewards=game.follower_rewards.ravel().take(joint).T,
        last_states=states[-1],
    )


def scaled_rewards(rewards: Floats, payoffs: Floats) -> Floats:
    """Rewards on the paper's scale, from -1.5 to 1.5 (Gerstgrasser & Parkes 2023, appendix C).

    Args:
        rewards: of any shape.
        payoffs: all that may be paid; its least is taken to -1.5, its largest to 1.5.
    """
    low, high = payoffs.min(), payoffs.max()
    scale = SPAN / (high - low) if high > low else 1.0
    scaled: Floats = (rewards - (low + high) / 2) * scale
    return scaled


def pure_tables(actions: Ints, num_actions: int) -> Floats:
    """Deterministic tables as probabilities: shape (*shape of the actions, num_actions)."""
    return np.eye(num_actions)[actions]


def check_tables(
    game: IteratedMatrix, tables: Floats, num_actions: int, whose: str, *, timed: bool = False
) -> None:
    """Complains about tables that cannot be played.

    Raises:
        InputError: if the shape is not (batch, rows, num_actions), or a row is no probability
            vector; it names the state.
    """
    sizes = {game.num_states} | ({game.num_states * game.steps} if timed else set())
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


def _steps(discount: float) -> int:
    """After how many steps at most `TAIL` of the discounted rewards are left out."""
    return max(1, math.ceil(math.log(TAIL) / math.log(discount))) if discount else 1


def _thresholds(tables: Floats) -> list[Floats]:
    """Where a uniform draw moves on to the next action: one array (batch * rows,) an action."""
    columns = (tables[..., action] for action in range(tables.shape[2] - 1))
    return [sums.ravel() for sums in accumulate(columns)]
