"""The best stochastic table of a leader: a proven bound, and an exact table that meets it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice, product

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.games import IteratedGame
from gtlearn.games.numbers import nearest_double
from gtlearn.limits import LimitReached
from gtlearn.progress import tell
from gtlearn.solvers._commitment import stackelberg as stage_stackelberg
from gtlearn.solvers._markov.commitment.floats import few_replies, leader_values
from gtlearn.solvers._markov.commitment.knife_edge import exact_candidates
from gtlearn.solvers._markov.commitment.perturbation import best_direction
from gtlearn.solvers._markov.commitment.replies import reply
from gtlearn.solvers._markov.commitment.search import promising_tables
from gtlearn.solvers._markov.commitment.sides import Sides
from gtlearn.solvers._markov.tables import exact_rows
from gtlearn.solvers.solution import OPTIMAL, Table

MAX_PURE = 1024  # deterministic tables that the search begins with
PROPOSED = 20  # tables that are tried against a follower of very many
EXAMINED = 3  # of the deterministic tables


@dataclass(frozen=True)
class Stochastic:
    """The best table found.

    Attributes:
        table: the leader's exact table.
        payoffs: of both players, in the game's order; in the limit, where it is not attained.
        response: the follower's plan.
        attained: whether the table itself earns this.
        direction: where it does not: the direction in which tables near it do in the limit.
        reached: the limit that ended the search for a better one.
    """

    table: Table
    payoffs: tuple[Fraction, ...]
    response: tuple[int, ...]
    attained: bool
    direction: Table | None = None
    reached: LimitReached | None = None


def best_stochastic(game: IteratedGame, sides: Sides, ties: str, bound: Fraction) -> Stochastic:
    """The best stochastic table that is found; it is the best of all where it meets the bound.

    Args:
        game: the iterated game.
        sides: its Markov game, the leader and the follower's class.
        ties: "strong" or "weak".
        bound: a proven upper bound, at which the search ends.

    Raises:
        LimitReached: at a limit, before any table is known.
    """
    best, reached = _best_of(sides, ties, bound, _tables_to_try(game, sides, bound))
    if best is None:
        raise reached or ArithmeticError("there is always a table to try")
    return replace(best, reached=reached)


def improved(
    sides: Sides,
    ties: str,
    bound: Fraction,
    best: Stochastic,
    near: NDArray[np.float64],
) -> Stochastic:
    """The best of a known table and of the exact ones near another, given in floats."""
    found, reached = _best_of(sides, ties, bound, exact_candidates(sides, near))
    if found is not None and _rank(sides, found) > _rank(sides, best):
        best = found
    return replace(best, reached=reached)


def _best_of(
    sides: Sides, ties: str, bound: Fraction, tables: Iterator[Table]
) -> tuple[Stochastic | None, LimitReached | None]:
    """The best of the tables that could be tried, and the limit that ended that."""
    best: Stochastic | None = None
    try:
        for table in tables:
            with limits.finishing() if best is None else nullcontext():
                strong = _strong(sides, table)  # at least what weak ties give
            if best is not None and _rank(sides, strong) <= _rank(sides, best):
                continue
            found = strong if ties == "strong" else _weak(sides, table)
            if best is None or _rank(sides, found) > _rank(sides, best):
                best = found
            if best.payoffs[sides.leader] >= bound:
                break
    except LimitReached as error:
        return best, error
    return best, None


def _rank(sides: Sides, found: Stochastic) -> tuple[Fraction, bool]:
    return found.payoffs[sides.leader], found.attained


def _strong(sides: Sides, table: Table) -> Stochastic:
    response = reply(sides, table, "strong")
    return Stochastic(table, response.payoffs, response.plan, True)


def _weak(sides: Sides, table: Table) -> Stochastic:
    """What this table earns under weak ties, or what tables just off it do in the limit."""
    response = reply(sides, table, "weak")
    here = Stochastic(table, response.payoffs, response.plan, True)
    if here.payoffs == reply(sides, table, "strong").payoffs or not few_replies(sides):
        return here
    best = best_direction(sides, table)
    if best is None or best[1].payoffs[0] <= here.payoffs[sides.leader]:
        return here
    direction, limit = best
    payoffs = limit.payoffs if sides.leader == 0 else limit.payoffs[::-1]
    return Stochastic(table, payoffs, limit.plan, False, direction)


def _tables_to_try(game: IteratedGame, sides: Sides, bound: Fraction) -> Iterator[Table]:
    """Exact tables, the simple ones first, then what searches in floats lead to.

    Where a stationary follower has too many tables to be tried again and again, tables that are
    good against an optimal follower are proposed.
    """
    few = few_replies(sides)
    guessed = sides if few else replace(sides, follower=OPTIMAL)
    simple = []
    for table in _simple_tables(game, guessed):
        simple.append(table)
        yield table
    tell(None, "searching for tables of the leader")
    starts = np.concatenate([np.array([_floats(table) for table in simple]), _pure_tables(sides)])
    for strong in (True, False):
        pool = promising_tables(guessed, starts, strong=strong, target=nearest_double(bound))
        yield from islice(exact_candidates(guessed, pool[0]), None if few else PROPOSED)


def _simple_tables(game: IteratedGame, sides: Sides) -> Iterator[Table]:
    """The stage game's best commitments, played in every state, and the deterministic tables that
    are best in floats."""
    for kind, ties in product(("pure", "mixed"), ("strong", "weak")):
        with limits.keeping(0.0, share=1 / 2):
            solution = stage_stackelberg(
                game.stage, leader=sides.leader, ties=ties, commitment=kind
            )
        for k in range(len(solution)):
            row = tuple(solution.to_fractions(k)[sides.leader])
            yield (row,) * sides.game.num_states
    pure = _pure_tables(sides)
    for strong in (True, False):
        values = leader_values(sides, pure, strong=strong)
        for k in np.argsort(-values, kind="stable")[:EXAMINED].tolist():
            yield exact_rows(pure[k], 1)


def _floats(table: Table) -> NDArray[np.float64]:
    return np.array([[float(p) for p in row] for row in table])


def _pure_tables(sides: Sides) -> NDArray[np.float64]:
    legal = [np.flatnonzero(row).tolist() for row in sides.game.legal[sides.leader]]
    tables = list(islice(product(*legal), MAX_PURE))
    limits.require(3 * 8 * len(tables) * len(legal) * sides.actions)
    out: NDArray[np.float64] = np.eye(sides.actions)[np.array(tables)]
    return out
