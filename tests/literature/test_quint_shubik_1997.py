"""T. Quint & M. Shubik (1997), A Theorem on the Number of Nash Equilibria in a Bimatrix Game,
International Journal of Game Theory 26: the n x n coordination game has 2^n - 1 equilibria."""

from fractions import Fraction as F

import pytest

from gtlearn import solvers
from gtlearn.games import normal_form


@pytest.mark.parametrize("n", range(1, 8))
def test_one_for_every_set_of_actions(n):
    identity = [[int(i == j) for j in range(n)] for i in range(n)]
    solution = solvers.all_equilibria(normal_form(identity, identity))
    assert len(solution) == 2**n - 1
    for equilibrium in solution:
        row, column = equilibrium.strategies
        size = sum(p > 0 for p in row)
        assert row == column
        assert set(row) <= {0, F(1, size)}
        assert equilibrium.payoffs == (F(1, size), F(1, size))
        assert equilibrium.index == (-1) ** (size + 1)
    assert solution.complete
