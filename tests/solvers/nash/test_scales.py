"""Payoffs that floats cannot hold or tell apart: the answers stay exact."""

from fractions import Fraction

import numpy as np
import pytest

from gtlearn.games import families, normal_form
from gtlearn.solvers import all_equilibria, one_equilibrium, verify
from gtlearn.solvers._nash import polytope
from gtlearn.solvers._nash.lemke_howson import path_equilibrium

METHODS = (None, "lemke-howson")


def all_and_one(row, column, check_all):
    solution = check_all(row, column)
    for method in METHODS:
        outcome = one_equilibrium(normal_form(row, column), method=method)[0]
        assert verify.regrets(solution.game, outcome.strategies) == (0, 0)
    return solution


@pytest.mark.parametrize("seed", range(8))
def test_mixed_exponents(seed, check_all):
    rng = np.random.default_rng(seed)
    mantissas = rng.integers(1, 10, (2, 4, 4)).astype(float)
    row, column = mantissas * 10.0 ** rng.integers(-9, 10, (2, 4, 4))
    solution = all_and_one(row.tolist(), column.tolist(), check_all)
    assert solution.notes == ("float payoffs taken as the exact binary values that they hold",)


@pytest.mark.parametrize("exponent", [-300, -9, 9, 300])
def test_a_scale_changes_nothing(exponent):
    game = families.uniform(4, 4, high=9, seed=3)
    expected = {e.strategies for e in all_equilibria(game)}
    scale = Fraction(10) ** exponent
    scaled = normal_form(game.payoffs[0].fractions() * scale, game.payoffs[1].fractions() / scale)
    assert {e.strategies for e in all_equilibria(scaled)} == expected
    for method in METHODS:
        found = one_equilibrium(scaled, method=method)[0].strategies
        assert verify.is_nash(game, found)


@pytest.mark.parametrize("seed", range(6))
def test_beyond_64_bits(seed, check_all):
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 9, (2, 3, 4)).astype(object)
    row, column = small * 10**30 + rng.integers(0, 2, (2, 3, 4)).astype(object)
    all_and_one(row.tolist(), column.tolist(), check_all)


def test_one_unit_in_the_last_of_thirty_digits(check_all):
    big = 10**30
    # the first row is best by one, against both columns
    solution = all_and_one([[big + 1, big], [big, big - 1]], [[0, 1], [1, 0]], check_all)
    assert [e.strategies for e in solution] == [((1, 0), (0, 1))]
    # ... and where it is not, rows tie
    solution = all_and_one([[big, big], [big, big]], [[0, 1], [1, 0]], check_all)
    assert solution.component_indices == (1,)


@pytest.mark.parametrize("seed", range(8))
def test_games_that_differ_from_degenerate_ones_by_the_last_bit(seed, check_all):
    rng = np.random.default_rng(seed)
    base = rng.integers(1, 3, (2, 3, 3)).astype(float)
    nudged = base * (1 + rng.integers(-1, 2, (2, 3, 3)) * np.finfo(float).eps)
    all_and_one(*nudged.tolist(), check_all)


def test_a_tie_broken_by_the_last_bit_is_no_tie(check_all):
    eps = np.finfo(float).eps
    tied = check_all([[1.0, 0.0], [1.0, 0.0]], [[1, 0], [0, 1]])
    broken = check_all([[1.0 + eps, 0.0], [1.0, 0.0]], [[1, 0], [0, 1]])
    assert len(tied) > len(broken) == 3
    assert {e.strategies for e in tied} >= {((1, 0), (1, 0)), ((0, 1), (0, 1))}


def test_decimals_are_not_floats(check_all):
    # 0.1 + 0.2 against 0.3: equal as decimals, not as doubles
    exact = check_all([["0.3", 0], ["0.3", 0]], [[1, 0], [1, 0]])
    floats = check_all([[0.1 + 0.2, 0], [0.3, 0]], [[1, 0], [1, 0]])
    assert len(exact) == 2
    assert [e.strategies for e in floats] == [((1, 0), (1, 0))]


