"""Deterministic commitments against brute force over all pairs of tables and plans."""

from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games.kinds.markov import unrolled
from gtlearn.solvers import solve, verify
from gtlearn.solvers._markov.batch import evaluate_exactly
from gtlearn.solvers._markov.commitment import stackelberg
from gtlearn.solvers._markov.commitment.deterministic import integer_values
from gtlearn.solvers._markov.commitment.view import LeaderView, reply
from gtlearn.solvers.outcomes import committed

ROWS = st.lists(st.integers(-3, 3), min_size=2, max_size=2)
MATRICES = st.lists(ROWS, min_size=2, max_size=2)
STAGES = st.builds(games.normal_form, MATRICES, MATRICES)
TIES = st.sampled_from(["strong", "weak"])
ONE_SHOT = [
    "bertrand_logit",
    "prisoners_dilemma",
    "battle_of_the_sexes",
    "rock_paper_scissors",
    "conitzer_sandholm",
    "von_stengel",
    "cournot(maximum=5)",
]
PURE = np.eye(2, dtype=int)[list(product((0, 1), repeat=5))]


def best_by_pairs(game, leader, ties):
    """The optimal value and tables, from the values of all 32 x 32 pairs of tables; in states
    that are never reached tables play the first action."""
    tables = [PURE[:, None], PURE[None]] if leader == 0 else [PURE[None], PURE[:, None]]
    values = evaluate_exactly(game, tables).fractions()  # leader's tables, follower's, players
    mine, theirs = values[..., leader], values[..., 1 - leader]
    pick = max if ties == "strong" else min
    earned = [
        pick(m for m, t in zip(row, other, strict=True) if t == max(other))
        for row, other in zip(mine.tolist(), theirs.tolist(), strict=True)
    ]
    value = max(earned)
    idle = np.full(5, game.horizon == 1)
    idle[0] = False
    best = [
        PURE[k].tolist()
        for k, e in enumerate(earned)
        if e == value and (PURE[k][idle] == [1, 0]).all()
    ]
    return value, best


@given(STAGES, TIES, st.integers(0, 1), st.integers(1, 4))
@settings(max_examples=30, deadline=None)
def test_stationary_follower_against_all_pairs(stage, ties, leader, horizon):
    game = games.iterated(stage, horizon=horizon)
    solution = stackelberg(
        game, leader=leader, follower="stationary", policy="deterministic", ties=ties
    )
    value, best = best_by_pairs(game, leader, ties)
    assert solution.complete
    assert {found.value for found in solution} == {value}
    assert [[list(map(int, row)) for row in found.commitment] for found in solution] == best


@given(STAGES, TIES, st.integers(0, 1))
@settings(max_examples=15, deadline=None)
def test_without_a_horizon_both_classes_are_the_best_pairs(stage, ties, leader):
    game = games.iterated(stage, discount="3/4")
    value, best = best_by_pairs(game, leader, ties)
    for follower in ("stationary", "optimal"):
        solution = stackelberg(
            game, leader=leader, follower=follower, policy="deterministic", ties=ties
        )
        assert solution[0].value == value
        assert [[list(map(int, row)) for row in found.commitment] for found in solution] == best


@given(STAGES, TIES)
@settings(max_examples=6, deadline=None)
def test_optimal_follower_against_all_plans_of_two_steps(stage, ties):
    # The follower sees the step: one action at the start and one in each of 4 states after it.
    game = games.iterated(stage, horizon=2)
    timed = unrolled(game.markov)
    reached = [0, *range(6, 10)]
    plans = np.zeros((32, timed.num_states, 2), dtype=int)
    plans[..., 0] = 1
    for k, actions in enumerate(product((0, 1), repeat=5)):
        plans[k, reached] = np.eye(2, dtype=int)[list(actions)]
    leaders = np.concatenate([PURE, PURE], axis=1)
    values = evaluate_exactly(timed, [leaders[:, None], plans[None]]).fractions()
    pick = max if ties == "strong" else min
    best = max(
        pick(m for m, t in pairs if t == max(other for _, other in pairs))
        for pairs in values.tolist()
    )
    assert stackelberg(game, policy="deterministic", ties=ties)[0].value == best


@given(STAGES, TIES, st.sampled_from([None, "1/3"]))
@settings(max_examples=15, deadline=None)
def test_integer_values_agree_with_one_reply_at_a_time(stage, ties, discount):
    view = LeaderView.of(games.iterated(stage, horizon=4, discount=discount).markov, 0, "optimal")
    tables = np.array(list(product((0, 1), repeat=5)))
    values = integer_values(view, tables, ties)
    for actions, value in list(zip(PURE, values, strict=True))[::5]:
        table = tuple(tuple(Fraction(int(p)) for p in row) for row in actions)
        assert reply(view, table, ties).payoffs[0] == value


def test_the_dilemma_of_ten_steps():
    # The leader opens with D, and from then on repays C with C and D with D: 4, eight times 3,
    # and 1 when the follower defects at the end. A follower who does not see the step cannot, but
    # for the first step, and so the leader is repaid to the end: 4 and nine times 3.
    game = games.iterated("prisoners_dilemma", horizon=10)
    optimal = stackelberg(game, policy="deterministic")
    assert [found.value for found in optimal] == [Fraction(29, 10)]
    assert [row[0] for row in optimal[0].commitment] == [0, 1, 0, 1, 0]
    blind = stackelberg(game, follower="stationary", policy="deterministic")
    assert [found.value for found in blind] == [Fraction(31, 10)]


