"""J. von Neumann & O. Morgenstern (1944), Theory of Games and Economic Behavior, section 18."""

from fractions import Fraction as F

import pytest

from gtlearn import games, solvers
from gtlearn.games import normal_form

HALF = (F(1, 2), F(1, 2))
THIRD = (F(1, 3),) * 3


def zero_sum(rows):
    solution = solvers.zero_sum(normal_form(rows, [[-v for v in row] for row in rows]))
    return solution[0], solution[0].certificate.evidence


def test_matching_pennies():
    outcome, evidence = zero_sum([[1, -1], [-1, 1]])
    assert outcome.strategies == (HALF, HALF)
    assert (evidence["value"], evidence["unique"]) == (0, (True, True))


def test_stone_paper_scissors():
    outcome, evidence = zero_sum([[0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    assert outcome.strategies == (THIRD, THIRD)
    assert (evidence["value"], evidence["unique"]) == (0, (True, True))


def test_holmes_and_moriarty():
    # Section 18.4.4. Moriarty chooses Dover or Canterbury, and so does Holmes: caught is worth
    # 100, Holmes's escape to the continent -50, a draw 0. Moriarty goes to Dover with 60 %,
    # Holmes gets off before it with 60 %, and Holmes is as good as 48 % dead as the train leaves.
    outcome, evidence = zero_sum([[100, 0], [-50, 100]])
    assert outcome.strategies == ((F(3, 5), F(2, 5)), (F(2, 5), F(3, 5)))
    assert (evidence["value"], evidence["unique"]) == (40, (True, True))


@pytest.mark.parametrize("name", ["matching_pennies", "rock_paper_scissors"])
def test_they_are_the_only_equilibria(name):
    solution = solvers.all_equilibria(games.load(name))
    assert len(solution) == 1
    assert solution[0].index == 1
    assert solvers.solve(name)[0].strategies == solution[0].strategies
