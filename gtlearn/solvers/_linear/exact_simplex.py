"""The simplex method in integers, for programs whose float basis was wrong.

The tableau is kept integral over one denominator (Edmonds 1967; Bareiss 1968), and Bland's rule
(1977) prevents cycling, so the method ends on every input.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.solvers._linear.algebra import pivoted

Warm = tuple[NDArray[np.int64], NDArray[np.int64]] | None

_PYTHON_INT = 40  # bytes of a short one in an array


class _Tableau:
    """Rows `basic + sum(entries * nonbasic) / denominator = last column / denominator`.

    Variables 0..n-1 are columns of the program, n..n+r-1 its slacks, n+r the artificial one.
    The last row holds minus the objective's reduced costs.
    """

    def __init__(self, entries: NDArray[Any], nonbasic: list[int], basic: list[int]) -> None:
        self.entries = entries
        self.nonbasic = nonbasic
        self.basic = basic
        self.denominator = 1

    def pivot(self, row: int, column: int) -> None:
        """Exchanges the basic variable of `row` with the nonbasic one of `column`."""
        pivot = self.entries[row, column]
        fresh = pivoted(self.entries, row, column, self.denominator)
        if pivot < 0:
            fresh, pivot = -fresh, -pivot
        self.entries, self.denominator = fresh, pivot
        self.nonbasic[column], self.basic[row] = self.basic[row], self.nonbasic[column]

    def maximise(self) -> bool:
        """Bland's rule to optimality; False where the objective is unbounded."""
        while True:
            t = self.entries
            entering = [c for c in range(t.shape[1] - 1) if t[-1, c] < 0]
            if not entering:
                return True
            column = min(entering, key=lambda c: self.nonbasic[c])
            row = self._leaving(column)
            if row is None:
                return False
            self.pivot(row, column)

    def _leaving(self, column: int) -> int | None:
        """The row of the smallest ratio, ties by the smallest variable."""
        t = self.entries
        best: int | None = None
        for row in range(t.shape[0] - 1):
            if t[row, column] <= 0:
                continue
            limits.check()
            if best is None:
                best = row
                continue
            difference = t[row, -1] * t[best, column] - t[best, -1] * t[row, column]
            if difference < 0 or (difference == 0 and self.basic[row] < self.basic[best]):
                best = row
        return best


def repair(
    objective: NDArray[Any],
    matrix: NDArray[Any],
    bounds: NDArray[Any],
    equalities: Sequence[int],
    warm: Warm = None,
) -> tuple[str, NDArray[np.int64], NDArray[np.int64]]:
    """An optimal basis of max c x, A x <= b, x >= 0 by exact pivots, from `warm` if given.

    Returns:
        "optimal", "infeasible" or "unbounded"; the basic columns; the tight rows.

    Raises:
        LimitReached: at a limit.
    """
    m, n = matrix.shape
    owner = [*range(m), *equalities]  # the row of the program behind each row of the tableau
    equal = list(equalities)
    limits.require(_PYTHON_INT * (len(owner) + 1) * (n + 1))
    body = np.empty((len(owner) + 1, n + 1), dtype=object)
    body[:m, :n], body[m:-1, :n], body[-1, :n] = matrix, -matrix[equal], -objective
    body[:m, n], body[m:-1, n], body[-1, n] = bounds, -bounds[equal], 0
    for row in body:  # Python ints: numpy's would overflow silently
        limits.check()
        row[:] = [int(value) for value in row]
    tableau = _Tableau(body, list(range(n)), list(range(n, n + len(owner))))
    if warm is not None:
        _crash(tableau, warm, n)
    if not _make_feasible(tableau, n + len(owner)):
        return "infeasible", *_basis(tableau, owner, n)
    if not tableau.maximise():
        return "unbounded", *_basis(tableau, owner, n)
    return "optimal", *_basis(tableau, owner, n)


def _crash(
    tableau: _Tableau,
    warm: tuple[NDArray[np.int64], NDArray[np.int64]],
    n: int,
) -> None:
    """Pivots the warm basis's columns in, as far as the pivots are nonzero."""
    columns, rows = warm
    tight = {n + int(i) for i in rows}
    for variable in columns.tolist():
        column = tableau.nonbasic.index(variable)
        for row, leaving in enumerate(tableau.basic):
            if leaving in tight and tableau.entries[row, column] != 0:
                tableau.pivot(row, column)
                break


def _make_feasible(tableau: _Tableau, artificial: int) -> bool:
    """Phase one with a single artificial variable; False where no feasible point exists."""
    t = tableau.entries
    if all(t[row, -1] >= 0 for row in range(t.shape[0] - 1)):
        return True
    objective, variables = t[-1].copy(), (list(tableau.nonbasic), list(tableau.basic))
    extra = np.full((t.shape[0], 1), -tableau.denominator, dtype=object)
    widened = np.hstack([t[:, :-1], extra, t[:, -1:]])
    widened[-1, :] = 0
    widened[-1, -2] = tableau.denominator  # maximise minus the artificial variable
    tableau.entries = widened
    tableau.nonbasic = [*tableau.nonbasic, artificial]
    start = tableau.denominator
    row = min(range(t.shape[0] - 1), key=lambda r: t[r, -1])
    tableau.pivot(row, widened.shape[1] - 2)
    tableau.maximise()
    if tableau.entries[-1, -1] != 0:
        return False
    if artificial in tableau.basic:
        row = tableau.basic.index(artificial)
        column = next(c for c in range(widened.shape[1] - 1) if tableau.entries[row, c] != 0)
        tableau.pivot(row, column)
    column = tableau.nonbasic.index(artificial)
    tableau.entries = np.delete(tableau.entries, column, axis=1)
    del tableau.nonbasic[column]
    _restore_objective(tableau, objective, start, variables[0])
    return True


def _restore_objective(
    tableau: _Tableau, objective: NDArray[Any], start: int, nonbasic: list[int]
) -> None:
    """Rewrites an objective row, given over `start` and old nonbasics, in the current ones."""
    t, place = tableau.entries, {v: c for c, v in enumerate(tableau.nonbasic)}
    rows = {v: r for r, v in enumerate(tableau.basic)}
    fresh = np.zeros(t.shape[1], dtype=object)
    fresh[-1] = objective[-1] * tableau.denominator
    for column, variable in enumerate(nonbasic):
        limits.check()
        weight = objective[column]
        if variable in place:
            fresh[place[variable]] += weight * tableau.denominator
        else:
            fresh -= weight * t[rows[variable]]
    # objective row entries are exact multiples of `start` after the change of basis
    tableau.entries[-1] = fresh // start


def _basis(
    tableau: _Tableau, owner: list[int], n: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    columns = sorted(v for v in tableau.basic if v < n)
    tight = sorted({owner[v - n] for v in tableau.nonbasic if n <= v < n + len(owner)})
    return np.array(columns, dtype=np.int64), np.array(tight, dtype=np.int64)
