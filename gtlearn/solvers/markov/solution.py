"""What was found about an iterated or Markov game: the sibling of `Solution` for tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.games.numbers import Number
from gtlearn.solvers.solution import OK, RATIONAL, Certificate, Strategy

if TYPE_CHECKING:
    from open_spiel.python.policy import Policy

Table = tuple[Strategy, ...]  # one probability vector a state

STATIONARY, OPTIMAL = "stationary", "optimal"  # the follower's classes
DETERMINISTIC, STOCHASTIC = "deterministic", "stochastic"  # what a leader may commit to


@dataclass(frozen=True)
class MarkovEquilibrium:
    """A Markov strategy a player, none of whom gains by deviating, whatever the deviation.

    Attributes:
        tables: one table a player, states x actions.
        timed: whether the tables belong to the game with its time unrolled
            (`games.markov.unrolled`), so that row `t * states + s` is played in state s at step t.
        payoffs: the value of each player, in the game's unit.
        certificate: evidence "regrets", one a player, against every history-dependent deviation.
    """

    tables: tuple[Table, ...]
    timed: bool
    payoffs: tuple[Number, ...]
    certificate: Certificate


@dataclass(frozen=True)
class TableCommitment:
    """A leader's commitment to a table, states x actions, and what a follower makes of it.

    What it is worth depends on the follower's class and on how that follower breaks ties.

    Attributes:
        leader: the index of the player who commits.
        commitment: the leader's table; exact probabilities.
        follower: "stationary" (a deterministic table, the time unseen) or "optimal" (any
            response to the history).
        policy: what was searched: "deterministic" or "stochastic" tables of the leader.
        ties: "strong" (the follower breaks ties for the leader) or "weak" (against it).
        payoffs: what each player gets from this commitment, in the game's unit; where `attained`
            is false, what they get in the limit from commitments that come ever nearer to it
            along the certificate's direction.
        response: the follower's action at each state; where it depends on the time, row
            `t * states + s` is for state s at step t.
        upper_bound: no commitment of the class earns the leader more.
        attained: whether the commitment itself earns the leader the value; false where, under
            weak ties, only commitments near it come as near to the value as one likes.
        certificate: the proof of the payoffs and of the bound.
    """

    leader: int
    commitment: Table
    follower: str
    policy: str
    ties: str
    payoffs: tuple[Number, ...]
    response: tuple[int, ...]
    upper_bound: Number
    attained: bool
    certificate: Certificate

    @property
    def value(self) -> Number:
        """What the leader earns by this commitment (or near it, where it is not attained)."""
        return self.payoffs[self.leader]

    @property
    def gap(self) -> Number:
        """How much more a better commitment of the class could earn at most."""
        return self.upper_bound - self.value


Outcome = MarkovEquilibrium | TableCommitment


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
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.solutions)

    def __iter__(self) -> Iterator[Outcome]:
        return iter(self.solutions)

    def __getitem__(self, index: int) -> Outcome:
        return self.solutions[index]

    def to_numpy(self, index: int = 0) -> list[NDArray[np.float64]]:
        """The tables of one outcome as float arrays, one a player, the follower's its response.

        Their shape is (states, actions), or (steps, states, actions) where the time matters.
        """
        from gtlearn.solvers.markov.output.export import tables_of

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
        """
        from gtlearn.solvers.markov.output.export import tables_of

        return [[[Fraction(p) for p in row] for row in table] for table in tables_of(self, index)]

    def to_openspiel(self, index: int = 0) -> Policy:
        """One outcome as a policy of the game's OpenSpiel form, `game.openspiel`.

        A TabularPolicy, or, where a table depends on the step, a policy that counts the steps.
        """
        from gtlearn.solvers.markov.output.openspiel import to_openspiel_policy

        return to_openspiel_policy(self, index)

    def to_json(self) -> dict[str, Any]:
        """The solution as the JSON object of schema gtlearn/solution/1."""
        from gtlearn.solvers.markov.output.export import to_json

        return to_json(self)

    def to_csv(self) -> str:
        """One row a solution, step, state, player and action, with exact numbers."""
        from gtlearn.solvers.markov.output.export import to_csv

        return to_csv(self)

    def to_latex(self) -> str:
        """A LaTeX tabular, one row a solution, step and state."""
        from gtlearn.solvers.markov.output.export import to_latex

        return to_latex(self)

    def __str__(self) -> str:
        from gtlearn.solvers.markov.output.tables import render

        return render(self)
