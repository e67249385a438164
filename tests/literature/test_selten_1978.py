"""R. Selten (1978), The Chain Store Paradox, Theory and Decision 9, with one period."""

from fractions import Fraction as F

from gtlearn import games, solvers


def test_deterrence_is_a_segment():
    # Out is best as soon as Fight has probability 1/2: 2 (1 - q) <= 1.
    solution = solvers.all_equilibria(games.load("chain_store"))
    entry, deterrence = solution.subsets
    assert (entry.rows, entry.columns) == (((1, 0),), ((1, 0),))
    assert deterrence.rows == ((0, 1),)
    assert set(deterrence.columns) == {(0, 1), (F(1, 2), F(1, 2))}
    assert solution.component_indices == (1, 0)
