"""The statements of a solution of a game in one shot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import partial
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games import BayesianGame, NormalFormGame
from gtlearn.solvers.outcomes import (
    ENCLOSURE,
    FLOAT,
    RATIONAL,
    Commitment,
    CorrelatedEquilibrium,
    NashEquilibrium,
    Outcome,
)
from gtlearn.solvers.verify.bimatrix import of_two
from gtlearn.solvers.verify.claim import (
    COMPLETE,
    OF_TABLES,
    SETS,
    Claim,
    foreign_statements,
    outcome_statements,
    repeated,
    verified_failures,
    whole_statements,
)
from gtlearn.solvers.verify.commitment import commitment
from gtlearn.solvers.verify.commitment_played import float_bound, rounded_bound
from gtlearn.solvers.verify.correlated import violations
from gtlearn.solvers.verify.enclosure import IN_ONE_SHOT as ENCLOSED
from gtlearn.solvers.verify.equilibrium import nash, uniqueness_failures
from gtlearn.solvers.verify.form import number, number_failures
from gtlearn.solvers.verify.listing import Listing
from gtlearn.solvers.verify.nash_sets import is_dominance_solvable, missing, set_statements
from gtlearn.solvers.verify.report import Statement, Tested, Unproven

_EVIDENCE: dict[type, tuple[str, ...]] = {  # the names that are tested, by the kind of outcome
    NashEquilibrium: ("regrets", "value", "unique", *ENCLOSED),
    CorrelatedEquilibrium: ("gain", "objective", "bound", "weights", "multipliers", "tolerance"),
    Commitment: (
        *("commitment", "upper_bound", "multipliers", "weights", "flat", "chains", "interior"),
        *("table", "leaves", "violation", "float_bound"),
    ),
}
_BESIDES: dict[type, tuple[str, ...]] = {
    Commitment: ("value", "gap"),
    CorrelatedEquilibrium: ("gap",),
}


def one_shot_statements(game: NormalFormGame | BayesianGame, claim: Claim) -> Iterator[Statement]:
    """The statements of a solution of a game in one shot.

    The list as a whole is only looked at where each outcome alone holds.
    """
    tested: list[Tested] = []
    listing = Listing(game, claim) if isinstance(game, NormalFormGame) else None
    for k, outcome in enumerate(claim.outcomes):
        test = Tested(partial(_outcome, game, outcome))
        tested.append(test)
        yield Statement(_says(outcome), test, f"solution {k}")
        if test.failed:
            continue
        yield from outcome_statements(
            claim, k, outcome, _BESIDES.get(type(outcome), ()), _EVIDENCE.get(type(outcome), ())
        )
        for statement in _further(game, claim, listing, k, outcome):
            test = Tested(statement.test)
            tested.append(test)
            yield Statement(statement.says, test, f"solution {k}")
    if any(test.failed for test in tested):
        return
    yield from whole_statements(claim)
    yield from foreign_statements(claim, OF_TABLES, "commitments to tables")
    if len(claim.outcomes) > 1:
        yield Statement("that the solutions are different ones", partial(_doubled, claim, listing))
    if listing is not None and claim.concept == "nash":
        yield from set_statements(listing)
        if claim.complete:
            by = "" if claim.log is None else ", by the proof that is given"
            yield Statement(COMPLETE + by, partial(missing, listing))
        elif claim.log is not None and claim.open_supports is not None:
            elsewhere = (
                "that all others are on continua and open supports, by the proof that is given"
            )
            yield Statement(elsewhere, partial(missing, listing))
    else:
        yield from foreign_statements(claim, SETS, "Nash equilibria")
        if claim.complete:
            yield Statement(COMPLETE, partial(_others, game, claim))


def _says(outcome: Outcome) -> str:
    """What of an outcome is tested as one; its certificate may be of any form yet."""
    certificate = getattr(outcome, "certificate", None)
    evidence = getattr(certificate, "evidence", None)
    named = evidence if isinstance(evidence, Mapping) else {}
    arithmetic = getattr(certificate, "arithmetic", None)
    exact = arithmetic == RATIONAL
    if isinstance(outcome, NashEquilibrium):
        if arithmetic == ENCLOSURE:
            return "that exactly one Nash equilibrium is in the box, and its payoffs"
        rounded = "" if exact else " up to rounding, its regrets"
        return f"that it is a Nash equilibrium{rounded}, and its payoffs"
    if isinstance(outcome, CorrelatedEquilibrium):
        best = ", and that none is better by the objective" if "bound" in named else ""
        return f"that no deviation gains, and the payoffs{best}"
    bound = ", and that no commitment earns more than the upper bound" if exact else ""
    return f"the commitment, the response, and the payoffs{bound}"


def _outcome(game: NormalFormGame | BayesianGame, outcome: Outcome) -> tuple[str, ...]:
    """What of an outcome alone does not hold."""
    if isinstance(outcome, Commitment):
        if isinstance(game, NormalFormGame) and of_two(game) is None:
            return ("a commitment needs two players who choose",)
        return commitment(game, outcome, tight=True)
    if isinstance(game, BayesianGame):
        return ("only commitments are defined for a Bayesian game",)
    if isinstance(outcome, CorrelatedEquilibrium):
        return tuple(violations(game, outcome))
    if isinstance(outcome, NashEquilibrium):
        return nash(game, outcome)
    return (f"a {type(outcome).__name__} is no outcome of a game in one shot",)


def _further(
    game: NormalFormGame | BayesianGame,
    claim: Claim,
    listing: Listing | None,
    k: int,
    outcome: Outcome,
) -> Iterator[Statement]:
    """What an outcome that holds alone says besides."""
    exact = outcome.certificate.arithmetic == RATIONAL
    floats = outcome.certificate.arithmetic == FLOAT
    in_floats = isinstance(outcome, NashEquilibrium) and floats  # then nothing is proven
    yield Statement("whether it is verified", partial(verified_failures, outcome, not in_floats))
    evidence = outcome.certificate.evidence
    if isinstance(outcome, NashEquilibrium) and listing is not None and "unique" in evidence:
        yield Statement(
            "which strategies are the only optimal ones (unique)",
            partial(uniqueness_failures, listing, outcome),
        )
    if isinstance(outcome, Commitment):
        if "upper_bound" in evidence and not exact:
            yield Statement("the upper bound", partial(float_bound, game, outcome))
        if "float_bound" in evidence:
            yield Statement("the bound in floats", partial(rounded_bound, game, outcome))
    if isinstance(outcome, Commitment | CorrelatedEquilibrium) and k < len(claim.besides_of):
        for name in _BESIDES[type(outcome)]:
            if name in claim.besides_of[k]:
                said = claim.besides_of[k][name]
                yield Statement(f"the {name}", partial(_derived, outcome, name, said))


def _derived(outcome: Commitment | CorrelatedEquilibrium, name: str, said: Any) -> list[str]:
    """Whether the value or the gap that the JSON states is another one than follows."""
    evidence = outcome.certificate.evidence
    bound = evidence.get("upper_bound" if isinstance(outcome, Commitment) else "bound")
    if name == "gap" and (bound is None or outcome.value is None):
        raise InputError("a gap is stated, but no bound")
    true = Fraction(outcome.value or 0)
    if name == "gap":
        true = number(bound, "the bound") - true
    return number_failures(f"the {name}", true, said, outcome.certificate.arithmetic == RATIONAL)


def _doubled(claim: Claim, listing: Listing | None) -> list[str]:
    if listing is not None and claim.arithmetic == FLOAT and claim.subsets is not None:
        keys: list[object] = list(listing.pairs)  # which may round to the same floats
    else:
        keys = list(map(_played, claim.outcomes))
    return repeated(keys)


def _played(outcome: Outcome) -> object:
    """What an outcome says is played, by which two of them are told apart."""
    if isinstance(outcome, CorrelatedEquilibrium):
        return frozenset((profile, p) for profile, p in outcome.distribution.items() if p)
    if isinstance(outcome, Commitment) and outcome.distribution is not None:
        return frozenset((profile, p) for profile, p in outcome.distribution.items() if p)
    strategies = outcome.strategies if isinstance(outcome, NashEquilibrium | Commitment) else ()
    return tuple(map(tuple, strategies))


def _others(game: NormalFormGame | BayesianGame, claim: Claim) -> list[str]:
    """What shows that the list lacks a correlated equilibrium or a commitment."""
    if not claim.outcomes:
        return ["no solution is listed, but there is one (von Neumann 1928; Aumann 1974)"]
    normal = game if isinstance(game, NormalFormGame) else None
    if normal and claim.concept == "correlated" and is_dominance_solvable(normal):
        return []
    for k, outcome in enumerate(claim.outcomes):
        if not _is_proven_best(outcome):
            return [f"solution {k} is not proven to be best, so the list is not proven to be all"]
    raise Unproven("nothing here proves that no other is as good")


def _is_proven_best(outcome: Outcome) -> bool:
    """Whether the certificate, which holds, proves that none is better by the objective, if any."""
    evidence = outcome.certificate.evidence
    if outcome.certificate.arithmetic != RATIONAL:
        return False
    if isinstance(outcome, Commitment):
        return number(evidence.get("upper_bound"), "the upper bound") == outcome.value
    return "bound" in evidence or evidence.get("objective") is None
