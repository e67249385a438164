"""The best deterministic tables of a leader: all of them are tried."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite, lcm, log10, prod

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.errors import InputError
from gtlearn.limits import LimitReached
from gtlearn.progress import tell
from gtlearn.solvers._markov.commitment.floats import (
    COARSE,
    count_replies,
    leader_values,
    rounding,
)
from gtlearn.solvers._markov.commitment.view import Candidate, LeaderView, total_weight
from gtlearn.solvers.profiles.tables import all_tables, pure_table

MAX_LEADERS = 1_000_000
MAX_LISTED = 64  # optimal tables that are listed
_CHUNK = 500_000  # entries of the transition matrices that are held at once
SMALL_CHUNK = 2**16  # entries of integer payoffs, of whose every step there may be very many
_ROUNDING = 1e-9  # far more than floats lose here, relative to the span of the values


@dataclass(frozen=True)
class Enumerated:
    """All optimal deterministic tables.

    Attributes:
        best: the optimal tables with the follower's responses, in the order of the enumeration.
        upper_bound: a proven bound: the optimal value where the enumeration came to its end.
        complete: whether `best` holds every optimal table.
        tried: how many tables there are.
        reached: the limit that ended the enumeration.
    """

    best: tuple[Candidate, ...]
    upper_bound: Fraction
    complete: bool
    tried: int
    reached: LimitReached | None = None


def best_deterministic(view: LeaderView, ties: str) -> Enumerated:
    """Every deterministic table of the leader that earns it the most.

    Floats give an upper bound for each table, the value under strong ties with near-ties counted
    as ties; those that may be optimal are then evaluated exactly, the most promising first. What
    was found until a limit is reached is returned.

    Args:
        view: the game, its leader and the follower's class.
        ties: "strong" or "weak".

    Raises:
        InputError: if there are too many tables.
        LimitReached: at a limit, before any table was evaluated exactly.
    """
    tables, top = _tables(view), ceiling(view)
    values, reached = _exact_values(view, tables, ties)
    if values:
        most, known = max(values), len(values)
        order = [k for k, earned in enumerate(values) if earned == most]
    else:
        bounds, reached = _bounds(view, tables)
        slack = _ROUNDING * (1 + view.span) + rounding(view)
        order = np.argsort(-bounds, kind="stable").tolist()
        if reached is not None:
            order = [k for k in order if bounds[k] < np.inf]
        known = len(order)

    def upper(index: int) -> Fraction:
        """What the table earns at most."""
        if values:
            return values[index]
        bound = float(bounds[index]) + slack
        return min(top, Fraction(bound)) if isfinite(bound) else top

    rest = None if known == len(tables) else top  # what the others earn at most
    optimal: dict[int, Candidate] = {}
    value: Fraction | None = None
    for index in order or [0]:
        here = upper(index)
        if value is not None and here < value:
            break
        if len(optimal) >= MAX_LISTED:
            rest = max(rest or here, here)
            break
        try:
            with limits.finishing() if values or value is None else nullcontext():
                candidate = Candidate.of(view, pure_table(view.game, 0, tables[index]), ties)
        except LimitReached as error:
            reached, rest = error, max(rest or here, here)
            break
        earned = candidate.value
        if value is None or earned > value:
            value, optimal = earned, {}
        if earned == value:
            optimal[index] = candidate
    if value is None:
        raise reached or ArithmeticError("there is always a table to try")
    best = tuple(optimal[k] for k in sorted(optimal))
    if rest is None:
        return Enumerated(best, value, True, len(tables))
    return Enumerated(best, max(rest, value), False, len(tables), reached)


def _exact_values(
    view: LeaderView, tables: NDArray[np.int64], ties: str
) -> tuple[list[Fraction] | None, LimitReached | None]:
    """The values of `integer_values`, as many as there is time for; None for other games."""
    values: list[Fraction] = []
    size = max(1, SMALL_CHUNK // (tables.shape[1] * view.responses))
    try:
        for first in range(0, len(tables), size):
            part = integer_values(view, tables[first : first + size], ties)
            if part is None:
                return None, None
            values += part
    except LimitReached as error:
        return values, error
    return values, None


def integer_values(view: LeaderView, tables: NDArray[np.int64], ties: str) -> list[Fraction] | None:
    """The leader's exact value from each deterministic table, where all transitions are certain
    and the follower is optimal and knows the time; None for other games.

    Args:
        view: the game, its leader and the follower's class.
        tables: the leader's actions, tables x states.
        ties: "strong" or "weak".
    """
    sure = view.game.transitions.numerators == view.game.transitions.denominator
    if not view.sees_time or not (sure.sum(axis=-1) == 1).all():
        return None
    keep, grow = view.game.discount.numerator, view.game.discount.denominator
    horizon = view.game.horizon or 0
    ours, theirs = (array.numerators for array in view.game.payoffs)
    start = [Fraction(p) for p in view.game.start]
    common = lcm(*(p.denominator for p in start))
    largest = max(int(abs(v)) for array in (ours, theirs) for v in (array.max(), array.min()))
    small = common * (horizon + 1) * (largest + 1) * max(keep, grow) ** horizon < 2**61
    kind = np.int64 if small else object
    states = np.arange(tables.shape[1])
    ours, theirs = ours.astype(kind)[states, tables], theirs.astype(kind)[states, tables]
    after = sure.argmax(axis=-1)[states, tables]
    barred = np.broadcast_to(view.barred, after.shape)
    sign = 1 if ties == "strong" else -1
    each = np.arange(len(tables))[:, None, None]
    mine = other = np.zeros(tables.shape, dtype=kind)
    unit = 1
    for _ in range(horizon):
        limits.check()
        mine, other = (
            unit * ours + keep * mine[each, after],
            unit * theirs + keep * other[each, after],
        )
        top = np.where(barred, other.min() - 1, other).max(axis=-1, keepdims=True)
        near = (other == top) & ~barred
        choice = np.where(near, sign * mine, (sign * mine).min() - 1).argmax(axis=-1)[..., None]
        mine = np.take_along_axis(mine, choice, axis=-1)[..., 0]
        other = np.take_along_axis(other, choice, axis=-1)[..., 0]
        unit *= grow
    totals = (mine @ np.array([int(p * common) for p in start], dtype=kind)).tolist()
    scale = view.game.scale / (common * view.game.payoffs[0].denominator * Fraction(unit, grow))
    values = {total: scale * total for total in set(totals)}
    return [values[total] for total in totals]


def ceiling(view: LeaderView) -> Fraction:
    """What no table exceeds: the leader's largest payoff at every step."""
    own = view.game.payoffs[0]
    return Fraction(int(own.numerators.max()), own.denominator) * total_weight(view.game)


