"""Policies of a tree measured exactly, again and again: the tree is looked at once."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError
from gtlearn.games import ExtensiveGame
from gtlearn.games.given import of_games
from gtlearn.solvers._trees.dyadic import DyadicMeter, fits
from gtlearn.solvers._trees.form import (
    Plan,
    best_worth,
    form_of,
    paid,
    plan_of,
    plan_of_units,
    worth_against,
)
from gtlearn.solvers.outcomes import Table
from gtlearn.solvers.profiles.read import read_profile
from gtlearn.solvers.profiles.rounding import BITS, rounded_units
from gtlearn.solvers.profiles.tree_policies import DecisionPoints, plays

_Floats = NDArray[np.float64]
_Numbers = tuple[Fraction, ...]
_NEAR = 1e-12  # by which sums of doubles may miss one; others are read by `read_profile`


class Meter:
    """What strategies of a two-player tree are worth, in exact numbers.

    Args:
        game: the tree.

    Raises:
        InputError: if it has not two players, or one without perfect recall.
    """

    def __init__(self, game: ExtensiveGame) -> None:
        if game.num_players != 2:
            raise InputError(
                f"{game.name} has {game.num_players} players; a meter is for two, so use "
                "solvers.check"
            )
        self.game, self._form, self._points = game, form_of(game), DecisionPoints(game)
        self._dyadic = DyadicMeter(self._form) if fits(self._form) else None

    def regrets_and_payoffs(self, tables: Sequence[Table]) -> tuple[_Numbers, _Numbers]:
        """What each player could gain by its best deviation, and what it gets.

        Args:
            tables: one a player: a vector of exact probabilities at each information set.
        """
        first, second = (
            plan_of(own, table) for own, table in zip(self._form.sequences, tables, strict=True)
        )
        return self._of_plans((first, second))

    def _of_plans(self, plans: tuple[Plan, Plan]) -> tuple[_Numbers, _Numbers]:
        regrets, payoffs = [], []
        for player, own in enumerate(self._form.sequences):
            worth = worth_against(self._form, player, plans[1 - player])
            payoffs.append(paid(self._form, player, plans, worth))
            denominator = self._form.denominator(player) * plans[1 - player][1]
            best = Fraction(best_worth(own, worth)[0], denominator)
            regrets.append(best - payoffs[-1])
        return tuple(regrets), tuple(payoffs)

    def nash_conv(self, tables: Sequence[Table]) -> Fraction:
        """The sum of what the players could gain (Lanctot et al. 2017)."""
        return sum(self.regrets_and_payoffs(tables)[0], Fraction(0))

    def nash_conv_of_plans(self, plans: Sequence[NDArray[np.float64]]) -> Fraction:
        """NashConv of realisation plans in floats, whose probabilities are rounded to 30 bits."""
        return self._of_weights(
            [
                (plan[1:], plan[own.before])
                for plan, own in zip(plans, self._form.sequences, strict=True)
            ]
        )

    def _of_weights(self, weights: Sequence[tuple[_Floats, _Floats]]) -> Fraction:
        """NashConv of each player's weights, and their totals at the information sets."""
        units = [
            rounded_units(own, *given)
            for own, given in zip(self._form.sequences, weights, strict=True)
        ]
        if self._dyadic is not None:
            return self._dyadic.nash_conv(units[0], units[1])
        first, second = (
            plan_of_units(own, given.tolist(), BITS)
            for own, given in zip(self._form.sequences, units, strict=True)
        )
        return sum(self._of_plans((first, second))[0], Fraction(0))

    def __call__(self, policy: Any) -> Fraction:
        """NashConv of whatever `check` takes: a policy, a function, a module, strategies, ...

        The states, texts and tensors that policies are asked for are looked up once. Floats are
        rounded to 30 bits, as `check` rounds them.

        Raises:
            InputError: if it cannot be read.
        """
        weights = self._floats(policy) if plays(policy) else None
        if weights is not None:
            return self._of_weights(weights)
        return self.nash_conv(read_profile(policy, self.game, points=self._points).known())

    def _floats(self, policy: Any) -> list[tuple[_Floats, _Floats]] | None:
        """A policy's probabilities and their sums; None where they are to be read with care."""
        given = self._points.probabilities(policy)
        if not isinstance(given, np.ndarray):
            if not all(isinstance(p, float | np.floating) for p in given):
                return None
            given = np.array(given)
        weights = []
        for own in self._form.sequences:
            part, given = np.split(given.astype(np.float64), [own.size - 1])
            sums = np.add.reduceat(part, own.first[:-1] - 1) if own.num_sets else part
            if not (part >= 0).all() or not (np.abs(sums - 1) < _NEAR).all():
                return None
            weights.append((part, sums))
        return weights


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
