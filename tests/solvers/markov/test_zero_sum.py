"""Zero-sum games without a horizon: bounds that hold, values that theory says are rational."""

from fractions import Fraction as F

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games.testing import bimatrix_games, markov_games
from gtlearn.solvers import verify, zero_sum
from gtlearn.solvers._markov.evaluation import evaluate
from gtlearn.solvers._markov.nash import solve_nash
from gtlearn.solvers.profiles.tables import deterministic_tables, pure_table

few = settings(max_examples=40, deadline=None)
SMALL = st.integers(-3, 3)
ZERO_SUM = markov_games(zero_sum=True, finite=False, payoffs=SMALL)


def solved(game, method=None):
    """The outcome and its bounds, re-checked by the code that shares nothing with the solver."""
    solution = solve_nash(game, method=method)
    assert verify.solution(game, solution).false == ()
    (outcome,) = solution
    evidence = outcome.certificate.evidence
    return outcome, evidence["lower"], evidence["upper"]


def pure_payoffs(game, tables, player):
    """The first player's value for every deterministic table of `player` against the tables."""
    for actions in deterministic_tables(game, player):
        played = list(tables)
        played[player] = pure_table(game, player, actions)
        yield evaluate(game, played).payoffs[0]


@few
@given(ZERO_SUM)
def test_the_bounds_are_what_each_table_guarantees(game):
    outcome, lower, upper = solved(game)
    assert lower == min(pure_payoffs(game, outcome.strategies, 1))
    assert upper == max(pure_payoffs(game, outcome.strategies, 0))
    assert lower <= outcome.payoffs[0] <= upper


@few
@given(ZERO_SUM)
def test_the_bounds_are_tight(game):
    _, lower, upper = solved(game)
    payoffs = game.payoffs[0].fractions()[game.legal_profiles]
    play = (payoffs.max() - payoffs.min()) / (1 - game.discount)
    assert upper - lower <= 2 * play / 10**9  # each player's regret is at most 1e-9 of it


@few
@given(markov_games(zero_sum=True, finite=False, max_states=2, max_actions=2, payoffs=SMALL))
def test_both_iterations_bound_the_same_value(game):
    _, lower, upper = solved(game, "pollatschek-avi-itzhak")
    _, below, above = solved(game, "shapley")
    assert max(lower, below) <= min(upper, above)


@few
@given(bimatrix_games(max_rows=4, max_columns=4, zero_sum=True), st.fractions(0, F(9, 10)))
def test_one_state_is_worth_the_stage_value_again_and_again(stage, discount):
    whole = [array.fractions()[None] for array in stage.payoffs]
    moves = np.ones((1, *stage.shape, 1), dtype=int)
    game = games.markov_game(whole, moves, discount=discount)
    value = zero_sum(stage)[0].payoffs[0] / (1 - discount)
    assert solved(game)[1:] == (value, value)


@few
@given(ZERO_SUM, st.data())
def test_values_are_rational_where_one_player_controls_the_transitions(game, data):
    # Parthasarathy & Raghavan (1981), An orderfield property for stochastic games when one player
    # controls transition probabilities, J. Optimization Theory and Applications 33.
    controller = data.draw(st.integers(0, 1))
    moves = game.transitions.fractions()
    other = 2 - controller  # the axis of the other player's actions
    first = moves.take([0], axis=other)
    game = games.markov_game(
        [array.fractions() for array in game.payoffs],
        np.broadcast_to(first, moves.shape).copy(),
        start=game.start,
        discount=game.discount,
    )
    outcome, lower, upper = solved(game)
    assert lower == upper
    assert outcome.certificate.evidence["subgame_perfect"]


@few
@given(ZERO_SUM, st.data())
def test_pure_strategies_suffice_where_one_player_moves_at_a_time(game, data):
    # Shapley (1953): with perfect information all stage games have saddle points.
    movers = [data.draw(st.integers(0, 1)) for _ in game.states]
    legal = [mask.copy() for mask in game.legal]
    for state, mover in enumerate(movers):
        mask = legal[1 - mover][state]
        mask[:] = np.arange(len(mask)) == mask.argmax()
    game = games.markov_game(
        [array.fractions() for array in game.payoffs],
        game.transitions.fractions(),
        start=game.start,
        discount=game.discount,
        legal=legal,
    )
    rows = [pure_table(game, 0, actions) for actions in deterministic_tables(game, 0)]
    value = max(min(pure_payoffs(game, [row, None], 1)) for row in rows)
    assert solved(game)[1:] == (value, value)


@few
@given(ZERO_SUM, st.fractions(F(1, 5), 5), st.integers(-5, 5))
def test_payoffs_in_other_units(game, factor, shift):
    """A shift is worth shift / (1 - discount); the sum of the payoffs is then constant, not 0."""
    _, lower, upper = solved(game)
    row, column = (array.fractions() for array in game.payoffs)
    other = games.markov_game(
        [factor * row + shift, factor * column],
        game.transitions.fractions(),
        start=game.start,
        discount=game.discount,
        legal=game.legal,
    )
    _, below, above = solved(other)
    worth = shift / (1 - game.discount)
    assert max(factor * lower + worth, below) <= min(factor * upper + worth, above)


def test_payoffs_that_doubles_cannot_hold():
    # 10^400 + (0 or 1): matching pennies on top of a huge constant
    huge = 10**400
    rows = np.array([[[huge + 1, huge], [huge, huge + 1]]], dtype=object)
    game = games.markov_game([rows, -rows], np.ones((1, 2, 2, 1), dtype=int), discount="1/2")
    outcome, lower, upper = solved(game)
    assert lower == upper == 2 * huge + 1
    assert outcome.strategies[0] == ((F(1, 2), F(1, 2)),)


def test_irrational_values_beyond_all_doubles():
    # matching pennies that goes on after one kind of match only, worth 10^400 a match: with the
    # value v = u 10^400, u^2 + 3 u - 2 = 0 as in the test of Shapley (1953)
    unit = 10**400
    rows = np.array([[[unit, 0], [0, unit]], [[0, 0], [0, 0]]], dtype=object)
    moves = np.zeros((2, 2, 2, 2), dtype=int)
    moves[..., 1] = 1
    moves[0, 0, 0] = [1, 0]
    game = games.markov_game([rows, -rows], moves, discount="1/2")
    _, lower, upper = solved(game)
    below, above = lower / unit, upper / unit
    assert below**2 + 3 * below - 2 < 0 < above**2 + 3 * above - 2


def test_what_was_found_when_the_time_is_up():
    game = games.markov_game([[[[1]]], [[[-1]]]], [[[[1]]]], discount="1/2")
    solution = solve_nash(game, time_limit=1e-9)
    assert (solution.status, len(solution)) == ("time_limit", 0)
    assert "time limit" in solution.notes[-1]


@pytest.mark.parametrize("method", ["shapley", "pollatschek-avi-itzhak"])
def test_only_for_zero_sum_games_without_a_horizon(method):
    for game in (
        games.iterated("prisoners_dilemma", discount="1/2"),
        games.iterated("matching_pennies", horizon=3),
    ):
        with pytest.raises(InputError, match="no zero-sum game without a horizon"):
            solve_nash(game, method=method)
