"""Commitments that move off a knife-edge by an infinitely small step, in exact power series.

Where a follower breaks ties against the leader, the best value may only be a limit: of tables
x + d t, t > 0, on which the follower strictly prefers what the leader wants. With t an
infinitesimal, values are power series in t, ordered by their first coefficient that is not zero,
and the follower's best response is found as over any ordered field. It is the best response for
every t > 0 that is small enough; the constant term of the leader's series is the limit.

With a horizon the series are polynomials; without one they are ratios of two polynomials whose
degree is at most the number of states, and are kept to as many terms as tell two of them apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import flint
import numpy as np

from gtlearn.games.numbers import ExactArray
from gtlearn.solvers._markov.commitment.floats import count_replies, follower_tables
from gtlearn.solvers._markov.commitment.sides import Sides
from gtlearn.solvers.solution import Table

Series = Any  # flint.fmpq_series
Moves = list[tuple[int, Series]]  # the states that may follow, with discounted probabilities
Step = tuple[list[list[Series]], list[list[Series]], list[list[Moves]]]


@dataclass(frozen=True)
class Limit:
    """What the tables just off the knife-edge are worth.

    Attributes:
        payoffs: what the leader and the follower get in the limit.
        plan: the follower's response for every step that is small enough; its action at each
            state, row `t * states + s` where it depends on the time.
    """

    payoffs: tuple[Fraction, Fraction]
    plan: tuple[int, ...]


def limit_along(sides: Sides, table: Table, direction: Table) -> Limit:
    """The leader's value under weak ties just off `table` in a direction.

    Args:
        sides: the game, its leader and the follower's class.
        table: an exact table of the leader.
        direction: what is added to it, times the step: rows that sum to zero, and that are not
            negative where the table is zero.
    """
    terms = 2 * sides.game.num_states + 2
    if sides.game.horizon is not None:
        terms = sides.game.horizon + 2
    before = flint.ctx.cap
    flint.ctx.cap = terms  # python-flint keeps the precision of series in one place
    try:
        step = _one_step(sides, table, direction)
        if sides.game.horizon is None:
            mine, theirs, plan = _policy_iteration(sides, step)
        elif sides.sees_time:
            mine, theirs, plan = _by_time(sides, step)
        else:
            mine, theirs, plan = _stationary(sides, step)
    finally:
        flint.ctx.cap = before
    scale = sides.game.scale
    return Limit((scale * _constant(mine), scale * _constant(theirs)), plan)


def limit_seconds(sides: Sides) -> float:
    """About how long `limit_along` takes."""
    states, replies = sides.game.num_states, sides.responses
    if sides.game.horizon is None:
        terms, sums = 2 * states + 2, 5 * states**3
    else:
        terms, sums = sides.game.horizon + 2, sides.game.horizon * states * replies * sides.actions
        sums *= 1 if sides.sees_time else count_replies(sides)
    return sums * terms * 1e-7 * (1 + terms / 20)


def _one_step(sides: Sides, table: Table, direction: Table) -> Step:
    """Payoffs of leader and follower, and discounted moves, for each state and response."""
    ours, theirs = (_entries(array) for array in sides.pay)
    moves = _entries(sides.moves)
    states, actions = range(sides.game.num_states), range(sides.actions)
    plays = [[_series([table[s][a], direction[s][a]]) for a in actions] for s in states]

    def mean(values: Any, s: int, *rest: int) -> Series:
        return sum((plays[s][a] * values[(s, a, *rest)] for a in actions), _series([0]))

    def following(s: int, b: int) -> Moves:
        after = ((t, discount * mean(moves, s, b, t)) for t in states)
        return [(t, p) for t, p in after if any(p.coeffs())]

    discount = _rational(sides.game.discount)
    replies = range(sides.responses)
    return (
        [[mean(ours, s, b) for b in replies] for s in states],
        [[mean(theirs, s, b) for b in replies] for s in states],
        [[following(s, b) for b in replies] for s in states],
    )


def _by_time(sides: Sides, step: Step) -> tuple[Series, Series, tuple[int, ...]]:
    """Backward induction."""
    states = range(sides.game.num_states)
    mine = theirs = [_series([0]) for _ in states]
    rows: list[list[int]] = []
    for _ in range(sides.game.horizon or 0):
        choices = [_best(_options(sides, step, s, mine, theirs)) for s in states]
        mine, theirs = [c[0] for c in choices], [c[1] for c in choices]
        rows.insert(0, [c[2] for c in choices])
    plan = tuple(b for row in rows for b in row)
    return _start(sides, mine), _start(sides, theirs), plan


def _stationary(sides: Sides, step: Step) -> tuple[Series, Series, tuple[int, ...]]:
    """Every table of the follower."""
    options = []
    for plan in map(tuple, follower_tables(sides).tolist()):
        mine = theirs = [_series([0]) for _ in plan]
        for _ in range(sides.game.horizon or 0):
            mine, theirs = (
                [_worth(step, k, s, b, later) for s, b in enumerate(plan)]
                for k, later in enumerate((mine, theirs))
            )
        options.append((_start(sides, mine), _start(sides, theirs), plan))
    return _best(options)


def _policy_iteration(sides: Sides, step: Step) -> tuple[Series, Series, tuple[int, ...]]:
    """Policy iteration (Howard 1960): the follower's, then among its best actions the worst for
    the leader."""
    states = range(sides.game.num_states)
    allowed = [np.flatnonzero(~row).tolist() for row in sides.barred]
    _, theirs = _improve(sides, step, 1, 1, allowed)
    tight = []
    for s in states:
        worths = {b: _worth(step, 1, s, b, theirs) for b in allowed[s]}
        top = _largest(list(worths.values()))
        tight.append([b for b, worth in worths.items() if _sign(worth - top) == 0])
    plan, _ = _improve(sides, step, 0, -1, tight)
    mine, theirs = (_values(step, k, plan) for k in (0, 1))
    return _start(sides, mine), _start(sides, theirs), tuple(plan)


def _improve(
    sides: Sides, step: Step, player: int, sign: int, allowed: list[list[int]]
) -> tuple[list[int], list[Series]]:
    plan = [options[0] for options in allowed]
    while True:
        values = _values(step, player, plan)
        changed = False
        for s, options in enumerate(allowed):
            for b in options:
                gain = _worth(step, player, s, b, values) - values[s]
                if sign * _sign(gain) > 0:
                    plan[s], changed = b, True
                    break
        if not changed:
            return plan, values


def _values(step: Step, player: int, plan: list[int]) -> list[Series]:
    """The discounted values of a plan, by elimination: every pivot of I - discount * P has a
    constant term, since the rows are strictly diagonally dominant at t = 0."""
    size = len(plan)
    rows = []
    for s, b in enumerate(plan):
        row = [_series([int(t == s)]) for t in range(size)]
        for t, p in step[2][s][b]:
            row[t] = row[t] - p
        rows.append([*row, step[player][s][b]])
    for i, j in product(range(size), repeat=2):
        if i != j:
            factor = rows[j][i] / rows[i][i]
            rows[j] = [x - factor * y for x, y in zip(rows[j], rows[i], strict=True)]
    return [rows[i][size] / rows[i][i] for i in range(size)]


def _options(
    sides: Sides, step: Step, s: int, mine: list[Series], theirs: list[Series]
) -> list[tuple[Series, Series, int]]:
    legal = np.flatnonzero(~sides.barred[s]).tolist()
    return [(_worth(step, 0, s, b, mine), _worth(step, 1, s, b, theirs), b) for b in legal]


def _worth(step: Step, player: int, s: int, b: int, later: list[Series]) -> Series:
    """What a player gets from response b in state s, and from then on."""
    total = step[player][s][b]
    for t, p in step[2][s][b]:
        total = total + p * later[t]
    return total


def _best(options: list[tuple[Series, Series, Any]]) -> tuple[Series, Series, Any]:
    """The option of the largest second entry, ties by the smallest first."""
    best = options[0]
    for option in options[1:]:
        better = _sign(option[1] - best[1])
        if better > 0 or (better == 0 and _sign(option[0] - best[0]) < 0):
            best = option
    return best


def _largest(values: list[Series]) -> Series:
    best = values[0]
    for value in values[1:]:
        if _sign(value - best) > 0:
            best = value
    return best


def _start(sides: Sides, values: list[Series]) -> Series:
    pairs = zip(sides.game.start, values, strict=True)
    return sum((_rational(p) * v for p, v in pairs if p), _series([0]))


def _sign(series: Series) -> int:
    """The sign for all small t > 0: that of the first coefficient that is not zero."""
    for coefficient in series.coeffs():
        if coefficient != 0:
            return 1 if coefficient > 0 else -1
    return 0


def _series(coefficients: list[Any]) -> Series:
    return flint.fmpq_series([_rational(Fraction(c)) for c in coefficients])


def _rational(value: Fraction) -> Any:
    return flint.fmpq(value.numerator, value.denominator)


def _constant(series: Series) -> Fraction:
    first = series[0]
    return Fraction(int(first.p), int(first.q))


def _entries(array: ExactArray) -> Any:
    """The array's entries as flint rationals, in an object array."""
    out = np.empty(array.shape, dtype=object)
    for where, value in np.ndenumerate(array.numerators):
        out[where] = flint.fmpq(int(value), array.denominator)
    return out
