"""Policies of a tree measured exactly, again and again: the tree is looked at once."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games import ExtensiveGame
from gtlearn.games.given import of_games
from gtlearn.solvers._trees.dyadic import DyadicMeter, Units, fits
from gtlearn.solvers._trees.form import best_response, form_of, payoff_of, plan_of
from gtlearn.solvers.outcomes import Table
from gtlearn.solvers.profiles.read import read_profile
from gtlearn.solvers.profiles.rounding import table_of_units


class Meter:
    """What strategies of a two-player tree are worth, in exact numbers.

    Args:
        game: the tree.

    Raises:
        InputError: if it has not two players, or one without perfect recall.
    """

    def __init__(self, game: ExtensiveGame) -> None:
        if game.num_players != 2:
            raise InputError(f"{game.name} has {game.num_players} players; a meter is for two")
        self.game, self._form = game, form_of(game)
        self._dyadic = DyadicMeter(self._form) if fits(self._form) else None

    def regrets_and_payoffs(
        self, tables: Sequence[Table]
    ) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
        """What each player could gain by its best deviation, and what it gets.

        Args:
            tables: one a player: a vector of exact probabilities at each information set.
        """
        first, second = (
            plan_of(own, table) for own, table in zip(self._form.sequences, tables, strict=True)
        )
        plans = first, second
        payoffs = tuple(payoff_of(self._form, player, plans) for player in (0, 1))
        best = (best_response(self._form, player, plans[1 - player]).value for player in (0, 1))
        return tuple(b - p for b, p in zip(best, payoffs, strict=True)), payoffs

    def nash_conv(self, tables: Sequence[Table]) -> Fraction:
        """The sum of what the players could gain (Lanctot et al. 2017)."""
        return sum(self.regrets_and_payoffs(tables)[0], Fraction(0))

    def nash_conv_of_units(self, first: Units, second: Units) -> Fraction:
        """The same of strategies in multiples of 2**-30, some twenty times as fast.

        Args:
            first, second: one number a sequence of the player, as `rounded_units` gives them.
        """
        known = None if self._dyadic is None else self._dyadic.nash_conv(first, second)
        if known is not None:
            return known
        pairs = zip(self._form.sequences, (first, second), strict=True)
        return self.nash_conv([table_of_units(own, units) for own, units in pairs])

    def __call__(self, policy: Any) -> Fraction:
        """NashConv of whatever `check` takes: an OpenSpiel policy, strategies by label, ...

        Raises:
            InputError: if it cannot be read.
        """
        return self.nash_conv(read_profile(policy, self.game).known())


@of_games(ExtensiveGame)
def meter(game: ExtensiveGame) -> Meter:
    """Measures policies of a tree during their training: `meter(game)(policy)` is NashConv.

    Args:
        game: a tree of two players, or anything that `games.load` takes for one.

    Raises:
        InputError: if it is none.

    >>> measure = meter("kuhn_poker")
    >>> measure([[["1/2", "1/2"]] * 6] * 2)
    Fraction(11, 12)
    """
    return Meter(game)
