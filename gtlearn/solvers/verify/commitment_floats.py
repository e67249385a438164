"""Commitments in floats: what they state must hold up to rounding, and no bound is proven."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from gtlearn.games import BayesianGame, NormalFormGame
from gtlearn.games.numbers import nearest_double
from gtlearn.solvers.outcomes import Commitment
from gtlearn.solvers.verify.bimatrix import commitment_of_two
from gtlearn.solvers.verify.commitment_arithmetic import (
    TypePayoffs,
    best_pure_value,
    expected,
    parts,
    rational,
    rounding_of,
    stated_violation,
    strategy_failures,
    tied,
    violation_failures,
)
from gtlearn.solvers.verify.form import ROUNDING, number, text
from gtlearn.solvers.verify.report import Unproven

_OFF = Fraction(1, 10**6)  # of a bound that a mixed-integer program gave, relative to the payoffs


def float_commitment(payoffs: TypePayoffs, outcome: Commitment) -> list[str]:
    """What does not hold of a commitment in floats, up to rounding; it need not be a best one."""
    rounding = rounding_of([payoffs])
    stated = rational(outcome.payoffs)
    failures = _ties(payoffs, outcome, rounding + stated_violation(outcome))
    earned, largest = [Fraction(0), Fraction(0)], Fraction(0)
    for j, weights in parts(payoffs, outcome):
        if any(p < 0 for p in weights):
            failures.append("a probability is negative")
        own = expected(payoffs.leader, payoffs.leader_denominator, weights)
        other = expected(payoffs.follower, payoffs.follower_denominator, weights)
        largest = max(largest, max(other) - other[j])
        earned[outcome.leader] += own[j]
        earned[1 - outcome.leader] += other[j]
    failures += violation_failures([payoffs], outcome, largest)
    if abs(sum(rational(outcome.strategies[outcome.leader]), Fraction(0)) - 1) > ROUNDING:
        failures.append("the leader's commitment does not sum to one")
    failures += strategy_failures(payoffs, outcome, ROUNDING)
    if any(abs(a - b) > rounding for a, b in zip(earned, stated, strict=True)):
        failures.append("the payoffs are not those of the stated strategies")
    return failures


def float_bound(game: NormalFormGame | BayesianGame, outcome: Commitment) -> list[str]:
    """Whether the bound stated of a commitment in floats is wrong.

    Raises:
        Unproven: if nothing here proves it, as for all but pure commitments.
    """
    bound = number(outcome.certificate.evidence["upper_bound"], "the upper bound")
    types, prior = _seen(game, outcome)
    value = Fraction(outcome.value)
    if bound < value - rounding_of(types):
        return [f"the leader earns {text(value)}, more than the upper bound {text(bound)}"]
    if outcome.certificate.evidence.get("commitment") == "pure":
        best = best_pure_value(types, prior, outcome.ties)
        same = nearest_double(best) == nearest_double(bound)
        return [] if same else [f"the best pure commitment earns {text(best)}, not {text(bound)}"]
    raise Unproven("no proof of it comes with an answer in floats")


def _seen(
    game: NormalFormGame | BayesianGame, outcome: Commitment
) -> tuple[list[TypePayoffs], Sequence[Fraction]]:
    """The game against each type, and their probabilities."""
    if isinstance(game, BayesianGame):
        return [TypePayoffs.of(each, game.leader) for each in game.games], game.prior
    smaller, projected = commitment_of_two(game, outcome)
    return [TypePayoffs.of(smaller, projected.leader)], [Fraction(1)]


def rounded_bound(game: NormalFormGame | BayesianGame, outcome: Commitment) -> list[str]:
    """Whether "float_bound", a bound that floats gave, is below what the leader earns.

    Raises:
        Unproven: if it is not, but below the upper bound that is proven.
    """
    evidence = outcome.certificate.evidence
    types, _ = _seen(game, outcome)
    value = number(outcome.value, "the value")
    bound = number(evidence["float_bound"], "the bound in floats")
    slack = _OFF * max(payoffs.scale() for payoffs in types)
    if bound < value - slack:
        return [f"the leader earns {text(value)}, more than the bound in floats {text(bound)}"]
    if bound < number(evidence.get("upper_bound", value), "the upper bound") - slack:
        raise Unproven("it is below the upper bound that is proven")
    return []


def _ties(payoffs: TypePayoffs, outcome: Commitment, slack: Fraction) -> list[str]:
    """Whether the value is attained just where no response as good up to rounding earns less."""
    if outcome.ties != "strong" and outcome.distribution is not None:
        return ["a correlated commitment is attained, under strong ties"]
    if outcome.ties == "strong":
        return [] if outcome.attained else ["a value under strong ties is always attained"]
    mix = rational(outcome.strategies[outcome.leader])
    own = expected(payoffs.leader, payoffs.leader_denominator, mix)
    other = expected(payoffs.follower, payoffs.follower_denominator, mix)
    best = tied(payoffs, other, slack)
    if best is None:
        return []
    worst = min(own[k] for k in best)
    attained = worst >= rational(outcome.payoffs)[outcome.leader] - slack
    if attained is outcome.attained:
        return []
    return [f"the value is {'attained' if attained else 'not attained'} under weak ties"]
