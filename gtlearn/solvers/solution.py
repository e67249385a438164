"""The one result type of every solver: what was asked, what ran, the outcomes, and their proofs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.games import Game
from gtlearn.games.numbers import nearest_double, to_fraction
from gtlearn.solvers.record import Record

if TYPE_CHECKING:
    import pyspiel
    from open_spiel.python.policy import Policy


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


def read_solution(data: Mapping[str, Any], game: Game) -> Solution:
    """A Solution from its JSON object; `verify` says whether it is true.

    Args:
        data: the parsed object, as `to_json` makes it; texts are exact numbers, JSON's are floats.
        game: the game that it claims to solve (the object holds no payoffs).

    Raises:
        InputError: if a part is missing or of the wrong form.

    >>> from gtlearn import games, solvers
    >>> solution = solvers.solve("chicken")
    >>> again = read_solution(solution.to_json(), games.load("chicken"))
    >>> again.to_json() == solution.to_json()
    True
    """
    from gtlearn.solvers.verify.claim import PARTS
    from gtlearn.solvers.verify.reading import read_claim

    claim = read_claim(data)
    return Solution(
        game,
        method=data["method"],
        solutions=claim.outcomes,
        status=data["status"],
        seconds=nearest_double(to_fraction(data.get("seconds", 0.0))),
        notes=tuple(data.get("notes", ())),
        **{part: getattr(claim, part) for part in PARTS},
    )
