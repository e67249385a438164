"""The follower's exact best response to a table of the leader, of the class asked for."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gtlearn.solvers.markov.commitment.sides import Sides
from gtlearn.solvers.markov.process import from_start, induced_process, plan_values, scaled
from gtlearn.solvers.markov.response import Response, optimal_response, stationary_response
from gtlearn.solvers.markov.solution import STATIONARY, Table
from gtlearn.solvers.markov.tables import exact_tables


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
    respond = stationary_response if sides.follower == STATIONARY else optimal_response
    return respond(sides.game, tables, 1 - sides.leader, ties=ties)


def values_of_plan(sides: Sides, table: Table, plan: tuple[int, ...]) -> tuple[Fraction, Fraction]:
    """What the leader and the follower get where the follower follows `plan`."""
    follower = 1 - sides.leader
    tables = [table, None] if sides.leader == 0 else [None, table]
    faced = induced_process(sides.game, exact_tables(tables, sides.game, follower), follower)
    rows = np.array(plan).reshape(-1, sides.game.num_states)
    payoffs = from_start(faced, scaled(faced, *plan_values(faced, rows)))
    return payoffs[sides.leader], payoffs[follower]
