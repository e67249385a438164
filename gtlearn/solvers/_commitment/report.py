"""From the solvers' integers to the user's Solution, re-checked on the way."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from gtlearn import child, limits
from gtlearn.errors import CertificateError, InputError
from gtlearn.games import BayesianGame, NormalFormGame
from gtlearn.limits import OK, LimitReached
from gtlearn.solvers._commitment.data import LeaderPayoffs, largest
from gtlearn.solvers.outcomes import FLOAT, RATIONAL, Certificate, Commitment
from gtlearn.solvers.solution import Solution

KIND = "stackelberg"
CUT_SHORT = (
    "{reached}: the commitment earns what is stated, but a better one may exist, worth at most "
    "the certificate's upper_bound"
)


def commitment_outcome(
    game: LeaderPayoffs,
    leader: int,
    mix: Sequence[Fraction],
    response: int,
    *,
    ties: str,
    evidence: Mapping[str, Any],
    value: Fraction | None = None,
    joint: Mapping[tuple[int, ...], Fraction] | None = None,
) -> Commitment:
    """A commitment in the game's players and true payoffs, not yet verified.

    Args:
        game: the integers.
        leader: the player who commits.
        mix: its probabilities.
        response: the follower's action.
        ties: "strong" or "weak".
        evidence: the certificate's.
        value: the leader's true payoff where it is only a supremum; None where it is attained.
        joint: of a correlated commitment, in place of the mix and the response: the probability
            of (leader's action, follower's action).
    """
    played = joint or {(i, response): p for i, p in enumerate(mix) if p}
    shares = [[Fraction(0)] * size for size in game.shape]
    totals = [Fraction(0), Fraction(0)]
    for place, p in played.items():
        for k, table in enumerate((game.leader, game.follower)):
            shares[k][place[k]] += p
            totals[k] += p * int(table[place])
    own = totals[0] / game.leader_scale if value is None else value
    turn = 1 if leader == 0 else -1
    return Commitment(
        strategies=tuple(map(tuple, shares))[::turn],
        payoffs=(own, totals[1] / game.follower_scale)[::turn],
        leader=leader,
        response=response if joint is None else None,
        ties=ties,
        attained=value is None,
        certificate=Certificate(KIND, RATIONAL, False, dict(evidence)),
        distribution=joint and {place[::turn]: p for place, p in joint.items()},
    )


def verified(game: NormalFormGame | BayesianGame, outcome: Commitment) -> Commitment:
    """The outcome with its certificate marked verified.

    Raises:
        CertificateError: if the independent check refuses it.
        InputError: if it is rounded, and rounding hides what it states.
        LimitReached: at a limit.
    """
    from gtlearn.solvers.verify.commitment import commitment as failures_of

    failures = child.bounded(failures_of, game, outcome, seconds=_checking_seconds(game, outcome))
    if failures and outcome.certificate.arithmetic == FLOAT:  # rounding has hidden a difference
        raise InputError(
            f"the payoffs of {game.name!r} differ too much in size for floats ({failures[0]}); use "
            "arithmetic 'exact'"
        )
    if failures:
        raise CertificateError(
            f"the commitment found for {game.name!r} failed its exact check ({failures[0]}); "
            "please report this game"
        )
    return replace(outcome, certificate=replace(outcome.certificate, verified=True))


def in_floats(game: NormalFormGame | BayesianGame, outcome: Commitment) -> Commitment:
    """The outcome with every number rounded, and the follower's regret that this may cause.

    Raises:
        InputError: if a payoff is too large for a double.
    """
    from gtlearn.solvers.verify.commitment_played import follower_regret

    try:
        shared, bound = outcome.distribution, outcome.certificate.evidence.get("upper_bound")
        rough = replace(
            outcome,
            strategies=tuple(tuple(float(p) for p in s) for s in outcome.strategies),
            payoffs=tuple(float(p) for p in outcome.payoffs),
            distribution=None if shared is None else {k: float(p) for k, p in shared.items()},
        )
        evidence = {
            "commitment": outcome.certificate.evidence["commitment"],
            "violation": _above(follower_regret(game, rough)),
            **({} if bound is None else {"upper_bound": float(bound)}),
        }
    except OverflowError:
        raise InputError(
            f"a payoff of {game.name!r} is too large for a float; use arithmetic 'exact'"
        ) from None
    return replace(rough, certificate=Certificate(KIND, FLOAT, False, evidence))


def _above(value: Fraction) -> float:
    """A double that is no smaller."""
    return math.nextafter(float(value), math.inf) if value else 0.0


def solution(
    game: NormalFormGame | BayesianGame,
    best: Callable[[], Commitment],
    method: str,
    reached: LimitReached | None = None,
    *,
    cheap: Callable[[], Commitment],
    notes: Sequence[str] = (),
) -> Solution:
    """The verified Solution. Its list is not proven to be all: others may earn as much.

    Args:
        game: the game.
        best: makes the best commitment that is known.
        method: how it was.
        reached: the limit that ended the search.
        cheap: makes a commitment that is verified quickly, for where there is no time for the
            other.
        notes: sentences about the outcome.
    """
    try:
        with limits.finishing():
            checked = verified(game, best())
    except LimitReached as error:
        reached, notes = error, ()
        with limits.suspended():
            checked = verified(game, cheap())
    exact = checked.certificate.arithmetic == RATIONAL
    if exact and checked.gap == 0:
        reached = None
    remarks = [*notes, *([] if reached is None else [CUT_SHORT.format(reached=reached)])]
    if game.number_note:
        remarks.append(game.number_note)
    return Solution(
        game=game,
        concept=KIND,
        method=method,
        solutions=(checked,),
        status=OK if reached is None else reached.status,
        arithmetic=RATIONAL if exact else FLOAT,
        notes=tuple(remarks),
    )


def _checking_seconds(game: NormalFormGame | BayesianGame, outcome: Commitment) -> float:
    """About how long it takes at most to verify an outcome."""
    parts = game.games if isinstance(game, BayesianGame) else (game,)
    leaves = len(outcome.certificate.evidence.get("leaves", ()))
    mix = outcome.strategies[0 if isinstance(game, BayesianGame) else outcome.leader]
    bits = max(Fraction(p).denominator.bit_length() for p in mix)
    seconds = 0.0
    for part in parts:
        m = part.shape[outcome.leader]
        n = math.prod(part.shape) // m  # further players have one action
        size = max(largest(payoffs.numerators).bit_length() for payoffs in part.payoffs)
        each = 2e-9 if size < 25 else 2e-8 * (1 + size / 250)
        seconds += m * n * (n + leaves) * each + m * n * 1e-8 * (1 + bits / 300) * (1 + size / 300)
    return seconds
