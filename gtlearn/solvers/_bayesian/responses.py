"""A pure Bayes-Nash equilibrium by best responses, which needs no agent form."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from gtlearn import limits
from gtlearn.games import HarsanyiGame
from gtlearn.solvers.outcomes import Table, pure

_ROUNDS = 100  # of best responses from one start


def pure_equilibrium(game: HarsanyiGame) -> tuple[Table, ...] | None:
    """Where best responses of one player after the other end; None where they do not.

    They are tried from each profile in which all types play the action of one number.

    Raises:
        LimitReached: at a limit.
    """
    drawn = _weighted(game)
    for start in range(max(len(point.actions) for own in game.types for point in own)):
        played = [[min(start, len(point.actions) - 1) for point in own] for own in game.types]
        for _ in range(_ROUNDS):
            moved = [_respond(game, player, played, drawn) for player in range(game.num_players)]
            if not any(moved):
                sizes = [[len(point.actions) for point in own] for own in game.types]
                pairs = zip(sizes, played, strict=True)
                return tuple(tuple(map(pure, own, actions)) for own, actions in pairs)
    return None


def _weighted(game: HarsanyiGame) -> list[tuple[tuple[int, ...], list[Any]]]:
    """The types of each profile, and each player's payoffs times the probability, as integers over
    one number a player."""
    drawn = [profile for profile in game.profiles if profile.probability]
    bottoms = [
        math.lcm(*((p.probability / p.payoffs[k].denominator).denominator for p in drawn))
        for k in range(game.num_players)
    ]
    return [
        (
            p.types,
            [
                t.numerators.astype(object) * int(p.probability * bottom / t.denominator)
                for t, bottom in zip(p.payoffs, bottoms, strict=True)
            ],
        )
        for p in drawn
    ]


def _respond(
    game: HarsanyiGame,
    player: int,
    played: list[list[int]],
    drawn: Sequence[tuple[tuple[int, ...], list[Any]]],
) -> bool:
    """Lets the types of a player that gain by it play a best response; whether one did."""
    limits.check()
    worth = [[0] * len(point.actions) for point in game.types[player]]
    for types, payoffs in drawn:
        place: list[Any] = [own[k] for own, k in zip(played, types, strict=True)]
        place[player] = slice(None)
        own = worth[types[player]]
        for action, value in enumerate(payoffs[player][tuple(place)].tolist()):
            own[action] += value
    moved = False
    for k, values in enumerate(worth):
        if values[played[player][k]] < max(values):
            played[player][k], moved = values.index(max(values)), True
    return moved
