"""Exact values: against all histories one by one, and what must hold for every game."""

from fractions import Fraction as F

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games.kinds.markov.game import unrolled
from gtlearn.solvers._markov.evaluation import evaluate

SEEDS = st.integers(0, 2**32 - 1)
few = settings(max_examples=60, deadline=None)


def inner(game, occupancy):
    cells = list(np.ndindex(*occupancy.shape))
    return tuple(sum(occupancy[c] * payoffs[c] for c in cells) for payoffs in game.payoffs)


def profile(brute, game, seed, timed=False):
    return [
        brute.random_table(game, k, seed + k, timed=timed and (seed + k) % 2 == 0)
        for k in range(game.num_players)
    ]


@few
@given(seed=SEEDS, horizon=st.integers(1, 3), masked=st.booleans())
def test_histories_one_by_one(brute, seed, horizon, masked):
    game = brute.random_game(seed, horizon=horizon, masked=masked)
    tables = profile(brute, game, seed, timed=True)
    assert evaluate(game, tables).payoffs == brute.by_histories(game, tables)


@pytest.mark.parametrize("stage", ["prisoners_dilemma", "chicken", "battle_of_the_sexes"])
def test_four_steps_of_an_iterated_game(brute, stage):
    game = games.iterated(stage, horizon=4).markov
    tables = profile(brute, game, 5)
    assert evaluate(game, tables).payoffs == brute.by_histories(game, tables)


@few
@given(seed=SEEDS)
def test_three_players(brute, seed):
    game = brute.random_game(seed, horizon=2, players=3)
    tables = profile(brute, game, seed)
    assert evaluate(game, tables).payoffs == brute.by_histories(game, tables)


@few
@given(seed=SEEDS, horizon=st.sampled_from([None, 1, 3, 7]), players=st.sampled_from([2, 3]))
def test_values_and_occupancy_agree(brute, seed, horizon, players):
    game = brute.random_game(seed, horizon=horizon, players=players)
    found = evaluate(game, profile(brute, game, seed, timed=horizon is not None))
    assert inner(game, found.occupancy) == found.payoffs
    for payoff, values in zip(found.payoffs, found.state_values, strict=True):
        assert payoff == sum(p * v for p, v in zip(game.start, values, strict=True))
    steps = range(horizon) if horizon else None
    total = sum(game.discount**t for t in steps) if steps else 1 / (1 - game.discount)
    assert found.occupancy.fractions().sum() == game.scale * total


@few
@given(seed=SEEDS)
def test_without_a_horizon_the_bellman_equation_holds(brute, seed):
    """V(s) = sum_a Pr(a | s) (r(s, a) + discount * sum_t Pr(t | s, a) V(t)), exactly."""
    game = brute.random_game(seed)
    tables = profile(brute, game, seed)
    found = evaluate(game, tables)
    for k, values in enumerate(found.state_values):
        for state in range(game.num_states):
            total = F(0)
            for actions in np.ndindex(*game.shape):
                weight = F(1)
                for table, action in zip(tables, actions, strict=True):
                    weight *= table[state][action]
                later = sum(
                    game.transitions[(state, *actions, t)] * values[t]
                    for t in range(game.num_states)
                )
                total += weight * (game.payoffs[k][(state, *actions)] + game.discount * later)
            assert total == values[state]


@few
@given(seed=SEEDS)
def test_a_long_horizon_comes_near_no_horizon(brute, seed):
    """What is left after T steps is at most discount^T R / (1 - discount)."""
    endless = brute.random_game(seed)
    shared = {"discount": endless.discount, "start": endless.start}
    long = games.markov_game(endless.payoffs, endless.transitions, horizon=30, **shared)
    tables = profile(brute, endless, seed)
    rest = F(9, 2) * endless.discount**30 / (1 - endless.discount)
    pairs = zip(evaluate(endless, tables).payoffs, evaluate(long, tables).payoffs, strict=True)
    assert all(abs(a - b) <= rest for a, b in pairs)


@few
@given(seed=SEEDS, horizon=st.sampled_from([None, 4]), constant=st.fractions(-5, 5))
def test_a_constant_in_every_payoff_adds_its_own_value(brute, seed, horizon, constant):
    game = brute.random_game(seed, horizon=horizon)
    payoffs = [array.fractions() for array in game.payoffs]
    raised = games.markov_game(
        [payoffs[0] + constant, 3 * payoffs[1]],
        game.transitions,
        start=game.start,
        horizon=horizon,
        discount=game.discount,
    )
    tables = profile(brute, game, seed)
    before, after = evaluate(game, tables), evaluate(raised, tables)
    total = game.scale * sum(game.discount**t for t in range(horizon or 0))
    if horizon is None:
        total = 1 / (1 - game.discount)
    assert after.payoffs[0] == before.payoffs[0] + constant * total
    assert after.payoffs[1] == 3 * before.payoffs[1]
    assert after.occupancy == before.occupancy


