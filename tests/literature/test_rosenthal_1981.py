"""R. W. Rosenthal (1981), Games of Perfect Information, Predatory Pricing and the Chain-Store
Paradox, Journal of Economic Theory 25; payoffs of R. D. McKelvey & T. R. Palfrey (1992), An
Experimental Study of the Centipede Game, Econometrica 60, Figure 1 (in dimes).
"""

import pytest

from gtlearn import games, solvers


def test_the_four_move_game():
    game = games.load("centipede")
    paid = [tuple(own[leaf] for own in game.payoffs) for leaf in range(game.num_leaves)]
    assert sorted(paid) == [(2, 8), (4, 1), (8, 32), (16, 4), (64, 16)]


@pytest.mark.parametrize("stages", [1, 4, 6, 50])
def test_it_ends_at_once(stages):
    game = games.load(f"centipede(stages={stages})")
    solution = solvers.solve(game, "subgame-perfect")
    assert solution.complete and solution[0].payoffs == (4, 1)
    assert all(row == (1, 0) for table in solution[0].strategies for row in table)


def test_so_does_every_equilibrium():
    solution = solvers.solve("centipede", find="all")
    assert {equilibrium.payoffs for equilibrium in solution} == {(4, 1)}