@pytest.mark.parametrize("seed", range(4))
def test_fractions_with_long_denominators(seed, check_all):
    rng = np.random.default_rng(seed)
    primes = [10007, 10009, 10037, 10039, 10061, 10067, 10069, 10079, 10091]
    row, column = (
        [[Fraction(int(v), p) for v, p in zip(line, primes, strict=False)] for line in side]
        for side in rng.integers(-99, 99, (2, 3, 4)).tolist()
    )
    all_and_one(row, column, check_all)


@pytest.mark.parametrize("seed", range(3))
def test_ill_scaled_columns_agree_with_exact_pivots(seed, monkeypatch):
    rng = np.random.default_rng(seed)
    sizes = (10.0 ** rng.integers(-9, 10, (2, 6))).tolist()
    base = rng.integers(1, 100, (2, 6, 6)).tolist()
    row = [[Fraction(v) * Fraction(s) for v, s in zip(r, sizes[0], strict=True)] for r in base[0]]
    column = [
        [Fraction(v) * Fraction(s) for v in r] for r, s in zip(base[1], sizes[1], strict=True)
    ]
    game = normal_form(row, column)
    fast = all_equilibria(game)
    monkeypatch.setattr(polytope, "PERTURBATIONS", ())
    exact = all_equilibria(game)
    assert fast.complete and exact.complete
    assert {e.strategies: e.index for e in fast} == {e.strategies: e.index for e in exact}


class TestShapes:
    """One action, very unequal sides, more than 64 labels."""

    @pytest.mark.parametrize("shape", [(1, 1), (1, 5), (5, 1), (1, 2)])
    @pytest.mark.parametrize("high", [0, 2, 99])
    def test_single_actions(self, shape, high, check_all):
        game = families.uniform(*shape, high=high, seed=1)
        solution = check_all(*(p.numerators.tolist() for p in game.payoffs))
        assert len(solution.components) == 1
        assert len(solution.subsets) == 1

    @pytest.mark.parametrize("shape", [(1, 70), (70, 1), (2, 70), (70, 2)])
    @pytest.mark.parametrize("high", [2, 999])
    def test_more_than_64_labels(self, shape, high):
        game = families.uniform(*shape, high=high, seed=2)
        solution = all_equilibria(game)
        assert solution.complete
        assert sum(solution.component_indices) == 1
        assert all(verify.regrets(game, e.strategies) == (0, 0) for e in solution)
        if high == 2:
            # every action of the longer side that is a copy of another could be left out
            assert len(solution) > 1
        for method in METHODS:
            found = one_equilibrium(game, method=method)[0]
            assert verify.is_nash(game, found.strategies)
        assert path_equilibrium(game, sum(shape) - 1) is not None

    @pytest.mark.parametrize("shape", [(2, 70), (70, 2)])
    def test_two_by_seventy_with_dominated_actions_is_the_small_game(self, shape, check_all):
        small = families.uniform(2, 4, seed=5)
        row, column = (p.numerators for p in small.payoffs)
        row = np.hstack([row, np.zeros((2, 66), dtype=int)])
        column = np.hstack([column, np.full((2, 66), -1)])
        if shape == (70, 2):
            row, column = column.T, row.T
        expected = {(x, (*y, *[0] * 66)) for x, y in (e.strategies for e in all_equilibria(small))}
        if shape == (70, 2):
            expected = {(y, x) for x, y in expected}
        assert {e.strategies for e in all_equilibria(normal_form(row, column))} == expected

    @pytest.mark.parametrize("shape", [(2, 3), (4, 4), (1, 6), (8, 8)])
    def test_all_zero(self, shape):
        m, n = shape
        solution = all_equilibria(normal_form(np.zeros(shape), np.zeros(shape)))
        assert len(solution) == m * n  # all pure profiles, and all that they span
        assert solution.component_indices == (1,)
        (subset,) = solution.subsets
        assert (len(subset.rows), len(subset.columns)) == shape

    @pytest.mark.parametrize("n", [2, 5, 9])
    def test_identical_rows(self, n):
        # the row player is indifferent, the column player has one best column
        row, column = [list(range(n))] * n, [[int(j == 1) for j in range(n)]] * n
        solution = all_equilibria(normal_form(row, column))
        assert len(solution) == n
        assert {e.payoffs for e in solution} == {(1, 1)}
        assert solution.component_indices == (1,)
