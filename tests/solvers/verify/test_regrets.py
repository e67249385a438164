"""Regrets and payoffs against the definition, and profiles that are almost equilibria."""

import itertools
from fractions import Fraction
from math import prod

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from gtlearn.errors import InputError
from gtlearn.games import load, normal_form
from gtlearn.games.testing import normal_form_games, strategy_profiles
from gtlearn.solvers import all_equilibria, verify

HALF = Fraction(1, 2)
TINY = Fraction(1, 10**12)


def by_definition(game, strategies):
    """The sum over all pure profiles, for every player and deviation."""
    profiles = list(itertools.product(*map(range, game.shape)))

    def expected(player, mixed):
        return sum(
            prod(mixed[k][a] for k, a in enumerate(profile)) * game.payoff(player, profile)
            for profile in profiles
        )

    payoffs = [expected(k, strategies) for k in range(game.num_players)]
    deviations = []
    for k, size in enumerate(game.shape):
        options = []
        for action in range(size):
            pure = tuple(Fraction(int(a == action)) for a in range(size))
            options.append(expected(k, [*strategies[:k], pure, *strategies[k + 1 :]]))
        deviations.append(tuple(options))
    return tuple(payoffs), tuple(deviations)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_by_the_definition(data):
    game = data.draw(normal_form_games(max_players=3, max_actions=3))
    strategies = data.draw(strategy_profiles(game))
    payoffs, deviations = by_definition(game, strategies)
    regrets = tuple(max(d) - p for d, p in zip(deviations, payoffs, strict=True))
    assert verify.payoffs(game, strategies) == payoffs
    assert verify.deviation_payoffs(game, strategies) == deviations
    assert verify.regrets(game, strategies) == regrets
    assert verify.is_nash(game, strategies) == (not any(regrets))


@pytest.mark.parametrize("size", [2**31, 2**53 + 1, 2**62 - 1, 10**40])
def test_no_overflow(size):
    game = normal_form([[size, -size], [-size, size]], [[-size, size], [size, -size]])
    assert verify.regrets(game, [[1, 0], [1, 0]]) == (0, 2 * size)
    third = Fraction(1, 3)
    # against (1/3, 2/3) the second row earns size / 3, and the mixture of rows is worth 1/9 of it
    assert verify.payoffs(game, [[third, 1 - third]] * 2)[0] == Fraction(size, 9)
    assert verify.regrets(game, [[third, 1 - third]] * 2)[0] == Fraction(2 * size, 9)


class TestAlmost:
    """One part in 10^12 is no equilibrium."""

    @pytest.mark.parametrize(
        "name", ["matching_pennies", "rock_paper_scissors", "shapley", "battle_of_the_sexes"]
    )
    def test_a_moved_probability(self, name):
        game = load(name)
        outcome = all_equilibria(game)[-1]  # the mixed one
        for player in (0, 1):
            moved = [list(s) for s in outcome.strategies]
            moved[player][0] += TINY
            moved[player][1] -= TINY
            regrets = verify.regrets(game, moved)
            assert regrets[player] == 0 or regrets[1 - player] > 0
            assert 0 < sum(regrets) < 100 * TINY
            assert not verify.is_nash(game, moved)

    def test_a_moved_payoff(self):
        rows = [[1, 0], [0, 1]]
        columns = [[0, 1], [1, 0]]
        half = [[HALF, HALF]] * 2
        assert verify.is_nash(normal_form(rows, columns), half)
        rows[0][0] += TINY
        game = normal_form(rows, columns)
        assert verify.regrets(game, half) == (TINY / 4, 0)
        assert not verify.is_nash(game, half)

    def test_floats_are_what_they_hold(self):
        # a third in floats is no third
        game = load("rock_paper_scissors")
        third = 1 / 3
        rest = 1 - Fraction(third) * 2
        assert not verify.is_nash(game, [[third, third, rest]] * 2)
        assert verify.is_nash(game, [["1/3", "1/3", "1/3"]] * 2)
        assert verify.is_nash(load("matching_pennies"), [[0.5, 0.5]] * 2)

    def test_every_kind_of_number(self):
        game = load("matching_pennies")
        for mixed in (
            ["1/2", "0.5"],
            [HALF, HALF],
            [0.5, 0.5],
            np.array([0.5, 0.5]),
            np.array([0.5, 0.5], dtype=np.float32),
        ):
            assert verify.is_nash(game, [mixed, mixed])
        assert verify.regrets(game, [[1, 0], np.array([0, 1])]) == (2, 0)


class TestBadInput:
    game = load("battle_of_the_sexes")

    @pytest.mark.parametrize(
        ("strategies", "message"),
        [
            ([[1, 0]], "1 strategies for 2 players; give one a player"),
            ([[1, 0]] * 3, "3 strategies for 2 players"),
            ([], "0 strategies for 2 players"),
            ([[1, 0], [1]], "the strategy of 'Column' has 1 probabilities for 2 actions"),
            ([[1, 0, 0], [1, 0]], "the strategy of 'Row' has 3 probabilities for 2 actions"),
            ([[], [1, 0]], "the strategy of 'Row' has 0 probabilities"),
            ([[2, -1], [1, 0]], "'Row' has a negative probability"),
            ([[1, 0], [HALF, HALF + TINY]], "'Column' does not sum to one"),
            ([[0, 0], [1, 0]], "'Row' does not sum to one"),
            ([[0.1, 0.7 + 0.2], [1, 0]], "'Row' does not sum to one"),
            ([["x", 1], [1, 0]], "'x' is not a number"),
            ([["1/0", 1], [1, 0]], "divides by zero"),
            ([[float("nan"), 1], [1, 0]], "not a finite number"),
            ([[float("inf"), 1], [1, 0]], "not a finite number"),
            ([[None, 1], [1, 0]], "not a number"),
            ([[True, False], [1, 0]], "truth value"),
        ],
    )
    def test_one_sentence(self, strategies, message):
        for function in (verify.regrets, verify.payoffs, verify.deviation_payoffs, verify.is_nash):
            with pytest.raises(InputError, match=message) as raised:
                function(self.game, strategies)
            assert "\n" not in str(raised.value)


def test_payoffs_of_zero_under_probabilities_with_long_denominators():
    game = normal_form([[0, 0]], [[0, 1]])
    third = Fraction(10**40 // 3, 10**40)
    assert verify.regrets(game, [[1], [third, 1 - third]]) == (0, third)
