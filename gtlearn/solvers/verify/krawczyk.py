"""Rational intervals, and whether a box holds exactly one root of a system, in exact arithmetic.

For any matrix C, Krawczyk's operator maps a box X with midpoint m to K = m - C f(m) +
(I - C F) (X - m), where F holds all derivatives of f in X. Every root in X is in K; and if K lies
in the interior of X, exactly one is (Neumaier 1990, Interval Methods for Systems of Equations,
Theorem 5.1.8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq, fmpq_mat

from gtlearn.limits import check

ONE_ROOT, NO_ROOT, UNKNOWN = "one root", "no root", "unknown"


@dataclass(frozen=True)
class Interval:
    """All numbers from `lower` to `upper`."""

    lower: fmpq
    upper: fmpq

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.lower + other.lower, self.upper + other.upper)

    def __mul__(self, other: Interval) -> Interval:
        if self.lower >= 0 and other.lower >= 0:  # as probabilities are, so often
            return Interval(self.lower * other.lower, self.upper * other.upper)
        ends = (
            self.lower * other.lower,
            self.lower * other.upper,
            self.upper * other.lower,
            self.upper * other.upper,
        )
        return Interval(min(ends), max(ends))


def point(value: Fraction) -> Interval:
    """One number as an interval."""
    exact = rational(value)
    return Interval(exact, exact)


def rational(value: Fraction) -> fmpq:
    """The same number, for quick arithmetic."""
    return fmpq(int(value.numerator), int(value.denominator))


def roots_within(
    residual: Sequence[fmpq],
    slopes: Sequence[Mapping[int, Interval]],
    radius: Sequence[Fraction],
    preconditioner: Sequence[Sequence[Fraction]],
) -> str:
    """Whether a system has exactly one root in a box.

    Args:
        residual: f at the midpoint.
        slopes: for each equation, what its derivative by each unknown may be in the box; those
            that are left out are zero.
        radius: of the box, one number an unknown.
        preconditioner: the matrix C.

    Returns:
        `ONE_ROOT`, `NO_ROOT`, or `UNKNOWN` where this C proves neither.
    """
    size = len(residual)
    inverse = fmpq_mat([[rational(c) for c in row] for row in preconditioner])
    widths = [rational(r) for r in radius]
    middle = fmpq_mat(size, size)
    spread = [fmpq(0)] * size  # half the width of each row of F (X - m), F's midpoint apart
    for row, by_unknown in enumerate(slopes):
        for unknown, slope in by_unknown.items():
            middle[row, unknown] = (slope.lower + slope.upper) / 2
            spread[row] += (slope.upper - slope.lower) / 2 * widths[unknown]
    check()
    steps = inverse * fmpq_mat([[value] for value in residual])
    near = inverse * middle
    proven = True
    for i in range(size):
        check()
        rest = sum((abs(inverse[i, k]) * spread[k] for k in range(size)), fmpq(0))
        for j in range(size):
            rest += abs(near[i, j] - int(i == j)) * widths[j]
        step = abs(steps[i, 0])
        if step > rest + widths[i]:
            return NO_ROOT
        proven = proven and step + rest < widths[i]
    return ONE_ROOT if proven else UNKNOWN
