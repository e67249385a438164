"""J. Friedman (1971), A Non-cooperative Equilibrium for Supergames, on the grim trigger.

Cooperation enforced by defecting for ever after any defection is an equilibrium if and only if
the discount is at least (T - R) / (T - P).
"""

from fractions import Fraction as F

import pytest

from gtlearn import games
from gtlearn.solvers._markov.evaluation import evaluate
from gtlearn.solvers._markov.response import optimal_response, stationary_response

C, D = [1, 0], [0, 1]
GRIM = [C, C, D, D, D]


@pytest.mark.parametrize(
    ("payoffs", "threshold"),
    [((5, 3, 1, 0), F(1, 2)), ((4, 3, 2, 1), F(1, 2)), ((6, 5, 2, 0), F(1, 4))],
)
def test_the_threshold(payoffs, threshold):
    t, r, p, s = payoffs
    for discount in (threshold - F(1, 100), threshold, threshold + F(1, 100)):
        game = games.iterated(f"{r},{r} {s},{t}; {t},{s} {p},{p}", discount=discount)
        kept = evaluate(game, [GRIM, GRIM]).payoffs
        assert kept == (r / (1 - discount),) * 2
        broken = t + discount * p / (1 - discount)
        found = optimal_response(game, [None, GRIM], 0)
        assert found.value == max(kept[0], broken)
        assert found.unique == (discount != threshold)
        assert stationary_response(game, [None, GRIM], 0).value == found.value


def test_with_a_known_end_the_last_step_is_defection():
    game = games.iterated("prisoners_dilemma", horizon=10)
    found = optimal_response(game, [None, GRIM], 0)
    assert found.value == F(9 * 3 + 4, 10)
    assert stationary_response(game, [None, GRIM], 0).value == 3
