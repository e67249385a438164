"""Commitments near a tie: what tables an infinitely small step away earn, in exact power series.

Where a follower breaks ties against the leader, the best value may only be a limit: of tables
x + d t, t > 0, on which the follower strictly prefers what the leader wants. With t an
infinitesimal, values are power series in t, ordered by their first coefficient that is not zero,
and the follower's best response is found as over any ordered field. It is the best response for
every t > 0 that is small enough; what it earns at t = 0 is the limit.

With a horizon the series are polynomials; without one those that are compared are ratios with one
denominator, and numerators whose degree is at most the number of states plus one. So n terms tell
two of them apart, and the follower is paid its payoffs less t^n times the leader's: among its best
responses it takes the worst one for the leader.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key
from itertools import islice, product
from math import prod
from typing import Any

import flint
import numpy as np

from gtlearn import child, limits
from gtlearn.solvers._markov.commitment.floats import (
    count_replies,
    float_table,
    follower_tables,
    leader_values,
)
from gtlearn.solvers._markov.commitment.view import LeaderView, payoffs_under, reply
from gtlearn.solvers.outcomes import Table, pure

_Series = Any  # flint.fmpq_series
_Response = tuple[_Series, dict[int, _Series]]  # what is earned, the discounted next states
_Responses = dict[int, _Response]  # of one state, by action
DISTANCES = tuple(Fraction(1, 10**k) for k in range(1, 5))
MAX_TARGETS = 1000  # tables that are walked towards
TRIED = 3  # of the directions, how many are examined exactly
_SMALL = 1e-4  # the step by which directions are compared in floats
_SEED = 20232


@dataclass(frozen=True)
class Limit:
    """What the tables an infinitely small step away are worth.

    Attributes:
        payoffs: what the leader and the follower get in the limit.
        plan: the follower's response for every step that is small enough; its action at each
            state, row `t * states + s` where it depends on the time.
    """

    payoffs: tuple[Fraction, ...]
    plan: tuple[int, ...]


def limit_along(view: LeaderView, table: Table, direction: Table) -> Limit:
    """The leader's value under weak ties just off `table` in a direction.

    Args:
        view: the game, its leader and the follower's class.
        table: an exact table of the leader.
        direction: what is added to it, times the step: rows that sum to zero, and that are not
            negative where the table is zero.
    """
    before = flint.ctx.cap
    flint.ctx.cap = 2 * _terms_kept(view)  # python-flint keeps the precision in one place
    try:
        states = _responses(view, table, direction)
        if view.game.horizon is None:
            plan = _policy_iteration(states)
        elif view.sees_time:
            plan = _by_time(view, states)[1]
        else:
            plan = max(follower_tables(view).tolist(), key=lambda p: _of_table(view, states, p))
    finally:
        flint.ctx.cap = before
    return Limit(payoffs_under(view, table, tuple(plan)), tuple(plan))


def limit_seconds(view: LeaderView) -> float:
    """About how long `limit_along` takes."""
    states, terms = view.game.num_states, _terms_kept(view)
    if view.game.horizon is None:
        sums = 10 * states**3
    else:
        sums = view.game.horizon * states * view.responses * view.actions
        sums *= 1 if view.sees_time else count_replies(view)
    return sums * terms * 1e-7 * (1 + terms / 20)


def _terms_kept(view: LeaderView) -> int:
    """How many terms tell two values apart."""
    return (view.game.horizon or view.game.num_states) + 2


def _responses(view: LeaderView, table: Table, direction: Table) -> list[_Responses]:
    """What the follower faces in each state where the leader plays the table plus t times the
    direction."""
    small = flint.fmpq_series([0] * _terms_kept(view) + [1])
    (ours, theirs), moves = view.game.payoffs, view.game.transitions
    out: list[_Responses] = []
    for s, rows in enumerate(zip(table, direction, strict=True)):
        pairs = [tuple(_rational(Fraction(v)) for v in pair) for pair in zip(*rows, strict=True)]
        plays = [(a, flint.fmpq_series(list(pair))) for a, pair in enumerate(pairs) if any(pair)]
        out.append({})
        for b in np.flatnonzero(view.game.legal[1][s]).tolist():
            earned, following = flint.fmpq_series([0]), dict[int, _Series]()
            for a, play in plays:
                earned += play * (_rational(theirs[s, a, b]) - _rational(ours[s, a, b]) * small)
                for to in np.flatnonzero(moves.numerators[s, a, b]).tolist():
                    share = play * _rational(view.game.discount * moves[s, a, b, to])
                    following[to] = following.get(to, 0) + share
            out[s][b] = earned, following
    return out


def _by_time(view: LeaderView, states: list[_Responses]) -> tuple[_Series, list[int]]:
    """The value at the start and the plan, by backward induction."""
    values: list[_Series] = [0] * len(states)
    plan: list[int] = []
    for _ in range(view.game.horizon or 0):
        worths = [_worths(responses, values) for responses in states]
        best = [_first_best(worth) for worth in worths]
        plan = best + plan
        values = [worth[b] for worth, b in zip(worths, best, strict=True)]
    start = zip(view.game.start, values, strict=True)
    return sum((_rational(p) * v for p, v in start if p), flint.fmpq_series([0])), plan


def _of_table(view: LeaderView, states: list[_Responses], table: Sequence[int]) -> Any:
    """The rank of a table of the follower that does not see the time."""
    kept = [{b: responses[b]} for responses, b in zip(states, table, strict=True)]
    return _rank(_by_time(view, kept)[0])


def _policy_iteration(states: list[_Responses]) -> list[int]:
    """The first of the best tables (Howard 1960)."""
    plan = [next(iter(responses)) for responses in states]
    while True:
        values = _values([responses[b] for responses, b in zip(states, plan, strict=True)])
        worths = [_worths(responses, values) for responses in states]
        best = [_first_best(worth) for worth in worths]
        stays = [
            _rank(worth[b]) == _rank(worth[c])
            for worth, b, c in zip(worths, plan, best, strict=True)
        ]
        if all(stays):
            return best
        plan = [b if same else c for b, c, same in zip(plan, best, stays, strict=True)]


def _values(chosen: Sequence[_Response]) -> list[_Series]:
    """The discounted values, by elimination: every pivot of I - discount * P has a constant term,
    since the rows are strictly diagonally dominant at t = 0."""
    size = len(chosen)
    rows = [
        [flint.fmpq_series([int(s == to)]) - following.get(to, 0) for to in range(size)] + [earned]
        for s, (earned, following) in enumerate(chosen)
    ]
    for i, j in product(range(size), repeat=2):
        if i != j:
            factor = rows[j][i] / rows[i][i]
            rows[j] = [x - factor * y for x, y in zip(rows[j], rows[i], strict=True)]
    return [row[size] / row[s] for s, row in enumerate(rows)]


def _worths(responses: _Responses, later: Sequence[_Series]) -> dict[int, _Series]:
    """What the follower gets from each response, and from then on."""
    return {
        b: sum((p * later[to] for to, p in following.items()), earned)
        for b, (earned, following) in responses.items()
    }


def _first_best(worths: dict[int, _Series]) -> int:
    return max(worths, key=lambda b: _rank(worths[b]))


@cmp_to_key
def _rank(one: _Series, other: _Series) -> int:
    """The order of series: the sign of their difference for all small t > 0."""
    difference = one - other
    first = difference[0] or next(filter(None, difference.coeffs()), 0)
    return (first > 0) - (first < 0)


def _rational(value: Fraction | int) -> Any:
    return flint.fmpq(value.numerator, value.denominator)


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


def moved(table: Table, direction: Table, step: Fraction) -> Table | None:
    """The table so far along the direction, None where that is no table."""
    limits.check()
    out = tuple(
        tuple(Fraction(p) + step * Fraction(d) for p, d in zip(row, change, strict=True))
        for row, change in zip(table, direction, strict=True)
    )
    return None if any(p < 0 for row in out for p in row) else out
