"""L. S. Shapley (1953), Stochastic Games, PNAS 39.

A discounted game has a value, the fixed point of the values of its stage games (Theorem 1), and
both players have optimal stationary strategies (Theorem 2).
"""

from fractions import Fraction as F

import pytest

from gtlearn import games
from gtlearn.solvers._markov.evaluation import evaluate
from gtlearn.solvers._markov.nash import solve_nash

STAY, END = [1, 0], [0, 1]


def matching_while_it_lasts():
    """Matching pennies that pays 1 on a match, and goes on only where both say the first word.

    With v the value and the discount 1/2 the stage game is [[1 + v/2, 0], [0, 1]], so that
    v = (1 + v/2) / (2 + v/2), or v^2 + 3 v - 2 = 0: v = (sqrt(17) - 3) / 2, which is irrational
    although all data are rational.
    """
    payoffs = [[[1, 0], [0, 1]], [[0, 0], [0, 0]]]
    moves = [[[STAY, END], [END, END]], [[END, END], [END, END]]]
    return games.markov_game(
        [payoffs, [[[-v for v in row] for row in state] for state in payoffs]],
        moves,
        discount="1/2",
    )


@pytest.mark.parametrize("method", ["shapley", "pollatschek-avi-itzhak"])
def test_the_value_is_a_root_of_the_quadratic(method):
    solution = solve_nash(matching_while_it_lasts(), method=method)
    evidence = solution[0].certificate.evidence
    lower, upper = evidence["lower"], evidence["upper"]
    assert lower**2 + 3 * lower - 2 < 0 < upper**2 + 3 * upper - 2
    assert upper - lower < F(1, 10**9)
    assert not solution[0].certificate.verified  # no exact equilibrium is in rational numbers
    assert "approximate" in solution.notes[0]


def test_the_irrational_equilibrium_is_in_a_box():
    (outcome,) = solve_nash(matching_while_it_lasts(), method="tracing")
    value = outcome.payoffs[0]
    assert value.lower**2 + 3 * value.lower - 2 < 0 < value.upper**2 + 3 * value.upper - 2
    assert outcome.certificate.verified
    for table in outcome.strategies:
        first = table[0][0]
        assert first.lower * (2 + value.lower / 2) < 1 < first.upper * (2 + value.upper / 2)


def test_the_optimal_strategies_equalise():
    # the first word with probability 1 / (2 + v/2), so that a match of either kind pays the same
    (outcome,) = solve_nash(matching_while_it_lasts())
    value = outcome.payoffs[0]
    for table in outcome.strategies:
        first = table[0][0]
        assert abs(first * (2 + value / 2) - 1) < F(1, 10**9)


def test_stationary_strategies_guarantee_the_value_in_every_state():
    game = matching_while_it_lasts()
    (outcome,) = solve_nash(game)
    values = evaluate(game, outcome.strategies).state_values[0]
    assert values[1] == 0  # nothing is paid once it has ended
    assert values[0] == outcome.payoffs[0]
