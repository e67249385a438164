"""Exact vertices of a sparse program.

Whether rows and columns outside a basis agree with it is decided in floats where a proven error
bound allows, and in integers where it does not, so that a program with millions of entries is
checked in milliseconds.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.solvers._linear.algebra import multiply, solve_integer_system
from gtlearn.solvers._linear.program import Basis, Optimum
from gtlearn.solvers._linear.sparse.program import SparseProgram, small

Scaled = tuple[list[int], int]  # numerators and their positive denominator

_ROUNDING = 2.0**-52
_TINY = 1e-250  # floats below this may have lost relative precision


class Vertex:
    """The exact solution of a square system: a basis, and what it says about x and y.

    Attributes:
        columns: the basic columns.
        rows: the tight rows, equally many.
    """

    def __init__(
        self, program: SparseProgram, columns: NDArray[np.int64], rows: NDArray[np.int64]
    ) -> None:
        self.program, self.columns, self.rows = program, columns, rows

    @cached_property
    def square(self) -> NDArray[Any]:
        """The matrix in the basic columns and tight rows."""
        return self.program.submatrix(self.rows, self.columns)

    @cached_property
    def primal(self) -> Scaled | None:
        """x in the basic columns; None where the basis is singular."""
        if len(self.columns) != len(self.rows):
            return None
        return solve_integer_system(self.square, self.program.bounds[self.rows])

    @cached_property
    def dual(self) -> Scaled | None:
        """y in the tight rows; None where the basis is singular."""
        if len(self.columns) != len(self.rows):
            return None
        return solve_integer_system(self.square.T, self.program.objective[self.columns])


def optimum_at(vertex: Vertex) -> Optimum | None:
    """The exact optimum if the vertex is primal and dual feasible, else None."""
    program, columns, rows = vertex.program, vertex.columns, vertex.rows
    primal = vertex.primal
    if primal is None or min(primal[0], default=0) < 0:
        return None
    if len(broken_rows(program, columns, primal, rows)):
        return None
    dual = vertex.dual
    if dual is None:
        return None
    equal = set(program.equalities)
    if any(v < 0 and i not in equal for i, v in zip(rows.tolist(), dual[0], strict=True)):
        return None
    if not _columns_hold(program, rows, dual, columns):
        return None
    x, y = [0] * len(program.objective), [0] * len(program.bounds)
    for j, value in zip(columns.tolist(), primal[0], strict=True):
        x[j] = value
    for i, value in zip(rows.tolist(), dual[0], strict=True):
        y[i] = value
    return Optimum(x, primal[1], y, dual[1], Basis(columns, rows))


def broken_rows(
    program: SparseProgram,
    columns: NDArray[np.int64],
    point: Scaled,
    known: NDArray[np.int64],
) -> NDArray[np.int64]:
    """The rows that a point violates, exactly.

    Args:
        program: m rows.
        columns: where the point may be nonzero.
        point: its numerators there, and their positive denominator.
        known: rows known to hold with equality.
    """
    numerators, denominator = point
    used = np.array([v != 0 for v in numerators], dtype=bool)
    support, weights = columns[used], [v for v in numerators if v]
    open_rows = np.ones(len(program.bounds), dtype=bool)
    open_rows[known] = False
    if small(program.values, program.bounds):
        x = np.zeros(len(program.objective))
        x[support] = _quotients(weights, denominator)
        kept = np.flatnonzero(x[program.columns])
        open_rows &= ~_surely_below(
            program.values[kept] * x[program.columns[kept]],
            program.row_of[kept],
            program.bounds,
            x[support],
        )
        open_rows[list(program.equalities)] = True
        open_rows[known] = False
    rest = np.flatnonzero(open_rows)
    amounts = multiply(program.submatrix(rest, support), weights)
    equal = set(program.equalities)
    broken = []
    for i, amount in zip(rest.tolist(), amounts, strict=True):
        room = int(program.bounds[i]) * denominator - amount
        if room < 0 or (room and i in equal):
            broken.append(i)
    return np.array(broken, dtype=np.int64)


def _columns_hold(
    program: SparseProgram,
    rows: NDArray[np.int64],
    dual: Scaled,
    known: NDArray[np.int64],
) -> bool:
    """Whether the dual covers the objective of every column: y A >= c, exactly."""
    numerators, denominator = dual
    used = np.array([v != 0 for v in numerators], dtype=bool)
    support, weights = rows[used], [v for v in numerators if v]
    open_columns = np.ones(len(program.objective), dtype=bool)
    if small(program.values, program.objective):
        y = np.zeros(len(program.bounds))
        y[support] = _quotients(weights, denominator)
        entries = program.entries_of(support)
        open_columns &= ~_surely_below(
            -program.values[entries] * y[program.row_of[entries]],
            program.columns[entries],
            -program.objective,
            y[support],
        )
    open_columns[known] = False
    rest = np.flatnonzero(open_columns)
    costs = multiply(program.submatrix(support, rest).T, weights)
    return all(
        cost >= int(program.objective[j]) * denominator
        for j, cost in zip(rest.tolist(), costs, strict=True)
    )


def _quotients(values: list[int], denominator: int) -> list[float]:
    """The quotients as floats; none of them where one is too large for a float."""
    try:
        return [v / denominator for v in values]
    except OverflowError:
        return [math.inf] * len(values)


def _surely_below(
    terms: NDArray[np.float64],
    groups: NDArray[np.int64],
    bounds: NDArray[Any],
    factors: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Where the sum of a group's terms lies below its bound by more than all rounding errors.

    Each term is a product of two numbers, each rounded once, and a sum of k terms in any order
    errs by at most (k - 1) u times the sum of sizes (Higham 2002, section 4.2).
    """
    if len(factors) and not (np.abs(factors).min() >= _TINY and np.isfinite(factors).all()):
        return np.zeros(len(bounds), dtype=bool)
    size = len(bounds)
    rhs = bounds.astype(np.float64)
    totals = np.bincount(groups, terms, minlength=size)
    sizes = np.bincount(groups, np.abs(terms), minlength=size) + np.abs(rhs)
    counts = np.bincount(groups, minlength=size)
    return rhs - totals > (counts + 8) * _ROUNDING * sizes
