"""H. W. Kuhn (1950), A Simplified Two-Person Poker, Annals of Mathematics Studies 24.

The value to the first player is -1/18; the first player has a continuum of optimal strategies.
"""

from fractions import Fraction as F
from itertools import product

import numpy as np
import pytest

from gtlearn import games, solvers


def test_value_and_many_optimal_strategies():
    game = games.load("kuhn_poker")
    solution = solvers.zero_sum(game)
    assert solution[0].payoffs == (F(-1, 18), F(1, 18))
    assert solution[0].certificate.evidence["unique"] == (False, False)
    assert not solution.complete


def by_hand(cards):
    """What each plan of the first player wins from each of the second, by the rules alone.

    A card is bet at once, checked and then folded, or checked and then called; the second player
    answers a check and a bet: it checks or bets, it folds or calls.
    """

    def won(first, second, high):
        sign = 1 if high else -1
        if first == "bet":
            return 2 * sign if second[1] == "call" else 1
        if second[0] == "check":
            return sign
        return 2 * sign if first == "call" else -1

    own = list(product(["bet", "fold", "call"], repeat=cards))
    answers = list(product(product(["check", "bet"], ["fold", "call"]), repeat=cards))
    deals = [(a, b) for a in range(cards) for b in range(cards) if a != b]
    return np.array(
        [[sum(won(x[a], y[b], a > b) for a, b in deals) for y in answers] for x in own]
    ), len(deals)


@pytest.mark.parametrize("cards", [2, 3])
def test_any_number_of_cards(cards):
    """The same value as the matrix of all plans, whose numbers come from the rules alone."""
    matrix, deals = by_hand(cards)
    value = solvers.solve(games.normal_form(matrix, -matrix))[0].payoffs[0] / deals
    assert solvers.solve(f"kuhn(cards={cards})")[0].payoffs == (value, -value)


def test_four_cards():
    """The strategies of the tree prove the value in the matrix of all plans: 81 by 256."""
    matrix, deals = by_hand(4)
    solution = solvers.solve("kuhn(cards=4)")
    sets = [{known.label: k for k, known in enumerate(own)} for own in solution.game.sets]
    first, second = solution[0].strategies

    def mixture(rows):
        return np.array([np.prod([F(1), *p]) for p in product(*rows)], dtype=object)

    own, answers = [], []
    for card in range(4):
        check, bet = first[sets[0][str(card)]]
        fold, call = first[sets[0][f"{card}pb"]]
        own.append([bet, check * fold, check * call])
        after_check, after_bet = second[sets[1][f"{card}p"]], second[sets[1][f"{card}b"]]
        answers.append([p * q for p in after_check for q in after_bet])
    x, y = mixture(own), mixture(answers)
    assert sum(x) == sum(y) == 1
    exact = matrix.astype(object)
    assert min(x @ exact) == max(exact @ y) == deals * F(-1, 24)
    assert solution[0].payoffs == (F(-1, 24), F(1, 24))


def test_three_cards_are_openspiels_tree():
    assert games.load("kuhn").fingerprint == games.load("kuhn_poker").fingerprint
