"""W. Güth, R. Schmittberger & B. Schwarze (1982), An Experimental Analysis of Ultimatum Bargaining,
Journal of Economic Behavior & Organization 3.

With a smallest unit there are two subgame-perfect outcomes: the responder gets nothing, or one
unit. Every division is the outcome of some Nash equilibrium.
"""

import pytest

from gtlearn import games, solvers


def profile(pie, offered, accepted):
    """The proposer offers so much; the responder accepts so much or more."""
    offers = [int(offer == offered) for offer in range(pie + 1)]
    answers = [[int(offer >= accepted), int(offer < accepted)] for offer in range(pie + 1)]
    return [[offers], answers]


@pytest.mark.parametrize("pie", [1, 4, 10])
def test_the_proposer_takes_all_or_all_but_one(pie):
    game = games.load(f"ultimatum(pie={pie})")
    assert solvers.solve(game, "subgame-perfect")[0].payoffs in ((pie, 0), (pie - 1, 1))
    for offered in range(pie + 1):
        strategies = profile(pie, offered, offered)
        assert solvers.check(strategies, game).holds
        report = solvers.check(strategies, game, "subgame-perfect")
        assert report.holds == (offered <= 1)
        assert report.payoffs == (pie - offered, offered)
