"""Tables: what is read, and what is refused in a sentence."""

from fractions import Fraction as F

import numpy as np
import pytest

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.solvers.profiles.tables import (
    deterministic_tables,
    exact_rows,
    exact_table,
    exact_tables,
    pure_table,
)

IPD = games.iterated("prisoners_dilemma", horizon=10)
GAME = IPD.markov
COOPERATE = [[1, 0]] * 5


def test_numbers_of_any_kind():
    rows = [[1, 0], ["1/3", "2/3"], [F(1, 7), F(6, 7)], ["0.25", "0.75"], np.array([0.5, 0.5])]
    assert exact_table(rows, GAME, 0) == (
        (F(1), F(0)),
        (F(1, 3), F(2, 3)),
        (F(1, 7), F(6, 7)),
        (F(1, 4), F(3, 4)),
        (F(1, 2), F(1, 2)),
    )


def test_floats_are_divided_by_their_sum():
    rows = exact_table(np.full((5, 2), [0.1, 0.9]), GAME, 1)
    assert all(sum(row) == 1 for row in rows)
    assert abs(rows[0][0] - F(1, 10)) < 1e-16


def test_floats_of_32_bits_may_miss_more():
    wide = np.random.default_rng(0).dirichlet([1, 1], size=5)
    narrow = wide.astype(np.float32)
    assert narrow.astype(float).sum(axis=1).max() > 1 + 1e-9
    rows = exact_table(narrow, GAME, 0)
    assert all(sum(row) == 1 for row in rows)
    assert np.abs(np.array(rows, dtype=float) - wide).max() < 1e-7


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([[1, 0]] * 4, ["has 4 row(s)", "5 states", "'Row'"]),
        ([[1, 0, 0]] * 5, ["'init'", "3 probabilities", "2 actions"]),
        ([[1, 0]] * 4 + [["1/2", "1/3"]], ["'DD'", "sums to 5/6"]),
        ([[2, -1], *[[1, 0]] * 4], ["'init'", "negative"]),
        ([[1, 0], [0.5, 0.4], *[[1, 0]] * 3], ["'CC'", "sums to"]),
        ([[1, "x"], *[[1, 0]] * 4], ["'init'", "not a number"]),
        ([1, 0, 0, 0, 0], ["'init'", "no list"]),
        ("CCCCC", ["no table"]),
        (7, ["no table"]),
        (float("nan"), ["no table"]),
        (np.array(1.0), ["no table"]),
        (np.ones(5), ["no table"]),
        (np.ones((5, 2, 2)), ["'init'", "not a number"]),
    ],
)
def test_what_is_refused(values, words):
    with pytest.raises(InputError) as error:
        exact_table(values, GAME, 0)
    assert all(word in str(error.value) for word in words), error.value
    assert "\n" not in str(error.value)


def test_the_time_is_taken_where_it_is_asked_for():
    assert len(exact_table(COOPERATE * 10, GAME, 0, timed=True)) == 50
    assert len(exact_table(COOPERATE, GAME, 0, timed=None)) == 5
    with pytest.raises(InputError, match="at each of the 10 steps"):
        exact_table(COOPERATE, GAME, 0, timed=True)
    with pytest.raises(InputError, match="'CC' at step 9 sums"):
        exact_table(COOPERATE * 9 + [[1, 0], [0, 0], *COOPERATE[:3]], GAME, 0, timed=None)
    endless = games.iterated("prisoners_dilemma", discount="1/2").markov
    with pytest.raises(InputError, match="5 states"):
        exact_table(COOPERATE * 10, endless, 0, timed=True)


def test_illegal_actions_are_refused():
    legal = [[[True, False]], [[True, True]]]
    game = games.markov_game(
        [[[[1, 0], [0, 1]]]] * 2, np.ones((1, 2, 2, 1), int), horizon=3, legal=legal
    )
    assert exact_table([[1, 0]], game, 0) == ((F(1), F(0)),)
    with pytest.raises(InputError, match="plays '2', which is not legal"):
        exact_table([["1/2", "1/2"]], game, 0)
    assert list(deterministic_tables(game, 0)) == [(0,)]
    assert list(deterministic_tables(game, 1)) == [(0,), (1,)]


def test_one_table_a_player():
    with pytest.raises(InputError, match=r"1 table\(s\) given for the 2 players"):
        exact_tables([COOPERATE], GAME)
    assert exact_tables([None, COOPERATE], GAME, 0)[0] == ()


def test_pure_tables():
    assert pure_table(GAME, 0, [0, 1, 1, 0, 1])[1] == (0, 1)
    assert len(pure_table(GAME, 0, [0] * 50)) == 50
    with pytest.raises(InputError, match="no action 2"):
        pure_table(GAME, 0, [0, 0, 2, 0, 0])
    with pytest.raises(InputError, match="3 action"):
        pure_table(GAME, 0, [0, 0, 1])
    tables = list(deterministic_tables(GAME, 0))
    assert len(tables) == len(set(tables)) == 32
    assert tables == sorted(tables)


def test_games_of_another_kind_are_refused():
    assert as_markov(IPD) is IPD.markov
    with pytest.raises(InputError, match="NormalFormGame is no iterated or Markov game"):
        as_markov(games.load("chicken"))


def test_floats_become_exact_distributions_of_simple_ratios():
    half = exact_rows(np.array([[0.5 + 1e-9, 0.5 - 1e-9]]), 10**6)
    assert half == ((F(1, 2), F(1, 2)),)
    assert all(sum(row) == 1 for row in exact_rows(np.array([[1 / 3, 2 / 3], [0.1, 0.9]]), 10**6))
