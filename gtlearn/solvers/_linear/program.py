"""Linear programs with integer data, solved exactly with a dual proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.solvers._linear.algebra import multiply, solve_integer_system
from gtlearn.solvers._linear.exact_simplex import repair
from gtlearn.solvers._linear.highs import float_basis


@dataclass(frozen=True)
class LinearProgram:
    """Maximise c x subject to A x <= b (A x = b in the rows of `equalities`), x >= 0.

    Attributes:
        objective: integers, shape (n,).
        matrix: integers, shape (m, n); int64, or object where they are larger.
        bounds: integers, shape (m,).
        equalities: the indices of the rows that hold with equality.
    """

    objective: NDArray[Any]
    matrix: NDArray[Any]
    bounds: NDArray[Any]
    equalities: Sequence[int] = ()


@dataclass(frozen=True)
class Basis:
    """The basic columns and the tight (nonbasic) rows, equally many."""

    columns: NDArray[np.int64]
    rows: NDArray[np.int64]


@dataclass(frozen=True)
class Optimum:
    """An optimal vertex and its dual, exact, over common denominators.

    `primal[j] / primal_denominator` is x_j, `dual[i] / dual_denominator` the multiplier of row
    i (nonnegative in inequality rows); b y = c x proves optimality.
    """

    primal: list[int]
    primal_denominator: int
    dual: list[int]
    dual_denominator: int
    basis: Basis

    def value(self, program: LinearProgram) -> tuple[int, int]:
        """The optimal value as numerator and denominator."""
        total = sum(int(program.objective[j]) * v for j, v in enumerate(self.primal) if v)
        return total, self.primal_denominator


class Infeasible(Exception):
    """No x satisfies the constraints (proven by exact arithmetic)."""


class Unbounded(Exception):
    """The objective grows without bound (proven by exact arithmetic)."""


def solve(program: LinearProgram) -> Optimum:
    """The exact optimum: HiGHS finds a basis, python-flint solves it, exact pivots repair it.

    Raises:
        Infeasible, Unbounded: where that is so, proven exactly.
        LimitReached: at a limit.
    """
    basis = float_basis(program.objective, program.matrix, program.bounds, program.equalities)
    if basis is not None:
        optimum = at_basis(program, Basis(*basis))
        if optimum is not None:
            return optimum
    status, columns, rows = repair(
        program.objective, program.matrix, program.bounds, program.equalities, basis
    )
    if status == "infeasible":
        raise Infeasible
    if status == "unbounded":
        raise Unbounded
    optimum = at_basis(program, Basis(columns, rows))
    if optimum is None:
        raise ArithmeticError("the exact simplex method ended at a basis that is not optimal")
    return optimum


def at_basis(program: LinearProgram, basis: Basis) -> Optimum | None:
    """The exact optimum if `basis` is primal and dual feasible, else None."""
    m, n = program.matrix.shape
    columns, rows = basis.columns, basis.rows
    if len(columns) != len(rows):
        return None
    square = program.matrix[np.ix_(rows, columns)]
    primal = solve_integer_system(square, program.bounds[rows])
    if primal is None or min(primal[0], default=0) < 0:
        return None
    x, x_denominator = primal
    slack = np.ones(m, dtype=bool)
    slack[rows] = False
    loose = np.flatnonzero(slack)
    used = multiply(program.matrix[np.ix_(loose, columns)], x)
    equal = set(program.equalities)
    for i, amount in zip(loose.tolist(), used, strict=True):
        room = int(program.bounds[i]) * x_denominator - amount
        if room < 0 or (room and i in equal):
            return None
    dual = solve_integer_system(square.T, program.objective[columns])
    if dual is None:
        return None
    y, y_denominator = dual
    if any(v < 0 and i not in equal for i, v in zip(rows.tolist(), y, strict=True)):
        return None
    nonbasic = np.ones(n, dtype=bool)
    nonbasic[columns] = False
    idle = np.flatnonzero(nonbasic)
    costs = multiply(program.matrix[np.ix_(rows, idle)].T, y)
    for j, cost in zip(idle.tolist(), costs, strict=True):
        if cost < int(program.objective[j]) * y_denominator:
            return None
    return Optimum(
        _scatter(x, columns, n), x_denominator, _scatter(y, rows, m), y_denominator, basis
    )


def integer_rows(rows: Sequence[Sequence[int]]) -> NDArray[Any]:
    """Integers as an array: int64 where they fit with room to add, else object."""
    array = np.array(rows, dtype=object)
    if array.size and max(abs(int(array.max())), abs(int(array.min()))) >= 2**53:
        return array
    return array.astype(np.int64)


def _scatter(values: list[int], where: NDArray[np.int64], size: int) -> list[int]:
    out = [0] * size
    for index, value in zip(where.tolist(), values, strict=True):
        out[index] = value
    return out
