"""Arthur (1994), Inductive reasoning and bounded rationality (the El Farol problem), American
Economic Review 84(2), 406-411, for three guests of a bar with room for two: who goes earns 1, or -1
if all three do; who stays earns 0."""

from fractions import Fraction

import numpy as np

from gtlearn import games, solvers
from gtlearn.solvers.enclosures import Enclosure


def test_three_guests():
    """Any two go, of which who stays is indifferent: nothing. In the equilibrium in which all mix,
    the others both go with probability 1/2."""
    went = np.indices((2, 2, 2))
    crowded = went.sum(axis=0) == 3
    game = games.normal_form(*(np.where(crowded, -own, own) for own in went))
    solution = solvers.solve(game, find="all")
    assert not solution.open_supports
    pure = [e for e in solution if all(1 in s for s in e.strategies)]
    assert {sum(s[1] for s in e.strategies) for e in pure} == {2} and len(pure) == 3
    (mixed,) = (e for e in solution if all(isinstance(s[1], Enclosure) for s in e.strategies))
    for _, goes in mixed.strategies:
        assert goes.lower**2 <= Fraction(1, 2) <= goes.upper**2
