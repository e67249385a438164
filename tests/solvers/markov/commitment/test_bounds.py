"""The folk bound and the bound of a leader with unlimited memory."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games, solvers
from gtlearn.games.testing import bimatrix_games
from gtlearn.solvers._markov.commitment.bounds import folk_bound
from gtlearn.solvers._markov.commitment.unlimited import bound_from, unlimited_memory_bound
from gtlearn.solvers._markov.evaluation import evaluate
from gtlearn.solvers._markov.response import optimal_response

SMALL = bimatrix_games(max_rows=3, max_columns=3)


def probabilities(rows, columns):
    """A table of that shape, exact."""
    row = st.lists(st.integers(0, 6), min_size=columns, max_size=columns).filter(any)
    return st.lists(
        row.map(lambda weights: tuple(Fraction(w, sum(weights)) for w in weights)),
        min_size=rows,
        max_size=rows,
    )


def test_folk_bound_of_the_dilemma():
    # The hull's edge from (3, 3) to (4, 1) meets the follower's minmax of 2 at (7/2, 2).
    bound = folk_bound(games.iterated("prisoners_dilemma", horizon=10), 0)
    assert (bound.value, bound.minmax, bound.multiplier) == (Fraction(7, 2), 2, Fraction(1, 2))
    assert bound.binding


def test_folk_bound_is_discounted():
    bound = folk_bound(games.iterated("ipd_meta_mapg", discount="24/25"), 1)
    assert (bound.stage, bound.value) == (1, 25)
    both = folk_bound(games.iterated("prisoners_dilemma", horizon=3, discount="1/2"), 0)
    assert both.value == Fraction(7, 2) * (1 + Fraction(1, 2) + Fraction(1, 4))


def test_folk_bound_of_a_zero_sum_game_is_its_value():
    bound = folk_bound(games.iterated("rps_meta_mapg", horizon=7), 0)
    assert bound.value == 0
    assert bound.securing == bound.punishing == (Fraction(1, 3),) * 3


@given(SMALL, st.integers(0, 1), st.data())
@settings(max_examples=40, deadline=None)
def test_no_commitment_exceeds_the_bounds(stage, leader, data):
    game = games.iterated(stage, horizon=2)
    folk = folk_bound(game, leader)
    unlimited = unlimited_memory_bound(game, leader, folk.minmax)
    size = (game.markov.num_states, stage.shape[leader])
    tables = [None, None]
    tables[leader] = data.draw(probabilities(*size))
    earned = optimal_response(game, tables, 1 - leader, ties="strong").payoffs[leader]
    assert earned <= unlimited.value <= folk.value


@given(SMALL, st.integers(0, 1))
@settings(max_examples=40, deadline=None)
def test_one_step_of_unlimited_memory_is_the_stage_commitment(stage, leader):
    game = games.iterated(stage, horizon=1)
    bound = unlimited_memory_bound(game, leader, folk_bound(game, leader).minmax)
    best = solvers.stackelberg(stage, leader=leader)[0]
    assert bound.value == best.payoffs[leader]


@pytest.mark.parametrize("horizon", [1, 2, 3, 7, 25])
def test_unlimited_memory_in_the_dilemma(horizon):
    # The follower defects in the last step, as there is nothing to lose. A step of the leader's
    # cooperation is worth 2 to it, and its own costs it 1, so that it must be shown half a step
    # for each of the other steps; the leader gets 2 for each of these and pays half a step.
    game = games.iterated("prisoners_dilemma", horizon=horizon)
    bound = unlimited_memory_bound(game, 0, folk_bound(game, 0).minmax)
    assert bound.value * horizon == 2 * horizon + Fraction(3, 2) * (horizon - 1)


def test_two_steps_of_unlimited_memory_against_a_grid():
    # By hand for two steps: the leader mixes first, and after each pair of actions promises the
    # follower one of the second step's commitments or its minmax.
    stage = games.normal_form([[2, 0], [5, 1]], [[3, 4], [0, 2]])
    game = games.iterated(stage, horizon=2)
    folk = folk_bound(game, 0)
    bound = unlimited_memory_bound(game, 0, folk.minmax).value * 2
    shares = [Fraction(k, 20) for k in range(21)]
    second = []
    for p in shares:
        mixed = [p * stage.payoff(1, (0, b)) + (1 - p) * stage.payoff(1, (1, b)) for b in (0, 1)]
        for b in (0, 1):
            if mixed[b] == max(mixed):
                mine = p * stage.payoff(0, (0, b)) + (1 - p) * stage.payoff(0, (1, b))
                second.append((mixed[b], mine))
    best = Fraction(-100)
    for p, b, later in product(shares, (0, 1), product(second, repeat=2)):
        follow = sum(q * (stage.payoff(1, (a, b)) + later[a][0]) for a, q in enumerate((p, 1 - p)))
        other = sum(q * stage.payoff(1, (a, 1 - b)) for a, q in enumerate((p, 1 - p)))
        if follow >= other + folk.minmax:
            mine = sum(
                q * (stage.payoff(0, (a, b)) + later[a][1]) for a, q in enumerate((p, 1 - p))
            )
            best = max(best, mine)
    # A grid of 1/20 misses an optimum by at most 1/20 of a payoff of at most 5 in each step, twice.
    assert best <= bound <= best + 1


def test_more_multipliers_prove_no_less():
    game = games.iterated("chicken", horizon=4)
    folk = folk_bound(game, 0)
    bound = unlimited_memory_bound(game, 0, folk.minmax)
    assert bound_from(bound.multipliers, game, 0, folk.minmax) == bound.value
    without = dict.fromkeys([(k, Fraction(0)) for k in range(1, 5)], ((0, 0), (0, 0)))
    assert bound_from(without, game, 0, folk.minmax) >= bound.value


def test_bounds_hold_for_pairs_of_tables():
    # Any pair's payoffs lie in the hull; with the follower's minmax guaranteed they obey the folk
    # inequality u_L + m (u_F - minmax) <= bound.
    game = games.iterated("battle", horizon=5)
    folk = folk_bound(game, 0)
    for first, second in product(product((0, 1), repeat=2), repeat=2):
        tables = [[[p, 1 - p]] * 3 + [[q, 1 - q]] * 2 for p, q in (first, second)]
        mine, theirs = evaluate(game, tables).payoffs
        assert mine + folk.multiplier * (theirs - folk.minmax) <= folk.value
