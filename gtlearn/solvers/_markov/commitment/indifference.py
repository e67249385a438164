"""Exact tables at which the follower is indifferent, near a table in floats.

The best commitment usually leaves the follower indifferent between what the leader wants and
something else. A table found in floats only comes near such a tie. Along some directions both
plans' values are affine in the step, so that the tie lies at a rational point: for instance where
the probabilities after either of the leader's actions move together.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.solvers._markov.commitment.replies import payoffs_under, reply
from gtlearn.solvers._markov.commitment.view import LeaderView
from gtlearn.solvers.outcomes import Table
from gtlearn.solvers.profiles.tables import exact_rows

_DENOMINATORS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 100, 1000, 10**6)
FINE = 10**12  # a denominator that leaves a float's table practically unchanged
MAX_SETS = 64  # of states that move together
MAX_SLIDES = 600  # along directions, from all tables
MAX_TIES = 6  # how many other plans may turn out to be better on the way
PROBE = Fraction(1, 1024)


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


def moved(table: Table, direction: Table, step: Fraction) -> Table | None:
    """The table so far along the direction, None where that is no table."""
    limits.check()
    out = tuple(
        tuple(Fraction(p) + step * Fraction(d) for p, d in zip(row, change, strict=True))
        for row, change in zip(table, direction, strict=True)
    )
    return None if any(p < 0 for row in out for p in row) else out


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
