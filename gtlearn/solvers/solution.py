"""The one result type of every solver: what was asked, what ran, the outcomes, and their proofs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.games import Game
from gtlearn.games.numbers import Number
from gtlearn.limits import MEMORY_LIMIT, OK, TIME_LIMIT
from gtlearn.solvers.outcomes import (
    DETERMINISTIC,
    FLOAT,
    OPTIMAL,
    RATIONAL,
    STATIONARY,
    STOCHASTIC,
    Certificate,
    Commitment,
    CorrelatedEquilibrium,
    Distribution,
    NashEquilibrium,
    NashSubset,
    Outcome,
    Strategy,
    Table,
    pure,
)
from gtlearn.solvers.profile import Profile, outcome_of, profile_of

if TYPE_CHECKING:
    import pyspiel
    from open_spiel.python.policy import Policy

__all__ = [
    "DETERMINISTIC",
    "FLOAT",
    "MEMORY_LIMIT",
    "OK",
    "OPTIMAL",
    "RATIONAL",
    "STATIONARY",
    "STOCHASTIC",
    "TIME_LIMIT",
    "Certificate",
    "Commitment",
    "CorrelatedEquilibrium",
    "Distribution",
    "NashEquilibrium",
    "NashSubset",
    "Outcome",
    "Progress",
    "Solution",
    "Strategy",
    "Table",
    "pure",
]

Progress = Callable[[float | None, str], None]  # told the share done (or None) and what is done


@dataclass(frozen=True)
class Solution:
    """What a solver returns, of any kind of game.

    Attributes:
        game: the game that was solved.
        concept: "nash", "correlated", "coarse-correlated" or "stackelberg".
        method: the method that ran, named as the literature names it.
        solutions: the outcomes; index or iterate the Solution to reach them.
        status: "ok", or what cut the search short: "time_limit", "memory_limit" or "interrupted".
        complete: true only where it is proven that `solutions` holds all that was asked for.
        arithmetic: "rational" or "float".
        seconds: wall-clock time of the solver.
        components: connected components, as indices of extreme equilibria (find="all").
        component_indices: the index of each component; they add up to 1 (Shapley 1974).
        subsets: the maximal Nash subsets (find="all").
        follower: for commitments in several steps, the follower's class: "stationary" or "optimal".
        policy: for those, what the leader may commit to: "deterministic" or "stochastic" tables.
        bounds: for those, more bounds on the leader's value by name: "folk" and, with a horizon,
            "unlimited_memory".
        robustness: for those, what tables near the first one earn under weak ties: pairs (distance
            from the first solution's table, the leader's value).
        proofs: what proves `bounds` where no certificate does, by their names, and "robustness":
            for each pair the table that earns it.
        notes: sentences that a reader should see (how floats were read, what was cut short).
    """

    game: Game
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
    follower: str | None = None
    policy: str | None = None
    bounds: Mapping[str, Number] | None = None
    robustness: tuple[tuple[Number, Number], ...] = ()
    proofs: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the game that was solved, which is in every output."""
        return self.game.fingerprint

    def __len__(self) -> int:
        return len(self.solutions)

    def __iter__(self) -> Iterator[Outcome]:
        return iter(self.solutions)

    def __getitem__(self, index: int) -> Outcome:
        return self.solutions[index]

    def profile(self, index: int = 0) -> Profile:
        """One solution as a vector of probabilities at each decision point of each player.

        Raises:
            InputError: if there is no such solution, or it is a distribution over joint actions.
        """
        return profile_of(self.game, outcome_of(self, index))

    def to_numpy(self, index: int = 0) -> list[NDArray[np.float64]]:
        """The strategies of one solution as float arrays, one a player.

        A vector of probabilities where players decide once; in a game of several steps (states,
        actions), or (steps, states, actions) where the time matters.
        """
        return self.profile(index).to_numpy()

    def to_fractions(self, index: int = 0) -> list[Any]:
        """The strategies of one solution as Fractions, one list a player.

        In a game of several steps a list of rows, one a state; where the time matters, row
        `t * states + s` is for state s at step t.
        """
        return self.profile(index).to_fractions()

    def to_openspiel(self, index: int = 0, game: pyspiel.Game | None = None) -> Policy:
        """One solution as an OpenSpiel policy of `game` (this solution's by default).

        A TabularPolicy, or, where a table depends on the step, a policy that counts the steps.
        """
        from gtlearn.solvers.output.openspiel import to_openspiel_policy

        return to_openspiel_policy(self, index, game)

    def to_json(self) -> dict[str, Any]:
        """The solution as the JSON object of schema gtlearn/solution/1."""
        from gtlearn.solvers.output.json import to_json

        return to_json(self)

    def to_csv(self) -> str:
        """One row a solution, decision point and action, with exact numbers."""
        from gtlearn.solvers.output.csv import to_csv

        return to_csv(self)

    def to_latex(self) -> str:
        """A LaTeX tabular, one row a solution, or a solution, step and state."""
        from gtlearn.solvers.output.latex import to_latex

        return to_latex(self)

    def __str__(self) -> str:
        from gtlearn.solvers.output.tables import render

        return render(self)
