"""Exact systems over the integers."""

from fractions import Fraction

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from gtlearn.solvers._linear.algebra import multiply, solve_integer_system, to_flint

NUMBERS = st.one_of(st.integers(-3, 3), st.integers(-(10**30), 10**30))


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_the_solution_solves(data):
    size = data.draw(st.integers(1, 4))
    rows = st.lists(NUMBERS, min_size=size, max_size=size)
    matrix = data.draw(st.lists(rows, min_size=size, max_size=size))
    right = data.draw(rows)
    solved = solve_integer_system(np.array(matrix, dtype=object), np.array(right, dtype=object))
    if solved is None:
        assert to_flint(np.array(matrix, dtype=object)).det() == 0
        return
    values, denominator = solved
    assert denominator > 0
    x = [Fraction(v, denominator) for v in values]
    assert [sum(a * v for a, v in zip(row, x, strict=True)) for row in matrix] == right


@pytest.mark.parametrize("size", [1, 2, 3])
def test_singular(size):
    assert solve_integer_system(np.zeros((size, size), dtype=int), np.ones(size, dtype=int)) is None


def test_no_unknowns():
    empty = np.zeros((0, 0), dtype=int)
    assert solve_integer_system(empty, np.zeros(0, dtype=int)) == ([], 1)


@pytest.mark.parametrize("size", [2**31, 2**62, 2**70])
def test_products_do_not_overflow(size):
    matrix = np.array([[size, size], [-size, 1]])
    assert multiply(matrix, [size, size]) == [2 * size**2, size - size**2]
    assert multiply(np.zeros((3, 0), dtype=int), []) == [0, 0, 0]
