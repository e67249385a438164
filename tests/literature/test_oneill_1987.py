"""B. O'Neill (1987), Nonmetric Test of the Minimax Theory of Two-Person Zerosum Games, PNAS 84.

With B. Lieberman (1960), Human Behavior in a Strictly Determined 3x3 Matrix Game, Behavioral
Science 5; both as filed in Gambit's catalogue (mckelvey1995).
"""

from fractions import Fraction as F

from gtlearn import solvers
from gtlearn.games import normal_form


def solve(rows):
    solution = solvers.zero_sum(normal_form(rows, [[-v for v in row] for row in rows]))
    return solution[0], solution[0].certificate.evidence


def test_two_fifths_and_three_times_one_fifth():
    rows = [[5, -5, -5, -5], [-5, -5, 5, 5], [-5, 5, -5, 5], [-5, 5, 5, -5]]
    outcome, evidence = solve(rows)
    optimal = (F(2, 5), F(1, 5), F(1, 5), F(1, 5))
    assert outcome.strategies == (optimal, optimal)
    assert (evidence["value"], evidence["unique"]) == (-1, (True, True))


def test_strictly_determined():
    # column 3 guarantees the column player 0, which rows 1 and 3 take back against all columns
    outcome, evidence = solve([[15, 0, 0], [-15, -2, -1], [1, 2, 0]])
    assert outcome.strategies[1] == (0, 0, 1)
    assert outcome.strategies[0][1] == 0
    assert (evidence["value"], evidence["unique"]) == (0, (False, True))
