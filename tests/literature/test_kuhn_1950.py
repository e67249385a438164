"""H. W. Kuhn (1950), A Simplified Two-Person Poker, Annals of Mathematics Studies 24.

The value to the first player is -1/18; the first player has a continuum of optimal strategies.
"""

from fractions import Fraction as F

from gtlearn import games, solvers


def test_value_and_many_optimal_strategies():
    game = games.load("kuhn_poker")
    solution = solvers.zero_sum(game)
    assert solution[0].payoffs == (F(-1, 18), F(1, 18))
    assert solution[0].certificate.evidence["unique"] == (False, False)
    assert not solution.complete
