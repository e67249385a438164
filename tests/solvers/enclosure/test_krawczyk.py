"""The core, which knows no games: roots of polynomials, in boxes."""

from fractions import Fraction as F

import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn.solvers._enclosure.krawczyk import NotEnclosed, Polynomials, proven_box, refined
from gtlearn.solvers.verify.krawczyk import NO_ROOT, ONE_ROOT, UNKNOWN, Interval, roots_within

ONE = [F(1)]


def polynomial(*coefficients):
    """Of one unknown, the constant first."""
    return {(0,) * power: F(c) for power, c in enumerate(coefficients)}


def boxed(system, start, units):
    return proven_box(system, refined(system, start, units), units)


@given(st.integers(2, 10**6))
def test_square_roots(n):
    root = F(round(n**0.5 * 1000), 1000)
    unit = F(10) ** len(str(int(root)))
    box = boxed(Polynomials(1, [polynomial(-n, 0, 1)]), [root], [unit])
    assert (box.middle[0] - box.radius[0]) ** 2 < n < (box.middle[0] + box.radius[0]) ** 2


def test_circle_and_line():
    """x^2 + y^2 = 1 and x = y meet where both are sqrt(1/2)."""
    circle = {(0, 0): F(1), (1, 1): F(1), (): F(-1)}
    line = {(0,): F(1), (1,): F(-1)}
    box = boxed(Polynomials(2, [circle, line]), [F(7, 10), F(7, 10)], [F(1)] * 2)
    for middle, radius in zip(box.middle, box.radius, strict=True):
        assert (middle - radius) ** 2 < F(1, 2) < (middle + radius) ** 2


def test_a_double_root_is_not_enclosed():
    with pytest.raises(NotEnclosed):
        boxed(Polynomials(1, [polynomial(1, -2, 1)]), [F(9, 10)], ONE)  # (x - 1)^2


def test_a_polynomial_without_a_root_is_not_enclosed():
    with pytest.raises(NotEnclosed, match="does not converge"):
        refined(Polynomials(1, [polynomial(1, 0, 1)]), [F(1, 3)], ONE)  # x^2 + 1


@settings(max_examples=200)
@given(st.fractions(-3, 3, max_denominator=50), st.fractions(F(1, 50), 1, max_denominator=50))
def test_the_exact_test_agrees_with_the_roots_of_a_parabola(middle, radius):
    """Of x^2 - 2, whose roots are known, with the inverse of the derivative at the midpoint."""
    inside = [
        sign
        for sign in (-1, 1)
        if (root_is_above(middle - radius, sign) and not root_is_above(middle + radius, sign))
    ]
    low, high = 2 * (middle - radius), 2 * (middle + radius)
    slope = Interval(fmpq(low.numerator, low.denominator), fmpq(high.numerator, high.denominator))
    residual = middle**2 - 2
    inverse = 1 / (2 * middle) if middle else F(0)
    verdict = roots_within(
        [fmpq(residual.numerator, residual.denominator)], [{0: slope}], [radius], [[inverse]]
    )
    assert verdict in {0: (NO_ROOT, UNKNOWN), 1: (ONE_ROOT, UNKNOWN)}.get(len(inside), (UNKNOWN,))


def root_is_above(x, sign):
    """Whether sign * sqrt(2) > x."""
    if sign > 0:
        return x < 0 or x**2 < 2
    return x < 0 and x**2 > 2


def test_a_preconditioner_that_proves_nothing():
    slope = {0: Interval(fmpq(2), fmpq(4))}
    assert roots_within([fmpq(0)], [slope], ONE, [[F(0)]]) == UNKNOWN
    assert roots_within([fmpq(0)], [slope], ONE, [[F(1, 3)]]) == ONE_ROOT
