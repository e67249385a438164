"""A sparse linear program, and HiGHS's answer to it in floats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.solvers._linear.highs import FloatOptimum, simplex

_PLAIN = {  # dual simplex on the data as it is: rows are scaled already, and objectives are sparse
    "presolve": "off",
    "simplex_scale_strategy": 0,
    "dual_simplex_cost_perturbation_multiplier": 0.0,
}


@dataclass(frozen=True)
class SparseProgram:
    """Maximise c x subject to A x <= b (A x = b in the rows of `equalities`), x >= 0.

    Attributes:
        objective: integers, shape (n,); int64 below 2**53, or object.
        starts: where each row of A begins in `columns` and `values`, shape (m + 1,).
        columns: the column of each entry, shape (nonzeros,).
        values: the entries, integers, shape (nonzeros,); int64 below 2**53, or object.
        bounds: integers, shape (m,); int64 below 2**53, or object.
        equalities: the rows that hold with equality.
        core: rows without which the program may be unbounded.
    """

    objective: NDArray[Any]
    starts: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: NDArray[Any]
    bounds: NDArray[Any]
    equalities: Sequence[int] = ()
    core: Sequence[int] = ()

    @cached_property
    def row_of(self) -> NDArray[np.int64]:
        """The row of each entry, shape (nonzeros,)."""
        return np.repeat(np.arange(len(self.bounds)), np.diff(self.starts))

    def entries_of(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The positions of all entries of `rows`, row by row."""
        counts = self.starts[rows + 1] - self.starts[rows]
        ends = np.cumsum(counts)
        first = np.repeat(self.starts[rows] - (ends - counts), counts)
        return first + np.arange(len(first))

    def submatrix(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[Any]:
        """A[rows, columns] as a dense array."""
        place = np.full(len(self.objective), -1)
        place[columns] = np.arange(len(columns))
        entries = self.entries_of(rows)
        within = np.repeat(np.arange(len(rows)), self.starts[rows + 1] - self.starts[rows])
        at = place[self.columns[entries]]
        kept = at >= 0
        out = np.zeros((len(rows), len(columns)), dtype=self.values.dtype)
        out[within[kept], at[kept]] = self.values[entries[kept]]
        return out


def float_optimum(program: SparseProgram, **options: Any) -> FloatOptimum | None:
    """HiGHS's optimum; its dual values are of the program scaled to entries of size one.

    Args:
        program: what to solve.
        **options: of HiGHS. By default the dual simplex method runs without presolve, scaling and
            perturbation, which is up to thirty times as fast on incentive constraints; it stops
            after a number of steps that it needs only where it cycles.

    Raises:
        LimitReached: at a limit.
    """
    values, scale = unit_rows(program)
    rhs = quotients(program.bounds, scale)
    size = largest(program.objective)
    costs = quotients(program.objective, np.full(len(program.objective), size, dtype=object))
    entries = (program.starts, program.columns, values)
    if not options:
        options = {**_PLAIN, "simplex_iteration_limit": step_limit(program)}
    return simplex(costs, entries, rhs, program.equalities, **options)


def step_limit(program: SparseProgram) -> int:
    """More steps than the simplex method takes, unless it cycles."""
    return 1000 + 20 * (len(program.bounds) + len(program.objective))


def unit_rows(program: SparseProgram) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Float entries with each row's largest of size one, and the sizes they were divided by."""
    sizes = np.ones(len(program.bounds), dtype=program.values.dtype)
    filled = np.flatnonzero(np.diff(program.starts))
    if len(filled):
        sizes[filled] = np.maximum.reduceat(np.abs(program.values), program.starts[filled])
    sizes[sizes == 0] = 1
    return quotients(program.values, sizes[program.row_of]), sizes


def quotients(values: NDArray[Any], sizes: NDArray[Any]) -> NDArray[np.float64]:
    """Quotients of integers, each rounded once."""
    if small(values, sizes):
        return np.asarray(values / sizes, dtype=np.float64)
    pairs = zip(values.tolist(), sizes.tolist(), strict=True)
    return np.array([int(v) / int(s) for v, s in pairs], dtype=np.float64)


def largest(values: NDArray[Any]) -> int:
    """The largest size of an integer, at least one."""
    return max(abs(int(values.max())), abs(int(values.min())), 1)


def small(*arrays: NDArray[Any]) -> bool:
    """Whether all are int64, so that each entry is a double exactly."""
    return all(array.dtype != object for array in arrays)
