"""Zero-sum games: both players' programs, interchangeable strategies, uniqueness."""

from fractions import Fraction

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from scipy.optimize import linprog

from gtlearn.errors import InputError
from gtlearn.games import families, load, normal_form
from gtlearn.games.testing import bimatrix_games
from gtlearn.solvers import all_equilibria, solve, verify, zero_sum
from gtlearn.solvers._nash import zero_sum as module
from gtlearn.solvers._nash.zero_sum_interior import likely_supports

few = settings(max_examples=50, deadline=None)
TIED = bimatrix_games(max_rows=5, max_columns=5, zero_sum=True, payoffs=st.integers(-2, 2))
ANY = st.one_of(TIED, bimatrix_games(max_rows=5, max_columns=5, zero_sum=True))


def game_of(rows):
    rows = np.array(rows)
    return normal_form(rows, -rows)


def check(game):
    """The guarantees of both strategies, by the definition: they meet at the value."""
    solution = zero_sum(game)
    (outcome,) = solution
    x, y = outcome.strategies
    payoffs = game.payoffs[0].fractions().tolist()
    value = outcome.certificate.evidence["value"]
    guaranteed = [sum(p * row[j] for p, row in zip(x, payoffs, strict=True)) for j in range(len(y))]
    conceded = [sum(q * v for q, v in zip(y, row, strict=True)) for row in payoffs]
    assert min(guaranteed) == max(conceded) == value == outcome.payoffs[0]
    assert sum(x) == sum(y) == 1
    assert min(*x, *y) >= 0
    assert outcome.certificate.verified
    return solution


@given(ANY)
@few
def test_the_guarantees_meet_at_the_value(game):
    check(game)


@given(ANY)
@few
def test_the_value_is_that_of_every_equilibrium(game):
    value = check(game)[0].payoffs[0]
    assert {e.payoffs[0] for e in all_equilibria(game)} == {value}


@given(ANY)
@few
def test_strategies_are_interchangeable(game):
    mine = zero_sum(game)[0].strategies
    for outcome in all_equilibria(game):
        x, y = outcome.strategies
        assert verify.is_nash(game, (mine[0], y))
        assert verify.is_nash(game, (x, mine[1]))


@given(ANY)
@few
def test_uniqueness_is_what_all_equilibria_show(game):
    solution = zero_sum(game)
    every = [e.strategies for e in all_equilibria(game)]
    counts = [len({strategies[k] for strategies in every}) for k in (0, 1)]
    assert solution[0].certificate.evidence["unique"] == tuple(c == 1 for c in counts)
    assert solution.complete == (counts == [1, 1])


@given(ANY)
@few
def test_the_players_swapped(game):
    first, second = game.payoffs
    mirrored = zero_sum(normal_form(second.transpose(), first.transpose()))
    assert mirrored[0].payoffs[0] == -zero_sum(game)[0].payoffs[0]
    unique = zero_sum(game)[0].certificate.evidence["unique"]
    assert mirrored[0].certificate.evidence["unique"] == unique[::-1]


@given(ANY, st.fractions(-9, 9, max_denominator=9), st.fractions(Fraction(1, 9), 9))
@few
def test_constant_sum_and_scale(game, shift, scale):
    rows = game.payoffs[0].fractions()
    moved = check(normal_form(rows * scale + shift, 7 - rows * scale))
    value = zero_sum(game)[0].payoffs[0]
    assert moved[0].payoffs == (value * scale + shift, 7 - value * scale)


@given(bimatrix_games(max_rows=5, max_columns=5, payoffs=st.integers(-3, 3)))
@few
def test_skew_symmetric_games_are_fair(game):
    if game.shape[0] != game.shape[1]:
        return
    rows = game.payoffs[0].numerators - game.payoffs[0].numerators.T
    solution = check(game_of(rows))
    assert solution[0].payoffs == (0, 0)
    x, y = solution[0].strategies
    assert verify.is_nash(solution.game, (y, x))


@pytest.mark.parametrize("seed", range(20))
def test_against_scipy(seed):
    rng = np.random.default_rng(seed)
    m, n = rng.integers(2, 30, 2)
    rows = rng.integers(-50, 50, (m, n))
    result = linprog(
        [*[0] * m, -1],
        A_ub=np.hstack([-rows.T, np.ones((n, 1))]),
        b_ub=np.zeros(n),
        A_eq=[[*[1] * m, 0]],
        b_eq=[1],
        bounds=[(0, None)] * m + [(None, None)],
    )
    assert float(check(game_of(rows))[0].payoffs[0]) == pytest.approx(-result.fun, abs=1e-8)


