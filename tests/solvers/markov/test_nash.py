"""`solve_nash`: which method is chosen, what its options do, and what is refused."""

from fractions import Fraction as F

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games.testing import iterated_games, markov_games
from gtlearn.solvers import verify
from gtlearn.solvers._markov.nash import solve_nash

DILEMMA = games.iterated("prisoners_dilemma", discount="1/2")


@settings(max_examples=60, deadline=None)
@given(st.one_of(markov_games(), iterated_games(max_players=3)))
def test_every_statement_holds(game):
    solution = solve_nash(game)
    assert verify.solution(game, solution).false == ()
    assert solution.game is game
    assert len(solution) == 1 or solution.notes
    for outcome in solution:
        if outcome.certificate.verified:
            assert not any(outcome.certificate.evidence["regrets"])


@pytest.mark.parametrize(
    ("game", "options", "method"),
    [
        (games.iterated("prisoners_dilemma", horizon=3), {}, "backward induction"),
        (DILEMMA, {}, "repeated stage equilibrium"),
        (
            games.iterated("matching_pennies", discount="1/2"),
            {},
            "Pollatschek-Avi-Itzhak iteration",
        ),
        (DILEMMA, {"find": "all"}, "enumeration of deterministic tables"),
        (DILEMMA, {"select": "fairness"}, "enumeration of deterministic tables, best fairness"),
        (DILEMMA.markov, {}, "enumeration of deterministic tables"),
        (games.iterated("battle", discount=0).markov, {"method": "tracing"}, "logarithmic tracing"),
        (DILEMMA.markov, {"method": "enumeration"}, "enumeration of deterministic tables"),
    ],
)
def test_the_method_that_runs(game, options, method):
    solution = solve_nash(game, **options)
    assert solution.method == method
    assert solution.status == "ok"
    assert len(solution) >= 1


def test_mixed_where_nothing_deterministic_is_an_equilibrium():
    # the second player's payoffs doubled: no longer zero-sum, equilibria unchanged
    pennies = [[[[1, -1], [-1, 1]]], [[[-2, 2], [2, -2]]]]
    game = games.markov_game(pennies, [[[[1], [1]], [[1], [1]]]], discount="1/2")
    solution = solve_nash(game)
    assert solution.method == "logarithmic tracing"
    assert solution[0].strategies == (((F(1, 2), F(1, 2)),),) * 2
    assert solution[0].payoffs == (0, 0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"find": "some"}, "'some' is no find"),
        ({"select": "luck"}, "'luck' is no way to select"),
        ({"method": "guess"}, "'guess' is no method"),
        ({"method": "tracing", "find": "all"}, "does not find all"),
        ({"method": "backward-induction"}, "has no horizon"),
        ({"select": "entropy"}, "not selected by entropy"),
    ],
)
def test_refusals(options, words):
    with pytest.raises(InputError, match=words):
        solve_nash(DILEMMA, **options)


def test_only_iterated_games_repeat_a_stage():
    with pytest.raises(InputError, match="no iterated game"):
        solve_nash(DILEMMA.markov, method="stage-equilibrium")


def test_progress_is_told():
    told = []
    solve_nash(
        games.iterated("prisoners_dilemma", horizon=2),
        progress=lambda done, message: told.append((done, message)),
    )
    assert told == [(0.0, "backward induction"), (0.5, "backward induction")]


def test_how_floats_were_read_is_said():
    stage = games.normal_form([[0.1, 0.2], [0.3, 0.4]], [[0, 1], [0, 1]])
    solution = solve_nash(games.iterated(stage, discount="1/2"))
    assert "float payoffs" in solution.notes[0]
