"""A game of a leader and a follower as arrays, the leader's axis first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.games.kinds.markov.game import check_for_floats

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Truths = NDArray[np.bool_]
Item = TypeVar("Item")
# Of the players in their order: rewards, moves, chances, legal actions, start, asked.
_Arrays = tuple[list[Floats], Ints, Floats | None, Sequence[Truths], Floats, Ints]

TAIL = 0.01  # what may be cut off where a game has no end, as a fraction of all future rewards
_MAX_MOVES = 5_000_000  # states times joint actions
SPAN = 3.0  # of scaled rewards


@dataclass(frozen=True, eq=False)
class LeaderGame:
    """A Markov game of two players, seen as a leader's and a follower's; the leader comes first.

    In an iterated game both choose at once in every state. In other games a player may have fewer
    actions in some states, and where it has a single one, only the other player chooses.

    The labels of the states keep the order of the game's players: in state CD of an iterated game
    its first player cooperated, whether it leads or not.

    Attributes:
        game: the exact game.
        leader: which of its players leads, 0 or 1.
        leader_rewards: shape (states, leader actions, follower actions). What is not legal is
            never played; here and below it holds numbers that change no extreme.
        follower_rewards: shape (states, leader actions, follower actions).
        moves: the next state, or the likeliest one; shape (states, leader actions, follower
            actions).
        chances: the probabilities of the next states, shape (states, leader actions, follower
            actions, states); None where all moves are certain.
        leader_legal: which actions the leader has where, shape (states, leader actions).
        follower_legal: the same of the follower, shape (states, follower actions).
        start: the distribution of the first state, shape (states,).
        asked: the states, in order, in which the leader has a choice and that can be met in an
            episode: what it is asked about to show it to its follower.
        steps: how many steps an episode has: the horizon, or without one as many as leave out
            at most `TAIL` of the discounted rewards.
        discount: what a reward one step later is worth.
        scale: what a (discounted) sum of rewards is multiplied by to give a value in the game's
            unit: 1 / horizon where values are means.
    """

    game: IteratedGame | MarkovGame
    leader: int
    leader_rewards: Floats
    follower_rewards: Floats
    moves: Ints
    chances: Floats | None
    leader_legal: Truths
    follower_legal: Truths
    start: Floats
    asked: Ints
    steps: int
    discount: float
    scale: float

    @property
    def markov(self) -> MarkovGame:
        """The exact game as a Markov game."""
        return as_markov(self.game)

    @property
    def follower(self) -> int:
        """Which of the game's players follows, 1 or 0."""
        return 1 - self.leader

    @property
    def endless(self) -> bool:
        """Whether the game goes on after the last step of an episode."""
        return self.game.horizon is None

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

    @property
    def queries(self) -> int:
        """In how many states the leader is asked what it does, to show it to its follower."""
        return len(self.asked)

    @cached_property
    def all_legal(self) -> bool:
        """Whether every action is legal in every state."""
        return bool(self.leader_legal.all() and self.follower_legal.all())

    @cached_property
    def legal_profiles(self) -> Truths:
        """Which joint actions are legal, shape (states, leader actions, follower actions)."""
        return self.leader_legal[:, :, None] & self.follower_legal[:, None, :]

    def ordered(self, leader: Item, follower: Item) -> list[Item]:
        """What belongs to the leader and the follower, in the order of the game's players."""
        return [leader, follower] if self.leader == 0 else [follower, leader]

    def values(self, rewards: Floats) -> Floats:
        """The values of episodes in the game's unit, from rewards of shape (*batch, steps)."""
        return rewards @ (self.discount ** np.arange(rewards.shape[-1])) * self.scale

    def first_states(self, count: int, rng: np.random.Generator) -> Ints:
        """So many first states, shape (count,); nothing is drawn where there is only one."""
        if self.start.max() == 1:
            return np.full(count, self.start.argmax())
        return drawn(self.start, rng.random(count))

    def next_states(self, places: Ints, rng: np.random.Generator) -> Ints:
        """Where steps lead, of the shape of `places`; nothing is drawn where moves are certain.

        Args:
            places: what was done where, as flat indices into `moves`.
            rng: where draws come from.
        """
        if self.chances is None:
            return self.moves.ravel().take(places)
        chances = self.chances.reshape(-1, self.num_states)[places]
        return drawn(chances, rng.random(np.shape(places)))


