"""Commitments near a tie: what tables an infinitely small step away earn, in exact power series.

Where a follower breaks ties against the leader, the best value may only be a limit: of tables
x + d t, t > 0, on which the follower strictly prefers what the leader wants. With t an
infinitesimal, values are power series in t, ordered by their first coefficient that is not zero,
and the follower's best response is found as over any ordered field. It is the best response for
every t > 0 that is small enough; the constant term of the leader's series is the limit.

With a horizon the series are polynomials; without one they are ratios of two polynomials whose
degree is at most the number of states, and are kept to as many terms as tell two of them apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any

import flint
import numpy as np

from gtlearn.solvers._markov.commitment.floats import count_replies, follower_tables
from gtlearn.solvers._markov.commitment.view import LeaderView
from gtlearn.solvers._markov.planning import optimal_plan
from gtlearn.solvers._markov.process import (
    Integers,
    Process,
    from_start,
    plan_values,
    process_under,
)
from gtlearn.solvers.solution import Table


@dataclass(frozen=True)
class Limit:
    """What the tables an infinitely small step away are worth.

    Attributes:
        payoffs: what the leader and the follower get in the limit.
        plan: the follower's response for every step that is small enough; its action at each
            state, row `t * states + s` where it depends on the time.
    """

    payoffs: tuple[Fraction, Fraction]
    plan: tuple[int, ...]


class Series:
    """A power series in an infinitesimal t > 0, which sorts by its first nonzero coefficient.

    Integers and Fractions are series too; an integer zero costs next to nothing.
    """

    __slots__ = ("terms",)

    def __init__(self, terms: flint.fmpq_series) -> None:
        self.terms = terms

    def __add__(self, other: Any) -> Series:
        if isinstance(other, Series):
            return Series(self.terms + other.terms)
        return Series(self.terms + _rational(other)) if other else self

    def __sub__(self, other: Any) -> Series:
        if isinstance(other, Series):
            return Series(self.terms - other.terms)
        return Series(self.terms - _rational(other)) if other else self

    def __rsub__(self, other: Any) -> Series:
        return Series(_rational(other) - self.terms)

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Series):
            return Series(self.terms * other.terms)
        if other in (0, 1):
            return self if other else 0
        return Series(self.terms * _rational(other))

    def __truediv__(self, other: Series) -> Series:
        return Series(self.terms / other.terms)

    def __neg__(self) -> Series:
        return Series(-self.terms)

    def __bool__(self) -> bool:
        return self.sign != 0

    def __lt__(self, other: Any) -> bool:
        return self.__sub__(other).sign < 0

    def __le__(self, other: Any) -> bool:
        return self.__sub__(other).sign <= 0

    def __gt__(self, other: Any) -> bool:
        return self.__sub__(other).sign > 0

    def __ge__(self, other: Any) -> bool:
        return self.__sub__(other).sign >= 0

    def __eq__(self, other: object) -> bool:
        return self.__sub__(other).sign == 0

    __hash__ = None  # type: ignore[assignment]
    __radd__, __rmul__ = __add__, __mul__

    @property
    def sign(self) -> int:
        """The sign for all small t > 0."""
        constant = self.terms[0]
        if constant != 0:
            return 1 if constant > 0 else -1
        for coefficient in self.terms.coeffs():
            if coefficient != 0:
                return 1 if coefficient > 0 else -1
        return 0


def limit_along(view: LeaderView, table: Table, direction: Table) -> Limit:
    """The leader's value under weak ties just off `table` in a direction.

    Args:
        view: the game, its leader and the follower's class.
        table: an exact table of the leader.
        direction: what is added to it, times the step: rows that sum to zero, and that are not
            negative where the table is zero.
    """
    before = flint.ctx.cap
    flint.ctx.cap = _terms_kept(view)  # python-flint keeps the precision of series in one place
    try:
        faced = _faced(view, table, direction)
        if view.game.horizon is None or view.sees_time:
            plan, _ = optimal_plan(faced, 1, -1, 0)
        else:
            plan = max(follower_tables(view)[:, None], key=lambda plan: _preference(faced, plan))
        values, unit = plan_values(faced, plan)
        payoffs = [
            view.game.scale * _constant(value) / (unit * denominator)
            for value, denominator in zip(
                from_start(faced, values.T.tolist()), faced.denominators, strict=True
            )
        ]
    finally:
        flint.ctx.cap = before
    return Limit((payoffs[0], payoffs[1]), tuple(plan.ravel().tolist()))


def limit_seconds(view: LeaderView) -> float:
    """About how long `limit_along` takes."""
    states, terms = view.game.num_states, _terms_kept(view)
    if view.game.horizon is None:
        sums = 5 * states**3
    else:
        sums = view.game.horizon * states * view.responses * view.actions
        sums *= 1 if view.sees_time else count_replies(view)
    return sums * terms * 1e-7 * (1 + terms / 20)


def _terms_kept(view: LeaderView) -> int:
    horizon = view.game.horizon
    return 2 * view.game.num_states + 2 if horizon is None else horizon + 2


def _faced(view: LeaderView, table: Table, direction: Table) -> Process:
    """What the follower faces where the leader plays the table plus t times the direction."""
    weights = np.zeros((1, view.game.num_states, view.actions, 1), dtype=object)
    for state, action in product(range(view.game.num_states), range(view.actions)):
        pair = [Fraction(rows[state][action]) for rows in (table, direction)]
        if any(pair):
            weights[0, state, action, 0] = Series(flint.fmpq_series(list(map(_rational, pair))))
    return replace(process_under(view.game, weights, 1, 1), solve=_eliminated)


def _preference(faced: Process, plan: Integers) -> tuple[Any, Any]:
    """What the follower prefers the larger of: its own value, then the leader's loss."""
    mine, theirs = from_start(faced, plan_values(faced, plan)[0].T.tolist())
    return theirs, -mine


def _eliminated(system: Integers, right: Integers) -> tuple[list[Any], int]:
    """The solution of a regular system of series, by elimination: every pivot of I - discount * P
    has a constant term, since the rows are strictly diagonally dominant at t = 0."""
    size = len(system)
    rows = np.frompyfunc(_series, 1, 1)(np.concatenate([system, right], axis=1))
    for i, j in product(range(size), repeat=2):
        if i != j:
            rows[j] = rows[j] - rows[i] * (rows[j, i] / rows[i, i])
    return (rows[:, size:] / rows[np.arange(size), np.arange(size)][:, None]).ravel().tolist(), 1


def _series(number: Any) -> Series:
    """A number as a series."""
    if isinstance(number, Series):
        return number
    return Series(flint.fmpq_series([_rational(number)]))


def _rational(value: Fraction | int) -> Any:
    return flint.fmpq(value.numerator, value.denominator)


def _constant(number: Any) -> Fraction:
    """The constant term of a series, or a number."""
    if not isinstance(number, Series):
        return Fraction(number)
    first = number.terms[0]
    return Fraction(int(first.p), int(first.q))
