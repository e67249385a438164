"""The follower's exact best response to a table of the leader, of the class asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from gtlearn.solvers._markov.commitment.sides import Sides
from gtlearn.solvers._markov.process import from_start, induced_process, plan_values, scaled
from gtlearn.solvers._markov.response import Response, optimal_response, stationary_response
from gtlearn.solvers._markov.tables import exact_tables
from gtlearn.solvers.solution import STATIONARY, Table


@dataclass(frozen=True)
class Candidate:
    """An exact table of the leader and the follower's best response to it."""

    table: Table
    response: Response

    @classmethod
    def of(cls, sides: Sides, table: Table, ties: str) -> Candidate:
        """The table with the follower's best response under such ties."""
        return cls(table, reply(sides, table, ties))

    def value(self, leader: int) -> Fraction:
        """What the leader gets."""
        return self.response.payoffs[leader]


def reply(sides: Sides, table: Table, ties: str) -> Response:
    """The follower's best response to `table`, ties broken for or against the leader."""
    tables = [table, None] if sides.leader == 0 else [None, table]
    found = optimal_response(sides.game, tables, 1 - sides.leader, ties=ties)
    if sides.follower != STATIONARY or sides.game.horizon is None:
        return found
    plan = _table_of(sides, table, found.plan)
    if plan is not None:  # nothing is better, or a better tie, even with the time in sight
        return replace(found, kind=STATIONARY, plan=plan)
    return stationary_response(sides.game, tables, 1 - sides.leader, ties=ties)


def _table_of(sides: Sides, table: Table, plan: tuple[int, ...]) -> tuple[int, ...] | None:
    """The plan as a table of the follower, if what it does in a state never depends on the time
    where that state is reached."""
    states = range(sides.game.num_states)
    chosen: dict[int, int] = {}
    here = {s for s in states if sides.game.start[s]}
    moves = sides.moves.numerators
    for step in range(sides.game.horizon or 0):
        after = set()
        for s in here:
            action = plan[step * len(states) + s]
            if chosen.setdefault(s, action) != action:
                return None
            for a, p in enumerate(table[s]):
                if p:
                    after |= set(np.flatnonzero(moves[s, a, action]).tolist())
        here = after
    return tuple(chosen.get(s, plan[s]) for s in states)


def values_of_plan(sides: Sides, table: Table, plan: tuple[int, ...]) -> tuple[Fraction, Fraction]:
    """What the leader and the follower get where the follower follows `plan`."""
    follower = 1 - sides.leader
    tables = [table, None] if sides.leader == 0 else [None, table]
    faced = induced_process(sides.game, exact_tables(tables, sides.game, follower), follower)
    rows = np.array(plan).reshape(-1, sides.game.num_states)
    payoffs = from_start(faced, scaled(faced, *plan_values(faced, rows)))
    return payoffs[sides.leader], payoffs[follower]
