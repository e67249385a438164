"""Regrets of a mixed profile from the payoffs alone, in exact integers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame
from gtlearn.games.given import of_games
from gtlearn.games.numbers import to_fraction

Strategies = Sequence[Sequence[Any]]
SAFE = 2**62  # sums of integers below it do not overflow
_Scaled = tuple[list[int], list[int], int]  # a support, its integer weights, and their sum


@of_games(NormalFormGame)
def regrets(game: NormalFormGame, strategies: Strategies) -> tuple[Fraction, ...]:
    """How much each player could gain by its best deviation, exactly; zero everywhere at a Nash.

    Args:
        game: an n-player game.
        strategies: one probability vector a player (ints, Fractions, "p/q" or floats, which are
            taken as the exact binary values that they hold).

    Raises:
        InputError: if a vector has the wrong length, a negative entry, or does not sum to one.

    Source: Nash (1950); the sum over players is NashConv (Lanctot et al. 2017).

    >>> from gtlearn import games
    >>> game = games.normal_form([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    >>> regrets(game, [["1/2", "1/2"], [1, 0]])
    (Fraction(1, 1), Fraction(0, 1))
    """
    return regrets_and_payoffs(game, strategies)[0]


@of_games(NormalFormGame)
def payoffs(game: NormalFormGame, strategies: Strategies) -> tuple[Fraction, ...]:
    """The exact expected payoff of each player at a mixed profile.

    Raises:
        InputError: as `regrets`.
    """
    return regrets_and_payoffs(game, strategies)[1]


def regrets_and_payoffs(
    game: NormalFormGame, strategies: Strategies
) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
    """The regrets and the expected payoffs, one of each a player.

    Raises:
        InputError: as `regrets`.
    """
    scaled = _scaled(game, strategies)
    losses, expected = [], []
    for player in range(game.num_players):
        values, denominator = _deviation_numerators(game, scaled, player)
        support, weights, total = scaled[player]
        mean = sum(w * int(values[a]) for a, w in zip(support, weights, strict=True))
        expected.append(Fraction(mean, denominator * total))
        losses.append(Fraction(int(values.max()) * total - mean, denominator * total))
    return tuple(losses), tuple(expected)


@of_games(NormalFormGame)
def deviation_payoffs(
    game: NormalFormGame, strategies: Strategies
) -> tuple[tuple[Fraction, ...], ...]:
    """Each player's expected payoff from each of its actions while the others mix.

    Raises:
        InputError: as `regrets`.
    """
    scaled = _scaled(game, strategies)
    out = []
    for player in range(game.num_players):
        values, denominator = _deviation_numerators(game, scaled, player)
        out.append(tuple(Fraction(int(v), denominator) for v in values))
    return tuple(out)


@of_games(NormalFormGame)
def is_nash(game: NormalFormGame, strategies: Strategies) -> bool:
    """Whether the profile is exactly a Nash equilibrium.

    Raises:
        InputError: as `regrets`.
    """
    return not any(regrets(game, strategies))


def _deviation_numerators(
    game: NormalFormGame, scaled: Sequence[_Scaled], player: int
) -> tuple[NDArray[Any], int]:
    """One integer an action of `player`, and the denominator of all of them."""
    tensor = np.moveaxis(game.payoffs[player].numerators, player, 0)
    denominator = game.payoffs[player].denominator
    for other in reversed([k for k in range(game.num_players) if k != player]):
        support, weights, total = scaled[other]
        tensor = _contract(tensor, support, weights)
        denominator *= total
    return tensor, denominator


def _scaled(game: NormalFormGame, strategies: Strategies) -> list[_Scaled]:
    """Each strategy as a support, the numerators on it, and their common denominator."""
    if len(strategies) != game.num_players:
        raise InputError(
            f"{len(strategies)} strategies for {game.num_players} players; give one a player"
        )
    return [
        _over_common_denominator(player, size, strategy)
        for player, size, strategy in zip(game.players, game.shape, strategies, strict=True)
    ]


def _over_common_denominator(player: str, size: int, strategy: Sequence[Any]) -> _Scaled:
    if len(strategy) != size:
        raise InputError(
            f"the strategy of {player!r} has {len(strategy)} probabilities for {size} actions; "
            "give one an action"
        )
    exact = [p if type(p) is Fraction else to_fraction(p) for p in strategy]
    support = [i for i, p in enumerate(exact) if p]
    played = [exact[i] for i in support]
    if any(p < 0 for p in played):
        raise InputError(f"the strategy of {player!r} has a negative probability")
    denominator = math.lcm(*(p.denominator for p in played))
    weights = [p.numerator * (denominator // p.denominator) for p in played]
    if sum(weights) != denominator:
        raise InputError(f"the strategy of {player!r} does not sum to one")
    return support, weights, denominator


def _contract(tensor: NDArray[Any], support: list[int], weights: list[int]) -> NDArray[Any]:
    """Sums the last axis against integer weights on the support, without overflow."""
    used = tensor[..., support]
    if used.dtype != object and max(largest(used), 1) * max(weights) * len(weights) < SAFE:
        quick: NDArray[Any] = used @ np.array(weights, dtype=np.int64)
        return quick
    column = np.array(weights, dtype=object)[:, None]
    return product(used.reshape(-1, len(support)), column).reshape(used.shape[:-1])


def product(left: NDArray[Any], right: NDArray[Any]) -> NDArray[Any]:
    """The exact product of two integer matrices: int64 where nothing overflows, else flint."""
    (rows, inner), columns = left.shape, right.shape[1]
    if max(largest(left), 1) * max(largest(right), 1) * inner < SAFE:
        out: NDArray[Any] = left.astype(np.int64, copy=False) @ right.astype(np.int64, copy=False)
        return out
    exact = flint.fmpz_mat(rows, inner, left.ravel().tolist()) * flint.fmpz_mat(
        inner, columns, right.ravel().tolist()
    )
    flat = np.empty(rows * columns, dtype=object)
    flat[:] = [int(v) for v in exact.entries()]
    return flat.reshape(rows, columns)


def largest(array: NDArray[Any]) -> int:
    """The largest entry by size; 0 where there is none."""
    if array.size == 0:
        return 0
    return max(abs(int(array.max())), abs(int(array.min())))
