"""Congestion games (Rosenthal 1973)."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.games.kinds.symmetric import counts_of

ROUTES = {"ab": ["a", "b"], "bc": ["b", "c"], "a": ["a"]}


@given(st.lists(st.lists(st.integers(-9, 9), min_size=3, max_size=3), min_size=3, max_size=3))
@settings(max_examples=30, deadline=None)
def test_rosenthals_potential(listed):
    """What the first, second, ... user of each resource pays, added up: Rosenthal's (2)."""
    costs = dict(zip("abc", listed, strict=True))
    potential = games.potential(games.congestion_game(costs, ROUTES).normal_form())
    routes = list(ROUTES.values())

    def rosenthal(profile):
        loads = [sum(label in routes[action] for action in profile) for label in costs]
        return -sum(sum(paid[:load]) for paid, load in zip(costs.values(), loads, strict=True))

    for profile in product(range(3), repeat=3):
        assert potential[profile] == rosenthal(profile) - rosenthal((0, 0, 0))


@given(
    st.lists(st.lists(st.integers(-3, 3), min_size=6, max_size=6), min_size=3, max_size=3),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_the_potential_by_counts_is_that_of_the_normal_form(table, congestion):
    """Also where there is none: a table of numbers hardly ever has one."""
    if congestion:
        game = games.congestion_game({str(k): row[:3] for k, row in enumerate(table)})
    else:
        place = {counts: k for k, counts in enumerate(counts_of(2, 3))}
        game = games.symmetric_game(
            lambda own, others: table[own][place[others]], players=3, actions=["a", "b", "c"]
        )
    by_counts, potential = games.potential_by_counts(game), games.potential(game.normal_form())
    assert (by_counts is None) == (potential is None)
    assert by_counts is not None or not congestion
    if by_counts is not None:
        for profile in product(range(3), repeat=3):
            assert potential[profile] == by_counts[tuple(map(profile.count, range(3)))]


def test_a_hundred_drivers_on_two_roads():
    """Both roads cost the same on average where each other driver takes the first with p: a driver
    meets 99 p others there, so that 1 + 99 p = 60."""
    roads = games.congestion_game({"bridge": range(1, 101), "ring": [60] * 100})
    solution = solvers.solve(roads, symmetric_equilibria=True)
    assert [e.strategies[0][0] for e in solution] == [Fraction(59, 99)]
    assert solution[0].payoffs == (-60,)
    assert solution.complete


@pytest.mark.parametrize(
    ("costs", "routes", "message"),
    [
        ({"a": [1, 2], "b": [1]}, None, "for 1 or 2 users"),
        ({}, None, "give each resource"),
        ({"a": [1, 2]}, {"x": ["z"]}, "uses 'z', which has no costs"),
        ({"a": [1]}, None, "1 player"),
        ({"a": [1, "x"]}, None, "is not a number"),
    ],
)
def test_bad_input(costs, routes, message):
    with pytest.raises(InputError, match=message):
        games.congestion_game(costs, routes)