class TestUniqueness:
    @pytest.mark.parametrize(
        ("rows", "unique"),
        [
            ([[1, -1], [-1, 1]], (True, True)),
            ([[0]], (True, True)),
            ([[0, 0]], (True, False)),
            ([[0], [0]], (False, True)),
            ([[1, 2], [1, 0]], (False, True)),  # a saddle in a column whose rows tie
            ([[1, 1], [0, 2]], (True, False)),  # y_2 <= 1/2 concedes no more than 1
            ([[0, 0], [0, 0]], (False, False)),
            ([[3, 1, 2], [1, 3, 2]], (True, False)),  # the third column is half of each other one
            ([[2, 0], [0, 2], [1, 1]], (False, True)),
            ([[0, 1], [0, 1]], (False, True)),
        ],
    )
    def test_by_hand(self, rows, unique):
        assert check(game_of(rows))[0].certificate.evidence["unique"] == unique

    def test_not_asked_for(self):
        solution = zero_sum(load("matching_pennies"), uniqueness=False)
        assert "unique" not in solution[0].certificate.evidence
        assert not solution.complete

    @pytest.mark.parametrize("seed", range(6))
    def test_a_copied_row_or_column_ends_it(self, seed):
        rows = families.zero_sum(6, 6, seed=seed).payoffs[0].numerators
        before = check(game_of(rows))
        assert before[0].certificate.evidence["unique"] == (True, True)
        played = [int(np.argmax([float(p) for p in s])) for s in before[0].strategies]
        more_rows = np.vstack([rows, rows[played[0]]])
        more_columns = np.hstack([rows, rows[:, [played[1]]]])
        assert check(game_of(more_rows))[0].certificate.evidence["unique"] == (False, True)
        assert check(game_of(more_columns))[0].certificate.evidence["unique"] == (True, False)


class TestScales:
    @pytest.mark.parametrize("seed", range(6))
    def test_mixed_exponents(self, seed):
        rng = np.random.default_rng(seed)
        check(game_of(rng.integers(1, 10, (6, 6)) * 10.0 ** rng.integers(-9, 10, (6, 6))))

    @pytest.mark.parametrize("exponent", [-400, -30, 30, 400])
    def test_any_size(self, exponent):
        scale = Fraction(10) ** exponent
        rows = families.zero_sum(5, 5, seed=1).payoffs[0].fractions()
        value = check(normal_form(rows, -rows))[0].payoffs[0]
        assert check(normal_form(rows * scale, -rows * scale))[0].payoffs[0] == value * scale

    @pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (2, 100), (100, 2)])
    def test_shapes(self, shape):
        for high in (1, 10**6):
            check(families.zero_sum(*shape, low=-high, high=high, seed=4))

    @pytest.mark.parametrize("kind", ["small", "zero", "identical_rows", "duplicate", "win_lose"])
    def test_degenerate(self, kind):
        rows = families.degenerate(30, 30, kind=kind, seed=1).payoffs[0].numerators
        check(game_of(rows))


class TestLarge:
    def test_interior_point(self, monkeypatch):
        monkeypatch.setattr(module, "INTERIOR", 10)
        for seed in range(4):
            check(families.zero_sum(40, 40, seed=seed))
        check(families.zero_sum(15, 40, seed=1))

    def test_where_the_interior_point_is_no_help(self, monkeypatch):
        # many optimal strategies: no square support to read off
        monkeypatch.setattr(module, "INTERIOR", 2)
        for kind in ("zero", "duplicate", "small"):
            rows = families.degenerate(12, 12, kind=kind, seed=2).payoffs[0].numerators
            check(game_of(rows))

    def test_supports(self):
        found = next(likely_supports(np.array([[1, 3, 2], [2, 1, 3], [3, 2, 1]])))
        assert [list(s) for s in found] == [[0, 1, 2], [0, 1, 2]]

    def test_one_and_zero_sum_agree(self):
        game = families.zero_sum(30, 30, seed=5)
        assert solve(game)[0].strategies == zero_sum(game)[0].strategies
        assert solve(game).method == zero_sum(game).method


class TestBadInput:
    @pytest.mark.parametrize("name", ["prisoners_dilemma", "battle_of_the_sexes", "shapley"])
    def test_not_zero_sum(self, name):
        with pytest.raises(InputError, match=f"'{name}' is not a two-player zero-sum game"):
            zero_sum(load(name))

    def test_three_players(self):
        zeros = np.zeros((2, 2, 2))
        with pytest.raises(InputError, match="not a two-player zero-sum game"):
            zero_sum(normal_form(zeros, zeros, zeros))

    def test_almost(self):
        rows = [[1, -1], [-1, 1]]
        columns = [[-1, 1], [1, -1 + Fraction(1, 10**20)]]
        with pytest.raises(InputError, match="not a two-player zero-sum game"):
            zero_sum(normal_form(rows, columns))
