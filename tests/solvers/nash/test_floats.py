"""Float answers state the regrets that their rounding leaves."""

from fractions import Fraction

import pytest

from gtlearn.errors import InputError
from gtlearn.games import families, normal_form
from gtlearn.solvers import solve, verify


@pytest.mark.parametrize("seed", range(5))
def test_regrets_are_measured(seed):
    game = families.uniform(5, 5, seed=seed)
    solution = solve(game, find="all", arithmetic="float")
    assert solution.arithmetic == "float"
    for equilibrium in solution:
        exact = [[Fraction(p) for p in s] for s in equilibrium.strategies]
        exact = [[p / sum(s) for p in s] for s in exact]
        measured = tuple(map(float, verify.regrets(game, exact)))
        assert equilibrium.certificate.evidence["regrets"] == measured
        assert not equilibrium.certificate.verified
        assert max(measured) < 1e-12  # a few roundings of payoffs below 100


def test_payoffs_that_no_float_holds():
    game = normal_form([[10**400, 0], [0, 1]], [[1, 0], [0, 10**400]])
    with pytest.raises(InputError, match="too large for a float"):
        solve(game, arithmetic="float")
