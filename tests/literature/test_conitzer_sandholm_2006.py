"""V. Conitzer & T. Sandholm (2006), Computing the Optimal Strategy to Commit to, ACM EC.

The example of the introduction: one Nash equilibrium, by iterated dominance; commitment earns the
leader more. With P. Paruchuri et al. (2008), Playing Games for Security, AAMAS, Table 1.
"""

from fractions import Fraction as F

import pytest

from gtlearn import games, solvers


@pytest.mark.parametrize("name", ["conitzer_sandholm", "dobss_example"])
def test_the_only_nash_equilibrium_pays_the_leader_two(name):
    solution = solvers.all_equilibria(games.load(name))
    assert [e.strategies for e in solution] == [((1, 0), (1, 0))]
    assert solution[0].payoffs == (2, 1)
    assert solution[0].index == 1


@pytest.mark.parametrize(
    ("name", "value"), [("conitzer_sandholm", F(7, 2)), ("dobss_example", F(11, 3))]
)
def test_commitment_pays_more(name, value):
    assert solvers.solve(name, "stackelberg")[0].payoffs[0] == value
