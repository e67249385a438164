"""All optimal plans of a player of a tree of constant sum, as the feasible points of a program."""

from __future__ import annotations

from typing import Any

import numpy as np

from gtlearn import limits
from gtlearn.solvers._linear.highs import run_to_basis
from gtlearn.solvers._trees.form import Plan, SequenceForm, best_response
from gtlearn.solvers._trees.program import Indices, ResponseProgram
from gtlearn.solvers._trees.treeplex import Floats


class OptimalFace:
    """The optimal plans of a player: those that are best responses to an optimal plan of the other,
    to which that one is a best response.

    Args:
        form: the game, of constant sum, whose entries are small.
        player: whose plans.
        plans: an equilibrium.

    Attributes:
        program: over the sequences that best responses use.
        tight: its rows that hold with equality, too: what the other plays is worth as much.
    """

    def __init__(self, form: SequenceForm, player: int, plans: tuple[Plan, Plan]) -> None:
        other = plans[1 - player]
        self.form, self.player, self._other = form, player, other
        self._worst = best_response(form, 1 - player, plans[player]).value
        self.program = ResponseProgram(form, 1 - player, best_sequences(form, player, other))
        self.tight = np.flatnonzero([bool(p) for p in other[0]])

    def highs(self, costs: Floats) -> Any:
        """HiGHS, to minimise costs of the program's columns over the optimal plans."""
        solver = self.program.highs(costs)
        for row in self.tight.tolist():
            solver.changeRowBounds(row, 0.0, 0.0)
        return solver

    def vertex(self, costs: Floats) -> Plan | None:
        """An optimal plan at which the costs of sequences are about the least, exactly.

        Args:
            costs: (sequences,), one a sequence of the player.

        Returns:
            The plan, None where none is proven.

        Raises:
            LimitReached: at a limit.
        """
        program = self.program
        columns = np.zeros(program.matrix.shape[1])
        columns[: program.plan] = costs[program.support]
        basis = run_to_basis(self.highs(columns))
        factored = None if basis is None else program.factored(*basis)
        if basis is None or factored is None:
            return None
        plan = program.plan_at(factored, *basis)
        return plan if plan is not None and self.holds(plan) else None

    def holds(self, plan: Plan) -> bool:
        """Whether a plan is optimal: nonnegative, and the other earns no more against it."""
        if min(plan[0]) < 0:
            return False
        limits.check()
        return best_response(self.form, 1 - self.player, plan).value == self._worst


def best_sequences(form: SequenceForm, player: int, other: Plan) -> Indices:
    """The sequences that best responses to the other's plan use."""
    own, worth = form.sequences[player], best_response(form, player, other).worth
    first, before = own.first.tolist(), own.before.tolist()
    best = [True] + [False] * (own.size - 1)
    for place in range(own.num_sets):
        if best[before[place]]:
            most = max(worth[first[place] : first[place + 1]])
            for k in range(first[place], first[place + 1]):
                best[k] = worth[k] == most
    return np.flatnonzero(best)
