"""V. Knight et al., Nashpy's documentation: "Handle degenerate games" and "Degenerate games".

Its own output for these games lacks equilibria (see tests/peers/test_nashpy.py); here are all.
"""

from fractions import Fraction as F

from gtlearn import games, solvers
from gtlearn.games import normal_form

A = [[0, -1, 1], [-1, 0, 1], [-1, 0, 1]]
HALF = (F(1, 2), F(1, 2), 0)


def zero_sum(rows):
    return normal_form(rows, [[-v for v in row] for row in rows])


def test_a_range_of_strategies_against_half_and_half():
    solution = solvers.all_equilibria(zero_sum(A))
    assert {e.strategies for e in solution} == {
        (HALF, HALF),
        ((F(1, 2), 0, F(1, 2)), HALF),
    }
    assert len(solution.subsets) == 1
    assert solution.component_indices == (1,)
    evidence = solvers.zero_sum(zero_sum(A))[0].certificate.evidence
    assert (evidence["value"], evidence["unique"]) == (F(-1, 2), (False, True))


def test_the_matrix_that_defines_degeneracy():
    # The third column has two best responses, but it is not played: one equilibrium, where rows
    # 1 and 3 tie, -y_2 = -y_1 + y_2, and columns 1 and 2, -x_3 = -x_1 + x_3.
    solution = solvers.all_equilibria(zero_sum([[0, -1, 1], [-1, 0, 1], [-1, 1, 0]]))
    assert [e.strategies for e in solution] == [
        ((F(2, 3), 0, F(1, 3)), (F(2, 3), F(1, 3), 0)),
    ]
    assert solution[0].payoffs[0] == F(-1, 3)
    assert solution.complete


def test_support_enumeration_with_and_without_tolerance():
    # Rows 2 and 3 tie against column 1, which stays the best one while
    # 7 x_2 + x_3 >= 4 x_2 + 6 x_3, that is x_3 <= 3/8: a segment.
    solution = solvers.all_equilibria(games.load("4,2 9,2 9,5; 9,7 1,4 6,4; 9,1 2,6 3,4"))
    assert {e.strategies for e in solution} == {
        ((1, 0, 0), (0, 0, 1)),
        ((0, 1, 0), (1, 0, 0)),
        ((0, F(5, 8), F(3, 8)), (1, 0, 0)),
        ((F(1, 2), F(1, 2), 0), (F(3, 8), 0, F(5, 8))),
        ((F(1, 5), F(1, 2), F(3, 10)), (F(27, 47), F(15, 47), F(5, 47))),
    }
    assert solution.components == ((0,), (1, 2), (3,), (4,))
    assert solution.component_indices == (1, 0, -1, 1)
