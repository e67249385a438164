"""Multipliers that bound each region: floats rounded to binary fractions, and checked exactly.

Any nonnegative multipliers prove a bound, so float duals need no exact solution: they are
rounded to multiples of a power of two, and the bound that they prove is computed in integers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.games.numbers import ExactArray
from gtlearn.solvers._commitment.data import LeaderPayoffs, largest
from gtlearn.solvers._linear.algebra import to_flint

_DOUBLE = 2**53
_INT64 = 2**62
_BLOCK = 2**18  # multipliers, or payoffs, that are looked at at once

_Row = tuple[NDArray[Any], int]  # numerators, denominator


@dataclass(frozen=True)
class Multipliers:
    """Row j: numerators (size,) over a denominator, in the integers of a LeaderPayoffs.

    A row that is not in `rows` holds zeros, as do most of a game with far more actions of the
    follower than of the leader.
    """

    size: int
    rows: Mapping[int, _Row]

    def replaced(self, rows: Mapping[int, tuple[list[int], int]]) -> Multipliers:
        """The same with some rows exchanged."""
        fresh = {j: (_integers(values), denominator) for j, (values, denominator) in rows.items()}
        return Multipliers(self.size, {**self.rows, **fresh})

    def for_payoffs(self, ratio: Fraction) -> tuple[ExactArray, ...]:
        """The rows as multipliers of the true payoffs, `ratio` times those of the integers.

        Raises:
            LimitReached: at a limit.
        """
        out = [ExactArray(np.zeros(self.size, dtype=np.int64))] * self.size
        known: dict[tuple[int, int], ExactArray] = {}  # of rows that are the same one
        for j, (numerators, denominator) in self.rows.items():
            limits.check()
            key = id(numerators), denominator
            if key not in known:
                known[key] = _times(numerators, denominator, ratio)
            out[j] = known[key]
        return tuple(out)


def _integers(values: list[int]) -> NDArray[Any]:
    return np.array(values, dtype=object if max(values, default=0) >= _INT64 else np.int64)


def _times(numerators: NDArray[Any], denominator: int, ratio: Fraction) -> ExactArray:
    if ratio.numerator > 1:
        if max(largest(numerators), 1) * ratio.numerator >= _INT64:
            numerators = numerators.astype(object)
        numerators = numerators * ratio.numerator
    return ExactArray(numerators, denominator * ratio.denominator)


def trivial(game: LeaderPayoffs) -> Multipliers:
    """No multipliers at all, which prove the leader's largest payoff as a bound."""
    return Multipliers(game.shape[1], {})


def rounded(game: LeaderPayoffs, floats: Mapping[int, NDArray[np.float64]]) -> Multipliers:
    """Multipliers of the scaled floats, some rows (n,), as binary fractions for the integers.

    The rounding moves a bound by less than 2 ** (leader_exponent - 24).

    Raises:
        LimitReached: at a limit.
    """
    n = game.shape[1]
    if not floats:
        return trivial(game)
    bits = 24 + n.bit_length()
    shift = game.leader_exponent - game.follower_exponent - bits
    rows: dict[int, _Row] = {}
    for j, multipliers in floats.items():
        limits.check()
        used = np.flatnonzero(multipliers)
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = np.rint(np.ldexp(multipliers[used], bits))
        if not 0 < np.abs(scaled).sum() < _DOUBLE:
            continue  # hopeless rows are solved exactly
        values: NDArray[Any] = scaled.astype(np.int64)
        if shift > 0:
            big = largest(values).bit_length() + shift >= 62
            values = (values.astype(object) if big else values) * (1 << shift)
        numerators = np.zeros(n, dtype=values.dtype)
        numerators[used] = values
        rows[j] = numerators, 1 << max(-shift, 0)
    return Multipliers(n, rows)


def bounds(
    game: LeaderPayoffs, multipliers: Multipliers, leader: NDArray[Any] | None = None
) -> list[Fraction]:
    """The exact bound max_i A_ij + sum_k l_jk (B_ij - B_ik) of each j, in the game's integers.

    `leader` (m, n) may stand in for the leader's payoffs A.

    Raises:
        LimitReached: at a limit.
    """
    leader = game.leader if leader is None else leader
    out = [Fraction(int(top)) for top in leader.max(axis=0).tolist()]
    places, step = list(multipliers.rows), max(1, _BLOCK // max(game.shape))
    for start in range(0, len(places), step):
        limits.check()
        part = places[start : start + step]
        gains = _gains(game.incentives, part, np.stack([multipliers.rows[j][0] for j in part]))
        denominators = [multipliers.rows[j][1] for j in part]
        reach = max(largest(leader[:, part]), 1) * max(denominators) + largest(gains)
        kind = np.int64 if reach < _INT64 else object
        units = np.array(denominators, dtype=object).astype(kind)
        totals = leader[:, part].astype(kind) * units + gains.astype(kind)
        for j, top, unit in zip(part, totals.max(axis=0), denominators, strict=True):
            out[j] = Fraction(int(top), unit)
    return out


def _gains(incentives: NDArray[Any], rows: list[int], numerators: NDArray[Any]) -> NDArray[Any]:
    """sum_k l_jk (B_ij - B_ik) for all i and the j of some rows: shape (m, len(rows))."""
    columns = np.flatnonzero((numerators != 0).any(axis=0))
    weights = numerators[:, columns]
    table, own = incentives[:, columns], incentives[:, rows]
    sums = weights.astype(object).sum(axis=1)
    if 2 * max(largest(incentives), 1) * max(sums.tolist(), default=0) < _INT64:
        weights = weights.astype(np.int64)
        gains: NDArray[Any] = own.astype(np.int64) * weights.sum(axis=1)
        gains -= table.astype(np.int64) @ weights.T
        return gains
    product = to_flint(table) * to_flint(np.ascontiguousarray(weights.T))
    flat = np.empty(product.nrows() * product.ncols(), dtype=object)
    flat[:] = [int(v) for v in product.entries()]
    exact: NDArray[Any] = own.astype(object) * sums - flat.reshape(own.shape)
    return exact
