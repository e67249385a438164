"""What a solution states, whether it is an object or its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games.numbers import Number
from gtlearn.solvers.outcomes import NashSubset, Outcome
from gtlearn.solvers.verify.game_block import game_block


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
