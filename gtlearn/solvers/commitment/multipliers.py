"""Multipliers that bound each region: floats rounded to binary fractions, and checked exactly.

Any nonnegative multipliers prove a bound, so float duals need no exact solution: they are
rounded to multiples of a power of two, and the bound that they prove is computed in integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.games.numbers import ExactArray
from gtlearn.solvers.commitment.data import Bimatrix, largest
from gtlearn.solvers.linear.algebra import to_flint

_DOUBLE = 2**53
_INT64 = 2**62


@dataclass(frozen=True)
class Multipliers:
    """Row j: `numerators[j] / denominators[j]`, in the integers of a Bimatrix."""

    numerators: NDArray[Any]
    denominators: list[int]

    def replaced(self, rows: dict[int, tuple[list[int], int]]) -> Multipliers:
        """The same with some rows exchanged."""
        if not rows:
            return self
        numerators = self.numerators
        if max(max(values, default=0) for values, _ in rows.values()) >= _INT64:
            numerators = numerators.astype(object)
        numerators, denominators = numerators.copy(), list(self.denominators)
        for j, (values, denominator) in rows.items():
            numerators[j], denominators[j] = values, denominator
        return Multipliers(numerators, denominators)

    def for_payoffs(self, ratio: Fraction) -> tuple[ExactArray, ...]:
        """The rows as multipliers of the true payoffs, `ratio` times those of the integers."""
        numerators = self.numerators
        if ratio.numerator > 1:
            if max(largest(numerators), 1) * ratio.numerator >= _INT64:
                numerators = numerators.astype(object)
            numerators = numerators * ratio.numerator
        return tuple(
            ExactArray(row, denominator * ratio.denominator)
            for row, denominator in zip(numerators, self.denominators, strict=True)
        )


def trivial(game: Bimatrix) -> Multipliers:
    """No multipliers at all, which prove the leader's largest payoff as a bound."""
    n = game.shape[1]
    return Multipliers(np.broadcast_to(np.zeros(n, dtype=np.int64), (n, n)), [1] * n)


def rounded(game: Bimatrix, floats: NDArray[np.float64]) -> Multipliers:
    """Multipliers (n, n) of the scaled floats as binary fractions for the game's integers.

    The rounding moves a bound by less than 2 ** (leader_exponent - 24).
    """
    bits = 24 + int(floats.shape[1]).bit_length()
    shift = game.leader_exponent - game.follower_exponent - bits
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = np.rint(np.ldexp(floats, bits))
    scaled[~(np.abs(scaled).sum(axis=1) < _DOUBLE)] = 0.0  # hopeless rows are solved exactly
    numerators: NDArray[Any] = scaled.astype(np.int64)
    if shift > 0:
        big = largest(numerators).bit_length() + shift >= 62
        numerators = (numerators.astype(object) if big else numerators) * (1 << shift)
    return Multipliers(numerators, [1 << max(-shift, 0)] * floats.shape[0])


def bounds(
    game: Bimatrix, multipliers: Multipliers, leader: NDArray[Any] | None = None
) -> list[Fraction]:
    """The exact bound max_i A_ij + sum_k l_jk (B_ij - B_ik) of each j, in the game's integers.

    `leader` (m, n) may stand in for the leader's payoffs A.
    """
    leader = game.leader if leader is None else leader
    gains = _gains(game.incentives, multipliers.numerators)
    units = np.array(multipliers.denominators, dtype=object)
    reach = max(largest(leader), 1) * max(multipliers.denominators) + largest(gains)
    kind = np.int64 if reach < _INT64 else object
    totals = leader.astype(kind) * units.astype(kind) + gains.astype(kind)
    return [
        Fraction(int(top), unit)
        for top, unit in zip(totals.max(axis=0), multipliers.denominators, strict=True)
    ]


def _gains(incentives: NDArray[Any], numerators: NDArray[Any]) -> NDArray[Any]:
    """sum_k l_jk (B_ij - B_ik) for all i and j: shape (m, n)."""
    rows, columns = (np.flatnonzero((numerators != 0).any(axis=axis)) for axis in (1, 0))
    weights = numerators[np.ix_(rows, columns)]
    table, own = incentives[:, columns], incentives[:, rows]
    sums = weights.astype(object).sum(axis=1)
    if 2 * max(largest(incentives), 1) * max(sums.tolist(), default=0) < _INT64:
        weights = weights.astype(np.int64)
        found = own.astype(np.int64) * weights.sum(axis=1) - table.astype(np.int64) @ weights.T
    else:
        product = to_flint(table) * to_flint(np.ascontiguousarray(weights.T))
        flat = np.empty(product.nrows() * product.ncols(), dtype=object)
        flat[:] = [int(v) for v in product.entries()]
        found = own.astype(object) * sums - flat.reshape(own.shape)
    gains = np.zeros(incentives.shape, dtype=found.dtype)
    gains[:, rows] = found
    return gains


def dual_row(dual: Sequence[int], denominator: int, size: int) -> tuple[list[int], int]:
    """The first `size` entries of an exact dual solution, as a row of Multipliers."""
    return [int(v) for v in dual[:size]], denominator
