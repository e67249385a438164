"""J. F. Nash (1951), Non-cooperative Games, Annals of Mathematics 54: the three-man poker.

Each of three players antes two chips and is dealt a high or a low card, each as likely. In turn
they may open with two more chips; once one has opened, the others call with a high card and pass
with a low one. The pot is divided among the highest hands that have bet; if nobody bets, the antes
are returned. What is not dominated is left to four decisions: I opens on high (alpha), II opens on
high (delta) and on low (epsilon), III opens on low (eta). The only equilibrium has

    alpha = (21 - sqrt(321)) / 10,   eta = (5 alpha + 1) / 4,
    delta = (5 - 2 alpha) / (5 + alpha),   epsilon = (4 alpha - 1) / (alpha + 5),

and is worth about -.147, -.096 and .243 to the players.
"""

from fractions import Fraction as F
from itertools import product

import numpy as np
import pytest

from gtlearn import games
from gtlearn.solvers import check, solve, verify
from gtlearn.solvers._enclosure.equilibria import enclosed_equilibrium
from gtlearn.solvers.solution import Solution
from gtlearn.solvers.verify.enclosure import one_state

OWNERS = (0, 1, 1, 2)  # whose decision it is; the agents of one player share its payoff


def winnings(deal, opens):
    """What each player wins where `opens` says who would open, if nobody has."""
    opener = next((k for k in range(3) if opens[k]), None)
    if opener is None:
        return (F(0),) * 3
    betting = [k for k in range(3) if k == opener or deal[k]]
    best = max(deal[k] for k in betting)
    winners = [k for k in betting if deal[k] == best]
    share = F(6 + 2 * len(betting), len(winners))
    return tuple(share * (k in winners) - 2 - 2 * (k in betting) for k in range(3))


def three_man_poker():
    """The agents' normal form: one player a decision, whose second action is to open."""
    payoffs = [np.zeros((2,) * 4, dtype=object) for _ in OWNERS]
    for alpha, delta, epsilon, eta in product((0, 1), repeat=4):
        total = [F(0)] * 3
        for deal in product((0, 1), repeat=3):
            opens = (deal[0] and alpha, delta if deal[1] else epsilon, deal[2] or eta)
            total = [t + w / 8 for t, w in zip(total, winnings(deal, opens), strict=True)]
        for agent, owner in enumerate(OWNERS):
            payoffs[agent][alpha, delta, epsilon, eta] = total[owner]
    return games.normal_form(*payoffs, name="three-man poker")


@pytest.fixture(scope="module")
def equilibrium():
    opens = (0.31, 0.83, 0.04, 0.64)
    return enclosed_equilibrium(three_man_poker(), [[0, 1]] * 4, [[1 - p, p] for p in opens])


# alpha from each probability of opening, which is monotone
ALPHAS = (
    lambda alpha: alpha,
    lambda delta: 5 * (1 - delta) / (2 + delta),
    lambda epsilon: (1 + 5 * epsilon) / (4 - epsilon),
    lambda eta: (4 * eta - 1) / 5,
)


def test_the_closed_form_is_in_the_box(equilibrium):
    for (_, opening), alpha_of in zip(equilibrium.strategies, ALPHAS, strict=True):
        first, second = sorted((alpha_of(opening.lower), alpha_of(opening.upper)))
        # (21 - 10 alpha)^2 falls below 321 in between
        assert (21 - 10 * first) ** 2 > 321 > (21 - 10 * second) ** 2
        assert opening.radius <= F(1, 10**30)


def test_the_values_are_those_of_the_paper(equilibrium):
    for owner, value in zip(OWNERS, equilibrium.payoffs, strict=True):
        assert round(float(value), 3) == (-0.147, -0.096, 0.243)[owner]


def test_it_is_proven_from_the_payoffs_alone(equilibrium):
    game = three_man_poker()
    solution = Solution(game, "nash", "given", (equilibrium,), arithmetic="enclosure")
    for claimed in (solution, solution.to_json()):
        assert verify.solution(game, claimed).holds
        assert check(claimed, game).holds
    assert "0.30835271..." in str(solution)
    forged = solution.to_json()
    forged["solutions"][0]["strategies"][0] = [{"mid": "0.5", "radius": "1e-31"}] * 2
    assert verify.solution(game, forged).false
    assert not check(forged, game).holds


def test_tracing_leads_there_too(equilibrium):
    (traced,) = solve(one_state(three_man_poker()), method="tracing")
    for (_, known), table in zip(equilibrium.strategies, traced.strategies, strict=True):
        assert known.lower < table[0][1].mid < known.upper  # it is the only equilibrium
