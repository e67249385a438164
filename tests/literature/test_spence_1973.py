"""M. Spence (1973), Job Market Signaling, Quarterly Journal of Economics 87.

Workers of worth 1 and 2 pay y and y / 2 for the education y. That which separates them is between
1 and 2; without any, all are paid the average.
"""

from fractions import Fraction

import pytest

from gtlearn import games, solvers

YEARS = [Fraction(level, 2) for level in range(6)]


def separating(required):
    """The high type is educated as required; less is paid 1, so much or more is paid 2."""
    low, high = ([int(y == own) for y in YEARS] for own in (0, required))
    return [[low, high], [[0, 0, 1] if y >= required else [1, 0, 0] for y in YEARS]]


@pytest.mark.parametrize("required", YEARS[1:])
@pytest.mark.parametrize("share", ["1/2", "1/5"])
def test_education_that_separates(required, share):
    game = games.load(f"job_market_signalling(share={share})")
    report = solvers.check(separating(required), game)
    assert report.holds == (1 <= required <= 2)


def test_without_education():
    """All are paid the average; education is no sign of worth."""
    game = games.load("job_market_signalling(share=1/5)")
    none = [int(y == 0) for y in YEARS]
    report = solvers.check([[none, none], [[0, 1, 0]] + [[1, 0, 0]] * 5], game)
    assert report.holds and report.payoffs[0] == Fraction(6, 5)
