"""Exact numbers: reading, printing, arrays."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtlearn.errors import InputError
from gtlearn.games import normal_form
from gtlearn.games.numbers import (
    common_denominator,
    exact_array,
    format_number,
    nearest_double,
    parse_entry,
    parse_number,
    to_fraction,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("-3", -3),
        ("+3", 3),
        ("0.1", Fraction(1, 10)),
        (".5", Fraction(1, 2)),
        ("5.", 5),
        ("-1.5e2", -150),
        ("1e-3", Fraction(1, 1000)),
        ("2/4", Fraction(1, 2)),
        ("-2/4", Fraction(-1, 2)),
        (" 7 ", 7),
        ("0/5", 0),
    ],
)
def test_parse_number(text, value):
    assert parse_number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "e5",
        "nan",
        "inf",
        "1_0",
        "²",
        "1e99999",
        "1e999999999",
        "-",
        "1.2.3",
        "0x1",
        "1/-2",
    ],
)
def test_parse_number_refuses(text):
    with pytest.raises(InputError, match="is not a number; write an integer, a decimal or p/q"):
        parse_number(text)


def test_parse_number_refuses_a_zero_denominator():
    with pytest.raises(InputError, match="divides by zero"):
        parse_number("1/0")


@given(st.integers(-(10**9000), 10**9000), st.integers(1, 10**5000))
def test_numbers_of_any_length_survive_printing(numerator, denominator):
    value = Fraction(numerator, denominator)
    assert parse_number(format_number(value)) == value


@given(st.lists(st.fractions(), max_size=5))
def test_parse_entry(values):
    assert [parse_entry(str(value)) for value in values] == values


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_are_exact_unless_rationalised(value):
    assert to_fraction(value) == Fraction(value)
    assert float(to_fraction(value, rationalise=True)) == value
    assert to_fraction(0.1, rationalise=True) == Fraction(1, 10)


def test_decimals_of_python_are_exact():
    assert to_fraction(Decimal("0.1")) == to_fraction(Decimal("0.1"), rationalise=True)
    assert to_fraction(Decimal("0.1")) == Fraction(1, 10)
    with pytest.raises(InputError, match="NaN is not a finite number"):
        to_fraction(Decimal("NaN"))


def test_payoffs_too_large_for_openspiel_say_so():
    game = normal_form([[10**400]], [[Fraction(10**400, 3)]])
    with pytest.raises(InputError, match="too large for a float; rescale"):
        _ = game.openspiel


def test_narrow_floats_keep_their_own_value():
    assert exact_array(np.array([0.1], np.float32))[0] == Fraction(float(np.float32(0.1)))
    assert exact_array(np.array([0.1], np.float32), rationalise=True)[0] == Fraction(1, 10)
    assert exact_array(np.array([1], np.longdouble) / 3)[0] != Fraction(1 / 3)


@pytest.mark.parametrize("dtype", ["int8", "uint64", "float64", "object"])
def test_dtypes(dtype):
    assert exact_array(np.array([[1, 2], [3, 4]]).astype(dtype)).fractions().tolist() == [
        [1, 2],
        [3, 4],
    ]


def test_integers_beyond_64_bits():
    array = exact_array([[2**70, 1], [-(2**65), Fraction(1, 3)]])
    assert array.numerators.dtype == object
    assert array[0, 0] == 2**70
    assert array[1, 1] == Fraction(1, 3)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "empty"),
        ([[]], r"empty at index \[0\]"),
        ([[1, 2], [3]], r"ragged: entry \[1\] has shape \[1\] where entry \[0\] has \[2\]"),
        ([[1, "x"]], r"'x' is not a number.*at index \[0, 1\]"),
        ([[1, None]], r"None'? is a NoneType, not a number"),
        ([[True]], "truth value"),
        ([1j], "complex"),
        ([float("inf")], "inf is not a finite number"),
        (np.array([[1.0, np.nan]]), r"nan at index \[0, 1\] is not a finite number"),
        (np.zeros((0, 2)), "empty"),
    ],
)
def test_arrays_that_are_refused(values, message):
    with pytest.raises(InputError, match=message):
        exact_array(values)


def test_a_common_denominator_that_would_not_fit_is_refused():
    values = [Fraction(1, 10**3990 + k) for k in range(2000)]
    with pytest.raises(InputError, match="common denominator of 2000 payoffs"):
        common_denominator(values)


def test_what_cannot_be_printed_is_refused_in_a_sentence():
    with pytest.raises(InputError, match="what is given is a tuple, not a number"):
        to_fraction((10**5000,))


@pytest.mark.parametrize("exponent", ["1e999999999", "-1e-999999999"])
def test_a_decimal_that_would_fill_the_memory_is_refused(exponent):
    with pytest.raises(InputError, match="too large or too small; rescale"):
        to_fraction(Decimal(exponent))


@pytest.mark.parametrize("dtype", [float, int, bool])
def test_an_array_that_would_fill_the_memory_is_refused(dtype):
    endless = np.broadcast_to(dtype(0), (10**6, 10**6))  # one number, seen again and again
    with pytest.raises(InputError, match="1000000000000 numbers, more than 100000000"):
        normal_form(endless, endless)


def test_nearest_doubles():
    assert nearest_double(Fraction(1, 3)) == 1 / 3
    assert nearest_double(-(10**400)) == -math.inf
    assert nearest_double(Fraction(1, 10**400)) == 0
