"""The roots of an integer polynomial between zero and infinity: rational ones, and boxes."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import comb, lcm
from typing import Any

import numpy as np
from flint import arb, ctx, fmpq, fmpz_poly
from numpy.typing import NDArray

from gtlearn.limits import check
from gtlearn.solvers.enclosures import Enclosure, Real

_DIGITS = 40  # after the leading one of the smaller probability
_BITS = 256  # of a root, beyond those that tell whether it is rational
_STEPS = 8  # of Newton's method, each of which doubles the digits
_HALVINGS = 16  # between two attempts of it

_Integers = NDArray[Any]  # of Python's


def probabilities(odds: fmpz_poly) -> list[Real]:
    """The probabilities p = t / (1 + t), smallest first, at which a polynomial in t > 0 is zero.

    They are isolated in Bernstein form: a polynomial has no more roots in an interval than its
    coefficients have changes of sign (Lane & Riesenfeld 1981, Bounds on a polynomial, BIT 21), and
    de Casteljau's algorithm halves the interval. A root whose product with the leading coefficient
    is no integer is irrational; it is given as a box.

    Args:
        odds: not zero.

    >>> probabilities(fmpz_poly([-1, 3]))
    [Fraction(1, 4)]
    """
    single = odds // odds.gcd(odds.derivative())
    degree = single.degree()
    scale = lcm(*(comb(degree, k) for k in range(degree + 1)))
    table = [int(c) * (scale // comb(degree, k)) for k, c in enumerate(single.coeffs())]
    waiting = [(np.array(table, dtype=object), Fraction(0), Fraction(1))]
    roots: list[Real] = []
    while waiting:
        check()
        coefficients, low, high = waiting.pop()
        changes = _sign_changes(coefficients)
        if changes == 1:
            roots.append(_probability(single, low, high, _first_sign(coefficients)))
        elif changes > 1:
            middle = (low + high) / 2
            left, right = _halves(coefficients)
            if right[0] == 0:
                roots.append(middle)
            waiting += [(left, low, middle), (right, middle, high)]
    return sorted(roots, key=lambda p: p.mid if isinstance(p, Enclosure) else Fraction(p))


def _sign_changes(coefficients: _Integers) -> int:
    signs = [c > 0 for c in coefficients.tolist() if c]
    return sum(a != b for a, b in pairwise(signs))


def _first_sign(coefficients: _Integers) -> int:
    """The sign of the polynomial just above the start of the interval."""
    first = next(c for c in coefficients.tolist() if c)
    return 1 if first > 0 else -1


def _halves(coefficients: _Integers) -> tuple[_Integers, _Integers]:
    """The coefficients on both halves of the interval, times a power of two."""
    left, right = [], []
    degree = len(coefficients) - 1
    for k in range(degree + 1):
        left.append(int(coefficients[0]) << (degree - k))
        right.append(int(coefficients[-1]) << (degree - k))
        coefficients = coefficients[:-1] + coefficients[1:]
    return np.array(left, dtype=object), np.array(right[::-1], dtype=object)


def _probability(polynomial: fmpz_poly, low: Fraction, high: Fraction, below: int) -> Real:
    """The only root between two numbers; below it the polynomial has the sign that is given."""
    lead = abs(int(polynomial.leading_coefficient()))
    slope = polynomial.derivative()
    while True:
        check()
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            sign = _sign(polynomial, middle)
            if sign == 0:
                return middle
            low, high = (middle, high) if sign == below else (low, middle)
        middle = (low + high) / 2
        with ctx.workprec(_BITS + lead.bit_length()):
            root = arb(fmpq(middle.numerator, middle.denominator - middle.numerator))
            for _ in range(_STEPS):
                root = (root - polynomial(root) / slope(root)).mid()
            odds = _exact(root) if root.is_finite() and root > 0 else Fraction(0)
        candidate = Fraction(round(odds * lead), lead)
        if low < candidate / (1 + candidate) < high and not _value(polynomial, candidate):
            return candidate / (1 + candidate)
        box = _box(odds)
        signs = [_sign(polynomial, end) for end in (box.lower, box.upper) if low <= end <= high]
        if signs == [below, -below]:
            return box


def _box(odds: Fraction) -> Enclosure:
    value = odds / (1 + odds)
    smaller = min(value, 1 - value) or Fraction(1)
    digits = _DIGITS + len(str(smaller.denominator // smaller.numerator))
    return Enclosure(Fraction(round(value * 10**digits), 10**digits), Fraction(1, 10**digits))


def _sign(polynomial: fmpz_poly, probability: Fraction) -> int:
    """The sign at a probability below one."""
    value = _value(polynomial, probability / (1 - probability))
    return int(value > 0) - int(value < 0)


def _value(polynomial: fmpz_poly, odds: Fraction) -> fmpq:
    return polynomial(fmpq(odds.numerator, odds.denominator))


def _exact(number: arb) -> Fraction:
    mantissa, exponent = number.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