def count_tables(view: LeaderView) -> int:
    """How many deterministic tables the leader has."""
    return prod(view.game.legal[0].sum(axis=1).tolist())


def _tables(view: LeaderView) -> NDArray[np.int64]:
    """All deterministic tables of the leader, tables x states, the last state changing fastest."""
    count, replies = count_tables(view), count_replies(view)
    by_table = view.game.horizon is not None and not view.sees_time
    if count > MAX_LEADERS or (by_table and count * replies > MAX_LEADERS):
        facing = f", each against {_shortly(replies)} of the follower" if by_table else ""
        raise InputError(
            f"{view.game.name} has {_shortly(count)} deterministic tables of the leader{facing}: "
            "too many to try; use a smaller game or a stochastic commitment"
        )
    limits.require(3 * 8 * count * view.game.num_states)
    return all_tables(view.game.legal[0])


def _shortly(count: int) -> str:
    """A number of tables, without all its digits where there are many."""
    return str(count) if count < 10**9 else f"about 10^{round(log10(count))}"


def _bounds(
    view: LeaderView, tables: NDArray[np.int64]
) -> tuple[NDArray[np.float64], LimitReached | None]:
    """Upper bounds in floats on the leader's value from each table, infinite where there was no
    time or floats say nothing; and the limit that ended it."""
    out = np.full(len(tables), np.inf)
    if rounding(view) > COARSE:
        return out, None
    chunk = max(1, _CHUNK // view.game.num_states**2)
    try:
        with limits.keeping(0.0, share=1 / 4):
            for first in range(0, len(tables), chunk):
                tell(first / len(tables), "bounds for the leader's deterministic tables")
                plays = np.eye(view.actions)[tables[first : first + chunk]]
                out[first : first + chunk] = leader_values(view, plays, strong=True)
    except LimitReached as error:
        return out, error
    return out, None
