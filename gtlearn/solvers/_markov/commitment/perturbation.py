"""Directions off a table in which the follower strictly prefers what the leader wants."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice, product
from math import prod

import numpy as np

from gtlearn import child, limits
from gtlearn.solvers._markov.commitment.floats import float_table, leader_values
from gtlearn.solvers._markov.commitment.indifference import moved
from gtlearn.solvers._markov.commitment.power_series import Limit, limit_along, limit_seconds
from gtlearn.solvers._markov.commitment.replies import reply
from gtlearn.solvers._markov.commitment.view import LeaderView
from gtlearn.solvers.outcomes import Table, pure

DISTANCES = tuple(Fraction(1, 10**k) for k in range(1, 5))
MAX_TARGETS = 1000  # tables that are walked towards
TRIED = 3  # of the directions, how many are examined exactly
_SMALL = 1e-4  # the step by which directions are compared in floats
_SEED = 20232


def best_direction(view: LeaderView, table: Table) -> tuple[Table, Limit] | None:
    """The direction off `table` with the largest limit of the leader's value under weak ties.

    Directions lead towards tables whose rows are either pure or those of `table` itself, all of
    them where they are few, else some drawn at random (seeded).

    Args:
        view: the game, its leader and the follower's class.
        table: an exact table of the leader.

    Raises:
        LimitReached: at a limit.
    """
    targets = list(_targets(view, table))
    if not targets:
        return None
    here = float_table(table)
    there = here + _SMALL * (np.array([float_table(target) for target in targets]) - here)
    order = np.argsort(-leader_values(view, there, strong=False), kind="stable")[:TRIED]
    candidates = []
    for k in order.tolist():
        direction = _difference(targets[k], table)
        seconds = limit_seconds(view)
        limit = child.bounded(limit_along, view, table, direction, seconds=seconds)
        candidates.append((direction, limit))
    return max(candidates, key=lambda pair: pair[1].payoffs[0])


def robustness(view: LeaderView, table: Table) -> tuple[tuple[Fraction, Fraction, Table], ...]:
    """What the leader can keep for certain at some distance from a table.

    For each distance, the largest change of a probability, the best of the directions is taken:
    the distance, the leader's exact value under weak ties and the table that earns it, for 1/10,
    1/100, 1/1000, 1/10,000.

    Args:
        view: the game, its leader and the follower's class.
        table: an exact table of the leader.

    Raises:
        LimitReached: at a limit.
    """
    directions = [_unit(_difference(target, table)) for target in _targets(view, table)]
    rows = []
    for distance in DISTANCES:
        limits.check()
        near = [moved(table, direction, distance) for direction in directions]
        tables = [there for there in near if there is not None]
        if not tables:
            continue
        values = leader_values(view, np.array([float_table(t) for t in tables]), strong=False)
        order = np.argsort(-values, kind="stable")[:TRIED].tolist()
        kept = [(reply(view, tables[k], "weak").payoffs[0], k) for k in order]
        value, best = max(kept, key=lambda pair: pair[0])
        rows.append((distance, value, tables[best]))
    return tuple(rows)


def _unit(direction: Table) -> Table:
    """The direction with a largest entry of one."""
    length = max(abs(Fraction(d)) for row in direction for d in row)
    return tuple(tuple(Fraction(d) / length for d in row) for row in direction)


def _targets(view: LeaderView, table: Table) -> Iterator[Table]:
    legal = view.game.legal[0]
    options = []
    for row, allowed in zip(table, legal, strict=True):
        rows = [pure(view.actions, action) for action in np.flatnonzero(allowed).tolist()]
        options.append([row, *(p for p in rows if p != row)])
    if prod(map(len, options)) <= MAX_TARGETS:
        yield from islice(product(*options), 1, None)  # the first one is `table` itself
        return
    rng = np.random.default_rng(_SEED)
    for _ in range(MAX_TARGETS):
        limits.check()
        target = tuple(rows[int(rng.integers(len(rows)))] for rows in options)
        if target != table:
            yield target


def _difference(target: Table, table: Table) -> Table:
    limits.check()
    return tuple(
        tuple(Fraction(p) - Fraction(q) for p, q in zip(row, other, strict=True))
        for row, other in zip(target, table, strict=True)
    )
