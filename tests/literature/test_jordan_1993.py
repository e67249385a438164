"""Jordan (1993), Three problems in learning mixed-strategy Nash equilibria, Games and Economic
Behavior 5, 368-386: matching pennies for three, whose only equilibrium is that all mix evenly."""

from fractions import Fraction

import numpy as np

from gtlearn import games, solvers


def test_matching_pennies_for_three():
    """Player 1 wants to match player 2, player 2 player 3, and player 3 not to match player 1."""
    first, second, third = np.indices((2, 2, 2))
    tensors = (first == second, second == third, third != first)
    solution = solvers.solve(games.normal_form(*(t.astype(int) for t in tensors)), find="all")
    assert solution.complete
    (equilibrium,) = solution
    assert equilibrium.strategies == ((Fraction(1, 2),) * 2,) * 3
    assert equilibrium.index == 1
