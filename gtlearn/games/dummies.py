"""Dummy players: those with one action, who choose nothing.

Where at most two players choose, a game of any number of players is a game of two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from gtlearn.games.kinds.normal_form import NormalFormGame
from gtlearn.games.numbers import ExactArray

T = TypeVar("T")

PlayerPair = tuple[int, int]  # the places of two players, the smaller one first


def choosing_pair(game: NormalFormGame, including: int | None = None) -> PlayerPair | None:
    """The two players among whom are all who choose; None where more than two would be needed.

    Args:
        game: the game.
        including: a player who is to be one of them, such as a leader.

    >>> from gtlearn import games
    >>> choosing_pair(games.normal_form(*[[[[1], [2]]]] * 3))
    (0, 1)
    >>> choosing_pair(games.normal_form(*[[[[1], [2]]]] * 3), including=2)
    (1, 2)
    """
    needed = {k for k, size in enumerate(game.shape) if size > 1}
    if including is not None:
        needed.add(including)
    others = (k for k in range(game.num_players) if k not in needed)
    while len(needed) < 2:
        needed.add(next(others))
    first, *rest = sorted(needed)
    return (first, rest[0]) if len(rest) == 1 else None


def follower_of(game: Any, leader: int) -> int:
    """The player who responds to a leader: the other one who chooses, or the other of two."""
    pair = choosing_pair(game, leader) if isinstance(game, NormalFormGame) else None
    return pair[1 - pair.index(leader)] if pair else 1 - leader


def two_player_game(game: NormalFormGame, pair: PlayerPair) -> NormalFormGame:
    """The game of two players, while each other player takes its only action."""
    place = tuple(slice(None) if k in pair else 0 for k in range(game.num_players))
    arrays = [game.payoffs[k] for k in pair]
    return replace(
        game,
        players=tuple(game.players[k] for k in pair),
        actions=tuple(game.actions[k] for k in pair),
        payoffs=tuple(ExactArray(a.numerators[place], a.denominator) for a in arrays),
    )


def with_dummies(values: Sequence[T], pair: PlayerPair, count: int, dummy: T) -> tuple[T, ...]:
    """One value a player, from those of a pair and what every other player has.

    >>> with_dummies("ab", (0, 2), 4, "-")
    ('a', '-', 'b', '-')
    """
    out = [dummy] * count
    for place, value in zip(pair, values, strict=True):
        out[place] = value
    return tuple(out)
