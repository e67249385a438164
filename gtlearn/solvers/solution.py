"""The one result type of every solver: what was asked, what ran, the outcomes, and their proofs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.limits import MEMORY_LIMIT, OK, TIME_LIMIT
from gtlearn.progress import Progress
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
    StrategyProfile,
    Table,
    pure,
)
from gtlearn.solvers.record import Record

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
    "StrategyProfile",
    "Table",
    "pure",
]


@dataclass(frozen=True)
class Solution(Record):
    """What a solver returns, of any kind of game, in every form; the attributes are `Record`'s."""

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

        Raises:
            InputError: if the numbers are enclosed, so that they may be irrational.
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
