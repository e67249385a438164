"""The statements of a solution of a game in one shot."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from gtlearn.games import BayesianGame, NormalFormGame
from gtlearn.solvers.outcomes import (
    RATIONAL,
    Commitment,
    CorrelatedEquilibrium,
    NashEquilibrium,
    Outcome,
)
from gtlearn.solvers.verify.claim import Claim
from gtlearn.solvers.verify.commitment import commitment
from gtlearn.solvers.verify.correlated import violations
from gtlearn.solvers.verify.dummies import of_two
from gtlearn.solvers.verify.equilibrium import nash
from gtlearn.solvers.verify.form import number
from gtlearn.solvers.verify.nash_sets import index_failures, set_failures
from gtlearn.solvers.verify.report import Statement


def one_shot_statements(game: NormalFormGame | BayesianGame, claim: Claim) -> Iterator[Statement]:
    """The statements of a solution of a game in one shot."""
    for k, outcome in enumerate(claim.outcomes):
        yield Statement(
            "the strategies, the payoffs and the proof",
            partial(_whole_outcome, game, claim, outcome),
            f"solution {k}",
        )
    if isinstance(game, NormalFormGame):
        yield Statement("the sets", partial(set_failures, game, claim))


def _whole_outcome(
    game: NormalFormGame | BayesianGame, claim: Claim, outcome: Outcome
) -> tuple[str, ...]:
    return _outcome(game, outcome) or _belongs(game, claim, outcome)


def _outcome(game: NormalFormGame | BayesianGame, outcome: Outcome) -> tuple[str, ...]:
    if isinstance(outcome, Commitment):
        if isinstance(game, NormalFormGame) and of_two(game) is None:
            return ("a commitment needs two players who choose",)
        return commitment(game, outcome)
    if isinstance(game, BayesianGame):
        return ("only commitments are defined for a Bayesian game",)
    if isinstance(outcome, CorrelatedEquilibrium):
        return tuple(violations(game, outcome))
    if isinstance(outcome, NashEquilibrium):
        return nash(game, outcome) or tuple(index_failures(game, outcome))
    return (f"a {type(outcome).__name__} is no outcome of a game in one shot",)


def _belongs(
    game: NormalFormGame | BayesianGame, claimed: Claim, outcome: Outcome
) -> tuple[str, ...]:
    """Whether the outcome is of the solution's concept and arithmetic, and best if it says so."""
    certificate = outcome.certificate
    if certificate.kind != claimed.concept:
        return (f"it is of the kind {certificate.kind!r}, the solution of {claimed.concept!r}",)
    if certificate.arithmetic != RATIONAL and claimed.arithmetic == RATIONAL:
        return ("it is in floats, the solution in exact numbers",)
    if not claimed.complete:
        return ()
    proven = True
    if isinstance(outcome, CorrelatedEquilibrium):
        proven = "bound" in certificate.evidence  # which then is the value
    elif isinstance(outcome, Commitment):
        value = outcome.payoffs[0 if isinstance(game, BayesianGame) else outcome.leader]
        bound = certificate.evidence.get("upper_bound")
        proven = bound is not None and number(bound, "the upper bound") == value
    if not proven or (
        certificate.arithmetic != RATIONAL and not isinstance(outcome, NashEquilibrium)
    ):
        return ("the solution is called complete, but nothing proves this to be best",)
    return ()
