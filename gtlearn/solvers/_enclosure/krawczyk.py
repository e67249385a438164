"""A box around a root of a square system, and the proof that exactly one is inside.

Krawczyk's operator maps a box X with midpoint m to

    K = m - C f(m) + (I - C f'(X)) (X - m)

for any matrix C. Where K lies in the interior of X, the system has exactly one root in X (Krawczyk
1969, Newton-Algorithmen zur Bestimmung von Nullstellen mit Fehlerschranken; Neumaier 1990,
Interval Methods for Systems of Equations, Theorem 5.1.8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Protocol

from flint import arb, arb_mat, ctx, fmpq

from gtlearn.errors import GtlearnError

DIGITS = 31  # the radius of a box is 10^-31 of the unit of its unknown
GUARD = 9  # more digits of its midpoint
PRECISIONS = (256, 512, 1024)  # bits, tried in this order
STEPS = 40  # of Newton's method, of which each doubles the digits near a regular root

HALF = arb(1) / 2

Monomial = tuple[int, ...]  # the unknowns that are multiplied
Polynomial = Mapping[Monomial, Fraction]  # the coefficient of each monomial
Balls = Sequence[arb]
_Rows = tuple[tuple[Fraction, ...], ...]


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


class NotEnclosed(GtlearnError):
    """No box is proven; the message says why, as the end of a sentence."""


@dataclass(frozen=True)
class Box:
    """A box in which a system has exactly one root.

    Attributes:
        middle: the midpoint.
        radius: the radius of each unknown.
        preconditioner: the matrix C with which Krawczyk's operator proves it.
    """

    middle: tuple[Fraction, ...]
    radius: tuple[Fraction, ...]
    preconditioner: _Rows

    def balls(self) -> list[arb]:
        """Balls around the box, at the working precision."""
        return [interval(m, r) for m, r in zip(self.middle, self.radius, strict=True)]


def refined(
    system: System, start: Sequence[Fraction], units: Sequence[Fraction]
) -> tuple[Fraction, ...]:
    """A root near the start to `DIGITS` + `GUARD` digits, by Newton's method.

    Args:
        system: the equations.
        start: near the root, one number an unknown.
        units: the size of each unknown, a power of ten; digits count from there.

    Raises:
        NotEnclosed: if the derivatives are singular, or the method does not converge.
    """
    for bits in PRECISIONS:
        with ctx.workprec(bits):
            middle = _newton(system, start, units)
        if middle is not None:
            return middle
    raise NotEnclosed("Newton's method does not converge to it")


def _newton(
    system: System, start: Sequence[Fraction], units: Sequence[Fraction]
) -> tuple[Fraction, ...] | None:
    """The root in decimals; None where the precision does not suffice."""
    point = [ball(value).mid() for value in start]
    for _ in range(STEPS):
        slopes = system.jacobian(point)
        try:
            change = slopes.solve(arb_mat([[v] for v in system.residual(point)]), nonstop=False)
        except ZeroDivisionError:
            raise NotEnclosed(SINGULAR) from None
        steps = [change[k, 0] for k in range(len(point))]
        point = [(x - step).mid() for x, step in zip(point, steps, strict=True)]
        sizes = [step.abs_upper() / ball(u) for step, u in zip(steps, units, strict=True)]
        if all(size < arb(10) ** -(DIGITS + GUARD) for size in sizes):
            last = Fraction(1, 10 ** (DIGITS + GUARD))  # of the unit
            return tuple(_rounded(x, u * last) for x, u in zip(point, units, strict=True))
    return None


def _rounded(value: arb, unit: Fraction) -> Fraction:
    """The nearest multiple of the unit to the middle of a ball."""
    return int((value / ball(unit) + HALF).mid().fmpq().floor()) * unit


def proven_box(system: System, middle: Sequence[Fraction], units: Sequence[Fraction]) -> Box:
    """The box of radius 10^-`DIGITS` units around a point, if exactly one root is in it.

    Args:
        system: the equations.
        middle: the midpoint, one number an unknown.
        units: the size of each unknown, a power of ten.

    Raises:
        NotEnclosed: if that is not proven.
    """
    radius = tuple(unit / 10**DIGITS for unit in units)
    for bits in PRECISIONS:
        with ctx.workprec(bits):
            inverse = _preconditioner(system, middle, units)
            box = Box(tuple(middle), radius, inverse)
            if is_proven(system, box):
                return box
    raise NotEnclosed("no box around it is proven to hold exactly one")


def is_proven(system: System, box: Box) -> bool:
    """Whether Krawczyk's operator maps the box into its interior, at the working precision."""
    size = len(box.middle)
    middle = [ball(value) for value in box.middle]
    inverse = arb_mat([[ball(c) for c in row] for row in box.preconditioner])
    step = inverse * arb_mat([[v] for v in system.residual(middle)])
    unit = arb_mat([[int(i == j) for j in range(size)] for i in range(size)])
    rest = unit - inverse * system.jacobian(box.balls())
    moved = rest * arb_mat([[interval(Fraction(0), r)] for r in box.radius]) - step
    return all(bool(abs(moved[k, 0]) < ball(r)) for k, r in enumerate(box.radius))


def _preconditioner(system: System, middle: Sequence[Fraction], units: Sequence[Fraction]) -> _Rows:
    """The inverse of the derivatives at the midpoint, in as few decimals as the proof allows.

    Where C errs by less than u_i / (8 n sum_j |f'_kj| u_j) in row i and column k, I - C f' grows
    by less than 1/8 in the units u.
    """
    slopes = system.jacobian([ball(value) for value in middle])
    try:
        inverse = slopes.inv(nonstop=False)
    except ZeroDivisionError:
        raise NotEnclosed(SINGULAR) from None
    size = len(middle)
    scale = [ball(unit) for unit in units]
    columns = [
        8 * size * sum((abs(slopes[k, j]) * scale[j] for j in range(size)), arb(0))
        for k in range(size)
    ]
    rows, lost = ([float(x.log_base(10)) for x in xs] for xs in (scale, columns))
    return tuple(
        tuple(_short(inverse[i, k], floor(rows[i] - lost[k])) for k in range(size))
        for i in range(size)
    )


def _short(value: arb, place: int) -> Fraction:
    """A number as a multiple of a power of ten."""
    if place > 0:
        return _rounded(value, Fraction(10) ** place)
    near = (value * 10**-place + HALF).mid().fmpq().floor()
    return Fraction(int(near), 10**-place)


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


SINGULAR = "it is not isolated, or only just: the derivatives of its equations are singular"
