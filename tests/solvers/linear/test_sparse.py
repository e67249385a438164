"""Sparse exact programs: the same answers as the dense ones, refinement and row generation."""

from fractions import Fraction

import numpy as np
import pytest

from gtlearn import limits
from gtlearn.limits import LimitReached
from gtlearn.solvers._linear import program as dense
from gtlearn.solvers._linear.program import Infeasible, LinearProgram, Unbounded
from gtlearn.solvers._linear.sparse import SparseProgram, Vertex, exact, optimum_at, solve


def sparse(program):
    """The same program with its zeros left out."""
    rows, columns = np.nonzero(program.matrix)
    counts = np.bincount(rows, minlength=len(program.bounds))
    return SparseProgram(
        program.objective,
        np.concatenate([[0], np.cumsum(counts)]),
        columns,
        program.matrix[rows, columns],
        program.bounds,
        program.equalities,
        core=range(len(program.bounds)),
    )


def draw(seed, high=4):
    rng = np.random.default_rng(seed)
    m, n = rng.integers(2, 9, 2)
    matrix = rng.integers(-high, high, (m, n), endpoint=True) * (rng.random((m, n)) < 0.5)
    return LinearProgram(
        rng.integers(-high, high, n, endpoint=True),
        matrix,
        rng.integers(0, high, m, endpoint=True) - (rng.random(m) < 0.1),
        np.flatnonzero(rng.random(m) < 0.15).tolist(),
    )


def outcome(solver, program):
    try:
        optimum = solver(program)
    except Infeasible:
        return "infeasible"
    except Unbounded:
        return "unbounded"
    return optimum


def same(program):
    expected, found = outcome(dense.solve, program), outcome(solve, sparse(program))
    if isinstance(expected, str) or isinstance(found, str):
        assert found == expected
        return found
    value = Fraction(*expected.value(program))
    assert Fraction(*found.value(program)) == value
    x = [Fraction(v, found.primal_denominator) for v in found.primal]
    y = [Fraction(v, found.dual_denominator) for v in found.dual]
    used = program.matrix.astype(object) @ np.array(x, dtype=object)
    covered = np.array(y, dtype=object) @ program.matrix.astype(object)
    assert min(x) >= 0
    assert all(u <= b for u, b in zip(used, program.bounds.tolist(), strict=True))
    assert all(used[i] == program.bounds[i] for i in program.equalities)
    assert all(y[i] >= 0 for i in range(len(y)) if i not in program.equalities)
    assert all(v >= c for v, c in zip(covered, program.objective.tolist(), strict=True))
    assert sum(b * v for b, v in zip(program.bounds.tolist(), y, strict=True)) == value
    return "optimal"


@pytest.mark.parametrize("block", range(8))
def test_the_same_as_dense(block):
    for seed in range(20 * block, 20 * block + 20):
        same(draw(seed))


def test_all_three_outcomes_occur():
    seen = [same(draw(seed)) for seed in range(80)]
    assert min(map(seen.count, ("optimal", "infeasible", "unbounded"))) >= 4


@pytest.mark.parametrize("seed", range(40))
def test_row_generation_where_floats_have_no_basis(seed, monkeypatch):
    monkeypatch.setattr(exact, "float_optimum", lambda *_: None)
    same(draw(seed))


@pytest.mark.parametrize("gap", [10**9, 10**12, 10**15])
def test_differences_far_below_the_tolerance_of_floats(gap):
    # max x + y where x <= 1 and (gap + 1) x + gap y <= gap: the optimum is y = 1, x = 0
    program = LinearProgram(
        np.array([gap, gap]),
        np.array([[gap + 1, gap], [1, 0], [0, gap]]),
        np.array([gap, 1, gap]),
    )
    assert same(program) == "optimal"
    optimum = solve(sparse(program))
    assert Fraction(*optimum.value(program)) == gap


@pytest.mark.parametrize("power", [20, 60])
def test_numbers_beyond_doubles(power):
    big = 10**power
    program = LinearProgram(
        np.array([big, big + 1], dtype=object),
        np.array([[big, big + 1], [big + 1, big]], dtype=object),
        np.array([big, big - 1], dtype=object),
    )
    assert same(program) == "optimal"


def test_time_limit():
    rng = np.random.default_rng(0)
    ones = np.ones(200, dtype=np.int64)
    program = LinearProgram(ones, rng.integers(1, 10**6, (200, 200)), ones)
    with limits.limited(time_limit=1e-9), pytest.raises(LimitReached):
        solve(sparse(program))


def test_a_wrong_basis_is_refused():
    program = LinearProgram(np.array([1, 2]), np.array([[1, 1], [0, 1]]), np.array([2, 1]))
    small = sparse(program)
    for columns, rows in (([], []), ([0], [0]), ([1], [0]), ([1], [1])):
        vertex = Vertex(small, np.array(columns, dtype=int), np.array(rows, dtype=int))
        assert optimum_at(vertex) is None
    both = np.array([0, 1])
    assert optimum_at(Vertex(small, both, both)) is not None


def test_submatrix():
    matrix = np.array([[1, 0, 2], [0, 0, 0], [3, 4, 0]])
    program = sparse(LinearProgram(np.zeros(3, int), matrix, np.zeros(3, int)))
    rows, columns = np.array([2, 0, 1]), np.array([2, 0])
    assert (program.submatrix(rows, columns) == matrix[np.ix_(rows, columns)]).all()
    assert program.row_of.tolist() == [0, 0, 2, 2]
