"""When cooperation is an equilibrium of the iterated prisoner's dilemma, T > R > P > S.

Friedman (1971), A Non-cooperative Equilibrium for Supergames: threatening to defect for ever.
Axelrod (1984), The Evolution of Cooperation, appendix B, proposition 2: tit-for-tat.
Nowak and Sigmund (1993), Nature 364: win-stay, lose-shift.
"""

from fractions import Fraction as F

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.solvers._markov.nash import solve_nash

# what the first player does at the start and after CC, CD, DC, DD; 0 cooperates
ROW = {
    "always defect": (1, 1, 1, 1, 1),
    "grim": (0, 0, 1, 1, 1),
    "tit-for-tat": (0, 0, 1, 0, 1),
    "win-stay, lose-shift": (0, 0, 1, 1, 0),
}
dilemmas = st.sets(st.integers(-5, 5), min_size=4, max_size=4).map(sorted)  # S < P < R < T
discounts = st.fractions(0, F(19, 20), max_denominator=20)
few = settings(max_examples=25, deadline=None)


def mirrored(plan):
    """The same rule of the second player, to whom the states CD and DC are exchanged."""
    start, both, sucker, tempted, none = plan
    return start, both, tempted, sucker, none


def equilibria(payoffs, discount):
    """Whether each symmetric pair of rules is no equilibrium (None), or is subgame perfect."""
    s, p, r, t = payoffs
    stage = games.normal_form([[r, s], [t, p]], [[r, t], [s, p]], actions=["CD", "CD"])
    solution = solve_nash(games.iterated(stage, discount=discount), find="all")
    found = {
        tuple(tuple(row.index(1) for row in table) for table in outcome.strategies): outcome
        for outcome in solution
    }
    perfect = {}
    for name, plan in ROW.items():
        outcome = found.get((plan, mirrored(plan)))
        evidence = outcome.certificate.evidence if outcome else {"subgame_perfect": None}
        perfect[name] = evidence["subgame_perfect"]
    return perfect


@few
@given(dilemmas, discounts)
def test_the_thresholds_of_the_discount(payoffs, discount):
    s, p, r, t = payoffs
    found = equilibria(payoffs, discount)
    assert found["always defect"] is True
    # once exploited, the others get (T - P) less in every step after
    assert (found["grim"] is not None) == (discount >= F(t - r, t - p))
    # the best deviations defect for ever, or every other time
    patient = discount >= max(F(t - r, t - p), F(t - r, r - s))
    assert (found["tit-for-tat"] is not None) == patient
    # a deviation earns T, then P, and then all is forgiven
    assert (found["win-stay, lose-shift"] is True) == (discount >= F(t - r, r - p))


@pytest.mark.parametrize(
    ("discount", "holds"), [(F(1, 2), True), (F(499, 1000), False), (F(501, 1000), True)]
)
def test_grim_on_the_knife_edge(discount, holds):
    # T, R, P, S = 4, 3, 2, 1: from a discount of (4 - 3) / (4 - 2) on
    assert (equilibria([1, 2, 3, 4], discount)["grim"] is not None) == holds


def test_axelrods_tournament():
    # T, R, P, S = 5, 3, 1, 0: tit-for-tat from w = 2/3 on
    assert equilibria([0, 1, 3, 5], F(2, 3))["tit-for-tat"] is not None
    assert equilibria([0, 1, 3, 5], F(665, 1000))["tit-for-tat"] is None
