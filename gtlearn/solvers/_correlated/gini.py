"""The most spread-out equilibrium: the one that maximises 1 - sum p(s)^2, which is unique.

Equilibria are the probability vectors in the cone {q >= 0: G q <= 0} of the incentive rows G, so
the equilibrium of least length is, up to scale, the projection of the vector of ones onto that
cone. By the projection's optimality conditions q = max(0, 1 - G'y) for some y >= 0 (Moreau 1962).
Newton's method finds in floats which rows q makes tight and which profiles it plays; q is then
the exact projection onto that subspace, and a linear program proves that no equilibrium lies
further along the objective's gradient at q.

A relative, with entropy for the Gini index: Ortiz, Schapire & Kakade (2007), Maximum entropy
correlated equilibria, AISTATS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import flint
import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.games import NormalFormGame
from gtlearn.solvers._correlated.deviations import Deviations, distribution, multipliers
from gtlearn.solvers._correlated.objectives import WELFARE, Proof, compact, linear_program
from gtlearn.solvers._correlated.wolfe import nearest_to_origin
from gtlearn.solvers._linear import sparse
from gtlearn.solvers._linear.algebra import multiply, solve_integer_system
from gtlearn.solvers._linear.program import Optimum

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_STEPS = 500
_ZERO = 1e-9
_PRIME = 4611686018427387847

_Vector = NDArray[np.float64]


@dataclass(frozen=True)
class _Guess:
    """The rows that are tight, and whether each profile is played."""

    rows: NDArray[np.int64]
    played: NDArray[np.bool_]


def most_spread(
    game: NormalFormGame, rows: Deviations
) -> tuple[Mapping[tuple[int, ...], Fraction], Proof]:
    """The equilibrium with the largest Gini index, and the proof that none has a larger.

    Where the floats' guess is wrong, Wolfe's method finds the same point exactly.

    Raises:
        LimitReached: at a limit.
    """
    projection = _Projection(game, rows)
    welfare = linear_program(game, rows, WELFARE)

    def furthest(point: list[int]) -> Optimum:
        """The equilibrium with the smallest product with a point, and its dual."""
        objective = compact(np.array([-v for v in point], dtype=object))
        program = replace(welfare, objective=objective)
        return sparse.solve(program)

    def vertex(point: list[int]) -> tuple[list[int], int]:
        optimum = furthest(point)
        return optimum.primal, optimum.primal_denominator

    point = projection.exactly(projection.in_floats())
    if min(point) >= 0 and any(point) and not projection.broken(point):
        # no equilibrium may have a smaller product with q than q's own distribution
        optimum = furthest(point)
        product = sum(p * x for p, x in zip(point, optimum.primal, strict=True))
        if product * sum(point) == sum(v * v for v in point) * optimum.primal_denominator:
            return _answer(game, rows, point, optimum)
    point = nearest_to_origin(vertex, [1] * len(point))
    return _answer(game, rows, point, furthest(point))


class _Projection:
    """The projection of ones onto the cone of equilibria."""

    def __init__(self, game: NormalFormGame, rows: Deviations) -> None:
        from scipy.sparse import csr_array

        self.size = int(np.prod(game.shape))
        self.rows = rows
        sizes = np.ones(0, dtype=rows.values.dtype)
        if rows.keys:
            sizes = np.maximum.reduceat(np.abs(rows.values), rows.starts[:-1])
        row_sizes = np.repeat(sizes, np.diff(rows.starts))
        pairs = zip(rows.values.tolist(), row_sizes.tolist(), strict=True)
        values = np.array([int(v) / int(s) for v, s in pairs], dtype=np.float64)
        shape = (len(rows.keys), self.size)
        self.scaled: csr_array = csr_array((values, rows.columns, rows.starts), shape=shape)

    def in_floats(self) -> _Guess:
        """Minimises |max(0, 1 - G'y)|^2 / 2 over y >= 0 by projected Newton steps.

        Source: Bertsekas (1982), Projected Newton methods for optimization problems with simple
        constraints, SIAM Journal on Control and Optimization 20.
        """
        gains, transposed = self.scaled, self.scaled.T.tocsr()
        y = np.zeros(gains.shape[0])
        value, played, slope = _evaluate(gains, transposed, y)
        for _ in range(_STEPS):
            limits.check()
            free = np.flatnonzero((y > 0) | (slope < -_ZERO))
            if not len(free) or np.abs(slope[free]).max() < 1e-13:
                break
            part = gains[free][:, np.flatnonzero(played)]
            curvature = (part @ part.T).toarray()
            curvature[np.diag_indices(len(free))] += 1e-12 * (1 + curvature.diagonal().max())
            direction = np.zeros(len(y))
            direction[free] = -np.linalg.solve(curvature, slope[free])
            step = 1.0
            while step > 1e-12:
                trial = np.maximum(y + step * direction, 0.0)
                fresh = _evaluate(gains, transposed, trial)
                if fresh[0] <= value + 1e-4 * float(slope @ (trial - y)):
                    break
                step /= 2
            if step <= 1e-12 or np.array_equal(trial, y):
                break
            y, (value, played, slope) = trial, fresh
        return _Guess(np.flatnonzero(y > _ZERO), played)

    def exactly(self, guess: _Guess) -> list[int]:
        """The projection q of ones onto {q: G q = 0 in the rows, q = 0 where not played}.

        Returns:
            Integers, one a profile, in proportion to q.
        """
        columns = np.flatnonzero(guess.played)
        part = self._integers(guess.rows)[:, columns]
        part = part[_independent(part)]
        ones = np.array([sum(row) for row in part.tolist()], dtype=object)
        solved = solve_integer_system(_gram(part), ones)
        if solved is None:
            raise ArithmeticError("independent rows have a singular Gram matrix")
        weights, denominator = solved
        covered = multiply(part.T, weights) if weights else [0] * len(columns)
        point = [0] * self.size
        for j, amount in zip(columns.tolist(), covered, strict=True):
            point[j] = denominator - amount
        return point

    def _integers(self, rows: NDArray[np.int64]) -> NDArray[Any]:
        out = np.zeros((len(rows), self.size), dtype=self.rows.values.dtype)
        for k, i in enumerate(rows.tolist()):
            entries = slice(self.rows.starts[i], self.rows.starts[i + 1])
            out[k, self.rows.columns[entries]] = self.rows.values[entries]
        return out

    def broken(self, point: list[int]) -> bool:
        """Whether a vector of integers violates a row, exactly."""
        weights = np.array(point, dtype=object)
        terms = self.rows.values.astype(object) * weights[self.rows.columns]
        return bool(len(terms)) and max(np.add.reduceat(terms, self.rows.starts[:-1])) > 0


def _evaluate(
    gains: csr_array, transposed: csr_array, y: _Vector
) -> tuple[float, NDArray[np.bool_], _Vector]:
    """The function's value, where it is curved, and its gradient."""
    q = np.maximum(1.0 - transposed @ y, 0.0)
    return float(q @ q) / 2, q > _ZERO, np.asarray(-(gains @ q))


def _independent(matrix: NDArray[Any]) -> list[int]:
    """Rows that are linearly independent modulo a prime, and so over the rationals."""
    rows, columns = matrix.shape
    if rows == 0 or columns == 0:
        return []
    residues = [int(v) % _PRIME for v in matrix.T.ravel().tolist()]
    echelon, rank = flint.nmod_mat(columns, rows, residues, _PRIME).rref()
    pivots, column = [], 0
    for row in range(rank):
        while int(echelon[row, column]) == 0:
            column += 1
        pivots.append(column)
    return pivots


def _gram(matrix: NDArray[Any]) -> NDArray[Any]:
    """A matrix times its transpose, exactly."""
    rows, columns = matrix.shape
    exact = flint.fmpz_mat(rows, columns, matrix.ravel().tolist())
    product = [int(v) for v in (exact * exact.transpose()).entries()]
    return np.array(product, dtype=object).reshape(rows, rows)


def _answer(
    game: NormalFormGame, rows: Deviations, point: list[int], optimum: Optimum
) -> tuple[Mapping[tuple[int, ...], Fraction], Proof]:
    """q scaled to a distribution, and the multipliers scaled with it."""
    total = sum(point)
    dual = [2 * value for value in optimum.dual]
    duals = multipliers(game, rows, dual, optimum.dual_denominator * total)
    value = 1 - Fraction(sum(v * v for v in point), total * total)
    proof = Proof((Fraction(0),) * game.num_players, duals, value)
    return distribution(game, point, total), proof
