"""Short rational tables near long or irrational ones, with the regrets that they really have."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from gtlearn.games import MarkovGame
from gtlearn.games.numbers import Number
from gtlearn.solvers._markov.certified import measured
from gtlearn.solvers.solution import NashEquilibrium, Strategy, Table

ACCURACY = Fraction(
    1, 10**9
)  # of approximations, in shares of what the payoffs of a play differ by
DIGITS = (12, 18, 24, 36)  # of the decimals that probabilities are rounded to, as many as it takes


def shortened(
    game: MarkovGame, tables: Sequence[Table], allowed: Sequence[Fraction]
) -> NashEquilibrium:
    """The profile in the fewest decimals for which no player's regret exceeds what is allowed.

    Args:
        game: the game.
        tables: one exact table a player.
        allowed: the largest regret of each player.

    Returns:
        The profile as it is given where no rounding keeps the regrets that low.
    """
    for digits in DIGITS:
        short = [tuple(decimal(row, digits) for row in table) for table in tables]
        found = measured(game, short)
        regrets = found.certificate.evidence["regrets"]
        if all(r <= most for r, most in zip(regrets, allowed, strict=True)):
            return found
    return measured(game, tables)


def decimal(strategy: Sequence[Number], digits: int) -> Strategy:
    """The probability vector with so many decimals that is nearest to a probability vector.

    >>> from fractions import Fraction
    >>> [str(p) for p in decimal((Fraction(1, 3), Fraction(0), Fraction(2, 3)), 1)]
    ['3/10', '0', '7/10']
    """
    unit = 10**digits
    exact = [Fraction(p) * unit for p in strategy]
    whole = [int(v) for v in exact]
    by_rest = sorted(range(len(exact)), key=lambda a: whole[a] - exact[a])
    for action in by_rest[: unit - sum(whole)]:
        whole[action] += 1
    return tuple(Fraction(v, unit) for v in whole)
