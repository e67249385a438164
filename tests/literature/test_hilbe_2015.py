"""C. Hilbe, A. Traulsen & K. Sigmund (2015), Partners or rivals? Strategies for the iterated
prisoner's dilemma, Games and Economic Behavior 92.

A partner makes sure that the best response to it is full cooperation, so that both get R; the
generous zero-determinant strategies of A. Stewart & J. Plotkin (2013, PNAS 110) are partners:
they enforce s_X - R = chi (s_Y - R). A rival never scores less than its opponent, as tit for tat
almost does. T = 5, R = 3, P = 1, S = 0.
"""

from fractions import Fraction as F

from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.solvers._markov.evaluation import evaluate
from gtlearn.solvers._markov.response import optimal_response

R = 3
DISCOUNT, CHI, PHI = F(9, 10), F(2), F(1, 10)
GAME = games.iterated("3,3 0,5; 5,0 1,1", discount=DISCOUNT)
PAIRS = [(3, 3), (0, 5), (5, 0), (1, 1)]  # u_X, u_Y after CC, CD, DC, DD

many = settings(max_examples=60, deadline=None)
opponents = st.lists(st.fractions(0, 1, max_denominator=12), min_size=5, max_size=5)


def table(cooperation):
    return [[p, 1 - p] for p in cooperation]


def generous():
    """d p + (1 - d) p0 - [x = C] = phi ((u_X - R) - chi (u_Y - R)), with p0 = 1."""
    rest = []
    for cooperated, (mine, yours) in zip((1, 1, 0, 0), PAIRS, strict=True):
        line = PHI * (mine - R - CHI * (yours - R))
        rest.append((cooperated + line - (1 - DISCOUNT)) / DISCOUNT)
    return table([F(1), *rest])


@many
@given(opponents)
def test_generosity_takes_a_larger_share_of_the_loss(opponent):
    payoffs = evaluate(GAME, [generous(), table(opponent)]).payoffs
    mine, yours = ((1 - DISCOUNT) * v for v in payoffs)
    assert mine - R == CHI * (yours - R)
    assert mine <= yours <= R


def test_the_best_response_to_a_partner_is_cooperation():
    found = optimal_response(GAME, [generous(), None], 1)
    assert found.payoffs == (R / (1 - DISCOUNT),) * 2
    assert found.unique


@many
@given(opponents)
def test_tit_for_tat_loses_at_most_one_exchange(opponent):
    """The players' scores differ by T - S for each time the opponent is ahead by one defection."""
    tit_for_tat = table([1, 1, 0, 1, 0])
    mine, yours = evaluate(GAME, [tit_for_tat, table(opponent)]).payoffs
    assert 0 <= yours - mine <= 5
    always = evaluate(GAME, [table([0] * 5), table(opponent)]).payoffs
    assert always[0] >= always[1]  # a rival
