"""D. Fudenberg & J. Tirole (1983), Sequential Bargaining with Incomplete Information, Review of
Economic Studies 50: a seller, who does not know the buyer's value, names prices in two periods.

Where even a monopolist who could commit itself would sell to both types, that is where the share of
the high type times its value is less than the low value, the seller asks the low value at once.
"""

from fractions import Fraction

import pytest

from gtlearn import games, solvers

HALF = Fraction(1, 2)


def profile(game, low, high):
    """Always the low price; a buyer buys now where it gets no more by waiting for that."""
    seller = [[int(int(price) == low) for price in known.actions] for known in game.sets[0]]
    buyer = []
    for known in game.sets[1]:
        kind, *moves = known.label.split("/")
        gain = {"low": low, "high": high}[kind] - int(moves[-1])
        later = HALF * ({"low": low, "high": high}[kind] - low) if len(moves) == 1 else 0
        buyer.append([int(gain >= later), int(gain < later)])
    return [seller, buyer]


@pytest.mark.parametrize(
    ("low", "high", "share", "holds"),
    [
        (2, 4, Fraction(1, 3), True),  # 4/3 < 2
        (2, 3, HALF, True),  # 3/2 < 2
        (1, 3, Fraction(1, 4), True),  # 3/4 < 1
        (1, 4, HALF, False),  # 2 > 1: the high type is asked more first
        (2, 6, HALF, False),
    ],
)
def test_when_the_low_price_is_asked_at_once(low, high, share, holds):
    game = games.load(f"sequential_bargaining(low={low},high={high},share={share})")
    report = solvers.check(profile(game, low, high), game)
    assert report.holds == holds
    assert report.payoffs == (low, share * (high - low))
    if not holds:  # the price that the high type would still pay, then the low one
        first = high - HALF * (high - low)
        best = max(share * price + (1 - share) * HALF * low for price in range(1, int(first) + 1))
        assert report.regrets == (best - low, 0)
