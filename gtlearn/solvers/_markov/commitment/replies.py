"""The follower's exact best response to a table of the leader, of the class asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from gtlearn.solvers._markov.commitment.view import LeaderView
from gtlearn.solvers._markov.process import induced_process, plan_payoffs
from gtlearn.solvers._markov.response import Response, optimal_response, stationary_response
from gtlearn.solvers.outcomes import STATIONARY, Table
from gtlearn.solvers.profiles.tables import exact_tables


@dataclass(frozen=True)
class Candidate:
    """An exact table of the leader, and what it is worth.

    Attributes:
        table: the table.
        payoffs: of the leader and the follower; in the limit, where it is not attained.
        plan: the follower's response.
        attained: whether the table itself earns this.
        direction: where it does not: the direction in which tables near it do in the limit.
    """

    table: Table
    payoffs: tuple[Fraction, ...]
    plan: tuple[int, ...]
    attained: bool = True
    direction: Table | None = None

    @classmethod
    def of(cls, view: LeaderView, table: Table, ties: str) -> Candidate:
        """The table with the follower's best response under such ties."""
        response = reply(view, table, ties)
        return cls(table, response.payoffs, response.plan)

    @property
    def value(self) -> Fraction:
        """What the leader gets."""
        return self.payoffs[0]

    @property
    def rank(self) -> tuple[Fraction, bool]:
        """What the better one of two candidates has more of."""
        return self.value, self.attained


def reply(view: LeaderView, table: Table, ties: str) -> Response:
    """The follower's best response to `table`, ties broken for or against the leader."""
    best = optimal_response(view.game, [table, None], 1, ties=ties)
    if view.follower != STATIONARY or view.game.horizon is None:
        return best
    plan = _table_of(view, table, best.plan)
    if plan is not None:  # nothing is better, or a better tie, even with the time in sight
        return replace(best, kind=STATIONARY, plan=plan)
    return stationary_response(view.game, [table, None], 1, ties=ties)


def _table_of(view: LeaderView, table: Table, plan: tuple[int, ...]) -> tuple[int, ...] | None:
    """The plan as a table of the follower, if what it does in a state never depends on the time
    where that state is reached."""
    states = range(view.game.num_states)
    chosen: dict[int, int] = {}
    here = {s for s in states if view.game.start[s]}
    moves = view.game.transitions.numerators
    for step in range(view.game.horizon or 0):
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


def payoffs_under(view: LeaderView, table: Table, plan: tuple[int, ...]) -> tuple[Fraction, ...]:
    """What the leader and the follower get where the follower follows `plan`."""
    faced = induced_process(view.game, exact_tables([table, None], view.game, 1), 1)
    return plan_payoffs(faced, np.array(plan).reshape(-1, view.game.num_states))
