"""T. S. Ferguson, Game Theory, Part II (Two-Person Zero-Sum Games)."""

from fractions import Fraction as F

from gtlearn import solvers
from gtlearn.games import normal_form


def solve(rows):
    solution = solvers.zero_sum(normal_form(rows, [[-v for v in row] for row in rows]))
    return solution[0], solution[0].certificate.evidence


def test_odd_or_even():
    # Section 1.2: the players show one or two fingers; the sum goes to I if odd, to II if even.
    outcome, evidence = solve([[-2, 3], [3, -4]])
    assert outcome.strategies == ((F(7, 12), F(5, 12)), (F(7, 12), F(5, 12)))
    assert (evidence["value"], evidence["unique"]) == (F(1, 12), (True, True))


def test_mendelsohn_game():
    # Numbers 1..100: one more than the opponent's wins 1, two or more more loses 2.
    def payoff(own, other):
        difference = own - other
        return {0: 0, 1: 1, -1: -1}.get(difference, -2 if difference > 0 else 2)

    outcome, evidence = solve([[payoff(a, b) for b in range(100)] for a in range(100)])
    optimal = (F(1, 4), F(1, 2), F(1, 4), *[0] * 97)
    assert outcome.strategies == (optimal, optimal)
    assert (evidence["value"], evidence["unique"]) == (0, (True, True))


def test_a_diagonal_game():
    # Weights inversely proportional to the diagonal, and the value is 1 / (1/1 + 1/2 + 1/3 + 1/4).
    outcome, evidence = solve([[k * (i == k) for i in range(1, 5)] for k in range(1, 5)])
    assert evidence["value"] == F(12, 25)
    assert outcome.strategies[0] == tuple(F(12, 25 * k) for k in range(1, 5))
