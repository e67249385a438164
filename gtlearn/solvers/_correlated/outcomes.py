"""Distributions turned into equilibria: payoffs, the objective's value, and inexact outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame
from gtlearn.solvers._correlated.deviations import Deviations
from gtlearn.solvers._correlated.objectives import (
    FAIRNESS,
    GINI,
    WELFARE,
    fairness_program,
    linear_program,
)
from gtlearn.solvers._linear import sparse
from gtlearn.solvers.outcomes import FLOAT, Certificate, CorrelatedEquilibrium
from gtlearn.solvers.verify.correlated import FLOAT_TOLERANCE, largest_gain, violations

_Profile = tuple[int, ...]


def payoffs_of(
    game: NormalFormGame, distribution: Mapping[_Profile, Fraction]
) -> tuple[Fraction, ...]:
    """The exact expected payoff of each player."""
    out = []
    for tensor in game.payoffs:
        total = sum(p * int(tensor.numerators[s]) for s, p in distribution.items())
        out.append(Fraction(total) / tensor.denominator)
    return tuple(out)


def objective_value(
    objective: str | None,
    distribution: Mapping[_Profile, Fraction],
    payoffs: tuple[Fraction, ...],
) -> Fraction | None:
    """The objective at a distribution; None where nothing is maximised."""
    if objective is None:
        return None
    if objective == GINI:
        return 1 - sum((p * p for p in distribution.values()), Fraction(0))
    if objective == FAIRNESS:
        return min(payoffs)
    if objective == WELFARE:
        return sum(payoffs, Fraction(0))
    return payoffs[int(objective.removeprefix("player:"))]


def from_floats(
    game: NormalFormGame,
    concept: str,
    objective: str | None,
    rows: Deviations,
) -> CorrelatedEquilibrium:
    """HiGHS's answer in floats, with its violation measured exactly and rounded.

    Raises:
        InputError: if the objective has no float version, or the payoffs are too ill-scaled.
        LimitReached: at a limit.
    """
    if objective == GINI:
        raise InputError('the objective "gini" is computed exactly only; leave out float')
    fair = objective == FAIRNESS
    program = (
        fairness_program(game, rows) if fair else linear_program(game, rows, objective or WELFARE)
    )
    optimum = sparse.float_optimum(program)
    profiles = int(np.prod(game.shape))
    weights = np.zeros(profiles) if optimum is None else optimum.primal[:profiles].clip(min=0.0)
    total = float(weights.sum())
    if not 0.5 < total < 2.0:
        raise InputError(
            f"HiGHS found no equilibrium of {game.name!r} in floats; use exact arithmetic"
        )
    support = np.flatnonzero(weights)
    distribution = {
        tuple(int(a) for a in np.unravel_index(j, game.shape)): float(weights[j] / total)
        for j in support.tolist()
    }
    try:
        return _measured(game, concept, objective, distribution)
    except OverflowError:
        raise InputError(
            f"a payoff of {game.name!r}, or a sum, is too large for a float; use arithmetic 'exact'"
        ) from None


def _measured(
    game: NormalFormGame,
    concept: str,
    objective: str | None,
    distribution: Mapping[_Profile, float],
) -> CorrelatedEquilibrium:
    """A float distribution with its payoffs and its largest gain, each rounded once.

    Raises:
        OverflowError: if a payoff, or the objective's value, is too large for a float.
    """
    shares = {s: Fraction(p) for s, p in distribution.items()}
    earned = payoffs_of(game, shares)
    value = objective_value(objective, shares, earned)
    evidence: dict[str, object] = {
        "gain": float(largest_gain(game, distribution, coarse=concept == "coarse-correlated")),
        "objective": objective,
        "tolerance": FLOAT_TOLERANCE,
    }
    outcome = CorrelatedEquilibrium(
        distribution,
        tuple(map(float, earned)),
        Certificate(concept, FLOAT, False, evidence),
        None if value is None else float(value),
    )
    verified = not violations(game, outcome)
    certificate = Certificate(concept, FLOAT, verified, evidence)
    return CorrelatedEquilibrium(distribution, outcome.payoffs, certificate, outcome.value)
