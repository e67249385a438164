"""Enclosed numbers: what they print as, and what they refuse to be."""

from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtlearn.errors import InputError
from gtlearn.solvers.enclosures import Enclosure, decimal_text, exact_row
from gtlearn.solvers.verify.reading import read_real

DECIMALS = st.builds(lambda n, k: F(n, 10**k), st.integers(-(10**40), 10**40), st.integers(0, 50))
RADII = st.builds(lambda n, k: F(n, 10**k), st.integers(1, 10**6), st.integers(0, 50))


@given(DECIMALS, RADII)
def test_json_keeps_every_digit(middle, radius):
    number = Enclosure(middle, radius)
    assert read_real(number.to_json()) == number


@given(DECIMALS)
def test_decimals_are_exact(value):
    assert F(decimal_text(value)) == value


@given(DECIMALS, RADII)
def test_every_digit_that_is_shown_is_proven(middle, radius):
    number = Enclosure(middle, radius)
    digits, dots, exponent = str(number).partition("...")
    if dots:
        shown = F(digits + exponent)
        places = len(digits.partition(".")[2]) - int(exponent[1:] or 0)
        for end in (number.lower, number.upper):
            assert abs(shown) <= abs(end) < abs(shown) + F(10) ** -places


@pytest.mark.parametrize(
    ("middle", "radius", "text"),
    [
        ("0.42320565123", "1e-11", "0.42320565..."),
        ("0.42320565123", "1e-7", "0.423205..."),  # fewer digits where fewer are known
        ("0.5", "1e-31", "0.5 +- 1e-31"),  # no digit is certain: 0.4999... or 0.5000...
        ("-0.0000000314159265", "1e-31", "-3.1415926...e-8"),
        ("31415926535", "1e-31", "3.1415926...e+10"),
    ],
)
def test_as_text(middle, radius, text):
    assert str(Enclosure(F(middle), F(radius))) == text


def test_a_midpoint_is_not_taken_for_the_number():
    number = Enclosure(F(1, 2), F(1, 10**31))
    assert float(number) == 0.5
    with pytest.raises(InputError, match="may be irrational"):
        exact_row([number])
    with pytest.raises(TypeError):
        number + 1


@pytest.mark.parametrize(
    "entry", [{"mid": "1/2"}, {"mid": 0.5, "radius": "1"}, {"mid": "x", "radius": "1"}, {"a": "1"}]
)
def test_other_objects_are_no_numbers(entry):
    with pytest.raises((InputError, KeyError)):
        read_real(entry)
