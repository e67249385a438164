"""Exact solutions of sparse square systems of integers.

A float factorisation gives digits, exact residuals correct them, and what the digits converge to is
read off as rationals over one denominator (Wan 2006, An algorithm to solve integer linear systems
exactly using numerical methods, Journal of Symbolic Computation 41).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits

Scaled = tuple[list[int], int]  # numerators, and their positive denominator

_DIGIT = 28  # bits that a round adds; a factorisation is good for more
_SAFE_BITS = 62
_MAX_BITS = 60_000  # of the solution, after which it counts as too long
_SPARE = 40  # bits by which a number must be nearer to a rational than it is by chance


class Factors:
    """A sparse square matrix of machine integers, factorised in floats.

    Args:
        matrix: a scipy sparse matrix of int64.
    """

    def __init__(self, matrix: Any) -> None:
        from scipy.sparse.linalg import splu

        self.matrix = matrix.tocsr()
        self.turned = matrix.T.tocsr()
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a singular matrix is a warning in some versions
            self._solve = splu(matrix.astype(np.float64).tocsc()).solve

    def solve(self, right: NDArray[np.int64]) -> Scaled | None:
        """x with A x = b, exactly; None where no rationals of bearable length are found.

        Raises:
            LimitReached: at a limit.
        """
        return _refined(self.matrix, self._solve, right)

    def solve_transposed(self, right: NDArray[np.int64]) -> Scaled | None:
        """y with y A = c, exactly; None as in `solve`.

        Raises:
            LimitReached: at a limit.
        """
        return _refined(self.turned, lambda r: self._solve(r, trans="T"), right)


def factors(matrix: Any) -> Factors | None:
    """The factorised matrix, None where it is singular."""
    try:
        return Factors(matrix)
    except (RuntimeError, RuntimeWarning, UserWarning):
        return None


def _refined(
    matrix: Any, solve: Callable[[NDArray[Any]], NDArray[Any]], right: NDArray[np.int64]
) -> Scaled | None:
    width = int(np.abs(matrix).sum(axis=1).max()) if matrix.nnz else 1
    start = np.asarray(solve(right.astype(np.float64)))
    if not np.isfinite(start).all():
        return None
    size = max(int(np.abs(start).max()), 1).bit_length() + 1
    digit = min(_DIGIT, _SAFE_BITS - width.bit_length() - size)
    if digit < 8:
        return None
    totals: list[int] = [0] * len(right)
    residual, bits, try_at = right.astype(np.int64), 0, 2 * digit
    while bits < _MAX_BITS:
        limits.check()
        scaled = np.asarray(solve(residual * 2.0**digit))
        if not (np.abs(scaled) < 2.0 ** (_SAFE_BITS - width.bit_length())).all():
            return None  # the factors are not good enough: digits do not shrink
        digits = np.rint(scaled).astype(np.int64)
        residual = (residual << digit) - matrix @ digits
        totals = [(t << digit) + d for t, d in zip(totals, digits.tolist(), strict=True)]
        bits += digit
        if not residual.any():
            return _over(totals, 1 << bits)
        if bits >= try_at:
            answer = _rationals(totals, bits)
            if answer is not None and _solves(matrix, answer, right):
                return answer
            try_at = bits * 3 // 2
    return None


def _over(totals: list[int], denominator: int) -> Scaled:
    common = math.gcd(denominator, *totals)
    return [t // common for t in totals], denominator // common


def _rationals(totals: list[int], bits: int) -> Scaled | None:
    """The rationals over one denominator near totals / 2**bits; None where there are none.

    A denominator counts if the others' are far shorter than the digits known of them.
    """
    common, whole = 1, 1 << bits
    room = (bits - _SPARE) // 2  # bits that a denominator may have
    if room < 1:
        return None
    for total in totals:
        scaled = total * common
        rest = scaled - ((2 * scaled + whole) // (2 * whole)) * whole
        if abs(rest).bit_length() + room > bits - common.bit_length() + room - _SPARE // 2:
            near = Fraction(scaled, whole).limit_denominator(1 << room)
            common *= near.denominator
            if common.bit_length() > room:
                return None
    return _over([(2 * t * common + whole) // (2 * whole) for t in totals], common)


def _solves(matrix: Any, answer: Scaled, right: NDArray[np.int64]) -> bool:
    """Whether A x = b, exactly, limb by limb."""
    numerators, denominator = answer
    amounts = exact_product(matrix, numerators)
    return all(a == denominator * b for a, b in zip(amounts, right.tolist(), strict=True))


@dataclass(frozen=True)
class LongMatrix:
    """A sparse matrix of integers of any length.

    Attributes:
        rows: for each row its entries, by column.
        columns: how many columns there are.
    """

    rows: list[dict[int, int]]
    columns: int

    def product(self, vector: list[int]) -> list[int]:
        """A x."""
        return [sum(v * vector[j] for j, v in row.items()) for row in self.rows]

    def transposed(self) -> LongMatrix:
        """The matrix with rows and columns exchanged."""
        turned: list[dict[int, int]] = [{} for _ in range(self.columns)]
        for i, row in enumerate(self.rows):
            for j, value in row.items():
                turned[j][i] = value
        return LongMatrix(turned, len(self.rows))


def long_matrix(
    rows: list[int], columns: list[int], values: list[int], shape: tuple[int, int]
) -> LongMatrix:
    """A matrix from its entries, those of one place added up."""
    held: list[dict[int, int]] = [{} for _ in range(shape[0])]
    for i, j, value in zip(rows, columns, values, strict=True):
        held[i][j] = held[i].get(j, 0) + value
    return LongMatrix(held, shape[1])


def exact_product(matrix: Any, vector: list[int]) -> list[int]:
    """A x for a `LongMatrix`, or a scipy sparse matrix of int64 whose sums of sizes are small."""
    if isinstance(matrix, LongMatrix):
        return matrix.product(vector)
    width = int(np.abs(matrix).sum(axis=1).max()) if matrix.nnz else 1
    limb = _SAFE_BITS - width.bit_length()
    mask = (1 << limb) - 1
    rest, totals, shift = vector, [0] * matrix.shape[0], 0
    while any(rest):
        part = np.array([(v & mask) if v >= 0 else -(-v & mask) for v in rest], dtype=np.int64)
        amounts = (matrix @ part).tolist()
        totals = [t + (a << shift) for t, a in zip(totals, amounts, strict=True)]
        rest = [v >> limb if v >= 0 else -(-v >> limb) for v in rest]
        shift += limb
    return totals
