"""Equilibria rounded to doubles, for users who ask for float arithmetic."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

from gtlearn import child, limits
from gtlearn.games import NormalFormGame
from gtlearn.limits import LimitReached
from gtlearn.solvers._nash.certified import checking_seconds
from gtlearn.solvers.outcomes import FLOAT, Certificate, NashEquilibrium, Outcome, Strategy
from gtlearn.solvers.solution import Solution
from gtlearn.solvers.verify.nash import regrets_and_payoffs

_DOUBLE = 60  # bits of a probability's denominator, about


def rounded(solution: Solution) -> Solution:
    """The same solution with float strategies, whose measured regrets are the certificate.

    The rounded strategies are no exact equilibria, so nothing is verified: the regrets say how far
    off they are. At a limit those that could not be rounded are left out.

    Raises:
        InputError: if a payoff is too large for a double.
    """
    game = solution.game
    if isinstance(game, NormalFormGame):
        for player in range(game.num_players):
            game.floats(player)  # raises where a payoff is too large for a double
    outcomes: list[Outcome] = []
    try:
        for outcome in solution:
            if isinstance(outcome, NashEquilibrium) and isinstance(game, NormalFormGame):
                outcome = child.bounded(_rounded, game, outcome, seconds=_seconds(game, outcome))
            outcomes.append(outcome)
    except LimitReached as reached:
        return replace(
            solution,
            solutions=tuple(outcomes),
            arithmetic=FLOAT,
            status=reached.status,
            complete=False,
            components=None,
            component_indices=None,
            subsets=None,
            notes=(*solution.notes, f"{reached}: the rest of what was found was not rounded"),
        )
    return replace(solution, solutions=tuple(outcomes), arithmetic=FLOAT)


def _seconds(game: NormalFormGame, equilibrium: NashEquilibrium) -> float:
    if limits.patience() == math.inf:
        return 0.0
    played = sum(1 for strategy in equilibrium.strategies for p in strategy if p)
    return checking_seconds(game, played, 2 * _DOUBLE * played)


def _rounded(game: NormalFormGame, equilibrium: NashEquilibrium) -> NashEquilibrium:
    strategies: tuple[Strategy, ...] = tuple(
        tuple(float(p) for p in strategy) for strategy in equilibrium.strategies
    )
    normalised = []
    for strategy in strategies:
        exact = [Fraction(p) for p in strategy]
        normalised.append([p / sum(exact) for p in exact])
    losses, payoffs = regrets_and_payoffs(game, normalised)
    evidence = {"regrets": tuple(float(r) for r in losses)}
    certificate = Certificate("nash", FLOAT, False, evidence)
    return NashEquilibrium(
        strategies, tuple(float(p) for p in payoffs), certificate, equilibrium.index
    )
