"""L. S. Shapley (1964), Some Topics in Two-Person Games, Annals of Mathematics Studies 52.

The 3x3 game on which fictitious play cycles: one equilibrium, all actions equally likely.
"""

from fractions import Fraction as F

import pytest

from gtlearn import games, solvers
from gtlearn.solvers._nash.lemke_howson import path_equilibrium

THIRD = (F(1, 3),) * 3


@pytest.mark.parametrize("source", ["shapley", "1,0 0,1 0,0; 0,0 1,0 0,1; 0,1 0,0 1,0"])
def test_unique_and_uniform(source):
    solution = solvers.all_equilibria(games.load(source))
    assert [e.strategies for e in solution] == [(THIRD, THIRD)]
    assert solution[0].payoffs == (F(1, 3), F(1, 3))
    assert solution[0].index == 1
    assert solution.complete


@pytest.mark.parametrize("label", range(6))
def test_every_path_ends_there(label):
    assert path_equilibrium(games.load("shapley"), label).strategies == (THIRD, THIRD)
