"""R. J. Aumann (1974), Subjectivity and Correlation in Randomized Strategies, Journal of
Mathematical Economics 1: in chicken, correlation earns more than any Nash equilibrium."""

from fractions import Fraction as F

from gtlearn import solvers

MIXED = (F(2, 3), F(1, 3))


def test_nash():
    solution = solvers.solve("aumann_chicken", find="all")
    assert [e.strategies for e in solution] == [
        ((1, 0), (0, 1)),
        ((0, 1), (1, 0)),
        (MIXED, MIXED),
    ]
    assert [e.payoffs for e in solution] == [(2, 7), (7, 2), (F(14, 3), F(14, 3))]
    assert [e.index for e in solution] == [1, 1, -1]


def test_correlated():
    # (Yield, Yield) with probability 1/2 and each of the pure equilibria with 1/4
    outcome = solvers.solve("aumann_chicken", "correlated")[0]
    assert outcome.value == F(21, 2)
    assert outcome.payoffs == (F(21, 4), F(21, 4))
    assert outcome.distribution == {(0, 0): F(1, 2), (0, 1): F(1, 4), (1, 0): F(1, 4)}


def test_the_fairest_is_as_good():
    fair = solvers.solve("aumann_chicken", "correlated", objective="fairness")[0]
    assert min(fair.payoffs) == F(21, 4)
