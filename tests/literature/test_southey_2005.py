"""F. Southey et al. (2005), Bayes' Bluff: Opponent Modelling in Poker, UAI (Leduc hold'em): six
cards of three ranks, an ante of 1, raises of 2 and 4, two a round at most.
"""

from fractions import Fraction

import pytest

from gtlearn import games, solvers


def test_dealing_ranks_changes_nothing():
    """The same value as OpenSpiel's Leduc poker, which deals six cards, to the last digit."""
    ranks, cards = solvers.solve("leduc")[0].payoffs[0], solvers.solve("leduc_poker")[0].payoffs[0]
    assert ranks == cards
    assert float(ranks) == pytest.approx(-0.0856064, abs=1e-7)


@pytest.mark.parametrize("raises", [0, 1])
def test_as_universal_poker_deals_it(raises):
    """OpenSpiel's poker with these ranks, suits, raises and stakes has the same value."""
    text = (
        "universal_poker(betting=limit,numPlayers=2,numRounds=2,blind=1 1,firstPlayer=1 1,"
        "numSuits=2,numRanks=3,numHoleCards=1,numBoardCards=0 1,raiseSize=2 4,"
        f"maxRaises={raises} {raises})"
    )
    ours = solvers.solve(f"leduc(raises={raises})")[0].payoffs[0]
    assert ours == solvers.solve(text)[0].payoffs[0]


def test_one_suit_and_no_raise():
    """Without raises and pairs the higher of two cards wins 1, by hand."""
    game = games.load("leduc(ranks=4,suits=1,raises=0)")
    assert not any(len(known.actions) > 1 for own in game.sets for known in own)
    assert all(abs(won) == 1 for won in game.payoffs[0].fractions())
    assert solvers.solve(game)[0].payoffs == (0, 0)


def test_pairs_win():
    """Nobody raises: both hold one rank with probability 1/5, and then nobody wins.

    A pair with the board and the higher rank are as likely for one as for the other.
    """
    game = games.load("leduc(raises=0)")
    reach, won = game.chance_reach.fractions(), game.payoffs[0].fractions()
    assert sum(reach) == 1
    assert sum(p * w for p, w in zip(reach, won, strict=True)) == 0
    assert sum(p for p, w in zip(reach, won, strict=True) if w == 0) == Fraction(1, 5)


def test_thirteen_ranks():
    """The value found on OpenSpiel's tree of 1,179,777 nodes by regret minimisation, and linear
    programs of its supports; by ranks there are 166,349 nodes."""
    game = games.load("leduc(ranks=13)")
    assert game.num_nodes == 166_349
    value = Fraction(-113743011961333498012928459, 1227346755696326019173737500)
    assert solvers.solve(game)[0].payoffs == (value, -value)