def test_a_markov_game_with_random_moves():
    # In state 0 the leader's action 1 costs it 1 and leads to the good state 1 every other time,
    # where it gets 4. A table cannot see the step, so that it pays again if still in state 0.
    game = games.markov_game(
        [
            [[[0, 0], [-1, -1]], [[4, 0], [4, 0]]],
            [[[0, 0], [0, 0]], [[1, 0], [1, 0]]],
        ],
        [
            [[[1, 0], [1, 0]], [["1/2", "1/2"], ["1/2", "1/2"]]],
            [[[0, 1], [0, 1]], [[0, 1], [0, 1]]],
        ],
        horizon=2,
    )
    solution = stackelberg(game)
    assert solution.policy == "deterministic"
    assert {found.value for found in solution} == {Fraction(1, 4)}  # (-1 + 4/2 - 1/2) / 2
    assert {found.commitment[0] for found in solution} == {(0, 1)}
    assert verify.solution(game, solution).false == ()


@pytest.mark.parametrize("ties", ["strong", "weak"])
@pytest.mark.parametrize("follower", ["optimal", "stationary"])
@pytest.mark.parametrize("leader", [0, 1])
@pytest.mark.parametrize("name", ONE_SHOT)
def test_of_one_step_it_is_the_pure_commitment_of_the_stage_game(name, leader, follower, ties):
    stage = games.load(name)
    best = solve(stage, concept="stackelberg", leader=leader, ties=ties, commitment="pure")
    game = games.iterated(stage, horizon=1)
    found = stackelberg(game, leader=leader, follower=follower, policy="deterministic", ties=ties)
    assert {outcome.payoffs for outcome in found} == {outcome.payoffs for outcome in best}
    committed = [outcome.commitment[0] for outcome in found]
    assert tuple(best.to_fractions(0)[leader]) in committed
    assert len(set(committed)) == len(committed)
    assert found[0].upper_bound == found[0].value
    assert verify.solution(game, found).false == ()


@pytest.mark.parametrize("ties", ["strong", "weak"])
@pytest.mark.parametrize("follower", ["optimal", "stationary"])
@pytest.mark.parametrize("name", ONE_SHOT)
def test_of_one_step_the_stochastic_one_is_the_mixed_commitment(name, follower, ties):
    stage = games.load(name)
    best = solve(stage, concept="stackelberg", ties=ties)
    game = games.iterated(stage, horizon=1)
    found = stackelberg(game, follower=follower, ties=ties)
    assert found[0].value == best[0].payoffs[0]
    assert found[0].attained == best[0].attained
    assert verify.solution(game, found).false == ()


def test_a_better_table_than_the_bound_says_is_found_where_few_states_can_be_reached():
    # Of 26 states one is reached, so that 5 tables are all there are to try again.
    game = games.iterated("bertrand_logit", horizon=1)
    found = stackelberg(game, policy="deterministic")
    (best,) = found.solutions
    worse = reply(LeaderView.of(game.markov, 0, "optimal"), best.commitment[1:2] * 26, "strong")
    claim = replace(
        best,
        strategies=committed(best.commitment[1:2] * 26, 0),
        payoffs=worse.payoffs,
        response=worse.plan,
        certificate=replace(
            best.certificate, evidence={"bound": "enumeration", "upper_bound": worse.payoffs[0]}
        ),
    )
    (failure,) = verify.solution(game, replace(found, solutions=(claim,))).false
    assert "more than the upper bound" in failure


def test_states_that_cannot_be_reached_are_not_counted():
    # Two steps of memory two: what is played first is all that can be remembered.
    game = games.iterated("prisoners_dilemma", horizon=2, memory=2)
    short = games.iterated("prisoners_dilemma", horizon=2)
    assert game.markov.reachable.sum() == 5
    for follower in ("optimal", "stationary"):
        found = stackelberg(game, policy="deterministic", follower=follower)
        same = stackelberg(short, policy="deterministic", follower=follower)
        assert found[0].certificate.evidence["tables"] == 32
        assert len(found) == len(same)
        assert found[0].value == same[0].value
        assert verify.solution(game, found).false == ()


def test_too_many_tables_are_refused_with_their_number():
    game = games.iterated("prisoners_dilemma", horizon=3, memory=2)
    with pytest.raises(InputError, match="2097152 deterministic tables"):
        stackelberg(game, policy="deterministic")
    large = games.iterated("bertrand_logit", horizon=2)
    with pytest.raises(
        InputError, match=r"has about 10\^18 deterministic tables of the leader: too"
    ):
        stackelberg(large, policy="deterministic")


def test_a_state_that_is_never_reached_without_a_horizon():
    # Play stays in state 0, where the leader's second action earns 3 at every step: 3 / (1 - 1/2).
    game = games.markov_game(
        [[[[1, 0], [0, 3]], [[9, 9], [9, 9]]], [[[1, 0], [0, 1]], [[0, 0], [0, 0]]]],
        [[[[1, 0], [1, 0]], [[1, 0], [1, 0]]], [[[0, 1], [0, 1]], [[0, 1], [0, 1]]]],
        discount="1/2",
    )
    (found,) = (solution := stackelberg(game)).solutions
    assert (found.value, found.commitment) == (6, ((0, 1), (1, 0)))
    assert found.certificate.evidence["tables"] == 2
    assert verify.solution(game, solution).false == ()


def test_a_time_limit_returns_what_was_found():
    game = games.iterated("rps_meta_mapg", discount="1/2")
    solution = stackelberg(game, policy="deterministic", time_limit=1e-9)
    assert solution.status == "time_limit"
    assert not solution.complete
