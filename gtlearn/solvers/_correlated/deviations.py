"""The incentive constraints: one sparse integer row for each deviation of a player.

A distribution p over pure profiles is a correlated equilibrium if no player gains by playing b
whenever a is recommended (Aumann 1974, 1987), and a coarse one if no player gains by playing b
whatever is recommended (Moulin & Vial 1978):

    sum over the profiles s of p(s) (u_k(b, s_-k) - u_k(s)) <= 0,

where s ranges over the profiles with s_k = a, or over all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame

_MAX_ENTRIES = 30_000_000  # beyond this the constraints would not fit a desktop's memory
_EXACT_DOUBLE = 2**52

DeviationKey = tuple[int, ...]


@dataclass(frozen=True)
class Deviations:
    """The rows of all deviations, in compressed form.

    Attributes:
        keys: (player, recommended action, deviation), or (player, deviation) in coarse rows.
        starts: where each row begins, shape (rows + 1,).
        columns: the flat index of the profile of each entry.
        values: what the deviation gains there, in units of 1 / the player's payoff denominator;
            int64 where each is exact as a double, else object.
    """

    keys: list[DeviationKey]
    starts: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: NDArray[Any]


def deviations(game: NormalFormGame, *, coarse: bool) -> Deviations:
    """The incentive rows of an n-player game; rows that can never bind are left out.

    Raises:
        InputError: if the game has too many deviations and profiles to be held in memory.
    """
    _refuse_huge(game, coarse)
    index = np.arange(np.prod(game.shape, dtype=np.int64)).reshape(game.shape)
    keys: list[DeviationKey] = []
    counts, columns, values = [], [], []
    for player, payoffs in enumerate(game.payoffs):
        limits.check()
        size = game.shape[player]
        tensor = np.moveaxis(payoffs.numerators, player, 0).reshape(size, -1)
        if int(tensor.max()) - int(tensor.min()) >= _EXACT_DOUBLE:
            tensor = tensor.astype(object)
        gains = tensor[None, :, :] - tensor[:, None, :]  # [recommended, deviation, others]
        where = np.moveaxis(index, player, 0).reshape(size, -1)
        if coarse:
            gains = gains.transpose(1, 0, 2).reshape(size, -1)
            where = np.broadcast_to(where.ravel(), gains.shape)
            names: list[DeviationKey] = [(player, b) for b in range(size)]
        else:
            gains = gains.reshape(size * size, -1)
            where = np.repeat(where, size, axis=0)
            names = [(player, a, b) for a in range(size) for b in range(size)]
        useful = np.flatnonzero((gains > 0).any(axis=1))
        gains, where = gains[useful], where[useful]
        mask = gains != 0
        keys += [names[row] for row in useful.tolist()]
        counts.append(mask.sum(axis=1))
        columns.append(where[mask])
        values.append(gains[mask])
    starts = np.concatenate([[0], np.cumsum(np.concatenate(counts))])
    return Deviations(keys, starts, np.concatenate(columns), np.concatenate(values))


def deviation_entries(game: NormalFormGame) -> int:
    """How many numbers the rows hold at most."""
    profiles = int(np.prod(game.shape, dtype=object))
    return profiles * sum(game.shape)


def distribution(
    game: NormalFormGame, weights: Sequence[int], total: int
) -> dict[DeviationKey, Fraction]:
    """Each profile's share of the total; the weights are in row-major order of the profiles."""
    return {
        tuple(int(a) for a in np.unravel_index(j, game.shape)): Fraction(weight, total)
        for j, weight in enumerate(weights)
        if weight
    }


def multipliers(
    game: NormalFormGame, rows: Deviations, dual: Sequence[int], denominator: int
) -> dict[DeviationKey, Fraction]:
    """The dual values of the rows that are not zero, in units of payoffs."""
    return {
        key: Fraction(value * game.payoffs[key[0]].denominator, denominator)
        for key, value in zip(rows.keys, dual, strict=False)
        if value
    }


def _refuse_huge(game: NormalFormGame, coarse: bool) -> None:
    profiles = int(np.prod(game.shape, dtype=object))
    entries = deviation_entries(game) - (0 if coarse else profiles * game.num_players)
    if entries > _MAX_ENTRIES:
        raise InputError(
            f"game {game.name!r} has {profiles} pure profiles, whose incentive constraints hold "
            f"{entries} numbers, more than the {_MAX_ENTRIES} that fit; give a smaller game"
        )