@few
@given(seed=SEEDS, horizon=st.sampled_from([None, 4]))
def test_players_may_change_places(brute, seed, horizon):
    game = brute.random_game(seed, horizon=horizon)
    turned = games.markov_game(
        [array.fractions().swapaxes(1, 2) for array in reversed(game.payoffs)],
        game.transitions.fractions().swapaxes(1, 2),
        start=game.start,
        horizon=horizon,
        discount=game.discount,
    )
    tables = profile(brute, game, seed)
    before, after = evaluate(game, tables), evaluate(turned, tables[::-1])
    assert after.payoffs == before.payoffs[::-1]
    assert (after.occupancy.fractions() == before.occupancy.fractions().swapaxes(1, 2)).all()


@pytest.mark.parametrize("duration", [{"horizon": 10}, {"discount": "24/25"}])
def test_equals_share_alike_in_a_symmetric_game(duration):
    game = games.iterated("chicken", **duration)
    first = [["1/2", "1/2"], ["9/10", "1/10"], ["1/3", "2/3"], ["3/4", "1/4"], [0, 1]]
    mirrored = [first[s] for s in (0, 1, 3, 2, 4)]  # the second player's CD is the first's DC
    payoffs = evaluate(game, [first, mirrored]).payoffs
    assert payoffs[0] == payoffs[1]


@few
@given(seed=SEEDS)
def test_one_step_is_the_stage_game(brute, seed):
    game = brute.random_game(seed, horizon=1)
    tables = profile(brute, game, seed)
    expected = tuple(
        sum(
            p * game.payoffs[k][s, i, j] * x * y
            for s, p in enumerate(game.start)
            for i, x in enumerate(tables[0][s])
            for j, y in enumerate(tables[1][s])
        )
        for k in range(2)
    )
    assert evaluate(game, tables).payoffs == expected


@few
@given(seed=SEEDS)
def test_the_time_may_be_put_into_the_state(brute, seed):
    game = brute.random_game(seed, horizon=3)
    tables = [brute.random_table(game, k, seed + k, timed=True) for k in range(2)]
    stretched = unrolled(game)
    found, again = evaluate(game, tables), evaluate(stretched, tables)
    assert found.payoffs == again.payoffs
    by_step = again.occupancy.fractions().reshape(3, *found.occupancy.shape).sum(axis=0)
    assert (by_step == found.occupancy.fractions()).all()


def test_a_state_that_is_never_reached_is_fine():
    game = games.iterated("prisoners_dilemma", discount="1/2")
    found = evaluate(game, [[[1, 0]] * 5, [[1, 0]] * 5])
    assert found.payoffs == (6, 6)
    assert found.state_values[0] == (6,) * 5
    assert found.occupancy[2, 0, 0] == 0


def test_discount_zero_counts_the_first_step_only():
    game = games.iterated("prisoners_dilemma", discount=0)
    assert evaluate(game, [[[0, 1]] * 5, [[1, 0]] * 5]).payoffs == (4, 1)


def test_what_is_not_legal_means_nothing():
    """Junk where an action is not legal: payoffs of a million, transitions that sum to two."""
    payoffs = np.array([[[1, 2], [10**6, 10**6]]])
    moves = np.array([[[[1], [1]], [[2], [2]]]])
    legal = [[[True, False]], [[True, True]]]
    game = games.markov_game([payoffs, payoffs], moves, discount="1/2", legal=legal)
    assert evaluate(game, [[[1, 0]], [["1/2", "1/2"]]]).payoffs == (3, 3)


def test_long_games_of_long_fractions():
    game = games.iterated("prisoners_dilemma", horizon=300)
    generous = [["97/101", "4/101"], *[["89/97", "8/97"]] * 4]
    found = evaluate(game, [generous, generous])
    assert inner(game.markov, found.occupancy) == found.payoffs
    assert 2 < found.payoffs[0] < 3


def test_errors_name_the_player_and_the_state():
    game = games.iterated("prisoners_dilemma", horizon=10)
    with pytest.raises(InputError, match="'Column' in state 'DC' sums to 2"):
        evaluate(game, [[[1, 0]] * 5, [*[[1, 0]] * 3, [1, 1], [1, 0]]])
    with pytest.raises(InputError, match="evaluate is for a Markov game or an iterated game"):
        evaluate("chicken", [])
