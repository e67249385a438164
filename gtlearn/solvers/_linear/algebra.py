"""Exact linear systems over the integers, on python-flint."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from gtlearn import child, limits
from gtlearn.solvers._linear.cost import (
    bits_in,
    bits_of,
    product_seconds,
    python_seconds,
    solving_seconds,
)

_QUICK = 16  # rows of a system in machine integers that is solved in less time than it is noticed
_BLINK = 0.005  # seconds of work between two looks at the limits


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

    Raises:
        LimitReached: at a limit.
    """
    size = matrix.shape[0]
    if size == 0:
        return [], 1
    if size == 1:  # frequent, and the general path costs ten times as much
        pivot, value = int(matrix[0, 0]), int(right[0])
        return None if pivot == 0 else ([value if pivot > 0 else -value], abs(pivot))
    if (size <= _QUICK and matrix.dtype != object) or limits.patience() == math.inf:
        return _solved(matrix, right)
    bits = max(bits_of(matrix), bits_of(right) // size)
    return child.bounded(_solved, matrix, right, seconds=solving_seconds(size, bits))


def _solved(matrix: NDArray[Any], right: NDArray[Any]) -> tuple[list[int], int] | None:
    try:
        solution: Any = to_flint(matrix).solve(to_flint(right))  # of rationals
    except ZeroDivisionError:
        return None
    numerators, denominator = solution.numer_denom()
    return [int(v) for v in numerators.entries()], int(denominator)


def determinant_sign(matrix: NDArray[Any]) -> int:
    """The sign of an integer matrix's determinant: 1, 0 or -1.

    Raises:
        LimitReached: at a limit.
    """
    if (len(matrix) <= _QUICK and matrix.dtype != object) or limits.patience() == math.inf:
        return _determinant_sign(matrix)
    seconds = 2 * solving_seconds(len(matrix), bits_of(matrix))
    return child.bounded(_determinant_sign, matrix, seconds=seconds)


def _determinant_sign(matrix: NDArray[Any]) -> int:
    determinant = to_flint(matrix).det()
    return int(determinant > 0) - int(determinant < 0)


def multiply(matrix: NDArray[Any], vector: list[int]) -> list[int]:
    """The exact product of an integer matrix (m, k) and an integer vector (k,).

    Raises:
        LimitReached: at a limit.
    """
    if matrix.size == 0:
        return [0] * matrix.shape[0]
    if matrix.dtype != object:
        largest = max(int(np.abs(matrix).max()), 1) * max(map(abs, vector)) * len(vector)
        if largest < 2**62:
            product: list[int] = (matrix @ np.array(vector, dtype=np.int64)).tolist()
            return product
    if limits.patience() == math.inf:
        return _multiplied(matrix, vector)
    seconds = product_seconds(matrix.size, bits_of(matrix), bits_in(vector))
    return child.bounded(_multiplied, matrix, vector, seconds=seconds)


def _multiplied(matrix: NDArray[Any], vector: list[int]) -> list[int]:
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

    Raises:
        LimitReached: at a limit.
    """
    limits.check()
    pivot_row, pivot_column, pivot = table[row].copy(), table[:, column].copy(), table[row, column]
    short = int(_BLINK / python_seconds(3, pivot.bit_length()))  # entries that take no longer
    if table.size <= short:
        outer = np.multiply.outer(pivot_column, pivot_row)
        fresh: NDArray[Any] = (table * pivot - outer) // denominator
    else:
        fresh = np.empty_like(table)
        for part in _parts(table.shape, short):
            limits.check()
            outer = np.multiply.outer(pivot_column[part[0]], pivot_row[part[1]])
            fresh[part] = (table[part] * pivot - outer) // denominator
    fresh[row] = pivot_row
    fresh[:, column] = -pivot_column
    fresh[row, column] = denominator
    return fresh


def _parts(shape: tuple[int, ...], size: int) -> Iterator[tuple[slice, slice]]:
    """A table in parts of about so many entries."""
    columns = max(min(size, shape[1]), 1)
    rows = max(size // shape[1], 1)
    for i in range(0, shape[0], rows):
        for j in range(0, shape[1], columns):
            yield slice(i, i + rows), slice(j, j + columns)
