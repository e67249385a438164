"""A. McLennan & R. Tourky (2010), Simple Complexity from Imitation Games, Games and Economic
Behavior 68: the equilibria of an imitation game (I, B) show the symmetric equilibria of (B', B).

In an imitation game the row player wants to match the column player. Its mixed strategy x in an
equilibrium is a symmetric equilibrium of the game in which both have payoffs B, and every one
occurs. R. Savani & B. von Stengel (2016), Unit Vector Games, International Journal of Economic
Theory 12, have it as the special case where the columns are the unit vectors in turn.
"""

import numpy as np
import pytest

from gtlearn import solvers
from gtlearn.games import families, normal_form


@pytest.mark.parametrize("seed", range(12))
def test_imitation_games_show_symmetric_equilibria(seed):
    size = 2 + seed % 4
    payoffs = np.random.default_rng(seed).integers(0, 1000, (size, size))
    imitation = solvers.all_equilibria(normal_form(np.eye(size, dtype=int), payoffs))
    symmetric = solvers.all_equilibria(normal_form(payoffs.T, payoffs))
    shown = {e.strategies[0] for e in imitation}
    assert shown == {x for x, y in (e.strategies for e in symmetric) if x == y}
    assert len(imitation) % 2 == 1


@pytest.mark.parametrize("seed", range(8))
def test_unit_vector_games(seed):
    solution = solvers.all_equilibria(families.unit_vector(4, 6, seed=seed))
    assert solution.complete
    assert sum(solution.component_indices) == 1
    # the row player earns the probability of one of the column player's actions or more
    assert all(e.payoffs[0] > 0 for e in solution)
