"""Square systems of equations that are evaluated in balls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from flint import arb, arb_mat, fmpq

Monomial = tuple[int, ...]  # the unknowns that are multiplied
Polynomial = Mapping[Monomial, Fraction]  # the coefficient of each monomial
Balls = Sequence[arb]


class System(Protocol):
    """As many equations f(x) = 0 as unknowns x, with their derivatives."""

    def residual(self, point: Balls) -> list[arb]:
        """f in a ball around every value that it takes at the points of the balls."""

    def jacobian(self, point: Balls) -> arb_mat:
        """The derivatives, one row an equation, in the same way."""


@dataclass(frozen=True)
class Polynomials:
    """Polynomials with rational coefficients.

    Attributes:
        unknowns: how many there are.
        terms: one polynomial an equation.
    """

    unknowns: int
    terms: Sequence[Polynomial]

    def residual(self, point: Balls) -> list[arb]:
        """See `System`."""
        return [_value(polynomial, point) for polynomial in self.terms]

    def jacobian(self, point: Balls) -> arb_mat:
        """See `System`."""
        out = arb_mat(len(self.terms), self.unknowns)
        for row, polynomial in enumerate(self.terms):
            slopes: dict[int, arb] = {}
            for monomial, coefficient in polynomial.items():
                exact = ball(coefficient)
                for k, unknown in enumerate(monomial):
                    rest = _product(exact, monomial[:k] + monomial[k + 1 :], point)
                    slopes[unknown] = slopes[unknown] + rest if unknown in slopes else rest
            for unknown, slope in slopes.items():
                out[row, unknown] = slope
        return out


def ball(value: Fraction) -> arb:
    """A ball around a rational, as small as the working precision allows."""
    return arb(fmpq(value.numerator, value.denominator))


def interval(middle: Fraction, radius: Fraction) -> arb:
    """A ball that holds all numbers within the radius of the midpoint."""
    return ball(middle - radius).union(ball(middle + radius))


def _value(polynomial: Polynomial, point: Balls) -> arb:
    total = arb(0)
    for monomial, coefficient in polynomial.items():
        total += _product(ball(coefficient), monomial, point)
    return total


def _product(coefficient: arb, monomial: Monomial, point: Balls) -> arb:
    for unknown in monomial:
        coefficient = coefficient * point[unknown]
    return coefficient
