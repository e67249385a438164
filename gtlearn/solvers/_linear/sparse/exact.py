"""The exact optimum of a sparse program: HiGHS's basis, refined by magnifying the program around
an almost optimal vertex until it verifies."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.solvers._linear import program as dense
from gtlearn.solvers._linear.algebra import multiply
from gtlearn.solvers._linear.highs import FloatOptimum, simplex
from gtlearn.solvers._linear.program import Basis, LinearProgram, Optimum
from gtlearn.solvers._linear.sparse.basis import Scaled, Vertex, broken_rows, optimum_at
from gtlearn.solvers._linear.sparse.program import (
    SparseProgram,
    float_optimum,
    largest,
    step_limit,
    unit_rows,
)

_MAX_ZOOM = 40  # as a power of two; bounds of size one stay far below what floats can hold
_ROUNDS = 4  # of refinement; one nearly always suffices


def refined(vertex: Vertex, guess: FloatOptimum) -> FloatOptimum | None:
    """HiGHS's basis of the program magnified around an exact vertex, that of the basis `guess`.

    The vertex x and its dual y are computed exactly. In z = (x' - x) * zoom the program keeps its
    matrix, has the vertex's exact slacks, times zoom, as its right-hand sides, and the exact
    reduced costs, times another zoom, as its objective; so violations too small for floats become
    of size one. The slacks of the tight rows become variables, whose reduced costs are -y.
    None where the basis is singular, or the program too far from size one for floats.

    Raises:
        LimitReached: at a limit.

    Source: Gleixner, Steffy & Wolter (2016), Iterative refinement for linear programming, INFORMS
    Journal on Computing 28, here with exact residuals at a basic solution.
    """
    program, primal, dual = vertex.program, vertex.primal, vertex.dual
    if primal is None or dual is None:
        return None
    values, sizes = unit_rows(program)
    try:
        rhs, point = _primal_residuals(program, guess.columns, primal, sizes)
        prices = _prices(program, guess.rows, dual, sizes)
        reduced = _reduced_costs(program, guess.rows, dual)
    except OverflowError:
        return None
    zoom = _zoom(max(-rhs.min(), -point.min(), *abs(rhs[list(program.equalities)]), 0.0))
    equal = np.isin(guess.rows, program.equalities)
    tight = guess.rows[~equal]
    costs = np.concatenate([reduced, -prices[~equal]])
    costs *= _zoom(max(costs.max(), 0.0))
    answer = simplex(
        costs,
        _with_slacks(program, values, tight),
        rhs * zoom,
        [*program.equalities, *tight.tolist()],
        lower=np.concatenate([-point * zoom, np.zeros(len(tight))]),
        start=guess,
        presolve="off",
        simplex_scale_strategy=0,
        simplex_iteration_limit=step_limit(program),
    )
    return None if answer is None else _without_slacks(program, answer, tight)


def _with_slacks(
    program: SparseProgram, values: NDArray[np.float64], tight: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """The matrix with one more column, a unit vector, for each tight row."""
    at = program.starts[tight + 1]
    fresh = len(program.objective) + np.arange(len(tight))
    lengths = np.diff(program.starts)
    lengths[tight] += 1
    starts = np.concatenate([[0], np.cumsum(lengths)])
    return starts, np.insert(program.columns, at, fresh), np.insert(values, at, 1.0)


def _without_slacks(
    program: SparseProgram, answer: FloatOptimum, tight: NDArray[np.int64]
) -> FloatOptimum:
    """The basis in the program's own columns: a row whose slack is basic is not tight."""
    n = len(program.objective)
    loose = tight[answer.columns[answer.columns >= n] - n]
    columns = answer.columns[answer.columns < n]
    return FloatOptimum(columns, np.setdiff1d(answer.rows, loose), answer.primal[:n], answer.dual)


def _zoom(error: float) -> float:
    """A power of two that makes `error` about one; one where there is none."""
    if not 0 < error < 1:
        return 1.0
    return float(2.0 ** min(-math.floor(math.log2(error)), _MAX_ZOOM))


def _primal_residuals(
    program: SparseProgram, columns: NDArray[np.int64], primal: Scaled, sizes: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """b - A x by row, in units of its size, and x by column; exact until rounded once."""
    numerators, denominator = primal
    every = np.arange(len(program.bounds))
    used = multiply(program.submatrix(every, columns), numerators)
    rows = zip(program.bounds.tolist(), used, sizes.tolist(), strict=True)
    slacks = np.array([(int(b) * denominator - u) / (denominator * int(s)) for b, u, s in rows])
    point = np.zeros(len(program.objective))
    point[columns] = [v / denominator for v in numerators]
    return slacks, point


def _prices(
    program: SparseProgram, rows: NDArray[np.int64], dual: Scaled, sizes: NDArray[Any]
) -> NDArray[np.float64]:
    """y by row, in units of the largest c, for rows divided by their sizes."""
    numerators, denominator = dual
    scale = denominator * largest(program.objective)
    pairs = zip(numerators, sizes[rows].tolist(), strict=True)
    return np.array([v * int(s) / scale for v, s in pairs])


def _reduced_costs(
    program: SparseProgram, rows: NDArray[np.int64], dual: Scaled
) -> NDArray[np.float64]:
    """c - y A by column, in units of the largest c, computed exactly and rounded once."""
    numerators, denominator = dual
    scale = denominator * largest(program.objective)
    every = np.arange(len(program.objective))
    covered = multiply(program.submatrix(rows, every).T, numerators)
    pairs = zip(program.objective.tolist(), covered, strict=True)
    return np.array([(int(c) * denominator - v) / scale for c, v in pairs])


def solve(program: SparseProgram) -> Optimum:
    """The exact optimum of a sparse program.

    Where HiGHS's basis does not verify, for instance because a vertex violates a row by less
    than HiGHS's tolerance, the program is magnified around it and solved on. Where that does not
    help either, the rows that seemed tight are solved by exact pivots, and violated rows are
    added until none is left.

    Raises:
        Infeasible, Unbounded: where that is so, proven exactly.
        LimitReached: at a limit.
    """
    guess = float_optimum(program)
    tight = np.empty(0, dtype=np.int64)
    for _ in range(_ROUNDS):
        if guess is None:
            break
        tight = guess.rows
        vertex = Vertex(program, guess.columns, guess.rows)
        optimum = optimum_at(vertex)
        if optimum is not None:
            return optimum
        guess = refined(vertex, guess)
    return _by_rows(program, tight)


def _by_rows(program: SparseProgram, tight: NDArray[np.int64]) -> Optimum:
    """Exact row generation (Dantzig, Fulkerson & Johnson 1954), starting from `tight`."""
    every = np.arange(len(program.objective))
    rows = np.unique(np.concatenate([tight, np.array(program.core, dtype=np.int64)]))
    equal = set(program.equalities)
    while True:
        part = LinearProgram(
            program.objective,
            program.submatrix(rows, every),
            program.bounds[rows],
            [k for k, i in enumerate(rows.tolist()) if i in equal],
        )
        optimum = dense.solve(part)
        point = (optimum.primal, optimum.primal_denominator)
        broken = broken_rows(program, every, point, rows[:0])
        if not len(broken):
            dual = [0] * len(program.bounds)
            for i, value in zip(rows.tolist(), optimum.dual, strict=True):
                dual[i] = value
            basis = Basis(optimum.basis.columns, rows[optimum.basis.rows])
            return Optimum(
                optimum.primal, optimum.primal_denominator, dual, optimum.dual_denominator, basis
            )
        rows = np.union1d(rows, broken)
