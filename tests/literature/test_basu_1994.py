"""K. Basu (1994), The Traveler's Dilemma, American Economic Review 84: claiming the least is the
only equilibrium, in mixed strategies too."""

import pytest

from gtlearn import games, solvers
from gtlearn.solvers._nash import pure_equilibria


@pytest.mark.parametrize("high", [3, 6, 9])
def test_the_only_equilibrium(high):
    solution = solvers.all_equilibria(games.load(f"travellers_dilemma(high={high})"))
    lowest = (1,) + (0,) * (high - 2)
    assert [e.strategies for e in solution] == [(lowest, lowest)]
    assert solution[0].payoffs == (2, 2)
    assert solution[0].index == 1
    assert solution.complete


def test_all_claims_from_2_to_100():
    game = games.load("travellers_dilemma")
    assert pure_equilibria(game) == [(0, 0)]
    for method in (None, "lemke-howson"):
        solution = solvers.one_equilibrium(game, method=method)
        assert solution[0].payoffs == (2, 2)
