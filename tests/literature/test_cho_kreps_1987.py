"""I.-K. Cho & D. M. Kreps (1987), Signaling Games and Stable Equilibria, Quarterly Journal of
Economics 102: both types have beer, or both have quiche; no other outcomes.
"""

from fractions import Fraction as F

import pytest

from gtlearn import games, solvers


def test_two_outcomes():
    """Beer pays the weak one 2 and the strong one 3, quiche 3 and 2; nobody is fought."""
    game = games.load("beer_quiche")
    solution = solvers.solve(game, find="all")
    beer, quiche = (F(1, 10) * 2 + F(9, 10) * 3, F(9, 10)), (F(1, 10) * 3 + F(9, 10) * 2, F(9, 10))
    assert {equilibrium.payoffs for equilibrium in solution} == {beer, quiche}


@pytest.mark.parametrize("duel", [F(0), F(1, 4), F(1, 2), F(3, 4), F(1)])
def test_the_meal_that_nobody_has_must_be_fought_half_the_time(duel):
    """Who would like it better gets 1 more for it, and loses 2 times the chance of a duel."""
    game = games.load("beer_quiche")
    meet = [[0, 1], [duel, 1 - duel]]
    assert solvers.check([[[1, 0], [1, 0]], meet], game).holds == (duel >= F(1, 2))
    assert solvers.check([[[0, 1], [0, 1]], meet[::-1]], game).holds == (duel >= F(1, 2))


def test_a_weak_sender_who_is_likely_is_fought():
    """With weak more likely than not, a meal that both have is answered by a duel."""
    game = games.load("beer_quiche(weak=3/5)")
    for meal in (0, 1):
        both = [[int(meal == k) for k in (0, 1)]] * 2
        for reply in ([[1, 0]] * 2, [[0, 1]] * 2, [[1, 0], [0, 1]], [[0, 1], [1, 0]]):
            assert not solvers.check([both, reply], game).holds
