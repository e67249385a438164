"""M. Nowak & K. Sigmund (1993), A Strategy of Win-Stay, Lose-Shift, Nature 364.

It corrects mistakes, exploits unconditional cooperators, and is exploited by defectors every
other step. With discount d it is a best response to itself if and only if d >= (T - R) / (R - P)
(one defection earns T now and P in the next step, then cooperation is restored).
"""

from fractions import Fraction as F

from gtlearn import games
from gtlearn.solvers._markov.evaluation import evaluate
from gtlearn.solvers._markov.response import optimal_response

C, D = [1, 0], [0, 1]
PAVLOV = [C, C, D, D, C]  # cooperates after CC and DD, for both players
T, R, P, S = 4, 3, 1, 0


def iterated(discount):
    return games.iterated("3,3 0,4; 4,0 1,1", discount=discount)


def test_cooperation_is_restored_after_any_mistake():
    d = F(9, 10)
    values = evaluate(iterated(d), [PAVLOV, PAVLOV]).state_values[0]
    rest = R / (1 - d)
    assert values == (rest, rest, P + d * rest, P + d * rest, rest)


def test_defectors_exploit_it_every_other_step():
    d = F(9, 10)
    values = evaluate(iterated(d), [PAVLOV, [D] * 5]).payoffs
    assert values == ((S + d * P) / (1 - d**2), (T + d * P) / (1 - d**2))


def test_the_threshold():
    for d in (F(49, 100), F(1, 2), F(51, 100)):
        found = optimal_response(iterated(d), [None, PAVLOV], 0)
        cooperates = R / (1 - d)
        assert (found.value == cooperates) == (d >= F(1, 2))
        assert found.unique == (d != F(1, 2))
    assert optimal_response(iterated(F(49, 100)), [None, PAVLOV], 0).plan[:2] == (1, 1)
