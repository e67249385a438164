"""D. Blackwell and T. S. Ferguson (1968), The Big Match, Annals of Mathematical Statistics 39.

Each day the second player chooses 0 or 1 and the first predicts it, a point for each that is
right; but once it predicts 1, that day's choices are repeated for ever. With payoffs normalised by
1 - discount = e the value is 1/2 whatever e is; the first player predicts 1 with probability
e / (1 + e), which makes the second one indifferent: a 1 is worth e/(1+e) + 1/(1+e) * (1-e)/2 = 1/2
to the first player, a 0 is worth 1/(1+e) * (e + (1-e)/2) = 1/2.
"""

from fractions import Fraction as F

import pytest

from gtlearn import games
from gtlearn.solvers.markov.nash import solve_nash

PLAY, WON, LOST = [1, 0, 0], [0, 1, 0], [0, 0, 1]


def big_match(discount):
    right = [[[1, 0], [0, 1]], [[1, 1], [1, 1]], [[0, 0], [0, 0]]]  # actions: say or play 0, 1
    moves = [
        [[PLAY, PLAY], [LOST, WON]],
        [[WON, WON], [WON, WON]],
        [[LOST, LOST], [LOST, LOST]],
    ]
    losses = [[[-v for v in row] for row in state] for state in right]
    return games.markov_game([right, losses], moves, discount=discount)


@pytest.mark.parametrize("e", [F(1, 2), F(1, 10), F(1, 97), F(1, 1000)])
def test_value_one_half_for_every_discount(e):
    solution = solve_nash(big_match(1 - e))
    (outcome,) = solution
    evidence = outcome.certificate.evidence
    assert evidence["lower"] == evidence["upper"] == F(1, 2) / e
    assert outcome.tables[0][0] == (1 / (1 + e), e / (1 + e))
    assert outcome.tables[1][0] == (F(1, 2), F(1, 2))
    assert evidence["subgame_perfect"]


def test_with_a_horizon_too():
    # With k days to go the value is k / 2, and the first player stops with probability
    # 1 / (k + 1), for x k + (1 - x)(k - 1)/2 = (1 - x)(1 + (k - 1)/2) at x = 1/(k + 1)
    days = 5
    game = games.markov_game(
        [array.fractions() for array in big_match(F(1, 2)).payoffs],
        big_match(F(1, 2)).transitions.fractions(),
        horizon=days,
    )
    (outcome,) = solve_nash(game)
    assert outcome.payoffs == (F(1, 2), F(-1, 2))
    stops = [outcome.tables[0][3 * t][1] for t in range(days)]
    assert stops == [F(1, days - t + 1) for t in range(days)]
