"""R. Axelrod (1984), The Evolution of Cooperation, appendix B, on tit for tat against itself.

Payoffs T = 5, R = 3, P = 1, S = 0, discount w. Tit for tat is a best response to itself if and
only if w >= max((T - R) / (T - P), (T - R) / (R - S)) (his theorem 2), here 2/3.
"""

from fractions import Fraction as F

import pytest

from gtlearn import games
from gtlearn.solvers.markov.evaluation import evaluate
from gtlearn.solvers.markov.response import optimal_response

STAGE = "3,3 0,5; 5,0 1,1"
T, R, P, S = 5, 3, 1, 0
C, D = [1, 0], [0, 1]
TIT_FOR_TAT = [C, C, D, C, D]  # of the first player: init, CC, CD, DC, DD
MIRRORED = [C, C, C, D, D]  # of the second
DEFECT, COOPERATE = [D] * 5, [C] * 5
ALTERNATE = [D, D, D, C, C]  # D C D C ..., of the first player


@pytest.mark.parametrize("w", [F(1, 10), F(1, 2), F(24, 25)])
def test_closed_forms(w):
    game = games.iterated(STAGE, discount=w)

    def worth(first, second):
        return evaluate(game, [first, second]).payoffs

    assert worth(TIT_FOR_TAT, MIRRORED) == (R / (1 - w), R / (1 - w))
    assert worth(DEFECT, DEFECT) == (P / (1 - w), P / (1 - w))
    assert worth(COOPERATE, DEFECT) == (S / (1 - w), T / (1 - w))
    assert worth(TIT_FOR_TAT, DEFECT) == (S + w * P / (1 - w), T + w * P / (1 - w))
    assert worth(ALTERNATE, MIRRORED) == ((T + w * S) / (1 - w**2), (S + w * T) / (1 - w**2))


@pytest.mark.parametrize(
    ("w", "best"),
    [
        (F(1, 5), DEFECT),  # below (P - S) / (T - P) = 1/4
        (F(1, 3), ALTERNATE),
        (F(13, 20), ALTERNATE),
        (F(67, 100), TIT_FOR_TAT),
        (F(24, 25), TIT_FOR_TAT),
    ],
)
def test_what_is_best_against_tit_for_tat(w, best):
    game = games.iterated(STAGE, discount=w)
    found = optimal_response(game, [None, MIRRORED], 0)
    assert found.payoffs == evaluate(game, [best, MIRRORED]).payoffs
    assert found.unique


@pytest.mark.parametrize(
    ("w", "tied"), [(F(2, 3), [TIT_FOR_TAT, ALTERNATE]), (F(1, 4), [DEFECT, ALTERNATE])]
)
def test_at_the_thresholds_both_are_best(w, tied):
    game = games.iterated(STAGE, discount=w)
    values = [evaluate(game, [table, MIRRORED]).payoffs for table in tied]
    kinds = {"strong": max(v[1] for v in values), "weak": min(v[1] for v in values)}
    for ties, other in kinds.items():
        found = optimal_response(game, [None, MIRRORED], 0, ties=ties)
        assert found.payoffs == (values[0][0], other)
        assert not found.unique
    assert values[0][0] == values[1][0]
