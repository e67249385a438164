"""A whole Solution re-checked: every outcome, its certificate and the subsets that it claims."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from gtlearn.games import BayesianGame, NormalFormGame
from gtlearn.games.numbers import format_number
from gtlearn.solvers.solution import (
    RATIONAL,
    Commitment,
    CorrelatedEquilibrium,
    NashEquilibrium,
    NashSubset,
    Solution,
)
from gtlearn.solvers.verify.commitment import commitment
from gtlearn.solvers.verify.correlated import violations
from gtlearn.solvers.verify.nash import regrets_and_payoffs
from gtlearn.solvers.verify.reading import read_solution


def solution(
    game: NormalFormGame | BayesianGame, claimed: Solution | Mapping[str, Any]
) -> tuple[str, ...]:
    """The statements of a solution that do not hold of the game; empty where all of them hold.

    Checked are the strategies and payoffs of every outcome, the proof in its certificate, and that
    every pair of extreme strategies of a Nash subset is an equilibrium. Whether a list of Nash
    equilibria is complete has no certificate to check.

    Args:
        game: the game, whose payoffs alone are believed.
        claimed: a Solution, or the JSON object of one.

    Raises:
        InputError: if the JSON object is not of schema gtlearn/solution/1.

    >>> from gtlearn import games, solvers
    >>> game = games.load("battle_of_the_sexes")
    >>> found = solvers.solve(game, find="all")
    >>> solution(game, found), solution(game, found.to_json())
    ((), ())
    """
    if isinstance(claimed, Mapping):
        claimed = read_solution(claimed, game)
    failed: list[str] = []
    for number, outcome in enumerate(claimed):
        if isinstance(outcome, Commitment):
            found = commitment(game, outcome)
        elif isinstance(game, BayesianGame):
            found = ("only commitments are defined for a Bayesian game",)
        elif isinstance(outcome, CorrelatedEquilibrium):
            found = tuple(violations(game, outcome))
        else:
            found = nash(game, outcome)
        failed += [f"solution {number}: {statement}" for statement in found]
    if claimed.subsets is not None and isinstance(game, NormalFormGame):
        for number, subset in enumerate(claimed.subsets):
            failed += [f"subset {number}: {statement}" for statement in _subset(game, subset)]
    return tuple(failed)


def nash(game: NormalFormGame, equilibrium: NashEquilibrium) -> tuple[str, ...]:
    """The statements of a Nash equilibrium that do not hold; empty where all of them hold.

    An exact one must have regret zero and the payoffs that it states. One in floats must have the
    regrets that it states, once its strategies are renormalised exactly, up to a float's rounding.
    """
    exact = equilibrium.certificate.arithmetic == RATIONAL
    strategies = [[Fraction(p) for p in strategy] for strategy in equilibrium.strategies]
    if not exact:
        strategies = [[p / sum(strategy) for p in strategy] for strategy in strategies]
    losses, payoffs = regrets_and_payoffs(game, strategies)
    failed = []
    stated = equilibrium.certificate.evidence.get("regrets", (0,) * game.num_players)
    for player, loss, regret in zip(game.players, losses, stated, strict=True):
        if loss != 0 if exact else float(loss) != float(regret):
            failed.append(f"the regret of {player!r} is {format_number(loss)}")
    for player, payoff, claim in zip(game.players, payoffs, equilibrium.payoffs, strict=True):
        if payoff != claim if exact else float(payoff) != claim:
            failed.append(f"the payoff of {player!r} is {format_number(payoff)}, not {claim}")
    return tuple(failed)


def _subset(game: NormalFormGame, subset: NashSubset) -> list[str]:
    """Every pair of extreme strategies must be an equilibrium; then all mixtures are."""
    failed = []
    for i, x in enumerate(subset.rows):
        for j, y in enumerate(subset.columns):
            if any(regrets_and_payoffs(game, (x, y))[0]):
                failed.append(f"row {i} and column {j} are no equilibrium")
    return failed
