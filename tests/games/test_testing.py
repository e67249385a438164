"""The checker and the strategies that users get."""

import sys
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games import testing
from gtlearn.games.numbers import ExactArray


@given(testing.normal_form_games(max_players=4, max_actions=3))
def test_generated_games_pass(game):
    testing.check_game(game)
    assert 2 <= game.num_players <= 4
    assert max(game.shape) <= 3


@given(testing.bimatrix_games(zero_sum=True, max_rows=3), testing.bimatrix_games(symmetric=True))
def test_kinds_of_bimatrix_games(zero_sum, symmetric):
    assert zero_sum.is_zero_sum
    assert zero_sum.shape[0] <= 3
    assert symmetric.is_symmetric


@given(st.data())
def test_strategies_are_distributions(data):
    game = data.draw(testing.normal_form_games())
    profile = data.draw(testing.strategy_profiles(game))
    assert tuple(map(len, profile)) == game.shape
    assert all(sum(strategy) == 1 and min(strategy) >= 0 for strategy in profile)
    assert all(isinstance(p, Fraction) for strategy in profile for p in strategy)


def test_check_takes_what_load_takes():
    testing.check_game("security_bayesian")
    testing.check_game([[[1, 0.5]], [[2, 3]]])
    with pytest.raises(InputError, match="no game called"):
        testing.check_game("chickn")


@pytest.mark.parametrize(
    ("numerators", "denominator", "message"),
    [
        (np.array([[1, 2]], dtype=np.int32), 1, "dtype int32; use int64 or ints"),
        (np.array([[1, 2.0]]), 1, "dtype float64"),
        (np.array([[1, 2.5]], dtype=object), 1, "not Python ints"),
        (np.array([[1, 2]]), 0, "denominator 0, no positive int"),
    ],
)
def test_broken_payoffs_are_named(numerators, denominator, message):
    good = games.normal_form([[1, 2]], [[3, 4]], name="broken")
    bad = replace(good, payoffs=(ExactArray(numerators, denominator), good.payoffs[1]))
    with pytest.raises(InputError, match=message):
        testing.check_game(bad)


def test_broken_labels_are_named():
    good = games.normal_form([[1, 2]], [[3, 4]])
    with pytest.raises(InputError, match="not non-empty strings"):
        testing.check_game(replace(good, actions=((1,), ("a", "b"))))


def test_without_hypothesis(monkeypatch):
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    monkeypatch.setitem(sys.modules, "hypothesis.strategies", None)
    with pytest.raises(InputError, match="pip install hypothesis"):
        testing.mixed_strategies(3)
    testing.check_game("chicken")


def test_an_iterated_game_whose_openspiel_game_is_another_is_named():
    game = games.iterated("chicken", horizon=3)
    for other, message in [
        (games.iterated("hero", horizon=3), "is loaded as another game"),
        (games.iterated("chicken", horizon=4), "is loaded as another game"),
    ]:
        object.__setattr__(game, "openspiel", other.openspiel)
        with pytest.raises(InputError, match=message):
            testing.check_game(game)
    testing.check_game(games.iterated("chicken", horizon=3))


@pytest.mark.parametrize(
    ("attribute", "value", "message"),
    [
        ("payoffs", [np.zeros((2, 2))] * 2, "pays"),
        ("steps", 2, "is over after 2 steps, not 3"),
        ("steps", 9, "is not over after 3 steps"),
    ],
)
def test_an_openspiel_game_that_strays_is_named(attribute, value, message):
    game = games.iterated("chicken", horizon=3)
    setattr(game.openspiel, attribute, value)
    with pytest.raises(InputError, match=message):
        testing.check_game(game)


def test_a_markov_game_whose_numbers_are_no_exact_integers_is_named():
    good = games.load("big_match")
    rounded = ExactArray(good.transitions.numerators.astype(float), 1)
    with pytest.raises(InputError, match="numerators of dtype float64"):
        testing.check_game(replace(good, transitions=rounded))
