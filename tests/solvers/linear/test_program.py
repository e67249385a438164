"""Exact linear programs: against scipy, by duality, and repaired from any basis."""

from fractions import Fraction

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from scipy.optimize import linprog

from gtlearn import limits
from gtlearn.limits import LimitReached
from gtlearn.solvers._linear import program as module
from gtlearn.solvers._linear.exact_simplex import repair
from gtlearn.solvers._linear.program import (
    Basis,
    Infeasible,
    LinearProgram,
    Unbounded,
    at_basis,
    integer_rows,
    solve,
)

OPTIMAL, INFEASIBLE, UNBOUNDED = "optimal", "infeasible", "unbounded"


def draw(seed, high=5, size=6):
    """A program with few numbers, so that many bases are degenerate."""
    rng = np.random.default_rng(seed)
    m, n = rng.integers(1, size, 2, endpoint=True)
    equalities = np.flatnonzero(rng.random(m) < 0.2).tolist()
    return LinearProgram(
        objective=rng.integers(-high, high, n, endpoint=True),
        matrix=rng.integers(-high, high, (m, n), endpoint=True),
        bounds=rng.integers(-1, high, m, endpoint=True) * rng.integers(0, 2, m),
        equalities=equalities,
    )


def by_scipy(program):
    """The status and the value in floats."""
    equal = np.zeros(len(program.bounds), dtype=bool)
    equal[list(program.equalities)] = True

    def run(objective):
        return linprog(
            objective,
            A_ub=program.matrix[~equal],
            b_ub=program.bounds[~equal],
            A_eq=program.matrix[equal],
            b_eq=program.bounds[equal],
        )

    if not run(np.zeros(len(program.objective))).success:
        return INFEASIBLE, None
    result = run(-program.objective)
    return (OPTIMAL, -result.fun) if result.success else (UNBOUNDED, None)


def prove(program, optimum):
    """Primal and dual feasibility and equal values, in Fractions from the definition."""
    x = [Fraction(v, optimum.primal_denominator) for v in optimum.primal]
    y = [Fraction(v, optimum.dual_denominator) for v in optimum.dual]
    assert min(x, default=0) >= 0
    for i, row in enumerate(program.matrix.tolist()):
        used = sum(a * v for a, v in zip(row, x, strict=True))
        if i in program.equalities:
            assert used == program.bounds[i]
        else:
            assert used <= program.bounds[i]
            assert y[i] >= 0
    for j, column in enumerate(program.matrix.T.tolist()):
        assert sum(a * v for a, v in zip(column, y, strict=True)) >= program.objective[j]
    primal = sum(int(c) * v for c, v in zip(program.objective, x, strict=True))
    dual = sum(int(b) * v for b, v in zip(program.bounds, y, strict=True))
    assert primal == dual == Fraction(*optimum.value(program))
    assert len(optimum.basis.columns) == len(optimum.basis.rows)
    return primal


def outcome(program, **options):
    try:
        return OPTIMAL, prove(program, solve(program, **options))
    except Infeasible:
        return INFEASIBLE, None
    except Unbounded:
        return UNBOUNDED, None


def repaired(program, warm=None):
    status, columns, rows = repair(
        program.objective, program.matrix, program.bounds, program.equalities, warm
    )
    if status != OPTIMAL:
        return status, None
    optimum = at_basis(program, Basis(columns, rows))
    assert optimum is not None
    return status, prove(program, optimum)


def agree(exact, floats):
    assert exact[0] == floats[0]
    if floats[1] is not None:
        assert float(exact[1]) == pytest.approx(floats[1], abs=1e-6)


@pytest.mark.parametrize("block", range(10))
def test_random_programs(block):
    for seed in range(20 * block, 20 * block + 20):
        program = draw(seed)
        agree(outcome(program), by_scipy(program))


def test_all_three_outcomes_occur():
    seen = [outcome(draw(seed))[0] for seed in range(60)]
    assert min(map(seen.count, (OPTIMAL, INFEASIBLE, UNBOUNDED))) >= 5


class TestRepair:
    @pytest.mark.parametrize("block", range(6))
    def test_from_nothing(self, block):
        for seed in range(20 * block, 20 * block + 20):
            program = draw(seed)
            assert repaired(program) == outcome(program)

    @pytest.mark.parametrize("block", range(6))
    def test_from_any_wrong_basis(self, block):
        for seed in range(20 * block, 20 * block + 20):
            program = draw(seed)
            expected = outcome(program)
            rng = np.random.default_rng(seed)
            m, n = program.matrix.shape
            for size in range(min(m, n) + 1):
                columns = np.sort(rng.choice(n, size, replace=False))
                rows = np.sort(rng.choice(m, size, replace=False))
                assert repaired(program, (columns, rows)) == expected

    @pytest.mark.parametrize("seed", range(30))
    def test_the_float_basis_is_wrong(self, seed, monkeypatch):
        program = draw(seed)
        expected = outcome(program)
        m, n = program.matrix.shape
        rng = np.random.default_rng(seed)
        size = int(rng.integers(0, min(m, n), endpoint=True))
        wrong = rng.choice(n, size, replace=False), rng.choice(m, size, replace=False)
        for basis in (wrong, None):
            monkeypatch.setattr(module, "float_basis", lambda *_, basis=basis: basis)
            assert outcome(program) == expected

    def test_cycling_examples_end(self):
        # Beale (1955), scaled to integers: Dantzig's rule cycles on it, the value is 1/20
        program = LinearProgram(
            np.array([75, -15000, 2, -600]),
            np.array([[25, -6000, -4, 900], [50, -9000, -2, 300], [0, 0, 1, 0]]),
            np.array([0, 0, 1]),
        )
        assert repaired(program) == outcome(program) == (OPTIMAL, 5)

    def test_klee_minty(self):
        size = 6
        matrix = [[2 ** (i - j + 1) * (j < i) + (i == j) for j in range(size)] for i in range(size)]
        program = LinearProgram(
            np.array([2 ** (size - 1 - j) for j in range(size)]),
            np.array(matrix),
            np.array([5 ** (i + 1) for i in range(size)]),
        )
        assert repaired(program) == outcome(program) == (OPTIMAL, 5**size)

    def test_time_limit(self):
        rng = np.random.default_rng(0)
        matrix = rng.integers(1, 1000, (60, 60))
        ones = np.ones(60, dtype=np.int64)
        with limits.limited(time_limit=1e-9), pytest.raises(LimitReached):
            repair(ones, matrix, ones, ())


