"""What a solution states, object or JSON; and what solutions of every kind of game say: the
concept, the arithmetic, the word "verified"."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games.numbers import Number
from gtlearn.solvers.enclosures import Enclosure
from gtlearn.solvers.outcomes import (
    ARITHMETICS,
    ENCLOSURE,
    FLOAT,
    RATIONAL,
    Continuum,
    NashSubset,
    Outcome,
    weakest,
)
from gtlearn.solvers.verify.game_block import game_block
from gtlearn.solvers.verify.report import Statement, unknown_statement, unless

SETS = ("components", "component_indices", "subsets")  # parts of a claim
OF_TABLES = ("follower", "policy", "bounds", "robustness", "proofs")
COMPLETE = "that these are all (complete)"
ALL_TABLES = "that these are all in deterministic tables (complete)"
_KIND = {RATIONAL: "in exact numbers", ENCLOSURE: "in enclosed numbers", FLOAT: "in floats"}
_ONE = {ENCLOSURE: "enclosed", FLOAT: "a float"}
_OF = {RATIONAL: "exact", ENCLOSURE: "that of enclosed numbers", FLOAT: "that of floats"}
_FLOATS = ("float_bound", "tolerance")  # evidence in floats, also where all else is exact


@dataclass(frozen=True)
class Claim:
    """The statements of a solution.

    Attributes:
        game: what it says of the game that it solves, by the keys of the JSON's "game".
        concept: "nash", "correlated", "coarse-correlated" or "stackelberg".
        arithmetic: "rational" or "float".
        complete: whether it says that `outcomes` are all there are.
        outcomes: one a solution.
        components: connected components, as indices of outcomes.
        component_indices: the index of each component.
        subsets: the maximal Nash subsets.
        open_supports: the supports in which there may be more equilibria than are listed.
        continua: the supports on which there are infinitely many.
        open_subgames: of subgame-perfect equilibria, the moves that lead to subgames of which not
            all is listed.
        follower: the follower's class, of commitments to tables.
        policy: what the leader may commit to, of commitments to tables.
        bounds: more bounds on the leader's value, by name.
        robustness: pairs (distance from the first table, the leader's value).
        proofs: what proves the bounds, where no certificate does, and the robustness.
        log: what is given to prove `complete`, of schema gtlearn/proof/1; None without one.
        besides: what the JSON says besides, by key.
        besides_of: the same of each outcome.
        repeated_of: of each outcome, a profile that its distribution names twice, if any.
    """

    game: Mapping[str, Any]
    concept: str
    arithmetic: str
    complete: bool
    outcomes: tuple[Outcome, ...]
    components: tuple[tuple[int, ...], ...] | None = None
    component_indices: tuple[int, ...] | None = None
    subsets: tuple[NashSubset, ...] | None = None
    open_supports: tuple[tuple[tuple[int, ...], ...], ...] | None = None
    continua: tuple[Continuum, ...] | None = None
    open_subgames: tuple[tuple[str, ...], ...] | None = None
    follower: str | None = None
    policy: str | None = None
    bounds: Mapping[str, Number] | None = None
    robustness: tuple[tuple[Number, Number], ...] = ()
    proofs: Mapping[str, Any] = field(default_factory=dict)
    log: Any = None
    besides: Mapping[str, Any] = field(default_factory=dict)
    besides_of: tuple[Mapping[str, Any], ...] = ()
    repeated_of: tuple[tuple[int, ...] | None, ...] = ()


PARTS = (
    "concept",
    "arithmetic",
    "complete",
    "components",
    "component_indices",
    "subsets",
    "open_supports",
    "continua",
    "open_subgames",
    "follower",
    "policy",
    "bounds",
    "robustness",
    "proofs",
)


def claim_of(solution: Any) -> Claim:
    """The statements of a Solution.

    Raises:
        InputError: if it is none.
    """
    try:
        return Claim(
            game=game_block(solution.game),
            outcomes=solution.solutions,
            **{part: getattr(solution, part) for part in PARTS},
        )
    except AttributeError:
        raise InputError(f"a {type(solution).__name__} is no solution and no JSON object") from None


def whole_statements(claim: Claim, known: Collection[str] = ()) -> Iterator[Statement]:
    """The statements about all outcomes together.

    Args:
        claim: the claim.
        known: what the JSON may say besides, and is tested elsewhere.
    """
    yield Statement("in which arithmetic they are", partial(_weakest, claim))
    if claim.open_subgames is not None and claim.concept != "subgame-perfect":
        what = partial(foreign, "open subgames are", "subgame-perfect equilibria")
        yield Statement("the open subgames", what)
    yield from _unknown(claim.besides, known, "")


def foreign_statements(claim: Claim, names: Collection[str], whose: str) -> Iterator[Statement]:
    """That parts of the whole are not stated of a solution that can have none.

    Args:
        claim: the claim.
        names: the parts.
        whose: what alone has them.
    """
    for name in names:
        if getattr(claim, name):
            yield Statement(f"the {name}", partial(foreign, f"{name} are", whose))


def repeated(keys: Sequence[object]) -> list[str]:
    """Which outcomes are listed twice, told apart by what they say is played."""
    first: dict[object, int] = {}
    places = [first.setdefault(key, k) for k, key in enumerate(keys)]
    return [f"solutions {j} and {k} are the same" for k, j in enumerate(places) if j != k]


def foreign(what: str, whose: str) -> list[str]:
    """That something is stated which only others have."""
    return [f"{what} stated, which only {whose} have"]


def outcome_statements(
    claim: Claim,
    k: int,
    outcome: Outcome,
    known: Collection[str] = (),
    evidence: Collection[str] = (),
) -> Iterator[Statement]:
    """The statements that every outcome makes.

    Args:
        claim: the claim.
        k: the number of the outcome.
        outcome: the outcome.
        known: what its JSON may say besides, and is tested elsewhere.
        evidence: the names of evidence that are tested elsewhere.
    """
    place = f"solution {k}"
    yield Statement("of which concept it is", partial(_belongs, claim, outcome), place)
    yield Statement("in which arithmetic it is", partial(_arithmetic, outcome), place)
    if k < len(claim.besides_of):
        yield from _unknown(claim.besides_of[k], known, place)
    if k < len(claim.repeated_of) and claim.repeated_of[k] is not None:
        twice = f"the distribution names the profile {claim.repeated_of[k]} twice"
        yield Statement("each profile once", unless(False, twice), place)
    if isinstance(outcome.certificate.evidence, Mapping):
        yield from _unknown(outcome.certificate.evidence, evidence, place)


def verified_failures(outcome: Outcome, expected: bool) -> list[str]:
    """Whether the certificate's word "verified" is another one than what the check gave."""
    if outcome.certificate.verified is expected:
        return []
    return [f"the certificate says {_word(not expected)}, but it is {_word(expected)}"]


def _word(verified: bool) -> str:
    return "verified" if verified else "not verified"


def _belongs(claim: Claim, outcome: Outcome) -> list[str]:
    """Whether the outcome is of another concept or arithmetic than the whole says."""
    certificate = outcome.certificate
    if certificate.kind != claim.concept:
        return [f"it is of the kind {certificate.kind!r}, the solution of {claim.concept!r}"]
    if _rank(claim.arithmetic) < _rank(certificate.arithmetic):
        return [f"it is {_KIND[certificate.arithmetic]}, the solution {_KIND[claim.arithmetic]}"]
    return []


def _arithmetic(outcome: Outcome) -> list[str]:
    """Whether all numbers are exact if it says so, and some are floats if it says that."""
    certificate = outcome.certificate
    if not isinstance(certificate.evidence, Mapping):
        return ["the certificate's evidence is no mapping"]
    evidence = {k: v for k, v in certificate.evidence.items() if k not in _FLOATS}
    parts = [evidence, *(v for k, v in vars(outcome).items() if k != "certificate")]
    held, said = weakest(map(_arithmetic_of, parts)), certificate.arithmetic
    if _rank(held) > _rank(said):
        return [f"a number is {_ONE[held]}, but the arithmetic is said to be {_OF[said]}"]
    if held != said:
        return [f"no number is {_ONE[said]}, but the arithmetic is said to be {_OF[said]}"]
    return []


def _rank(arithmetic: str) -> int:
    """0 for the strongest arithmetic."""
    if arithmetic not in ARITHMETICS:
        raise InputError(f"the arithmetic {arithmetic!r} is not known")
    return ARITHMETICS.index(arithmetic)


def _arithmetic_of(value: Any) -> str:
    """The weakest arithmetic of the numbers of any value."""
    if isinstance(value, Mapping):
        return weakest(map(_arithmetic_of, value.values()))
    if isinstance(value, list | tuple):
        return weakest(map(_arithmetic_of, value))
    if isinstance(value, Enclosure):
        return ENCLOSURE
    return FLOAT if isinstance(value, float) else RATIONAL


def _weakest(claim: Claim) -> list[str]:
    stated = [outcome.certificate.arithmetic for outcome in claim.outcomes]
    held = max(stated, key=_rank, default=claim.arithmetic)
    if _rank(held) < _rank(claim.arithmetic):
        said = _KIND[claim.arithmetic]
        return [f"all solutions are {_KIND[held]}, but the whole is said to be {said}"]
    return []


def _unknown(said: Mapping[str, Any], known: Collection[str], place: str) -> Iterator[Statement]:
    for name in said:
        if name not in known:
            yield unknown_statement(name, place)
