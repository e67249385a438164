"""The best stochastic table where the time is not seen: known optima, and bounds that hold."""

from fractions import Fraction as F
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.solvers._markov import stochastic_response as module
from gtlearn.solvers._markov.boxes import bounds, centres
from gtlearn.solvers._markov.evaluation import evaluate
from gtlearn.solvers._markov.process import float_process, induced_process
from gtlearn.solvers._markov.response import optimal_response, stationary_response
from gtlearn.solvers._markov.stochastic_response import stochastic_response

SEEDS = st.integers(0, 2**32 - 1)
few = settings(max_examples=40, deadline=None)


def absent_minded_driver():
    """M. Piccione & A. Rubinstein (1997), On the interpretation of decision problems with
    imperfect recall: exit at the first intersection for 0, at the second for 4, or go on for 1.

    The second player is a clock, whose table depends on the time.
    """
    exits, goes_on = [0, 4], [0, 1]  # at the first, the second intersection
    payoffs = [[exits, goes_on], [[0, 0], [0, 0]]]
    home = [[[0, 1], [0, 1]], [[1, 0], [1, 0]]]
    moves = [home, [[[0, 1]] * 2] * 2]
    game = games.markov_game(
        [payoffs] * 2, moves, horizon=2, averaged=False, states=["road", "home"]
    )
    clock = [[1, 0], [1, 0], [0, 1], [0, 1]]
    return game, clock


def test_the_absent_minded_driver():
    """Going on with probability p earns 4 p (1 - p) + p^2, at most 4/3 at p = 2/3."""
    game, clock = absent_minded_driver()
    found = stochastic_response(game, [None, clock], 0)
    assert (found.deterministic, found.optimal) == (1, 4)
    assert found.table[0] == (F(1, 3), F(2, 3))
    assert found.value == F(4, 3)
    assert 0 <= found.gap <= F(1, 10**6)


def test_no_mixing_helps_against_tit_for_tat():
    """3 for a cooperator who cannot see the last step, 3.1 for one who can: proven exactly."""
    game = games.iterated("prisoners_dilemma", horizon=10)
    found = stochastic_response(game, [None, [[1, 0], [1, 0], [1, 0], [0, 1], [0, 1]]], 0)
    assert (found.value, found.upper_bound, found.optimal) == (3, 3, F(31, 10))


@few
@given(seed=SEEDS)
def test_without_a_horizon_a_deterministic_table_is_best(brute, seed):
    game = brute.random_game(seed)
    tables = [brute.random_table(game, k, seed + k) for k in range(2)]
    found = stochastic_response(game, tables, 0)
    assert found.gap == 0
    assert found.value == optimal_response(game, tables, 0).value == found.deterministic


@few
@given(seed=SEEDS, horizon=st.integers(2, 4))
def test_no_table_of_a_grid_exceeds_the_bound(brute, seed, horizon):
    game = brute.random_game(seed, horizon=horizon)
    player = seed % 2
    tables = [brute.random_table(game, k, seed + k, timed=True, pure=True) for k in range(2)]
    found = stochastic_response(game, tables, player)
    assert found.deterministic == stationary_response(game, tables, player).value
    assert found.deterministic <= found.value <= found.upper_bound <= found.optimal
    played = [*tables[:player], found.table, *tables[player + 1 :]]
    assert evaluate(game, played).payoffs == found.payoffs
    for _ in range(30):
        seed += 1
        other = [*tables[:player], brute.random_table(game, player, seed), *tables[player + 1 :]]
        assert evaluate(game, other).payoffs[player] <= found.upper_bound


def test_a_search_that_stops_early_still_has_a_bound():
    game = games.iterated("stag_hunt", horizon=10)
    suspicious = [[1, 0], [0, 1], [0, 1], [1, 0], [0, 1]]
    full = stochastic_response(game, [suspicious, None], 1)
    early = stochastic_response(game, [suspicious, None], 1, max_boxes=50)
    assert full.deterministic < full.value
    assert full.gap <= F(1, 10**6)
    assert full.upper_bound <= early.upper_bound <= full.optimal
    assert full.value <= early.upper_bound


def no_climbing(process, rows):
    return rows / rows.sum(axis=-1, keepdims=True), np.zeros(len(rows))


def test_the_bound_does_not_rest_on_the_local_search(monkeypatch):
    """Branch and bound alone finds the optimum, or at least does not cut it off."""
    monkeypatch.setattr(module, "climb", no_climbing)
    game, clock = absent_minded_driver()
    found = stochastic_response(game, [None, clock], 0)
    assert found.value <= F(4, 3) <= found.upper_bound
    assert found.gap <= F(1, 10**6)


@few
@given(seed=SEEDS, horizon=st.integers(2, 4))
def test_two_searches_do_not_contradict_each_other(brute, seed, horizon):
    game = brute.random_game(seed, horizon=horizon)
    tables = [brute.random_table(game, k, seed + k, timed=True, pure=True) for k in range(2)]
    found = stochastic_response(game, tables, 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "climb", no_climbing)
        other = stochastic_response(game, tables, 0)
    assert found.value <= other.upper_bound
    assert other.value <= found.upper_bound


@few
@given(seed=SEEDS, horizon=st.integers(1, 4))
def test_bounds_over_boxes_hold_at_their_tables(brute, seed, horizon):
    """Values at random tables of random boxes, and slopes along edges by exact differences: the
    value is linear in one row as long as its state is visited once, else the mean of the slope
    over the edge lies between its bounds."""
    rng = np.random.default_rng(seed)
    game = brute.random_game(seed, horizon=horizon)
    tables = [brute.random_table(game, k, seed + k, timed=horizon > 2) for k in range(2)]
    faced = induced_process(game, [(), tables[1]], 0)
    process = float_process(faced, 0)
    size, width = process.legal.shape
    corners = rng.integers(1, 9, size=(1, size, width, width)) / 8.0
    vertices = corners / corners.sum(axis=-1, keepdims=True)
    kept = np.ones((1, size, width), dtype=bool)
    found = bounds(process, vertices, kept)

    def worth(rows):
        table = [[F(1), *[F(0)] * (width - 1)] for _ in range(game.num_states)]
        for state, row in zip(process.live, rows, strict=True):
            head = [F(float(p)) for p in row[1:]]
            table[state] = [1 - sum(head), *head]
        return float(evaluate(game, [table, tables[1]]).payoffs[0]) / process.unit

    middle = centres(vertices, kept)[0]
    assert worth(middle) == pytest.approx(found.value[0], abs=process.margin)
    for _ in range(5):
        weights = rng.dirichlet(np.ones(width), size=size)
        rows = np.einsum("si,sia->sa", weights, vertices[0])
        assert worth(rows) <= found.upper[0] + process.margin
        for state, i, j in product(range(size), range(width), range(width)):
            ends = []
            for corner in (i, j):
                moved = rows.copy()
                moved[state] = vertices[0, state, corner]
                ends.append(worth(moved))
            slope = ends[0] - ends[1]
            assert found.slopes[0][0, state, i, j] - process.margin <= slope
            assert slope <= found.slopes[1][0, state, i, j] + process.margin


def test_what_is_refused():
    game = games.iterated("prisoners_dilemma", horizon=3)
    with pytest.raises(InputError, match="no player 4"):
        stochastic_response(game, [None, [[1, 0]] * 5], 4)
    with pytest.raises(InputError, match="not a number"):
        stochastic_response(
            game, [None, [[1, 0], [1, 0], [1, 0], [0, 1], [0, 1]]], 0, tolerance="small"
        )
