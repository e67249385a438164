"""What verify finds out about all equilibria of a game, beside brute force and the solvers."""

from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn.games import families, load, normal_form
from gtlearn.solvers import all_equilibria, dominance, zero_sum
from gtlearn.solvers.verify.bimatrix import Bimatrix
from gtlearn.solvers.verify.elimination import is_dominated, undominated
from gtlearn.solvers.verify.equilibrium import is_only
from gtlearn.solvers.verify.extreme import component_index, extreme_equilibria, is_extreme
from gtlearn.solvers.verify.nash import is_nash
from gtlearn.solvers.verify.polytopes import extreme_rays
from gtlearn.solvers.verify.report import Unproven


@st.composite
def degenerate_games(draw, zero_sum=False):
    shape = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    most = draw(st.integers(1, 3))
    rows, columns = (
        np.reshape(draw(st.lists(st.integers(0, most), min_size=size, max_size=size)), shape)
        for size in [shape[0] * shape[1]] * 2
    )
    return normal_form(rows, -rows if zero_sum else columns)


@given(degenerate_games())
@settings(max_examples=60, deadline=None)
def test_all_extreme_equilibria_and_their_indices(game):
    """Two enumerations and two ways to perturb a game, which share nothing, agree."""
    found, own = all_equilibria(game), Bimatrix.of(game)
    assert extreme_equilibria(own) == {e.strategies for e in found}
    for component, index in zip(found.components, found.component_indices, strict=True):
        assert component_index(own, [found[k].strategies for k in component]) == index


def test_three_equilibria_by_hand():
    third = Fraction(1, 3)
    assert extreme_equilibria(Bimatrix.of(load("battle_of_the_sexes"))) == {
        ((1, 0), (1, 0)),
        ((0, 1), (0, 1)),
        ((1 - third, third), (third, 1 - third)),
    }


def test_a_mixture_of_equilibria_is_not_extreme():
    game = normal_form([[1, 0], [1, 0]], [[1, 0], [1, 0]])  # Row does not matter
    half = (Fraction(1, 2), Fraction(1, 2))
    assert is_nash(game, (half, (1, 0)))
    assert not is_extreme(Bimatrix.of(game), (half, (Fraction(1), Fraction(0))))


def test_too_large_a_game_is_not_enumerated():
    with pytest.raises(Unproven, match="too large"):
        extreme_equilibria(Bimatrix.of(families.uniform(30, 30, seed=1)))


def test_rays_of_a_cube():
    """The vertices of 0 <= z <= 1 in three dimensions, and those of a face of it."""
    walls = [[-int(k == i) for i in range(3)] + [1] for k in range(3)]
    corners = {(*corner, 1) for corner in product((0, 1), repeat=3)}
    assert {ray.vector for ray in extreme_rays(4, walls)} == corners
    face = {ray.vector for ray in extreme_rays(4, walls, equal=[1])}
    assert face == {corner for corner in corners if corner[1] == 1}


@given(st.lists(st.lists(st.integers(-3, 3), min_size=3, max_size=3), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_rays_by_brute_force(inequalities):
    """Every ray solves two of the constraints with equality, and satisfies all of them."""
    lines = [[int(i == k) for i in range(3)] for k in range(3)] + inequalities
    expected = set()
    for one, two in combinations(lines, 2):
        ray = np.cross(one, two)
        for way in (ray, -ray):
            if way.any() and (np.array(lines) @ way >= 0).all():
                expected.add(tuple((way // np.gcd.reduce(way)).tolist()))
    assert {ray.vector for ray in extreme_rays(3, inequalities)} == expected


@given(degenerate_games(zero_sum=True))
@settings(max_examples=60, deadline=None)
def test_which_optimal_strategies_are_the_only_ones(game):
    (equilibrium,) = zero_sum(game)
    unique = equilibrium.certificate.evidence["unique"]
    own = Bimatrix.of(game)
    assert tuple(is_only(own, equilibrium.strategies, k) for k in (0, 1)) == unique


@given(degenerate_games(), st.sampled_from(["strict", "weak"]))
@settings(max_examples=60, deadline=None)
def test_which_actions_are_dominated(game, kind):
    result = dominance(game, kind)
    first = {(step.player, step.action) for step in result.steps if step.round == 1}
    for player, tensor in enumerate(game.payoffs):
        rows = tensor.numerators if player == 0 else tensor.numerators.T
        for action in range(len(rows)):
            gone = is_dominated(rows, action, strict=kind == "strict")
            assert gone is ((player, action) in first)
    if kind == "strict":
        left = undominated([tensor.numerators for tensor in game.payoffs])
        assert tuple(map(tuple, left)) == result.surviving
