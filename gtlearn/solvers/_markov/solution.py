"""What was found about an iterated or Markov game: the sibling of `Solution` for tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.games.numbers import Number
from gtlearn.limits import OK
from gtlearn.solvers.enclosures import exact_row
from gtlearn.solvers.outcomes import (
    DETERMINISTIC,
    OPTIMAL,
    RATIONAL,
    STATIONARY,
    STOCHASTIC,
    MarkovEquilibrium,
    MarkovOutcome,
    Table,
    TableCommitment,
)

if TYPE_CHECKING:
    from open_spiel.python.policy import Policy

__all__ = [
    "DETERMINISTIC",
    "OK",
    "OPTIMAL",
    "RATIONAL",
    "STATIONARY",
    "STOCHASTIC",
    "MarkovEquilibrium",
    "MarkovSolution",
    "Outcome",
    "Table",
    "TableCommitment",
]

Outcome = MarkovOutcome


@dataclass(frozen=True)
class MarkovSolution:
    """What a solver found about an iterated or Markov game.

    Attributes:
        game: the game that was solved.
        concept: "nash" or "stackelberg".
        method: the method that ran, named as the literature names it.
        solutions: the outcomes found; index or iterate the MarkovSolution to reach them.
        status: "ok", or "time_limit" where the search was cut short by it.
        complete: true only where it is proven that `solutions` holds all that was asked for.
        arithmetic: "rational" or "float".
        seconds: wall-clock time of the solver.
        follower: for commitments, the follower's class: "stationary" or "optimal".
        policy: for commitments, what the leader may commit to: "deterministic" or "stochastic".
        bounds: for commitments, more bounds on the leader's value by name: "folk" and, with a
            horizon, "unlimited_memory".
        robustness: for commitments, what tables that leave the knife-edge earn under weak ties:
            pairs (distance from the first solution's table, the leader's value).
        proofs: what proves `bounds` where no certificate does, by their names, and "robustness":
            for each pair the table that earns it.
        notes: sentences that a reader should see.
    """

    game: MarkovGame | IteratedGame
    concept: str
    method: str
    solutions: tuple[Outcome, ...]
    status: str = OK
    complete: bool = False
    arithmetic: str = RATIONAL
    seconds: float = 0.0
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

    def to_numpy(self, index: int = 0) -> list[NDArray[np.float64]]:
        """The tables of one outcome as float arrays, one a player, the follower's its response.

        Their shape is (states, actions), or (steps, states, actions) where the time matters. Of
        enclosed numbers they hold the midpoints.
        """
        from gtlearn.solvers._markov.output.export import tables_of

        sizes = (len(self.game.states), -1)
        out = []
        for table in tables_of(self, index):
            rows = np.array([[float(p) for p in row] for row in table])
            timed = len(table) > sizes[0]
            out.append(rows.reshape(-1, sizes[0], rows.shape[1]) if timed else rows)
        return out

    def to_fractions(self, index: int = 0) -> list[list[list[Fraction]]]:
        """The tables of one outcome as Fractions: one a player, a row a state.

        Where the time matters, row `t * states + s` is for state s at step t.

        Raises:
            InputError: if the outcome's numbers are enclosed, so that they may be irrational.
        """
        from gtlearn.solvers._markov.output.export import tables_of

        return [[exact_row(row) for row in table] for table in tables_of(self, index)]

    def to_openspiel(self, index: int = 0) -> Policy:
        """One outcome as a policy of the game's OpenSpiel form, `game.openspiel`.

        A TabularPolicy, or, where a table depends on the step, a policy that counts the steps.
        """
        from gtlearn.solvers._markov.output.openspiel import to_openspiel_policy

        return to_openspiel_policy(self, index)

    def to_json(self) -> dict[str, Any]:
        """The solution as the JSON object of schema gtlearn/solution/1."""
        from gtlearn.solvers._markov.output.export import to_json

        return to_json(self)

    def to_csv(self) -> str:
        """One row a solution, step, state, player and action, with exact numbers."""
        from gtlearn.solvers._markov.output.export import to_csv

        return to_csv(self)

    def to_latex(self) -> str:
        """A LaTeX tabular, one row a solution, step and state."""
        from gtlearn.solvers._markov.output.export import to_latex

        return to_latex(self)

    def __str__(self) -> str:
        from gtlearn.solvers._markov.output.tables import render

        return render(self)
