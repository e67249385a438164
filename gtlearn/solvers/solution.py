"""The one result type of every solver: what was asked, what ran, what was found, and the proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.games import BayesianGame, NormalFormGame
from gtlearn.limits import MEMORY_LIMIT, OK, TIME_LIMIT
from gtlearn.solvers.outcomes import (
    FLOAT,
    RATIONAL,
    Certificate,
    Commitment,
    CorrelatedEquilibrium,
    Distribution,
    NashEquilibrium,
    NashSubset,
    OneShotOutcome,
    Strategy,
    pure,
)

if TYPE_CHECKING:
    import pyspiel
    from open_spiel.python.policy import TabularPolicy

__all__ = [
    "FLOAT",
    "MEMORY_LIMIT",
    "OK",
    "RATIONAL",
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
    "pure",
]

Progress = Callable[[float | None, str], None]  # told the share done (or None) and what is done

Outcome = OneShotOutcome


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
