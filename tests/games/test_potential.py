"""Exact potentials (Monderer & Shapley 1996)."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games, solvers

numbers = st.fractions(-9, 9, max_denominator=6) | st.integers(-(10**25), 10**25)


@st.composite
def potential_games(draw):
    """A function of the profile, and for each player another of what the others do."""
    shape = draw(st.sampled_from([(2, 2), (3, 2), (2, 3, 2), (2, 2, 2, 2)]))

    def array(of):
        flat = draw(st.lists(numbers, min_size=int(np.prod(of)), max_size=int(np.prod(of))))
        out = np.empty(len(flat), dtype=object)
        out[:] = [Fraction(value) for value in flat]
        return out.reshape(of)

    common = array(shape)
    own = [
        common + array(tuple(1 if k == player else size for k, size in enumerate(shape)))
        for player in range(len(shape))
    ]
    return common, games.normal_form(*own)


@given(potential_games())
@settings(max_examples=60, deadline=None)
def test_the_potential_is_that_of_the_game_but_for_a_constant(drawn):
    common, game = drawn
    potential = games.potential(game)
    assert np.all(potential.fractions() == common - common.flat[0])
    best = np.unravel_index(int(np.argmax(potential.numerators)), game.shape)
    pure = [[int(a == b) for b in range(n)] for a, n in zip(best, game.shape, strict=True)]
    assert not any(solvers.verify.regrets(game, pure))


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_it_is_there_just_where_all_cycles_of_four_close(seed):
    """Corollary 2.9, in words: the gains of the four deviations of two players add up to zero."""
    random = np.random.default_rng(seed)
    arrays = random.integers(0, 2, (3, 2, 2, 2))
    game = games.normal_form(*arrays.tolist())
    closed = True
    for one, two in [(0, 1), (0, 2), (1, 2)]:
        (rest,) = {0, 1, 2} - {one, two}
        for fixed in (0, 1):

            def at(player, a, b, one=one, two=two, rest=rest, fixed=fixed):
                place = {one: a, two: b, rest: fixed}
                return int(arrays[(player, *(place[k] for k in range(3)))])

            gains = at(one, 1, 0) - at(one, 0, 0) + at(two, 1, 1) - at(two, 1, 0)
            gains += at(one, 0, 1) - at(one, 1, 1) + at(two, 0, 0) - at(two, 0, 1)
            closed &= gains == 0
    assert (games.potential(game) is not None) == closed


def test_rosenthal():
    """Rosenthal (1973): the sum over roads of their first delays is a potential of the costs."""
    delays = {0: (1, 4, 9), 1: (3, 3, 3), 2: (2, 5, 6)}
    payoffs = np.zeros((3, 3, 3, 3), dtype=int)
    rosenthal = np.zeros((3, 3, 3), dtype=int)
    for profile in product(range(3), repeat=3):
        loads = [profile.count(road) for road in range(3)]
        rosenthal[profile] = sum(sum(delays[road][: loads[road]]) for road in range(3))
        for player, road in enumerate(profile):
            payoffs[(player, *profile)] = -delays[road][loads[road] - 1]
    potential = games.potential(games.normal_form(*payoffs.tolist()))
    assert np.all(potential.fractions() == rosenthal[0, 0, 0] - rosenthal)


@given(st.lists(numbers, min_size=8, max_size=8))
def test_symmetric_games_of_two_actions_have_one(values):
    """Adding up what the second action gains is a potential, whoever takes it."""
    game = games.symmetric_game(
        lambda own, others: values[4 * own + others[1]], players=4, actions=["a", "b"]
    )
    potential = games.potential(game.normal_form())
    for profile in product(range(2), repeat=4):
        taken = sum(profile)
        assert potential[profile] == sum(values[4 + k] - values[k] for k in range(taken))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("prisoners_dilemma", True),
        ("cournot", False),  # the price is cut off at zero
        ("cournot(maximum=4,demand=20)", True),
        ("rock_paper_scissors", False),
        ("volunteers_dilemma(players=5)", True),  # symmetric, of two actions
        ("public_goods(players=4,endowment=2)", True),
    ],
)
def test_games_of_the_catalogue(name, expected):
    assert (games.potential(games.load(name)) is not None) == expected
