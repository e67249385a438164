"""Distributions turned into equilibria: payoffs, the objective's value, and inexact outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame
from gtlearn.games.numbers import Number
from gtlearn.solvers.correlated.deviations import Deviations
from gtlearn.solvers.correlated.objectives import (
    FAIRNESS,
    GINI,
    WELFARE,
    fairness_program,
    linear_program,
    player_weights,
)
from gtlearn.solvers.linear import sparse
from gtlearn.solvers.solution import FLOAT, Certificate, CorrelatedEquilibrium
from gtlearn.solvers.verify.correlated import FLOAT_TOLERANCE, largest_gain, violations

Profile = tuple[int, ...]


def payoffs_of(
    game: NormalFormGame, distribution: Mapping[Profile, Fraction]
) -> tuple[Fraction, ...]:
    """The exact expected payoff of each player."""
    out = []
    for tensor in game.payoffs:
        total = sum(p * int(tensor.numerators[s]) for s, p in distribution.items())
        out.append(Fraction(total) / tensor.denominator)
    return tuple(out)


def objective_value(
    objective: str | None,
    distribution: Mapping[Profile, Fraction],
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
    found = sparse.float_optimum(program)
    profiles = int(np.prod(game.shape))
    weights = np.zeros(profiles) if found is None else found.primal[:profiles].clip(min=0.0)
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
            f"a payoff of {game.name!r} is too large for a float; use arithmetic 'exact'"
        ) from None


def _measured(
    game: NormalFormGame,
    concept: str,
    objective: str | None,
    distribution: Mapping[Profile, float],
) -> CorrelatedEquilibrium:
    """A float distribution with its payoffs and its largest gain.

    Raises:
        OverflowError: if a payoff is too large for a float.
    """
    payoffs: tuple[Number, ...] = tuple(
        float(sum(p * float(game.payoff(k, s)) for s, p in distribution.items()))
        for k in range(game.num_players)
    )
    evidence: dict[str, object] = {
        "gain": float(largest_gain(game, distribution, coarse=concept == "coarse-correlated")),
        "objective": objective,
        "tolerance": FLOAT_TOLERANCE,
    }
    outcome = CorrelatedEquilibrium(
        distribution,
        payoffs,
        Certificate(concept, FLOAT, False, evidence),
        _float_value(game, objective, payoffs),
    )
    verified = not violations(game, outcome)
    certificate = Certificate(concept, FLOAT, verified, evidence)
    return CorrelatedEquilibrium(distribution, payoffs, certificate, outcome.value)


def _float_value(
    game: NormalFormGame, objective: str | None, payoffs: tuple[Number, ...]
) -> float | None:
    if objective is None:
        return None
    if objective == FAIRNESS:
        return float(min(payoffs))
    pairs = zip(player_weights(game, objective), payoffs, strict=True)
    return float(sum(weight * payoff for weight, payoff in pairs))
