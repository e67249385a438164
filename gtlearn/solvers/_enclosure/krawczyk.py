"""A box around a root of a square system, and the proof that exactly one is inside.

Krawczyk's operator maps a box X with midpoint m to

    K = m - C f(m) + (I - C f'(X)) (X - m)

for any matrix C. Where K lies in the interior of X, the system has exactly one root in X (Krawczyk
1969, Newton-Algorithmen zur Bestimmung von Nullstellen mit Fehlerschranken; Neumaier 1990,
Interval Methods for Systems of Equations, Theorem 5.1.8).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, arb_mat, ctx

from gtlearn.errors import GtlearnError
from gtlearn.solvers._enclosure.system import System, ball, interval

DIGITS = 31  # the radius of a box is 10^-31 of the unit of its unknown
GUARD = 9  # more digits of its midpoint
PRECISIONS = (256, 512, 1024)  # bits, tried in this order
STEPS = 40  # of Newton's method, of which each doubles the digits near a regular root

_Rows = tuple[tuple[Fraction, ...], ...]


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
            return tuple(_decimal(x, u) for x, u in zip(point, units, strict=True))
    return None


def _decimal(value: arb, unit: Fraction) -> Fraction:
    """A number rounded to `DIGITS` + `GUARD` digits after the unit's."""
    return _rounded(value, unit / 10 ** (DIGITS + GUARD))


def _rounded(value: arb, unit: Fraction) -> Fraction:
    """The nearest multiple of the unit to the middle of a ball."""
    return int((value / ball(unit) + arb("0.5")).mid().fmpq().floor()) * unit


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
    return tuple(
        tuple(_short(inverse[i, k], scale[i] / columns[k]) for k in range(size))
        for i in range(size)
    )


def _short(value: arb, error: arb) -> Fraction:
    """A decimal within the error of a number, with no more places than that needs."""
    places = int(error.log_base(10).mid().fmpq().floor())
    return _rounded(value, Fraction(10) ** places)


SINGULAR = "it is not isolated, or only just: the derivatives of its equations are singular"
