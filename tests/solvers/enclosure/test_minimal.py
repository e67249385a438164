"""Minimal polynomials of irrational probabilities."""

from dataclasses import replace
from fractions import Fraction as F
from math import isqrt

import pytest

from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.games import families
from gtlearn.solvers import minimal_polynomial
from gtlearn.solvers.enclosures import Enclosure

HUNT = games.load(  # a stag is worth 2 to each, if all three hunt it; a hare is worth 1
    [
        [[[2, 0], [0, 0]], [[1, 1], [1, 1]]],
        [[[2, 0], [1, 1]], [[0, 0], [1, 1]]],
        [[[2, 1], [0, 1]], [[0, 1], [0, 1]]],
    ]
)


def enclosed(game):
    """The equilibria of a game that are irrational."""
    found = solvers.solve(game, find="all")
    return [e for e in found if e.certificate.arithmetic == "enclosure"]


def value(coefficients, x):
    """A polynomial's value."""
    return sum((c * x**k for k, c in enumerate(coefficients)), F(0))


def test_a_stag_hunt_of_three():
    """Each is indifferent where 2pq = 1 for all pairs, so that 2p^2 = 1."""
    (mixed,) = enclosed(HUNT)
    for player in range(3):
        assert minimal_polynomial(HUNT, mixed, player, 0) == (-1, 0, 2)
        assert minimal_polynomial(HUNT, mixed, player, 1) == (1, -4, 2)


@pytest.mark.parametrize("seed", range(1, 13))
def test_its_only_root_in_the_interval(seed):
    """At 2 x 2 x 2 there are at most two totally mixed equilibria (McKelvey & McLennan 1997), so
    that their degrees are at most two; no root of an irreducible polynomial is rational."""
    game = families.uniform(2, 2, 0, 99, seed=seed, players=3)
    for equilibrium in enclosed(game):
        for player, strategy in enumerate(equilibrium.strategies):
            for action, p in enumerate(strategy):
                if isinstance(p, Enclosure):
                    found = minimal_polynomial(game, equilibrium, player, action)
                    assert value(found, p.lower) * value(found, p.upper) < 0
                    assert len(found) <= 3
                    if len(found) == 3:
                        discriminant = found[1] ** 2 - 4 * found[0] * found[2]
                        assert isqrt(discriminant) ** 2 != discriminant


def test_a_game_that_peers_get_wrong():
    """Its totally mixed equilibrium (0.42320565, ...) is one that Gambit's enumpoly loses."""
    game = games.load(
        [
            [[[60, 38], [77, 35]], [[89, 74], [61, 38]]],
            [[[76, 33], [5, 55]], [[35, 18], [85, 11]]],
            [[[79, 84], [91, 40]], [[46, 92], [17, 34]]],
        ]
    )
    (mixed,) = (e for e in enclosed(game) if all(len(set(s)) == 2 for s in e.strategies))
    low, middle, high = minimal_polynomial(game, mixed, 0, 0)
    p = mixed.strategies[0][0]
    assert value((low, middle, high), p.lower) * value((low, middle, high), p.upper) < 0


def test_what_is_refused():
    mixed = enclosed(HUNT)[0]
    pure = solvers.solve(HUNT, find="all")[0]
    with pytest.raises(InputError, match="exact as it stands"):
        minimal_polynomial(HUNT, pure, 0, 0)
    with pytest.raises(InputError, match="there is no action 2"):
        minimal_polynomial(HUNT, mixed, 0, 2)
    with pytest.raises(InputError, match="another game"):
        minimal_polynomial(families.uniform(3, 3, 0, 9, seed=1, players=3), mixed, 0, 0)
    moved = Enclosure(F(1, 2), F(1, 10**31))
    wrong = replace(mixed, strategies=((moved, moved), *mixed.strategies[1:]))
    with pytest.raises(InputError, match="not proven"):
        minimal_polynomial(HUNT, wrong, 0, 0)


def test_too_many_unknowns():
    game = families.uniform(2, 2, 0, 9999, seed=1, players=4)
    mixers = [
        (e, [k for k, s in enumerate(e.strategies) if isinstance(s[0], Enclosure)])
        for e in enclosed(game)
    ]
    large = [(e, players) for e, players in mixers if len(players) > 3]
    assert large
    for equilibrium, players in large:
        with pytest.raises(InputError, match="at most 3"):
            minimal_polynomial(game, equilibrium, players[0], 0)
