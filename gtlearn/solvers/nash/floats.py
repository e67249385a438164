"""Equilibria rounded to doubles, for users who ask for float arithmetic."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from gtlearn.games import NormalFormGame
from gtlearn.solvers.solution import FLOAT, Certificate, NashEquilibrium, Solution, Strategy
from gtlearn.solvers.verify.nash import regrets_and_payoffs


def rounded(solution: Solution) -> Solution:
    """The same solution with float strategies, whose measured regrets are the certificate.

    The rounded strategies are no exact equilibria, so nothing is verified: the regrets say how far
    off they are.

    Raises:
        InputError: if a payoff is too large for a double.
    """
    game = solution.game
    if isinstance(game, NormalFormGame):
        for player in range(game.num_players):
            game.floats(player)  # raises where a payoff is too large for a double
    outcomes = tuple(
        _rounded(game, outcome)
        if isinstance(outcome, NashEquilibrium) and isinstance(game, NormalFormGame)
        else outcome
        for outcome in solution
    )
    return replace(solution, solutions=outcomes, arithmetic=FLOAT)


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
