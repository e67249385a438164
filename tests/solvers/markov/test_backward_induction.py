"""Backward induction: subgame-perfect equilibria of games with a horizon."""

from fractions import Fraction as F
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.games.kinds.markov.game import unrolled
from gtlearn.games.testing import markov_games
from gtlearn.solvers import verify, zero_sum
from gtlearn.solvers._markov.evaluation import evaluate
from gtlearn.solvers._markov.nash import solve_nash
from gtlearn.solvers.profiles.tables import deterministic_tables, pure_table

few = settings(max_examples=40, deadline=None)
SMALL = st.integers(-3, 3)
NO_PURE = [[1, -1], [-1, 1]], [[-1, 1], [1, -1]]  # matching pennies


def solved(game, **options):
    """The one outcome, re-checked by the code that shares nothing with the solver."""
    solution = solve_nash(game, **options)
    assert verify.solution(game, solution).false == ()
    (outcome,) = solution
    assert outcome.timed
    assert outcome.certificate.evidence["regrets"] == (0,) * game.num_players
    return outcome


def expected(array, state, rows):
    """The expectation of an array (states, *actions, ...) where the rows are played in a state."""
    return sum(
        np.prod([row[a] for row, a in zip(rows, profile, strict=True)], initial=F(1))
        * array[(state, *profile)]
        for profile in product(*(range(len(row)) for row in rows))
    )


@few
@given(markov_games(finite=True, payoffs=SMALL))
def test_no_deviation_of_one_step_gains_anywhere(game):
    """By the definition, at every step and in every state, with the values of the profile."""
    outcome = solved(game)
    payoffs = [array.fractions() for array in game.payoffs]
    moves = game.transitions.fractions()
    values = [np.array([F(0)] * game.num_states)] * game.num_players
    for step in reversed(range(game.horizon)):
        ahead = [r + game.discount * (moves @ v) for r, v in zip(payoffs, values, strict=True)]
        met = [[] for _ in values]
        for state in range(game.num_states):
            rows = [table[step * game.num_states + state] for table in outcome.strategies]
            for k, array in enumerate(ahead):
                worth = expected(array, state, rows)
                met[k].append(worth)
                for action in np.flatnonzero(game.legal[k][state]):
                    other = [F(int(a == action)) for a in range(game.shape[k])]
                    deviation = [*rows[:k], other, *rows[k + 1 :]]
                    assert expected(array, state, deviation) <= worth
        values = [np.array(row) for row in met]
    for payoff, row in zip(outcome.payoffs, values, strict=True):
        start = sum(p * v for p, v in zip(game.start, row, strict=True))
        assert payoff == game.scale * start


@settings(max_examples=20, deadline=None)
@given(
    markov_games(
        zero_sum=True, finite=True, max_states=2, max_actions=2, max_horizon=2, payoffs=SMALL
    )
)
def test_the_value_is_that_of_the_game_in_plans(game):
    """Zero-sum: each player mixes its deterministic plans, which know the time (Kuhn 1953)."""
    timed = unrolled(game)
    plans = [
        [pure_table(timed, k, actions) for actions in deterministic_tables(timed, k)]
        for k in range(2)
    ]
    matrix = np.array(
        [[evaluate(game, pair).payoffs[0] for pair in product([p], plans[1])] for p in plans[0]]
    )
    value = zero_sum(games.normal_form(matrix, -matrix))[0].payoffs[0]
    outcome = solved(game)
    assert outcome.payoffs == (value, -value)
    evidence = outcome.certificate.evidence
    assert evidence["lower"] == evidence["upper"] == value


@pytest.mark.parametrize("horizon", [1, 3, 10, 40])
@pytest.mark.parametrize("stage", ["prisoners_dilemma", "deadlock"])
def test_dominant_actions_are_repeated(stage, horizon):
    # Luce & Raiffa (1957), section 5.5: the last step is lost, and so the one before it, ...
    outcome = solved(games.iterated(stage, horizon=horizon))
    assert all(row == (0, 1) for table in outcome.strategies for row in table)


@pytest.mark.parametrize("horizon", [1, 20])
def test_the_chain_store_never_deters(horizon):
    # Selten (1978): by induction from the last period on, every entrant comes in and is tolerated.
    # (In one period to stay out is an equilibrium too, as the store then need not fight.)
    game = games.iterated("chain_store", horizon=horizon)
    outcome = solved(game)
    assert outcome.payoffs == (2, 2)
    assert all(row == (1, 0) for table in outcome.strategies for row in table)


def test_selected_stage_equilibria():
    game = games.iterated("stag_hunt", horizon=5)
    assert solved(game, select="welfare").payoffs == (4, 4)
    battle = games.iterated("battle_of_the_sexes", horizon=4)
    assert sum(solved(battle, select="welfare").payoffs) == 3
    # the fairer of 2, 1 and 1, 2 changes from step to step, so both get 3/2 in the mean
    assert solved(battle, select="fairness").payoffs == (F(3, 2), F(3, 2))
    mixed = solved(battle, select="entropy")
    assert mixed.payoffs == (F(2, 3), F(2, 3))


@settings(max_examples=30, deadline=None)
@given(markov_games(finite=True, max_states=2, max_horizon=3, payoffs=SMALL))
def test_one_step_selected_by_welfare_is_best(game):
    last = games.markov_game(
        [array.fractions() for array in game.payoffs],
        game.transitions.fractions(),
        start=game.start,
        horizon=1,
        legal=game.legal,
    )
    best, fair, other = (solved(last, select=s) for s in ("welfare", "fairness", None))
    assert sum(best.payoffs) >= max(sum(fair.payoffs), sum(other.payoffs))


def test_discounted_steps_and_sums():
    game = games.iterated("prisoners_dilemma", horizon=3, discount="1/2")
    assert solved(game).payoffs == (F(7, 2), F(7, 2))  # 2 + 1 + 1/2


def three_players(first_two):
    """Two players as given; a third one, paid 1 for its second action."""
    tensors = [np.repeat(np.array(matrix)[..., None], 2, axis=2) for matrix in first_two]
    third = np.zeros((2, 2, 2), dtype=int)
    third[..., 1] = 1
    return games.normal_form(*tensors, third)


def test_three_players_with_pure_stage_equilibria():
    stage = three_players(([[3, 1], [4, 2]], [[3, 4], [1, 2]]))
    outcome = solved(games.iterated(stage, horizon=4))
    assert outcome.payoffs == (2, 2, 1)


def test_three_players_without_are_refused_in_a_sentence():
    solution = solve_nash(games.iterated(three_players(NO_PURE), horizon=2))
    assert (len(solution), solution.complete, solution.status) == (0, False, "ok")
    assert "no pure equilibrium" in solution.notes[0]


def test_the_time_limit():
    solution = solve_nash(games.iterated("shapley", horizon=50), time_limit=1e-9)
    assert (solution.status, len(solution)) == ("time_limit", 0)


def test_two_states_by_hand():
    """Moving on costs both players 1 now and, in the second state, pays both 3 a step.

    With two steps to go, moving (-1 + 3) beats staying (0 + 0); with one it does not.
    """
    stay, go = [1, 0], [0, 1]
    payoffs = [[[0], [-1]], [[3], [3]]]
    moves = [[[stay], [go]], [[go], [go]]]
    game = games.markov_game([payoffs, payoffs], moves, horizon=3, averaged=False)
    outcome = solved(game)
    assert outcome.payoffs == (5, 5)
    assert [outcome.strategies[0][2 * t].index(1) for t in range(3)] == [1, 1, 0]
