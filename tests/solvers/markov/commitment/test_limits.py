"""Commitments just off a knife-edge: power series against tables at small exact distances."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.solvers._markov.commitment.floats import leader_values
from gtlearn.solvers._markov.commitment.perturbation import best_direction, limit_along, robustness
from gtlearn.solvers._markov.commitment.view import LeaderView, reply

KINDS = [
    ({"horizon": 3}, "optimal"),
    ({"horizon": 3}, "stationary"),
    ({"discount": "2/3"}, "optimal"),
]
ROWS = st.lists(st.integers(-3, 3), min_size=2, max_size=2)
MATRICES = st.lists(ROWS, min_size=2, max_size=2)
STAGES = st.builds(games.normal_form, MATRICES, MATRICES)  # small payoffs, so that ties occur
GRID = st.sampled_from([Fraction(k, 4) for k in range(5)])


def table_of(shares):
    return tuple((Fraction(p), 1 - Fraction(p)) for p in shares)


def towards(table, target):
    return tuple(
        tuple(b - a for a, b in zip(row, goal, strict=True))
        for row, goal in zip(table, target, strict=True)
    )


@pytest.mark.parametrize(("kind", "follower"), KINDS)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_limit_is_approached(kind, follower, data):
    stage = data.draw(STAGES)
    view = LeaderView.of(games.iterated(stage, **kind).markov, 0, follower)
    table = table_of(data.draw(st.lists(GRID, min_size=5, max_size=5)))
    target = table_of(data.draw(st.lists(GRID, min_size=5, max_size=5)))
    direction = towards(table, target)
    limit = limit_along(view, table, direction)
    size = max(abs(v) for array in view.game.payoffs for v in array.fractions().ravel())
    for exponent in (60, 90):
        step = Fraction(1, 2**exponent)
        near = tuple(
            tuple(p + step * d for p, d in zip(row, change, strict=True))
            for row, change in zip(table, direction, strict=True)
        )
        found = reply(view, near, "weak")
        # A value moves by at most (steps)^2 payoffs per unit of a probability.
        for player in (0, 1):
            assert abs(found.payoffs[player] - limit.payoffs[player]) <= 100 * size * step


def test_the_dilemma_off_its_knife_edge():
    view = LeaderView.of(games.iterated("prisoners_dilemma", horizon=10).markov, 0, "optimal")
    half = Fraction(1, 2)
    table = table_of([0, half, 0, half, 0])
    up = towards(table, table_of([0, 1, 0, 1, 0]))
    down = towards(table, table_of([0, 0, 0, 0, 0]))
    assert reply(view, table, "strong").payoffs[0] == Fraction(67, 20)
    assert reply(view, table, "weak").payoffs[0] == 2
    assert limit_along(view, table, up).payoffs == (Fraction(67, 20), 2)
    assert limit_along(view, table, down).payoffs[0] == 2
    direction, limit = best_direction(view, table)
    assert limit.payoffs[0] == Fraction(67, 20)
    assert limit_along(view, table, direction) == limit


def test_robustness_falls_with_the_distance():
    view = LeaderView.of(games.iterated("prisoners_dilemma", horizon=10).markov, 0, "optimal")
    table = table_of([0, Fraction(1, 2), 0, Fraction(1, 2), 0])
    found = robustness(view, table)
    assert all(reply(view, near, "weak").payoffs[0] == value for _, value, near in found)
    pairs = [(distance, value) for distance, value, _ in found]
    assert [distance for distance, _ in pairs] == [Fraction(1, 10**k) for k in (1, 2, 3, 4)]
    values = [value for _, value in pairs]
    assert values == sorted(values)
    # Rewarding with 1/2 + d costs the leader at most 9 d of its own steps in ten.
    assert all(Fraction(67, 20) - d <= v < Fraction(67, 20) for d, v in pairs)


@pytest.mark.parametrize(("kind", "follower"), KINDS)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_floats_agree_with_exact_values(kind, follower, data):
    stage = data.draw(STAGES)
    leader = data.draw(st.integers(0, 1))
    view = LeaderView.of(games.iterated(stage, **kind).markov, leader, follower)
    table = table_of(data.draw(st.lists(GRID, min_size=5, max_size=5)))
    floats = np.array([[[float(p) for p in row] for row in table]])
    for ties in ("strong", "weak"):
        exact = reply(view, table, ties).payoffs[0]
        found = leader_values(view, floats, strong=ties == "strong")[0]
        # Exact ties on this grid of quarters are ties in floats too, up to their tolerance of
        # 1e-9; the rest is rounding of sums of a few payoffs.
        assert found == pytest.approx(float(exact), rel=1e-9, abs=1e-9)
