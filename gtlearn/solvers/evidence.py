"""What certificates prove things by: one dataclass for each kind of proof.

Data only; `verify` says how each part is checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from fractions import Fraction
from functools import cache
from typing import Any, ClassVar

from gtlearn.games.numbers import Number
from gtlearn.solvers.enclosures import Enclosure


class Evidence(Mapping[str, Any]):
    """A certificate's evidence as a dataclass: its fields by name, without those that are None."""

    ALWAYS: ClassVar[tuple[str, ...]] = ()  # fields that are stated even where they are None

    def __getitem__(self, name: str) -> Any:
        value = self.__dict__.get(name)
        if value is None and not (name in self.ALWAYS and name in self.__dict__):
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return (name for name in self.__dict__ if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @classmethod
    def fits(cls, parts: Mapping[str, Any]) -> bool:
        """Whether these are fields, with all that have no default, and none is left open."""
        names, needed = _fields(cls)
        stated = all(value is not None or name in cls.ALWAYS for name, value in parts.items())
        return stated and needed <= parts.keys() <= names


@cache
def _fields(kind: type[Any]) -> tuple[frozenset[str], frozenset[str]]:
    """The names of the fields, and of those that have no default."""
    known = fields(kind)
    return frozenset(f.name for f in known), frozenset(
        f.name for f in known if f.default is MISSING
    )


@dataclass(frozen=True, eq=False)
class NashEvidence(Evidence):
    """That no player gains by deviating.

    Attributes:
        regrets: what each player could gain by its best deviation; of a strategy that all players
            of a symmetric game play, one for all of them.
        value: in a zero-sum game in one shot, the first player's payoff.
        unique: there, for each player whether its optimal strategy is the only one.
        unique_plans: in a tree of constant sum, for each player whether its realisation plan is the
            only optimal one.
        plan_witnesses: what shows that, one strategy a player: of the other player where it is, an
            optimal one of its own with another plan where it is not.
        subgame_perfect: in several steps, whether no player gains in a state that is never reached
            either.
        lower: in a zero-sum game of several steps, what the first player secures.
        upper: there, what the second player holds it down to.
    """

    regrets: tuple[Number, ...]
    value: Number | None = None
    unique: tuple[bool, ...] | None = None
    unique_plans: tuple[bool, ...] | None = None
    plan_witnesses: Any = None
    subgame_perfect: bool | None = None
    lower: Number | None = None
    upper: Number | None = None


@dataclass(frozen=True, eq=False)
class CorrelatedEvidence(Evidence):
    """That no player gains by disobeying, and by duality that none does better by the objective.

    Attributes:
        gain: the largest gain of a deviation.
        objective: what was maximised; None where nothing was.
        bound: no equilibrium does better by the objective.
        weights: of the objective, which the bound is made of.
        multipliers: of the deviations: pairs of (player, action, deviation) and a number.
        tolerance: in floats, what gains may exceed zero by.
    """

    ALWAYS: ClassVar[tuple[str, ...]] = ("objective",)

    gain: Number
    objective: str | None = None
    bound: Number | None = None
    weights: Any = None
    multipliers: Any = None
    tolerance: Number | None = None


@dataclass(frozen=True, eq=False)
class CommitmentEvidence(Evidence):
    """That no commitment in one shot earns the leader more.

    Attributes:
        commitment: what the leader may commit to: "mixed", "pure" or "correlated".
        upper_bound: no such commitment earns more.
        multipliers: what proves that, one row for each of the follower's actions.
        weights: under weak ties, of the actions that the follower may take.
        flat: under weak ties, actions between which the follower is never to be moved.
        chains: under weak ties, why those are flat.
        interior: under weak ties, a point at which the follower has one best response.
        table: against several types, the bounds of their responses.
        leaves: against several types, the parts of the search and the proof of each.
        violation: in floats, how much worse than a best response the response is.
        float_bound: a bound that was found in floats, where none is proven.
    """

    commitment: str | None = None
    upper_bound: Number | None = None
    multipliers: Any = None
    weights: Any = None
    flat: Any = None
    chains: Any = None
    interior: Any = None
    table: Any = None
    leaves: Any = None
    violation: Number | None = None
    float_bound: float | None = None


@dataclass(frozen=True, eq=False)
class TableCommitmentEvidence(Evidence):
    """That no commitment to a table of the class earns the leader more.

    Attributes:
        bound: which proof the upper bound has: "folk", "unlimited_memory", "enumeration" or
            "branch_and_bound".
        upper_bound: no such commitment earns more.
        tables: by enumeration, how many tables were tried.
        boxes: by branch and bound, how many boxes were bounded.
        folk: the multipliers of the folk bound.
        unlimited_memory: the multipliers of the bound on leaders of unlimited memory.
        direction: where the value is a limit, in which direction it is approached.
    """

    bound: str
    upper_bound: Number | None = None
    tables: int | None = None
    boxes: int | None = None
    folk: Any = None
    unlimited_memory: Any = None
    direction: Any = None


@dataclass(frozen=True, eq=False)
class EnclosureEvidence(Evidence):
    """That exactly one equilibrium on the supports lies in a box (`verify.enclosure`).

    The unknowns are the probabilities of the rows that are not pure, player by player, state by
    state, action by action; then the value of each state to each player, in the same order. A game
    in one shot is one state. The equations: what is played earns the value of the state, in the
    order of all that is played; then, for each row that is not pure, its probabilities sum to one.

    Attributes:
        regrets: one a player; zero, since they are those of the equilibrium in the box.
        radius: the largest radius of a probability.
        preconditioner: near the inverse of the equations' derivatives, one row an unknown.
        slack: every action that is not played earns less than the value of its state by at least
            so much, wherever in the box. Copies do not count, which do to their player just what
            an action does that is played; None where there are no others.
        state_values: of Markov games, the value of each state, one row a player.
        subgame_perfect: of Markov games, whether each player's table is optimal in every state.
    """

    regrets: tuple[Fraction, ...]
    radius: Fraction
    preconditioner: tuple[tuple[Fraction, ...], ...]
    slack: Fraction | None = None
    state_values: tuple[tuple[Enclosure, ...], ...] | None = None
    subgame_perfect: bool | None = None


@dataclass(frozen=True, eq=False)
class SymmetricEvidence(Evidence):
    """That exactly one symmetric equilibrium of two actions lies in a box (`verify.symmetric`).

    What one action gains over the other is a polynomial of the probability of the second. It
    changes its sign in the box, once, so that both actions earn the same there.

    Attributes:
        regrets: zero, once for all players.
        radius: that of the two probabilities.
    """

    regrets: tuple[Fraction, ...]
    radius: Fraction


_BY_KIND: dict[str, tuple[type[Evidence], ...]] = {  # the first that fits
    "nash": (NashEvidence, EnclosureEvidence, SymmetricEvidence),
    "subgame-perfect": (NashEvidence,),
    "correlated": (CorrelatedEvidence,),
    "coarse-correlated": (CorrelatedEvidence,),
    "stackelberg": (TableCommitmentEvidence, CommitmentEvidence),
}


def evidence_of(kind: str, parts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Evidence of a kind, from its parts by name; as it is where none of these dataclasses fits."""
    if isinstance(parts, Evidence):
        return parts
    fitting = (made for made in _BY_KIND.get(kind, ()) if made.fits(parts))
    made = next(fitting, None)
    return parts if made is None else made(**parts)
