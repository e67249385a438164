"""E. Kohlberg & J.-F. Mertens (1986), On the Strategic Stability of Equilibria, Econometrica 54.

The 3x3 game whose equilibria form one component: a hexagon, that is a circle, in the space of
strategies, no point of which is stable alone.
"""

from fractions import Fraction

from gtlearn import games, solvers

T, M, B = (1, 0, 0), (0, 1, 0), (0, 0, 1)
L, C, R = T, M, B


def test_hexagon():
    solution = solvers.all_equilibria(games.load("kohlberg_mertens"))
    corners = {(T, L), (T, R), (M, R), (M, C), (B, C), (B, L)}
    assert {e.strategies for e in solution} == corners
    assert len(solution.components) == 1
    assert solution.component_indices == (1,)
    assert all(e.index is None for e in solution)


def test_six_edges_each_corner_on_two():
    solution = solvers.all_equilibria(games.load("kohlberg_mertens"))
    assert len(solution.subsets) == 6
    assert all(len(subset.members) == 2 for subset in solution.subsets)
    ends = [corner for subset in solution.subsets for corner in subset.members]
    assert sorted(ends) == sorted(2 * list(range(6)))


def test_the_inside_is_none():
    game = games.load("kohlberg_mertens")
    third = (Fraction(1, 3),) * 3
    assert not solvers.verify.is_nash(game, (third, third))
    half = (Fraction(1, 2), Fraction(1, 2), 0)
    assert not solvers.verify.is_nash(game, (half, half))
    assert solvers.verify.is_nash(game, (T, (Fraction(1, 2), 0, Fraction(1, 2))))
