"""The best stochastic table of a leader: a seeded search proposes, exact arithmetic decides.

The best commitment usually leaves the follower indifferent between what the leader wants and
something else. A table found in floats only comes near such a tie. Along some directions both
plans' values are affine in the step, so that the tie lies at a rational point: for instance where
the probabilities after either of the leader's actions move together.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext, suppress
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, islice, product

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.games import IteratedGame
from gtlearn.games.numbers import nearest_double
from gtlearn.limits import LimitReached
from gtlearn.progress import tell
from gtlearn.solvers._commitment import stackelberg as stage_stackelberg
from gtlearn.solvers._markov.commitment.floats import few_replies, float_table, leader_values
from gtlearn.solvers._markov.commitment.perturbation import best_direction, moved
from gtlearn.solvers._markov.commitment.view import Candidate, LeaderView, payoffs_under, reply
from gtlearn.solvers.outcomes import OPTIMAL, Table
from gtlearn.solvers.profiles.tables import deterministic_tables, exact_rows

MAX_PURE = 1024  # deterministic tables that the search begins with
PROPOSED = 20  # tables that are tried against a follower of very many
EXAMINED = 3  # of the deterministic tables


_Best = tuple[Candidate, LimitReached | None]  # the best table, the limit that ended the search
Floats = NDArray[np.float64]
POPULATION = 10  # tables that survive a round
OFFSPRING = 20  # variations of each
_ROUNDS = 250
FIRST_STEP, SHRINK, LAST_STEP = 0.5, 0.95, 1e-6
_SEED = 20231
_DENOMINATORS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 100, 1000, 10**6)
FINE = 10**12  # a denominator that leaves a float's table practically unchanged
MAX_SETS = 64  # of states that move together
MAX_SLIDES = 600  # along directions, from all tables
MAX_TIES = 6  # how many other plans may turn out to be better on the way
PROBE = Fraction(1, 1024)


def best_stochastic(game: IteratedGame, view: LeaderView, ties: str, bound: Fraction) -> _Best:
    """The best stochastic table that is found; it is the best of all where it meets the bound.

    Args:
        game: the iterated game.
        view: its Markov game, the leader and the follower's class.
        ties: "strong" or "weak".
        bound: a proven upper bound, at which the search ends.

    Raises:
        LimitReached: at a limit, before any table is known.
    """
    best, reached = _best_of(view, ties, bound, _tables_to_try(game, view, bound))
    if best is None:
        raise reached or ArithmeticError("there is always a table to try")
    return best, reached


def improved(
    view: LeaderView, ties: str, bound: Fraction, best: Candidate, near: NDArray[np.float64]
) -> _Best:
    """The best of a known table and of the exact ones near another, given in floats."""
    other, reached = _best_of(view, ties, bound, exact_candidates(view, near))
    better = other is not None and other.rank > best.rank
    return (other if better and other else best), reached


def _best_of(
    view: LeaderView, ties: str, bound: Fraction, tables: Iterator[Table]
) -> tuple[Candidate | None, LimitReached | None]:
    """The best of the tables that could be tried, and the limit that ended that."""
    best: Candidate | None = None
    try:
        for table in tables:
            with limits.finishing() if best is None else nullcontext():
                strong = Candidate.of(view, table, "strong")  # at least what weak ties give
            if best is not None and strong.rank <= best.rank:
                continue
            candidate = strong if ties == "strong" else _weak(view, strong)
            if best is None or candidate.rank > best.rank:
                best = candidate
            if best.value >= bound:
                break
    except LimitReached as error:
        return best, error
    return best, None


def _weak(view: LeaderView, strong: Candidate) -> Candidate:
    """What this table earns under weak ties, or what tables just off it do in the limit."""
    here = Candidate.of(view, strong.table, "weak")
    if here.payoffs == strong.payoffs or not few_replies(view):
        return here
    best = best_direction(view, strong.table)
    if best is None or best[1].payoffs[0] <= here.value:
        return here
    direction, limit = best
    return Candidate(strong.table, limit.payoffs, limit.plan, False, direction)


def _tables_to_try(game: IteratedGame, view: LeaderView, bound: Fraction) -> Iterator[Table]:
    """Exact tables, the simple ones first, then what searches in floats lead to.

    Where a stationary follower has too many tables to be tried again and again, tables that are
    good against an optimal follower are proposed.
    """
    few = few_replies(view)
    guessed = view if few else replace(view, follower=OPTIMAL)
    simple = []
    for table in _simple_tables(game, guessed):
        simple.append(table)
        yield table
    tell(None, "searching for tables of the leader")
    starts = np.concatenate(
        [np.array([float_table(table) for table in simple]), _pure_tables(view)]
    )
    for strong in (True, False):
        pool = promising_tables(guessed, starts, strong=strong, target=nearest_double(bound))
        yield from islice(exact_candidates(guessed, pool[0]), None if few else PROPOSED)


def _simple_tables(game: IteratedGame, view: LeaderView) -> Iterator[Table]:
    """The stage game's best commitments, played in every state, and the deterministic tables that
    are best in floats."""
    for kind, ties in product(("pure", "mixed"), ("strong", "weak")):
        with limits.keeping(0.0, share=1 / 2):
            solution = stage_stackelberg(game.stage, leader=view.leader, ties=ties, commitment=kind)
        for k in range(len(solution)):
            row = tuple(solution.to_fractions(k)[view.leader])
            yield (row,) * view.game.num_states
    pure = _pure_tables(view)
    for strong in (True, False):
        values = leader_values(view, pure, strong=strong)
        for k in np.argsort(-values, kind="stable")[:EXAMINED].tolist():
            yield exact_rows(pure[k], 1)


def _pure_tables(view: LeaderView) -> NDArray[np.float64]:
    tables = list(islice(deterministic_tables(view.game, 0), MAX_PURE))
    limits.require(3 * 8 * len(tables) * view.game.num_states * view.actions)
    out: NDArray[np.float64] = np.eye(view.actions)[np.array(tables)]
    return out


def promising_tables(view: LeaderView, starts: Floats, *, strong: bool, target: float) -> Floats:
    """Tables of high value, the best first, found by varying the best so far at random.

    Args:
        view: the game, its leader and the follower's class.
        starts: tables to begin with, batch x states x leader's actions.
        strong: how the follower breaks ties.
        target: a proven upper bound; the search ends where it is met.

    Returns:
        What was found until the search was over, or half of the time that was left.
    """
    rng = np.random.default_rng(_SEED)
    legal = view.game.legal[0]
    sizes = (20 * POPULATION, *legal.shape)
    pool = np.concatenate([starts, _normalised(rng.exponential(size=sizes), legal)])
    step = FIRST_STEP
    with suppress(LimitReached), limits.keeping(0.0, share=1 / 2):
        pool, values = _best(view, pool, strong)
        for _ in range(_ROUNDS):
            if values[0] >= target - LAST_STEP * view.span:
                break
            changed = rng.random((len(pool) * OFFSPRING, legal.shape[0], 1)) < 0.5
            noise = step * rng.normal(size=(len(pool) * OFFSPRING, *legal.shape)) * changed
            parents = np.repeat(pool, OFFSPRING, axis=0)
            children = _normalised(np.clip(parents + noise, 0, 1), legal)
            pool, values = _best(view, np.concatenate([pool, children]), strong)
            step = max(step * SHRINK, LAST_STEP)
    return pool


def _best(view: LeaderView, tables: Floats, strong: bool) -> tuple[Floats, Floats]:
    values = leader_values(view, tables, strong=strong)
    order = np.argsort(-values, kind="stable")[:POPULATION]
    return tables[order], values[order]


def _normalised(tables: Floats, legal: NDArray[np.bool_]) -> Floats:
    """The tables with illegal actions at zero and rows that sum to one."""
    kept = np.where(legal, tables, 0.0)
    total = kept.sum(axis=-1, keepdims=True)
    even = legal / legal.sum(axis=-1, keepdims=True)
    return np.where(total > 0, kept / np.where(total > 0, total, 1.0), even)


def exact_candidates(view: LeaderView, near: NDArray[np.float64]) -> Iterator[Table]:
    """Exact tables near one in floats, simple ones first.

    Args:
        view: the game, its leader and the follower's class.
        near: a table, states x leader's actions.

    Raises:
        LimitReached: at a limit.
    """
    target = reply(view, exact_rows(near, FINE), "strong").plan
    directions = _directions(view)
    every = max(1, len(directions) * len(_DENOMINATORS) // MAX_SLIDES)
    seen = set()
    for limit in _DENOMINATORS[::every]:
        base = exact_rows(near, limit)
        if base in seen:
            continue
        seen.add(base)
        yield base
        for direction in directions:
            limits.check()
            tied = _slide(view, base, direction, target)
            if tied is not None:
                yield tied
    yield exact_rows(near, FINE)


def shifts(view: LeaderView, states: tuple[int, ...], gains: int, loses: int) -> Table:
    """The direction in which one action gains what another loses, in some states."""
    change = {gains: Fraction(1), loses: Fraction(-1)}
    return tuple(
        tuple(
            change.get(a, Fraction(0)) if s in states else Fraction(0) for a in range(view.actions)
        )
        for s in range(view.game.num_states)
    )


def _directions(view: LeaderView) -> list[Table]:
    """Directions that move probability between two actions in some states alike: in all sets of
    states where they are few, else in each state alone and in all."""
    legal = view.game.legal[0]
    states = range(view.game.num_states)
    sizes = range(1, len(states) + 1) if 2 ** len(states) <= MAX_SETS else (1, len(states))
    return [
        shifts(view, chosen, gains, loses)
        for size in sizes
        for chosen in combinations(states, size)
        for gains, loses in combinations(range(view.actions), 2)
        if legal[np.ix_(chosen, (gains, loses))].all()
    ]


def _slide(
    view: LeaderView, base: Table, direction: Table, target: tuple[int, ...]
) -> Table | None:
    """The table on the line through `base` where `target` just becomes a best response."""
    step = Fraction(0)
    for _ in range(MAX_TIES):
        table = moved(base, direction, step)
        if table is None:
            return None
        response = reply(view, table, "strong")
        if payoffs_under(view, table, target)[1] == response.value:
            return table
        shift = _to_tie(view, table, direction, target, response.plan)
        if shift is None:
            return None
        step += shift
    return None


def _to_tie(
    view: LeaderView, table: Table, direction: Table, one: tuple[int, ...], other: tuple[int, ...]
) -> Fraction | None:
    """How far along the direction two plans are worth the same to the follower, if their
    difference is affine in the step and not constant."""

    def difference(step: Fraction) -> Fraction | None:
        there = moved(table, direction, step)
        if there is None:
            return None
        return payoffs_under(view, there, one)[1] - payoffs_under(view, there, other)[1]

    here = difference(Fraction(0))
    assert here is not None
    for probe in (PROBE, -PROBE):
        there, further = difference(probe), difference(2 * probe)
        if there is None or further is None:
            continue
        slope = there - here
        if slope == 0 or further - there != slope:
            return None
        return -here / slope * probe
    return None
