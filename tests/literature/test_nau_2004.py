"""Nau, Gomez Canovas & Hansen (2004), On the geometry of Nash equilibria and correlated equilibria,
International Journal of Game Theory 32, 443-453: the games of Sections 4 to 6, as in Gambit's
catalogue."""

from fractions import Fraction

import numpy as np

from gtlearn import games, solvers
from gtlearn.solvers.enclosures import Enclosure

F = Fraction
EVEN = (F(1, 2), F(1, 2))


def game_of(actions, *profiles):
    """Payoffs of all players profile by profile; the first player's action changes fastest."""
    tensors = np.array(profiles).reshape(actions, 2, 2, 3).transpose(3, 2, 1, 0)
    return games.normal_form(*tensors)


def test_one_equilibrium_in_irrational_strategies():
    """Section 4."""
    game = game_of(
        *(2, (3, 0, 2), (0, 1, 0), (0, 2, 0), (1, 0, 0), (1, 0, 0), (0, 3, 0), (0, 1, 0), (2, 0, 3))
    )
    solution = solvers.solve(game, find="all")
    assert solution.complete and len(solution) == 1
    assert all(isinstance(p, Enclosure) for s in solution[0].strategies for p in s)
    assert solution[0].index == 1


def test_a_curve_of_equilibria():
    """Section 5: three pure equilibria, and a curve on which all three mix, player 3 by 1/4: there
    no player alone can mix otherwise, so that the support stays open."""
    game = game_of(
        *(2, (0, 0, 2), (3, 0, 0), (0, 3, 0), (0, 0, 0), (1, 1, 0), (0, 0, 0), (0, 0, 0), (0, 0, 3))
    )
    solution = solvers.solve(game, find="all")
    assert solution.open_supports == (((0, 1),) * 3,) and not solution.complete
    pure = [e for e in solution if all(1 in s for s in e.strategies)]
    (mixed,) = (e for e in solution if e not in pure)
    assert len(pure) == 3
    (x, _), (y, _), (z, _) = mixed.strategies
    assert z == F(1, 4) and 2 * x * y == 3 * (1 - x) * (1 - y)


def test_a_segment_of_equilibria():
    """Section 6: players 1 and 2 mix evenly, and player 3 over a segment, whose ends play two of
    its four actions."""
    game = game_of(
        4,
        *((2, 0, 0), (0, 2, 1), (0, 1, 1), (1, 0, 2), (1, 0, 2), (0, 1, 1), (0, 2, 1), (2, 0, 0)),
        *((1, 0, 1), (0, 2, 0), (0, 1, 2), (2, 0, 1), (2, 0, 1), (0, 1, 2), (0, 2, 0), (1, 0, 1)),
    )
    solution = solvers.solve(game, find="all")
    (continuum,) = solution.continua
    assert continuum.supports == ((0, 1), (0, 1), (0, 1, 2, 3)) and continuum.within is None
    ends = (*EVEN, F(0), F(0)), (F(0), F(0), *EVEN)
    assert {e.strategies for e in solution} == {(EVEN, EVEN, end) for end in ends}
    assert not solvers.verify.solution(game, solution).false
