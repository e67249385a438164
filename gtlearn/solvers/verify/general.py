"""What is stated of every outcome, whatever the kind of game."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from gtlearn.solvers.outcomes import FLOAT, RATIONAL, Outcome
from gtlearn.solvers.verify.claim import Claim
from gtlearn.solvers.verify.report import Statement, Unproven

FLOAT_EVIDENCE = ("float_bound", "tolerance")  # in floats, also where all else is exact


def outcome_statements(claim: Claim, outcome: Outcome) -> Iterator[Statement]:
    """That an outcome is of its solution's concept, and in which arithmetic it is."""
    yield Statement("the concept", partial(_concept, claim, outcome))
    yield Statement("the arithmetic", partial(_arithmetic, outcome))


def unknown_statements(besides: Mapping[str, Any]) -> Iterator[Statement]:
    """What is said besides all that is known here, which is on trust."""
    for key in besides:
        yield Statement(f"{key!r}", _unknown)


def weakest_arithmetic(claim: Claim) -> tuple[str, ...]:
    """Whether the solution says the weakest arithmetic of its outcomes."""
    kinds = {outcome.certificate.arithmetic for outcome in claim.outcomes}
    weakest = FLOAT if FLOAT in kinds else RATIONAL
    if kinds and weakest != claim.arithmetic:
        said = claim.arithmetic
        return (f"the weakest arithmetic of the solutions is {weakest!r}, not {said!r}",)
    return ()


def _unknown() -> tuple[str, ...]:
    raise Unproven("not a statement that is known here, so it was not looked at")


def _concept(claim: Claim, outcome: Outcome) -> tuple[str, ...]:
    kind = outcome.certificate.kind
    if kind != claim.concept:
        return (f"it is of the kind {kind!r}, the solution of {claim.concept!r}",)
    return ()


def _arithmetic(outcome: Outcome) -> tuple[str, ...]:
    """Whether all numbers are exact if it says so, and some are floats if it says that."""
    certificate = outcome.certificate
    stated = {k: v for k, v in certificate.evidence.items() if k not in FLOAT_EVIDENCE}
    held = _holds_float([stated, *(v for k, v in vars(outcome).items() if k != "certificate")])
    if held and certificate.arithmetic == RATIONAL:
        return ("a number is a float, but the arithmetic is said to be exact",)
    if not held and certificate.arithmetic == FLOAT:
        return ("no number is a float, but the arithmetic is said to be that of floats",)
    return ()


def _holds_float(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_holds_float, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_holds_float, value))
    return isinstance(value, float)
