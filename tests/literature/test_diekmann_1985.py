"""Diekmann (1985), Volunteer's Dilemma, Journal of Conflict Resolution 29(4), 605-610.

In the mixed equilibrium nobody volunteers with probability (cost / benefit)^(1 / (n - 1)) each
(his equation for 1 - p), and each player earns benefit - cost.
"""

from fractions import Fraction as F

import pytest

from gtlearn import games, solvers
from gtlearn.solvers.enclosures import Enclosure


@pytest.mark.parametrize("players", [2, 3, 5, 12, 100])
def test_the_mixed_equilibrium(players):
    game = games.load(f"volunteers_dilemma(players={players},benefit=3,cost=1)")
    (equilibrium,) = solvers.solve(game, symmetric_equilibria=True)
    ((_, waits),) = equilibrium.strategies
    ends = (waits.lower, waits.upper) if isinstance(waits, Enclosure) else (waits, waits)
    low, high = (end ** (players - 1) for end in ends)
    assert low <= F(1, 3) <= high
    assert equilibrium.payoffs == (2,)


def test_a_rational_one_is_exact():
    """(4 / 9)^(1 / 2) = 2 / 3."""
    game = games.load("volunteers_dilemma(players=3,benefit=9,cost=4)")
    (equilibrium,) = solvers.solve(game, symmetric_equilibria=True)
    assert equilibrium.strategies == ((F(1, 3), F(2, 3)),)
    assert equilibrium.certificate.arithmetic == "rational"


def test_there_are_seven_equilibria_of_three_players():
    """2^n - 1: any nonempty set of players is the set of those who may volunteer."""
    solution = solvers.solve("volunteers_dilemma", find="all")
    assert len(solution) == 7
    assert solution.complete
