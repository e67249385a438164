"""The exact optimum of a sparse program: HiGHS's basis, refined until it verifies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gtlearn.solvers._linear import program as dense
from gtlearn.solvers._linear.program import Basis, LinearProgram, Optimum
from gtlearn.solvers._linear.sparse.basis import Vertex, broken_rows, optimum_at
from gtlearn.solvers._linear.sparse.program import SparseProgram, float_optimum
from gtlearn.solvers._linear.sparse.refine import refined

_ROUNDS = 4  # of refinement; one nearly always suffices


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
    found = float_optimum(program)
    tight = np.empty(0, dtype=np.int64)
    for _ in range(_ROUNDS):
        if found is None:
            break
        tight = found.rows
        vertex = Vertex(program, found.columns, found.rows)
        optimum = optimum_at(vertex)
        if optimum is not None:
            return optimum
        found = refined(vertex, found)
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
