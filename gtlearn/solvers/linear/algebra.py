"""Exact linear systems over the integers, on python-flint."""

from __future__ import annotations

from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray


def to_flint(matrix: NDArray[Any]) -> flint.fmpz_mat:
    """An integer array of one or two dimensions (a vector becomes a column) as fmpz_mat."""
    if matrix.ndim == 1:
        matrix = matrix[:, None]
    return flint.fmpz_mat(matrix.shape[0], matrix.shape[1], matrix.ravel().tolist())


def solve_integer_system(matrix: NDArray[Any], right: NDArray[Any]) -> tuple[list[int], int] | None:
    """The exact solution of a square system, or None where the matrix is singular.

    Args:
        matrix: integers, shape (k, k).
        right: integers, shape (k,).

    Returns:
        Numerators (k ints) and their positive common denominator.
    """
    size = matrix.shape[0]
    if size == 0:
        return [], 1
    if size == 1:  # frequent, and the general path costs ten times as much
        pivot, value = int(matrix[0, 0]), int(right[0])
        return None if pivot == 0 else ([value if pivot > 0 else -value], abs(pivot))
    try:
        solution = to_flint(matrix).solve(to_flint(right))
    except ZeroDivisionError:
        return None
    numerators, denominator = solution.numer_denom()
    return [int(v) for v in numerators.entries()], int(denominator)


def multiply(matrix: NDArray[Any], vector: list[int]) -> list[int]:
    """The exact product of an integer matrix (m, k) and an integer vector (k,)."""
    if matrix.size == 0:
        return [0] * matrix.shape[0]
    if matrix.dtype != object:
        largest = max(int(np.abs(matrix).max()), 1) * max(map(abs, vector)) * len(vector)
        if largest < 2**62:
            product: list[int] = (matrix @ np.array(vector, dtype=np.int64)).tolist()
            return product
    column = flint.fmpz_mat(len(vector), 1, vector)
    return [int(v) for v in (to_flint(matrix) * column).entries()]


def pivoted(table: NDArray[Any], row: int, column: int, denominator: int) -> NDArray[Any]:
    """An integer table over `denominator` after one exchange of a basic and a nonbasic variable.

    The new denominator is the pivot `table[row, column]`; all divisions are exact (Edmonds 1967;
    Bareiss 1968).

    Args:
        table: Python ints in an object array, one row a basic variable, one column a nonbasic.
        row: of the basic variable.
        column: of the nonbasic one.
        denominator: of the table's entries.
    """
    pivot_row, pivot_column = table[row].copy(), table[:, column].copy()
    outer = np.multiply.outer(pivot_column, pivot_row)
    fresh: NDArray[Any] = (table * table[row, column] - outer) // denominator
    fresh[row] = pivot_row
    fresh[:, column] = -pivot_column
    fresh[row, column] = denominator
    return fresh
