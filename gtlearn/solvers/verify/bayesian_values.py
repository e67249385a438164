"""What strategies by type pay and what deviations gain, from the prior and the payoffs, exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from gtlearn.errors import InputError, quoted
from gtlearn.games import HarsanyiGame
from gtlearn.limits import check
from gtlearn.solvers.enclosures import Enclosure
from gtlearn.solvers.verify.form import items, number

_Tables = Sequence[Sequence[Sequence[Any]]]  # one a player, a vector a type


def regrets_and_payoffs(
    game: HarsanyiGame, tables: _Tables
) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
    """What each player gains by its best deviation before types are drawn, and what it gets.

    A player's best deviation is the best one of each of its types, so its regret is what its types
    gain, weighted by their probabilities (Harsanyi 1967-68).

    Args:
        game: the game.
        tables: one a player: a vector of exact probabilities for each of its types.

    Raises:
        LimitReached: at a limit.
    """
    worth = action_worths(game, tables)
    regrets, payoffs = [], []
    for own, table in zip(worth, tables, strict=True):
        earned = [dot(row, values) for row, values in zip(table, own, strict=True)]
        payoffs.append(sum(earned, Fraction(0)))
        regrets.append(sum(map(max, own), Fraction(0)) - payoffs[-1])
    return tuple(regrets), tuple(payoffs)


def interim_regrets(game: HarsanyiGame, tables: _Tables) -> tuple[tuple[Fraction | None, ...], ...]:
    """What each type gains by its best action once it knows itself; None for types of probability
    zero, one list a player.

    Args:
        game: the game.
        tables: as of `regrets_and_payoffs`.
    """
    worth = action_worths(game, tables)
    return tuple(
        tuple(
            (max(values) - dot(row, values)) / chance if chance else None
            for row, values, chance in zip(table, own, chances, strict=True)
        )
        for table, own, chances in zip(tables, worth, game.marginals, strict=True)
    )


def action_worths(game: HarsanyiGame, tables: _Tables) -> list[list[list[Fraction]]]:
    """What each action of each type earns against the others, times the type's probability.

    Args:
        game: the game.
        tables: as of `regrets_and_payoffs`.
    """
    worth = [[[Fraction(0)] * len(t.actions) for t in own] for own in game.types]
    for profile in game.profiles:
        if not profile.probability:
            continue
        check()
        played = [table[k] for table, k in zip(tables, profile.types, strict=True)]
        for player, tensor in enumerate(profile.payoffs):
            total = tensor.numerators.astype(object)
            for other in reversed(range(len(played))):
                if other != player:
                    weights = np.array([Fraction(p) for p in played[other]], dtype=object)
                    total = np.tensordot(total, weights, axes=(other, 0))
            own = worth[player][profile.types[player]]
            for action, value in enumerate(total.tolist()):
                own[action] += profile.probability * value / tensor.denominator
    return worth


def dot(weights: Sequence[Any], values: Sequence[Fraction]) -> Fraction:
    """The sum of exact numbers, each times its weight."""
    return sum((Fraction(w) * v for w, v in zip(weights, values, strict=True)), Fraction(0))


def tables_of(game: HarsanyiGame, outcome: Any) -> tuple[tuple[tuple[Any, ...], ...], ...]:
    """The strategies of an outcome as vectors in the order of the types, enclosed ones as such.

    Raises:
        InputError: if they do not have one number for each action of each type of each player.
    """
    given = items(outcome.strategies, "the strategies")
    if len(given) != game.num_players:
        raise InputError(f"{len(given)} strategies for {game.num_players} players")
    return tuple(_table_of(game, player, strategy) for player, strategy in enumerate(given))


def _table_of(game: HarsanyiGame, player: int, strategy: Any) -> tuple[tuple[Any, ...], ...]:
    whose, own = f"the strategy of {game.players[player]}", game.types[player]
    if isinstance(strategy, Mapping):
        labels = [point.label for point in own]
        odd = next(
            (label for label in (*strategy, *labels) if (label in strategy) != (label in labels)),
            None,
        )
        if odd is not None:
            raise InputError(f"{whose} does not name its types: {quoted(odd)}")
        strategy = [strategy[label] for label in labels]
    rows = items(strategy, whose)
    if len(rows) != len(own):
        raise InputError(f"{whose} has {len(rows)} vectors for {len(own)} types")
    out = []
    for point, row in zip(own, rows, strict=True):
        if isinstance(row, Mapping):
            if set(row) != set(point.actions):
                raise InputError(f"{whose} does not name the actions of {quoted(point.label)}")
            row = [row[action] for action in point.actions]
        if len(items(row, whose)) != len(point.actions):
            raise InputError(f"{whose} has not one number an action of {quoted(point.label)}")
        out.append(tuple(p if isinstance(p, Enclosure) else number(p, whose) for p in row))
    return tuple(out)
