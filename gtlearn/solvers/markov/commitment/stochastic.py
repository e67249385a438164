"""The best stochastic table of a leader: a proven bound, and an exact table that meets it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, product

import numpy as np
from numpy.typing import NDArray

from gtlearn.games import IteratedGame
from gtlearn.solvers.commitment import stackelberg as stage_stackelberg
from gtlearn.solvers.commitment.clock import Clock
from gtlearn.solvers.markov.commitment.floats import leader_values
from gtlearn.solvers.markov.commitment.knife_edge import FINE, exact_candidates
from gtlearn.solvers.markov.commitment.perturbation import best_direction
from gtlearn.solvers.markov.commitment.replies import Candidate
from gtlearn.solvers.markov.commitment.search import promising_tables
from gtlearn.solvers.markov.commitment.sides import Sides, exact_rows
from gtlearn.solvers.markov.solution import Table

MAX_PURE = 1024  # deterministic tables that the search begins with
EXAMINED = 3  # tables of the search near which exact ones are looked for


@dataclass(frozen=True)
class Stochastic:
    """The best table found.

    Attributes:
        table: the leader's exact table.
        payoffs: of both players, in the game's order; in the limit, where it is not attained.
        response: the follower's plan.
        attained: whether the table itself earns this.
        direction: where it does not: the direction in which tables near it do in the limit.
    """

    table: Table
    payoffs: tuple[Fraction, ...]
    response: tuple[int, ...]
    attained: bool
    direction: Table | None = None


def best_stochastic(
    game: IteratedGame, sides: Sides, ties: str, bound: Fraction, clock: Clock
) -> Stochastic:
    """The best stochastic table that is found; it is the best of all where it meets the bound.

    Args:
        game: the iterated game.
        sides: its Markov game, the leader and the follower's class.
        ties: "strong" or "weak".
        bound: a proven upper bound, at which the search ends.
        clock: says when the time is over.
    """
    plain = _best_of(sides, ties, bound, _simple_tables(game, sides, ties))
    if plain.payoffs[sides.leader] == bound:
        return plain
    clock.tell(None, "searching for tables of the leader")
    strong = _near_the_search(sides, bound, clock, plain)
    if ties == "strong":
        return max(plain, strong, key=lambda found: found.payoffs[sides.leader])
    found = [plain, _limit(sides, strong.table), _limit(sides, plain.table)]
    best = max(found, key=lambda one: one.payoffs[sides.leader])
    if best.payoffs[sides.leader] < bound:
        found += _weak_search(sides, bound, clock, best)
    return max(found, key=lambda one: (one.payoffs[sides.leader], one.attained))


def _best_of(sides: Sides, ties: str, bound: Fraction, tables: Iterator[Table]) -> Stochastic:
    best: Stochastic | None = None
    for table in tables:
        found = Candidate.of(sides, table, ties)
        if best is None or found.value(sides.leader) > best.payoffs[sides.leader]:
            best = _as_stochastic(found)
        if best.payoffs[sides.leader] >= bound:
            break
    assert best is not None
    return best


def _floats(table: Table) -> NDArray[np.float64]:
    return np.array([[float(p) for p in row] for row in table])


def _as_stochastic(found: Candidate) -> Stochastic:
    return Stochastic(found.table, found.response.payoffs, found.response.plan, True)


def _simple_tables(game: IteratedGame, sides: Sides, ties: str) -> Iterator[Table]:
    """Tables worth trying first: the stage game's best commitments at every state, and the best
    deterministic tables by their value in floats."""
    for kind in ("pure", "mixed"):
        solution = stage_stackelberg(game.stage, leader=sides.leader, ties=ties, commitment=kind)
        for k in range(len(solution)):
            row = tuple(solution.to_fractions(k)[sides.leader])
            yield (row,) * sides.game.num_states
    pure = _pure_tables(sides)
    order = np.argsort(-leader_values(sides, pure, strong=ties == "strong"), kind="stable")
    for k in order[:EXAMINED].tolist():
        yield exact_rows(pure[k], 1)


def _pure_tables(sides: Sides) -> NDArray[np.float64]:
    legal = [np.flatnonzero(row).tolist() for row in sides.game.legal[sides.leader]]
    tables = list(islice(product(*legal), MAX_PURE))
    out: NDArray[np.float64] = np.eye(sides.actions)[np.array(tables)]
    return out


def _near_the_search(sides: Sides, bound: Fraction, clock: Clock, start: Stochastic) -> Stochastic:
    """The best exact table under strong ties near those that a search in floats finds."""
    pool = promising_tables(
        sides,
        np.concatenate([_floats(start.table)[None], _pure_tables(sides)]),
        strong=True,
        target=float(bound),
        clock=clock,
    )
    best = _as_stochastic(Candidate.of(sides, start.table, "strong"))
    for near in pool[:EXAMINED]:
        for found in exact_candidates(sides, near, clock):
            if found.value(sides.leader) > best.payoffs[sides.leader]:
                best = _as_stochastic(found)
            if best.payoffs[sides.leader] >= bound:
                return best
    return best


def _weak_search(
    sides: Sides, bound: Fraction, clock: Clock, start: Stochastic
) -> Iterator[Stochastic]:
    """What a search in floats finds under weak ties, made exact."""
    pool = promising_tables(
        sides, _floats(start.table)[None], strong=False, target=float(bound), clock=clock
    )
    for near in pool[:EXAMINED]:
        yield _limit(sides, exact_rows(near, FINE))


def _limit(sides: Sides, table: Table) -> Stochastic:
    """What this table earns under weak ties, or what tables just off it do in the limit."""
    best = best_direction(sides, table)
    weak = _as_stochastic(Candidate.of(sides, table, "weak"))
    if best is None or best[1].payoffs[0] <= weak.payoffs[sides.leader]:
        return weak
    direction, limit = best
    payoffs = limit.payoffs if sides.leader == 0 else limit.payoffs[::-1]
    return Stochastic(table, payoffs, limit.plan, False, direction)
