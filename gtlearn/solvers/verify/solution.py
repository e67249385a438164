"""A whole Solution re-checked: every outcome, its certificate and the subsets that it claims."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games import BayesianGame, IteratedGame, MarkovGame, NormalFormGame
from gtlearn.solvers.outcomes import MarkovSolution
from gtlearn.solvers.outcomes import (
    RATIONAL,
    Commitment,
    CorrelatedEquilibrium,
    NashEquilibrium,
    Outcome,
    Solution,
)
from gtlearn.solvers.verify.commitment import commitment
from gtlearn.solvers.verify.correlated import violations
from gtlearn.solvers.verify.form import as_float, items, number, require_form, text
from gtlearn.solvers.verify.markov import markov_solution
from gtlearn.solvers.verify.nash import regrets_and_payoffs
from gtlearn.solvers.verify.nash_sets import index_failures, set_failures
from gtlearn.solvers.verify.reading import read_solution
from gtlearn.solvers.verify.report import Report

ROUNDING = Fraction(1, 10**9)  # how far strategies in floats may be from summing to one


def solution(
    game: NormalFormGame | BayesianGame | MarkovGame | IteratedGame,
    claimed: Solution | MarkovSolution | Mapping[str, Any],
) -> Report:
    """What of a solution is false of the game, what is proven, and what is taken on trust.

    Checked are the strategies and payoffs of every outcome and the proof in its certificate; that
    a correlated equilibrium or commitment called complete has a bound that proves it best; that
    every pair of extreme strategies of a Nash subset is an equilibrium; which listed equilibria
    the subsets and components hold; the index of a regular equilibrium; and that the indices of
    all components add up to one.

    Nothing proves, and so nothing checks, that a list of Nash equilibria is complete, that its
    subsets are maximal and all there are, that an equilibrium is the only one (the evidence
    "unique"), or the index of an equilibrium that is not regular and of a component of several.
    Of answers in floats the stated errors are checked, and no bound or index. The method, the
    status, the seconds, the notes and the word "verified" are not looked at.

    Of iterated and Markov games see `markov_solution` for what is checked.

    Args:
        game: the game, whose payoffs alone are believed.
        claimed: a Solution or MarkovSolution, or the JSON object of one.

    Raises:
        InputError: if `claimed` is no solution of such a game and no JSON object of schema
            gtlearn/solution/1.

    >>> from gtlearn import games, solvers
    >>> game = games.load("battle_of_the_sexes")
    >>> found = solvers.solve(game, find="all")
    >>> solution(game, found).false, solution(game, found.to_json()).false
    ((), ())
    """
    if isinstance(game, MarkovGame | IteratedGame):
        if isinstance(claimed, Solution):
            raise InputError(f"{claimed.game.name!r} is another kind of game than {game.name!r}")
        return markov_solution(game, claimed)
    if isinstance(claimed, MarkovSolution):
        raise InputError(f"{claimed.game.name!r} is another kind of game than {game.name!r}")
    if not isinstance(claimed, Solution):
        claimed = read_solution(claimed, game)
    failed: list[str] = []
    for k, outcome in enumerate(items(claimed.solutions, "the solutions")):
        found = _outcome(game, outcome) or _belongs(game, claimed, outcome)
        failed += [f"solution {k}: {statement}" for statement in found]
    if failed or isinstance(game, BayesianGame):
        return Report(tuple(failed))
    return Report(tuple(set_failures(game, claimed)))


def _outcome(game: NormalFormGame | BayesianGame, outcome: Outcome) -> tuple[str, ...]:
    if isinstance(outcome, Commitment):
        if isinstance(game, NormalFormGame) and game.num_players != 2:
            return ("a commitment needs two players",)
        return commitment(game, outcome)
    if isinstance(game, BayesianGame):
        return ("only commitments are defined for a Bayesian game",)
    if isinstance(outcome, CorrelatedEquilibrium):
        return tuple(violations(game, outcome))
    return nash(game, outcome)


def _belongs(
    game: NormalFormGame | BayesianGame, claimed: Solution, outcome: Outcome
) -> tuple[str, ...]:
    """Whether the outcome is of the solution's concept and arithmetic, and best if it says so."""
    certificate = outcome.certificate
    if certificate.kind != claimed.concept:
        return (f"it is of the kind {certificate.kind!r}, the solution of {claimed.concept!r}",)
    if certificate.arithmetic != RATIONAL and claimed.arithmetic == RATIONAL:
        return ("it is in floats, the solution in exact numbers",)
    if not claimed.complete or isinstance(outcome, NashEquilibrium):
        return ()
    if isinstance(outcome, CorrelatedEquilibrium):
        proven = "bound" in certificate.evidence  # which then is the value
    else:
        value = outcome.payoffs[0 if isinstance(game, BayesianGame) else outcome.leader]
        bound = certificate.evidence.get("upper_bound")
        proven = bound is not None and number(bound, "the upper bound") == value
    if not proven or certificate.arithmetic != RATIONAL:
        return ("the solution is called complete, but nothing proves this to be best",)
    return ()


def nash(game: NormalFormGame, equilibrium: NashEquilibrium) -> tuple[str, ...]:
    """The statements of a Nash equilibrium that do not hold; empty where all of them hold.

    An exact one must have regret zero, say so, and have the payoffs that it states. One in floats
    must have the regrets and payoffs that it states, once its strategies are renormalised exactly,
    up to a float's rounding. A stated "value" must be the first player's payoff in a zero-sum game.
    What is not of the form of an equilibrium of this game is a false statement too.
    """
    try:
        return _nash(game, equilibrium)
    except InputError as error:  # of the wrong form
        return (str(error),)


def _nash(game: NormalFormGame, equilibrium: NashEquilibrium) -> tuple[str, ...]:
    require_form(game, equilibrium)
    exact = equilibrium.certificate.arithmetic == RATIONAL
    strategies = [[Fraction(p) for p in strategy] for strategy in equilibrium.strategies]
    if not exact:
        totals = [sum(strategy, Fraction(0)) for strategy in strategies]
        if any(abs(total - 1) > ROUNDING for total in totals):
            return ("a strategy does not sum to one",)
        strategies = [
            [p / total for p in strategy]
            for strategy, total in zip(strategies, totals, strict=True)
        ]
    losses, payoffs = regrets_and_payoffs(game, strategies)
    evidence = equilibrium.certificate.evidence
    stated = [number(r, "a regret") for r in items(evidence.get("regrets", ()), "the regrets")]
    if len(stated) != game.num_players:
        return ("the certificate does not say the regret of each player",)
    failed = []
    for player, loss, claim in zip(game.players, losses, stated, strict=True):
        if exact and loss != 0:
            failed.append(f"the regret of {player!r} is {text(loss)}")
        elif not _same(loss, claim, exact):
            failed.append(f"the regret of {player!r} is {text(loss)}, not {text(claim)}")
    for player, payoff, earned in zip(game.players, payoffs, equilibrium.payoffs, strict=True):
        if not _same(payoff, Fraction(earned), exact):
            failed.append(f"the payoff of {player!r} is {text(payoff)}, not {text(earned)}")
    if "value" in evidence:
        value = number(evidence["value"], "the value")
        if not game.is_zero_sum or not _same(payoffs[0], value, exact):
            failed.append(f"the value of the game is not {text(value)}")
    return (*failed, *(index_failures(game, equilibrium) if not failed else ()))


def _same(true: Fraction, stated: Fraction, exact: bool) -> bool:
    return true == stated if exact else as_float(true) == as_float(stated)
