"""All vertices of a best-response polytope by exact pivots, where floats cannot be trusted.

The right-hand side is perturbed symbolically, to 1 + (t, t^2, t^3, ...) for a vanishing t, so
ties in the ratio test are broken lexicographically (Dantzig, Orden & Wolfe 1955) and no rounding
or size of perturbation enters. Slow, and always right.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.limits import LimitReached
from gtlearn.solvers._linear.algebra import pivoted
from gtlearn.solvers._nash.dictionaries import Vertices

_PART = 256  # bases that are given together


def enumerate_exactly(matrix: NDArray[Any]) -> Iterator[Vertices]:
    """All vertices of {z >= 0, matrix z <= 1}, as `polytope.enumerate_vertices`."""
    start = Dictionary.origin(matrix)
    frontier, seen = [start], {frozenset(start.nonbasic)}
    while frontier:
        reached: LimitReached | None = None
        visited: list[Dictionary] = []
        try:
            while frontier and len(visited) < _PART:
                visited.append(frontier.pop())
                _push_neighbours(visited[-1], frontier, seen)
        except LimitReached as limit:
            reached = limit
        yield _vertices(visited, matrix.shape[1])
        if reached is not None:
            raise reached


def _push_neighbours(
    current: Dictionary, frontier: list[Dictionary], seen: set[frozenset[int]]
) -> None:
    """Adds the bases one pivot away that were not seen before."""
    for column in range(len(current.nonbasic)):
        row = current.leaving(column)
        key = frozenset(current.nonbasic) - {current.nonbasic[column]} | {current.basic[row]}
        if key not in seen:
            seen.add(key)
            frontier.append(current.pivot(row, column))


def _vertices(visited: list[Dictionary], d: int) -> Vertices:
    """The labels of some bases, and what else is tight at degenerate ones."""
    extra = {}
    for k, current in enumerate(visited):
        zero = [v for v, row in zip(current.basic, current.table, strict=True) if row[d] == 0]
        if zero:
            extra[k] = tuple(sorted(zero))
    tight = [sorted(current.nonbasic) for current in visited]
    return Vertices(np.array(tight, dtype=np.int16).reshape(len(visited), d), extra, symbolic=True)


class Dictionary:
    """One basis of the polytope: basic = last column - entries * nonbasic, over `denominator`.

    Variables 0..d-1 are the coordinates z, d..d+e-1 the slacks of the rows.
    """

    def __init__(
        self, table: NDArray[Any], nonbasic: list[int], basic: list[int], denominator: int
    ) -> None:
        self.table = table
        self.nonbasic = nonbasic
        self.basic = basic
        self.denominator = denominator

    @staticmethod
    def origin(matrix: NDArray[Any]) -> Dictionary:
        """The dictionary of z = 0, where all slacks are basic."""
        e, d = matrix.shape
        table = np.empty((e, d + 1), dtype=object)
        for r in range(e):
            limits.check()
            table[r, :d] = [int(v) for v in matrix[r]]
            table[r, d] = 1
        return Dictionary(table, list(range(d)), list(range(d, d + e)), 1)

    def values(self, size: int) -> list[int]:
        """The numerators of z_0..z_(size-1) at this basis."""
        at = dict(zip(self.basic, self.table[:, -1], strict=True))
        return [int(at.get(v, 0)) for v in range(size)]

    def leaving(self, column: int) -> int:
        """The lexicographically smallest ratio's row."""
        rows = [r for r in range(len(self.basic)) if self.table[r, column] > 0]
        best = rows[0]
        for row in rows[1:]:
            limits.check()
            if self._smaller(row, best, column):
                best = row
        return best

    def _smaller(self, row: int, other: int, column: int) -> bool:
        """Whether row's perturbed ratio is below other's, for every small enough t."""
        a, b = self.table[row, column], self.table[other, column]
        difference = self.table[row, -1] * b - self.table[other, -1] * a
        if difference:
            return bool(difference < 0)
        for slack in range(self.table.shape[1] - 1, self.table.shape[1] - 1 + len(self.basic)):
            difference = self._coefficient(row, slack) * b - self._coefficient(other, slack) * a
            if difference:
                return bool(difference < 0)
        raise ArithmeticError("two rows of an invertible matrix cannot be proportional")

    def _coefficient(self, row: int, slack: int) -> int:
        """The entry of `row` in the column of a slack: the coefficient of its power of t."""
        if slack in self.nonbasic:
            return int(self.table[row, self.nonbasic.index(slack)])
        return self.denominator if self.basic[row] == slack else 0

    def pivot(self, row: int, column: int) -> Dictionary:
        """The dictionary after exchanging one variable (Edmonds's integral pivoting)."""
        pivot = self.table[row, column]
        fresh = pivoted(self.table, row, column, self.denominator)
        nonbasic, basic = self.nonbasic.copy(), self.basic.copy()
        nonbasic[column], basic[row] = basic[row], nonbasic[column]
        return Dictionary(fresh, nonbasic, basic, pivot)