class TestAwkward:
    @pytest.mark.parametrize("power", [20, 40, 100])
    def test_numbers_beyond_doubles(self, power):
        big = 10**power
        program = LinearProgram(
            np.array([1, 1], dtype=object),
            np.array([[big, big + 1], [big + 1, big]], dtype=object),
            np.array([big, big], dtype=object),
        )
        # by symmetry x = y = big / (2 big + 1)
        assert outcome(program) == (OPTIMAL, Fraction(2 * big, 2 * big + 1))

    def test_rows_of_very_different_size(self):
        program = LinearProgram(
            np.array([1, 10**18, 10**9], dtype=object),
            np.array([[10**18, 1, 0], [0, 10**18, 1], [1, 0, 10**18]], dtype=object),
            np.array([10**18, 10**9, 1], dtype=object),
        )
        agree_with = repaired(program)
        assert outcome(program) == agree_with
        assert agree_with[0] == OPTIMAL

    def test_nothing_to_do(self):
        program = LinearProgram(np.zeros(2, int), np.array([[1, 1]]), np.array([3]))
        assert outcome(program) == (OPTIMAL, 0)

    def test_an_equality_that_repeats(self):
        program = LinearProgram(
            np.array([1, 2]), np.array([[1, 1], [2, 2], [1, 0]]), np.array([1, 2, 1]), [0, 1]
        )
        assert outcome(program) == repaired(program) == (OPTIMAL, 2)

    def test_an_equality_that_contradicts(self):
        program = LinearProgram(
            np.array([1, 2]), np.array([[1, 1], [2, 2]]), np.array([1, 3]), [0, 1]
        )
        assert outcome(program) == repaired(program) == (INFEASIBLE, None)

    def test_infeasible_by_one_part_in_10_to_the_20(self):
        big = 10**20
        matrix = np.array([[big, big], [-big, -big]], dtype=object)
        zero = np.zeros(2, dtype=object)
        apart = LinearProgram(zero, matrix, np.array([big, -big - 1], dtype=object))
        touching = LinearProgram(zero, matrix, np.array([big, -big], dtype=object))
        assert outcome(apart) == (INFEASIBLE, None)
        assert outcome(touching) == (OPTIMAL, 0)

    def test_unbounded(self):
        program = LinearProgram(np.array([1, 1]), np.array([[1, -1]]), np.array([0]))
        assert outcome(program) == repaired(program) == (UNBOUNDED, None)

    def test_no_rows_bind(self):
        program = LinearProgram(np.array([-1, -1]), np.array([[1, 1]]), np.array([5]))
        assert outcome(program) == (OPTIMAL, 0)

    def test_time_limit(self):
        rng = np.random.default_rng(0)
        ones = np.ones(300, dtype=np.int64)
        with limits.limited(time_limit=1e-9), pytest.raises(LimitReached):
            solve(LinearProgram(ones, rng.integers(1, 10**6, (300, 300)), ones))


def test_a_basis_that_is_not_optimal_is_refused():
    program = LinearProgram(np.array([1, 2]), np.array([[1, 1], [0, 1]]), np.array([2, 1]))
    best = solve(program)
    assert Fraction(*best.value(program)) == 3
    index = np.array
    for columns, rows in (([], []), ([0], [0]), ([1], [0]), ([1], [1]), ([0, 1], [0])):
        basis = Basis(index(columns, dtype=np.int64), index(rows, dtype=np.int64))
        assert at_basis(program, basis) is None


numbers = st.integers(-3, 3)


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_whatever_the_program(data):
    m, n = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))
    rows = st.lists(st.lists(numbers, min_size=n, max_size=n), min_size=m, max_size=m)
    matrix = np.array(data.draw(rows))
    bounds = np.array(data.draw(st.lists(numbers, min_size=m, max_size=m)))
    objective = np.array(data.draw(st.lists(numbers, min_size=n, max_size=n)))
    equalities = data.draw(st.lists(st.integers(0, m - 1), unique=True, max_size=2))
    program = LinearProgram(objective, matrix, bounds, equalities)
    exact = outcome(program)
    assert repaired(program) == exact
    agree(exact, by_scipy(program))


def test_integer_rows_keep_large_numbers():
    assert integer_rows([[1, 2], [3, 4]]).dtype == np.int64
    large = integer_rows([[1, 2**60]])
    assert large.dtype == object
    assert large[0, 1] == 2**60
