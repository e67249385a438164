"""The one result type of every solver: what was asked, what ran, what was found, and the proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.games import BayesianGame, NormalFormGame
from gtlearn.games.numbers import Number

if TYPE_CHECKING:
    import pyspiel
    from open_spiel.python.policy import TabularPolicy

Strategy = tuple[Number, ...]
Progress = Callable[[float | None, str], None]  # told the share done (or None) and what is done
Distribution = Mapping[tuple[int, ...], Number]  # probability of each pure profile, zeros absent

_ZERO, _ONE = Fraction(0), Fraction(1)

OK = "ok"
TIME_LIMIT = "time_limit"
MEMORY_LIMIT = "memory_limit"
RATIONAL = "rational"
FLOAT = "float"


@dataclass(frozen=True)
class Certificate:
    """The proof that comes with one solution.

    Attributes:
        kind: what is proven ("nash", "correlated", "coarse-correlated", "stackelberg", ...).
        arithmetic: "rational" where every number in it is exact, else "float".
        verified: whether `gtlearn.solvers.verify` accepted it from the payoffs alone.
        evidence: the numbers that prove it, by name; see `verify` for their meaning.
    """

    kind: str
    arithmetic: str
    verified: bool
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NashEquilibrium:
    """A mixed strategy a player, none of whom gains by deviating.

    Attributes:
        strategies: one probability vector a player.
        payoffs: the expected payoff of each player.
        certificate: evidence "regrets", one a player (all zero when exact).
        index: +1 or -1 where the equilibrium is isolated and regular (Shapley 1974), else None.
    """

    strategies: tuple[Strategy, ...]
    payoffs: tuple[Number, ...]
    certificate: Certificate
    index: int | None = None


@dataclass(frozen=True)
class CorrelatedEquilibrium:
    """A distribution over pure profiles that no player gains by disobeying.

    Attributes:
        distribution: probability of each pure profile; absent profiles have probability zero.
        payoffs: the expected payoff of each player.
        value: the objective's value, None where nothing was maximised.
        certificate: evidence "gain" (the largest gain of a deviation) and, where an objective was
            maximised, the dual proof of optimality.
    """

    distribution: Distribution
    payoffs: tuple[Number, ...]
    certificate: Certificate
    value: Number | None = None


@dataclass(frozen=True)
class Commitment:
    """A leader's commitment and the follower's response (a Stackelberg equilibrium).

    Attributes:
        strategies: one probability vector a player; the follower's is its response.
        payoffs: the expected payoff of each player. Where `attained` is false, the leader's is
            the supremum, approached by commitments near `strategies[leader]`.
        leader: the index of the player who commits.
        response: the follower's action index, or one index a follower type.
        ties: "strong" (the follower breaks ties for the leader) or "weak" (against it).
        attained: whether some commitment earns the leader its value; False when it is only a
            supremum.
        certificate: the proof of the leader's value.
        distribution: the joint distribution, for a commitment to a correlated strategy.
    """

    strategies: tuple[Strategy, ...]
    payoffs: tuple[Number, ...]
    leader: int
    response: int | tuple[int, ...] | None
    ties: str
    attained: bool
    certificate: Certificate
    distribution: Distribution | None = None


@dataclass(frozen=True)
class NashSubset:
    """A maximal Nash subset: every pair from conv(rows) x conv(columns) is an equilibrium.

    Attributes:
        rows: the extreme strategies of player 0 (vertices of its side).
        columns: the extreme strategies of player 1.
        members: indices into the solution's list of the extreme equilibria that it holds.
    """

    rows: tuple[Strategy, ...]
    columns: tuple[Strategy, ...]
    members: tuple[int, ...]


Outcome = NashEquilibrium | CorrelatedEquilibrium | Commitment


@dataclass(frozen=True)
class Solution:
    """What a solver found.

    Attributes:
        game: the game that was solved.
        concept: "nash", "correlated", "coarse-correlated" or "stackelberg".
        method: the method that ran, named as the literature names it.
        solutions: the outcomes found; index or iterate the Solution to reach them.
        status: "ok", or what cut the search short: "time_limit", "memory_limit" or "interrupted".
        complete: true only where it is proven that `solutions` holds all that was asked for.
        arithmetic: "rational" or "float".
        seconds: wall-clock time of the solver.
        components: connected components, as indices of extreme equilibria (find="all").
        component_indices: the index of each component; they add up to 1 (Shapley 1974).
        subsets: the maximal Nash subsets (find="all").
        notes: sentences that a reader should see (how floats were read, what was cut short).
    """

    game: NormalFormGame | BayesianGame
    concept: str
    method: str
    solutions: tuple[Outcome, ...]
    status: str = OK
    complete: bool = False
    arithmetic: str = RATIONAL
    seconds: float = 0.0
    components: tuple[tuple[int, ...], ...] | None = None
    component_indices: tuple[int, ...] | None = None
    subsets: tuple[NashSubset, ...] | None = None
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.solutions)

    def __iter__(self) -> Iterator[Outcome]:
        return iter(self.solutions)

    def __getitem__(self, index: int) -> Outcome:
        return self.solutions[index]

    def to_numpy(self, index: int = 0) -> list[NDArray[np.float64]]:
        """The strategies of one solution as float vectors, one a player."""
        from gtlearn.solvers.output.export import strategies_of

        return [np.array([float(p) for p in s]) for s in strategies_of(self, index)]

    def to_fractions(self, index: int = 0) -> list[list[Fraction]]:
        """The strategies of one solution as Fractions, one list a player."""
        from gtlearn.solvers.output.export import strategies_of

        return [[Fraction(p) for p in s] for s in strategies_of(self, index)]

    def to_openspiel(self, index: int = 0, game: pyspiel.Game | None = None) -> TabularPolicy:
        """One solution as an OpenSpiel TabularPolicy of `game` (this solution's by default)."""
        from gtlearn.solvers.output.export import to_openspiel_policy

        return to_openspiel_policy(self, index, game)

    def to_json(self) -> dict[str, Any]:
        """The solution as the JSON object of schema gtlearn/solution/1."""
        from gtlearn.solvers.output.export import to_json

        return to_json(self)

    def to_csv(self) -> str:
        """One row a solution, player and action, with exact numbers."""
        from gtlearn.solvers.output.export import to_csv

        return to_csv(self)

    def to_latex(self) -> str:
        """A LaTeX tabular, one row a solution."""
        from gtlearn.solvers.output.latex import to_latex

        return to_latex(self)

    def __str__(self) -> str:
        from gtlearn.solvers.output.tables import render

        return render(self)


def pure(size: int, action: int) -> Strategy:
    """The pure strategy that plays `action` of `size`, in Fractions."""
    strategy = [_ZERO] * size
    strategy[action] = _ONE
    return tuple(strategy)
