"""T. Sandholm, A. Gilpin & V. Conitzer (2005), Mixed-Integer Programming Methods for Finding Nash
Equilibria, AAAI: games with one equilibrium, whose supports hold 2k - 1 of 4k - 1 actions."""

from fractions import Fraction as F

import pytest

from gtlearn import solvers
from gtlearn.games import families


@pytest.mark.parametrize("k", [1, 2])
def test_one_equilibrium_with_half_the_actions(k):
    solution = solvers.all_equilibria(families.sgc(k))
    core = 2 * k - 1
    expected = (F(1, core),) * core + (0,) * (2 * k)
    assert [e.strategies for e in solution] == [(expected, expected)]
    assert solution[0].index == 1
    assert solution.complete


@pytest.mark.parametrize("k", [3, 5, 8])
@pytest.mark.parametrize("method", [None, "lemke-howson"])
def test_one_finds_it(k, method):
    solution = solvers.one_equilibrium(families.sgc(k, shuffle=1, seed=k), method=method)
    sizes = [sum(p > 0 for p in strategy) for strategy in solution[0].strategies]
    assert sizes == [2 * k - 1, 2 * k - 1]
