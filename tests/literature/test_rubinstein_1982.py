"""A. Rubinstein (1982), Perfect Equilibrium in a Bargaining Model, Econometrica 50, with finitely
many periods (I. Ståhl 1972, Bargaining Theory).

With T periods and discount d the first player's share is (1 - (-d)^T) / (1 + d), which tends to
Rubinstein's 1 / (1 + d).
"""

from fractions import Fraction

import pytest

from gtlearn import games, solvers


def shares(periods, discount):
    """The proposer's share in each period, the first first, by backward induction."""
    own = [Fraction(1)]
    while len(own) < periods:
        own.insert(0, 1 - discount * own[0])
    return own


def profile(game, pie, periods, discount):
    """Whoever proposes offers the other what it would get later; so much or more is accepted."""
    keeps = shares(periods, discount)
    tables = []
    for own in game.sets:
        table = []
        for known in own:
            moves = [] if known.label == "start" else known.label.split("/")
            offered = pie - pie * keeps[len(moves) // 2]
            if len(known.actions) == 2 and "Accept" in known.actions:
                accepts = int(moves[-1]) >= offered
                table.append([int(accepts), int(not accepts)])
            else:
                table.append([int(int(offer) == offered) for offer in known.actions])
        tables.append(table)
    return tables


@pytest.mark.parametrize(
    ("pie", "periods", "discount"),
    [
        (5, 1, Fraction(1, 2)),
        (4, 2, Fraction(1, 2)),
        (4, 3, Fraction(1, 2)),
        (8, 4, Fraction(1, 2)),
        (9, 3, Fraction(1, 3)),
        (9, 3, Fraction(2, 3)),
        (3, 4, Fraction(1)),
    ],
)
def test_shares_of_finitely_many_periods(pie, periods, discount):
    game = games.load(f"alternating_offers(pie={pie},periods={periods},discount={discount})")
    strategies = profile(game, pie, periods, discount)
    report = solvers.check(strategies, game, "subgame-perfect")
    share = (1 - (-discount) ** periods) / (1 + discount)
    assert report.holds
    assert report.payoffs == (pie * share, pie * (1 - share))


def test_the_solver_finds_an_agreement_at_once():
    game = games.load("alternating_offers(pie=4,periods=3,discount=1/2)")
    solution = solvers.solve(game, "subgame-perfect")
    assert sum(solution[0].payoffs) == 4  # nothing is lost by waiting
    assert not solution.complete  # the responder is indifferent
    assert abs(solution[0].payoffs[0] - 3) <= 1  # of the units of the grid


def test_shares_tend_to_those_without_an_end():
    for discount in (Fraction(1, 2), Fraction(9, 10)):
        limit = 1 / (1 + discount)
        for periods in (1, 2, 10, 60):
            assert abs(shares(periods, discount)[0] - limit) <= discount**periods * limit