def leader_game(game: IteratedGame | MarkovGame, leader: int = 0) -> LeaderGame:
    """The arrays of an iterated or Markov game of two players.

    A game without a horizon is cut off after as many steps as leave out at most 1 % of its
    discounted rewards; the learners account for what is left out, estimated values don't.

    Args:
        game: of two players, with any horizon or discount.
        leader: who commits, 0 or 1.

    Raises:
        InputError: if it is no such game, it is too large, there is no such player, or the leader
            never has a choice.

    >>> from gtlearn import games
    >>> game = leader_game(games.iterated("prisoners_dilemma", horizon=10))
    >>> game.moves[0].tolist(), game.steps, game.queries
    ([[1, 2], [3, 4]], 10, 5)
    >>> trade = games.load("bullet_trade")
    >>> [leader_game(trade, player).queries for player in (0, 1)]
    [1, 5]
    """
    if not isinstance(game, IteratedGame | MarkovGame) or game.num_players != 2:
        raise InputError(
            "a leader and a follower need a Markov or iterated game of two players; make one by "
            "games.iterated or games.markov_game"
        )
    if isinstance(leader, bool) or leader not in (0, 1):
        raise InputError(f"the leader {leader!r} is no player of {game.name}; choose 0 or 1")
    steps = _steps(game)
    if isinstance(game, IteratedGame):
        rewards, moves, chances, legal, start, asked = _of_iterated(game, steps)
        averaged = game.horizon is not None and game.discount == 1
    else:
        rewards, moves, chances, legal, start, asked = _of_markov(game, leader)
        averaged = game.averaged
    return LeaderGame(
        game=game,
        leader=leader,
        leader_rewards=_turned(rewards[leader], leader),
        follower_rewards=_turned(rewards[1 - leader], leader),
        moves=_turned(moves, leader),
        chances=None if chances is None else _turned(chances, leader),
        leader_legal=legal[leader],
        follower_legal=legal[1 - leader],
        start=start,
        asked=asked,
        steps=steps,
        discount=float(game.discount),
        scale=1 / steps if averaged else 1.0,
    )


def drawn(probabilities: Floats, uniform: Floats) -> Ints:
    """Indices that uniform numbers from [0, 1) draw; what has no probability is never drawn.

    Args:
        probabilities: shape (*shape of the numbers, choices), or (choices,).
        uniform: one number a draw.

    >>> drawn(np.array([0.5, 0.5, 0.0]), np.array([0.2, 0.7]))
    array([0, 1])
    """
    passed = (uniform[..., None] >= np.cumsum(probabilities, axis=-1)[..., :-1]).sum(axis=-1)
    last = last_true(probabilities > 0)
    indices: Ints = np.minimum(passed, last)  # the sums may stay below one by a rounding
    return indices


def last_true(rows: Truths) -> Ints:
    """The index of the last true entry along the last axis."""
    last: Ints = rows.shape[-1] - 1 - rows[..., ::-1].argmax(axis=-1)
    return last


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


def _of_iterated(game: IteratedGame, steps: int) -> _Arrays:
    """The arrays of an iterated game: rewards are the same in every state."""
    profiles = math.prod(game.stage.shape)
    if game.num_states * profiles > _MAX_MOVES:
        raise InputError(
            f"{game.name} has {game.num_states} states with {profiles} joint actions each, more "
            f"than {_MAX_MOVES} together; use a smaller stage game or a shorter memory"
        )
    after_first = [game.state(game.remembered((*held, (0, 0)))) for held in game.memories]
    last = np.arange(profiles) * (game.memory > 0)  # of the joint actions that are remembered
    moves = np.array(after_first)[:, None, None] + last.reshape(game.stage.shape)
    rewards = [np.broadcast_to(array.floats(), moves.shape) for array in game.stage.payoffs]
    legal = [np.ones((len(moves), size), dtype=bool) for size in game.stage.shape]
    start = (np.arange(len(moves)) == 0).astype(np.float64)
    asked = np.arange(sum(len(held) < steps for held in game.memories))
    return rewards, moves, None, legal, start, asked


def _of_markov(game: MarkovGame, leader: int) -> _Arrays:
    """The arrays of a Markov game."""
    asked = np.flatnonzero(game.reachable & (game.legal[leader].sum(axis=1) > 1))
    if not len(asked):
        raise InputError(
            f"{game.players[leader]!r} never has a choice in {game.name}; let the other player lead"
        )
    numbers = [array.floats() for array in game.payoffs]
    chances = game.transitions.floats()
    sure = game.transitions.numerators == game.transitions.denominator
    certain = bool(sure.any(axis=-1)[game.legal_profiles].all())
    rewards = [np.where(game.legal_profiles, n, n[game.legal_profiles].min()) for n in numbers]
    start = np.array([float(p) for p in game.start])
    moves = chances.argmax(axis=-1)
    return rewards, moves, None if certain else chances, game.legal, start, asked


def _turned(array: NDArray[Any], leader: int) -> NDArray[Any]:
    """An array of states x actions of the players in their order, with the leader's first."""
    return np.ascontiguousarray(array.swapaxes(1, 2) if leader == 1 else array)


def _steps(game: IteratedGame | MarkovGame) -> int:
    """The horizon, or after how many steps at most `TAIL` of the rewards is left out."""
    if game.horizon is not None:
        return game.horizon
    check_for_floats(game.name, game.horizon, game.discount)
    discount = float(game.discount)
    return max(1, math.ceil(math.log(TAIL) / math.log(discount))) if discount else 1
