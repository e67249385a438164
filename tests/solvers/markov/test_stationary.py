"""Equilibria in deterministic tables, and repeated stage equilibria."""

from fractions import Fraction as F
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games.testing import iterated_games, markov_games
from gtlearn.solvers import verify
from gtlearn.solvers._markov.nash import solve_nash
from gtlearn.solvers._markov.stationary import deterministic_equilibria
from gtlearn.solvers.profiles.tables import deterministic_tables, pure_table
from gtlearn.solvers.verify.markov_values import table_regrets

few = settings(max_examples=40, deadline=None)
SMALL = st.integers(-2, 2)  # so that ties are frequent


def plan(table):
    """The action of each row of a deterministic table."""
    return tuple(row.index(1) for row in table)


def plans(game):
    return [tuple(map(plan, e.strategies)) for e in deterministic_equilibria(game)]


@few
@given(markov_games(max_states=2, max_actions=2, payoffs=SMALL))
def test_all_of_them_by_the_definition(game):
    profiles = product(*(deterministic_tables(game, k) for k in range(2)))
    expected = [
        profile
        for profile in profiles
        if not any(table_regrets(game, [pure_table(game, k, a) for k, a in enumerate(profile)]))
    ]
    assert plans(game) == expected


@settings(max_examples=15, deadline=None)
@given(markov_games(num_players=3, max_states=2, max_actions=2, payoffs=SMALL))
def test_all_of_them_with_three_players(game):
    profiles = product(*(deterministic_tables(game, k) for k in range(3)))
    expected = [
        profile
        for profile in profiles
        if not any(table_regrets(game, [pure_table(game, k, a) for k, a in enumerate(profile)]))
    ]
    assert plans(game) == expected


@few
@given(markov_games(max_states=3, max_actions=2, payoffs=SMALL))
def test_subgame_perfect_is_an_equilibrium_from_every_state(game):
    """In a game without a horizon: the same tables, started anywhere, leave no regret."""
    for outcome in deterministic_equilibria(game):
        starts = [
            games.markov_game(
                [array.fractions() for array in game.payoffs],
                game.transitions.fractions(),
                start=state,
                horizon=steps,
                discount=game.discount,
                legal=game.legal,
            )
            for state in range(game.num_states)
            for steps in ([None] if game.horizon is None else range(1, game.horizon + 1))
        ]
        perfect = not any(any(table_regrets(other, outcome.strategies)) for other in starts)
        assert outcome.certificate.evidence["subgame_perfect"] == perfect


@few
@given(iterated_games(stages=None, max_players=2))
def test_a_stage_equilibrium_repeated(game):
    solution = solve_nash(game, method="stage-equilibrium")
    assert verify.solution(game, solution).false == ()
    (outcome,) = solution
    assert not any(outcome.certificate.evidence["regrets"])
    assert outcome.certificate.evidence["subgame_perfect"]
    assert len(set(outcome.strategies[0])) == 1


def test_all_in_the_iterated_dilemma():
    game = games.iterated("prisoners_dilemma", discount="24/25")
    solution = solve_nash(game, find="all")
    assert verify.solution(game, solution).false == ()
    assert solution.complete
    assert f"; 3 of the {len(solution)} are subgame perfect" in solution.notes[0]
    grim, defect = (0, 0, 1, 1, 1), (1, 1, 1, 1, 1)
    found = {tuple(map(plan, e.strategies)): e for e in solution}
    assert found[grim, grim].payoffs == (75, 75)  # 3 a step: 3 / (1 - 24/25)
    assert found[defect, defect].payoffs == (50, 50)
    for key in ((grim, grim), (defect, defect)):
        assert found[key].certificate.evidence["subgame_perfect"]
    # opening by defection and turning to grim later is another way to defect for ever
    perfect = [k for k, e in found.items() if e.certificate.evidence["subgame_perfect"]]
    assert sorted(perfect) == [(grim, grim), ((1, 0, 1, 1, 1),) * 2, (defect, defect)]


@pytest.mark.parametrize("horizon", [1, 2, 7])
def test_with_a_horizon_only_defection_is_left_on_the_path(horizon):
    game = games.iterated("prisoners_dilemma", horizon=horizon)
    solution = solve_nash(game, find="all")
    assert solution.complete
    assert not any(e.timed for e in solution)
    assert {e.payoffs for e in solution} == {(2, 2)}


def test_none_is_deterministic():
    solution = solve_nash(games.iterated("matching_pennies", discount="1/2"), find="all")
    assert (len(solution), solution.complete) == (0, True)
    assert "no equilibrium is in deterministic tables" in solution.notes[0]
    assert "ask for one equilibrium" in solution.notes[0]


def test_what_a_list_of_all_holds_is_said():
    dilemma = games.iterated("prisoners_dilemma", discount="24/25")
    assert "no other equilibrium; 3 of the" in solve_nash(dilemma, find="all").notes[0]
    single = games.markov_game([[[[2, 0]]], [[[2, 0]]]], [[[[1], [1]]]], horizon=3)
    assert "1 of the 1 is subgame perfect" in solve_nash(single, find="all").notes[0]


def test_the_best_of_all():
    chicken = games.iterated("chicken", discount="24/25")
    everything = solve_nash(chicken, find="all")
    best = solve_nash(chicken, select="welfare")[0]
    assert sum(best.payoffs) == max(sum(e.payoffs) for e in everything)
    fair = solve_nash(chicken, select="fairness")[0]
    assert min(fair.payoffs) == max(min(e.payoffs) for e in everything)


def test_too_many_tables_are_refused_with_their_number():
    game = games.iterated("rock_paper_scissors", discount="1/2")
    with pytest.raises(InputError, match="59049 x 59049 profiles"):
        solve_nash(game, find="all")


def test_the_repeated_one_where_there_are_too_many_tables():
    game = games.iterated("shapley", discount="1/2")
    solution = solve_nash(game, select="welfare")
    assert solution[0].payoffs == (F(2, 3), F(2, 3))
    assert "59049 x 59049" in solution.notes[0]


def test_what_was_found_when_the_time_is_up():
    solution = solve_nash(games.iterated("chicken", discount="1/2"), find="all", time_limit=1e-9)
    assert (solution.status, solution.complete) == ("time_limit", False)
    assert "may be more" in solution.notes[0]


def test_in_a_markov_game_with_illegal_actions():
    # one state, the dilemma without its second row: the column player alone defects
    game = games.markov_game(
        [[[[3, 1], [4, 2]]], [[[3, 4], [1, 2]]]],
        [[[[1], [1]], [[1], [1]]]],
        discount="1/2",
        legal=[[[True, False]], [[True, True]]],
    )
    assert plans(game) == [((0,), (1,))]
