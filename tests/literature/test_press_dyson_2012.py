"""W. Press & F. Dyson (2012), Iterated Prisoner's Dilemma contains strategies that dominate any
evolutionary opponent, PNAS 109; with a discount d: C. Hilbe, A. Traulsen & K. Sigmund (2015),
Partners or rivals?, Games and Economic Behavior 92, and A. McAvoy & C. Hauert (2016), Autocratic
strategies for iterated games with arbitrary action spaces, PNAS 113.

Let q(x, y) = d p(x, y) + (1 - d) p0 for the memory-one strategy p0, p(CC), p(CD), p(DC), p(DD). If
q(x, y) - [x = C] = a u_X(x, y) + b u_Y(x, y) + c at each (x, y), then a s_X + b s_Y + c = 0
whatever the opponent does, s being payoffs normalised by 1 - d. T = 5, R = 3, P = 1, S = 0.
"""

from fractions import Fraction as F

from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.solvers._markov.evaluation import evaluate
from gtlearn.solvers._markov.response import optimal_response, stationary_response

STAGE = "3,3 0,5; 5,0 1,1"
T, R, P, S = 5, 3, 1, 0
DISCOUNT = F(9, 10)
GAME = games.iterated(STAGE, discount=DISCOUNT)
EXTORTION = [F(11, 13), F(1, 2), F(7, 26), F(0)]  # theirs with chi = 3, phi = 1/26
EQUALISER = [F(2, 3), F(0), F(2, 3), F(1, 3)]  # their eqs. 8 and 9: the opponent scores 2

many = settings(max_examples=60, deadline=None)
probabilities = st.fractions(0, 1, max_denominator=12)
opponents = st.lists(probabilities, min_size=5, max_size=5)


def table(cooperation):
    return [[p, 1 - p] for p in cooperation]


def discounted(q, first):
    """The strategy p with q = d p + (1 - d) p0."""
    return table([first, *((v - (1 - DISCOUNT) * first) / DISCOUNT for v in q)])


def scores(strategy, opponent):
    return [(1 - DISCOUNT) * v for v in evaluate(GAME, [strategy, opponent]).payoffs]


@many
@given(opponents, opponents)
def test_the_identity_behind_it(first, second):
    """Akin's lemma with a discount: the occupancy is orthogonal to q - [x = C]."""
    occupancy = evaluate(GAME, [table(first), table(second)]).occupancy.fractions()
    cooperates = occupancy[:, 0].sum()
    pairs = [occupancy[:, x, y].sum() for x in (0, 1) for y in (0, 1)]
    nexts = sum(p * v for p, v in zip(first[1:], pairs, strict=True))
    assert cooperates == first[0] + DISCOUNT * nexts


@many
@given(opponents)
def test_the_extortioner_gets_three_times_the_surplus(opponent):
    mine, yours = scores(discounted(EXTORTION, F(0)), table(opponent))
    assert mine - P == 3 * (yours - P)


def test_who_gives_in_to_extortion_cooperates_always():
    """The opponent's best response is unconditional cooperation (their section on extortion)."""
    found = optimal_response(GAME, [discounted(EXTORTION, F(0)), None], 1)
    assert found.plan == (0,) * 5
    assert found.unique
    assert found.payoffs[0] > found.payoffs[1]


def test_without_a_discount_in_a_long_game_the_line_holds_to_one_over_the_horizon():
    """phi (s_X - P - chi (s_Y - P)) telescopes to a difference of two probabilities over N."""
    for horizon in (10, 200):
        game = games.iterated(STAGE, horizon=horizon)
        for opponent in ([[1, 0]] * 5, [[0, 1]] * 5, table([F(1, 2)] * 5)):
            mine, yours = evaluate(game, [table([F(0), *EXTORTION]), opponent]).payoffs
            assert abs(mine - P - 3 * (yours - P)) <= F(26, horizon)


def test_scores_against_a_cooperator_without_a_discount():
    """Their s_X = 3.73 and s_Y = 1.91, here 41/11 and 21/11.

    The extortioner cooperates with probability 7/11 in the long run, from 0 at the start; the
    difference shrinks by 11/13 - 7/26 = 15/26 a step, and a step's payoff by at most R - S = 3.
    """
    horizon = 2000
    game = games.iterated(STAGE, horizon=horizon)
    found = evaluate(game, [table([F(0), *EXTORTION]), [[1, 0]] * 5]).payoffs
    for score, wanted in zip(found, (F(41, 11), F(21, 11)), strict=True):
        assert abs(score - wanted) <= 3 * F(7, 11) * F(26, 11) / horizon


@many
@given(opponents)
def test_the_equaliser_fixes_the_opponents_score(opponent):
    assert scores(discounted(EQUALISER, F(0)), table(opponent))[1] == 2


def test_against_the_equaliser_everything_is_a_best_response():
    tables = [discounted(EQUALISER, F(0)), None]
    found = optimal_response(GAME, tables, 1, ties="strong")
    assert found.choices == ((0, 1),) * 5
    assert not found.unique
    assert len(list(stationary_response(GAME, tables, 1).all_optimal())) == 32
    weak = optimal_response(GAME, tables, 1, ties="weak")
    assert weak.payoffs[1] == found.payoffs[1] == 2 / (1 - DISCOUNT)
    assert weak.payoffs[0] < found.payoffs[0]
    assert weak.plan == (1,) * 5
