"""R. Selten (1975), Reexamination of the Perfectness Concept for Equilibrium Points in Extensive
Games, International Journal of Game Theory 4, Figure 1 (the horse).

Its equilibria are of two types: (1, 1, p3) with p3 <= 1/4, and (0, p2, 1) with p2 >= 1/3, where
p_i is the probability of R. Only those of the first type are perfect, though the game has no
subgame but itself.
"""

from fractions import Fraction as F

import pytest

from gtlearn import games, solvers


def check(*probabilities, concept="nash"):
    profile = [[[p, 1 - p]] for p in probabilities]
    return solvers.check(profile, games.load("selten_horse"), concept)


@pytest.mark.parametrize("third", [F(k, 8) for k in range(9)])
def test_the_first_type(third):
    report = check(1, 1, third)
    assert report.holds == (third <= F(1, 4))
    assert report.payoffs == (1, 1, 1)


@pytest.mark.parametrize("second", [F(k, 6) for k in range(7)])
def test_the_second_type(second):
    report = check(0, second, 1)
    assert report.holds == (second >= F(1, 3))
    assert report.payoffs == (3, 2, 2)
    assert check(0, second, 1, concept="subgame-perfect").holds == report.holds


def test_nothing_between():
    grid = [F(k, 4) for k in range(5)]
    held = {(a, b, c) for a in grid for b in grid for c in grid if check(a, b, c).holds}
    first = {(F(1), F(1), c) for c in grid if c <= F(1, 4)}
    second = {(F(0), b, F(1)) for b in grid if b >= F(1, 3)}
    assert held == first | second
