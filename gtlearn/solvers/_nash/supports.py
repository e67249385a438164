"""The exact equilibrium on given supports, and supports of two actions a player.

Random games almost always have an equilibrium with supports of size one or two (McLennan & Berg
2005; Porter, Nudelman & Shoham 2008), so upper hulls in exact integers look for these before any
path is followed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import child, limits
from gtlearn.games import NormalFormGame
from gtlearn.solvers._linear.algebra import solve_integer_system
from gtlearn.solvers._linear.cost import solution_bits, solving_seconds
from gtlearn.solvers._linear.program import Infeasible, LinearProgram, integer_rows, solve
from gtlearn.solvers._nash.certified import certified, checking_seconds, from_support
from gtlearn.solvers.outcomes import NashEquilibrium, Strategy

_SAFE = 2**30  # products of two differences stay below 2**62


def equilibrium_on_supports(
    game: NormalFormGame,
    rows: NDArray[Any],
    columns: NDArray[Any],
    *,
    only_unique: bool = False,
) -> NashEquilibrium | None:
    """A certified equilibrium that plays within the given actions, or None where there is none
    that makes all of them best responses.

    Supports of equal size with a unique solution cost two linear systems; others an exact linear
    program a player (Dickhaut & Kaplan 1991), which `only_unique` leaves out.

    Raises:
        LimitReached: at a limit.
    """
    if limits.patience() == math.inf:
        return _on_supports(game, rows, columns, only_unique)
    size, bits = len(rows), max(tensor.bits for tensor in game.payoffs)
    seconds = 2 * solving_seconds(size, bits + 1)
    seconds += checking_seconds(game, 2 * size, solution_bits(size, bits + 1))
    return child.bounded(_on_supports, game, rows, columns, only_unique, seconds=seconds)


def _on_supports(
    game: NormalFormGame, rows: NDArray[Any], columns: NDArray[Any], only_unique: bool
) -> NashEquilibrium | None:
    row_payoffs = game.payoffs[0].numerators[np.ix_(rows, columns)]
    column_payoffs = game.payoffs[1].numerators[np.ix_(rows, columns)]
    y = indifferent(row_payoffs)
    x = indifferent(column_payoffs.T)
    if x is None or y is None:
        return None if only_unique else _by_programs(game, rows, columns)
    if min(*x, *y) < 0:
        return None
    m, n = game.shape
    return certified(
        game,
        (
            from_support(m, rows.tolist(), x, sum(x)),
            from_support(n, columns.tolist(), y, sum(y)),
        ),
    )


def indifferent(payoffs: NDArray[Any]) -> list[int] | None:
    """Weights (any positive sum) on the columns that make all rows earn the same.

    Args:
        payoffs: integers, shape (k, k); None is returned for other shapes and where the weights
            are not unique.
    """
    size = payoffs.shape[0]
    if payoffs.shape[1] != size:
        return None
    if size == 1:
        return [1]
    system = np.ones((size, size), dtype=payoffs.dtype)
    system[1:] = payoffs[1:] - payoffs[:1]
    right = np.zeros(size, dtype=np.int64)
    right[0] = 1
    solved = solve_integer_system(system, right)
    return None if solved is None else solved[0]


def _by_programs(
    game: NormalFormGame, rows: NDArray[Any], columns: NDArray[Any]
) -> NashEquilibrium | None:
    m, n = game.shape
    y = _mix_against(game.payoffs[0].numerators, rows, columns, n)
    x = _mix_against(game.payoffs[1].numerators.T, columns, rows, m)
    return None if x is None or y is None else certified(game, (x, y))


def _mix_against(
    payoffs: NDArray[Any], equal: NDArray[Any], mix: NDArray[Any], size: int
) -> Strategy | None:
    """A strategy on `mix` to which every action in `equal` is a best response, by an exact LP."""
    first, others = equal[:1], np.setdiff1d(np.arange(payoffs.shape[0]), equal[:1])
    used = payoffs[:, mix].astype(object)
    differences = used[others] - used[first]
    matrix = integer_rows([[1] * len(mix), *differences.tolist()])
    bounds = np.zeros(len(matrix), dtype=np.int64)
    bounds[0] = 1
    tied = [0, *(k + 1 for k, i in enumerate(others.tolist()) if i in set(equal.tolist()))]
    program = LinearProgram(np.zeros(len(mix), dtype=np.int64), matrix, bounds, tied)
    try:
        optimum = solve(program)
    except Infeasible:
        return None
    return from_support(size, mix.tolist(), optimum.primal, optimum.primal_denominator)


def two_by_two_supports(
    row_payoffs: NDArray[Any], column_payoffs: NDArray[Any]
) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Supports (two rows, two columns) of an equilibrium, or None if there is none.

    For each column j the upper hulls of the row payoffs against the pairs (j, k), k > j, are
    walked for all k at once; a hull edge is a pair of rows that are best responses to one mixture
    of j and k. The same test for the other player decides.

    Args:
        row_payoffs: player 0's payoffs, int64, shape (m, n); differences below 2**30.
        column_payoffs: player 1's, same shape.
    """
    m, n = row_payoffs.shape
    if m < 2 or n < 2 or max(np.ptp(row_payoffs), np.ptp(column_payoffs)) >= _SAFE:
        return None
    shifted = column_payoffs - column_payoffs.min()
    for j in range(n - 1):
        for k, lower, upper in _hull_edges(row_payoffs, j):
            hit = _answers(shifted, j, k, lower, upper)
            if hit is not None:
                rows = np.array([lower[hit], upper[hit]])
                return np.sort(rows), np.array([j, k[hit]])
    return None


def _hull_edges(
    payoffs: NDArray[Any], j: int
) -> Iterator[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]:
    """Edges of the upper hulls against (j, k), one a live k at a time: (k, first row, next row).

    The walk starts at the row that is best against j alone and turns towards k.
    """
    k = np.arange(j + 1, payoffs.shape[1])
    at_j = payoffs[:, j]
    best = np.flatnonzero(at_j == at_j.max())
    current = best[payoffs[np.ix_(best, k)].argmax(axis=0)]
    while len(k):
        limits.check()
        gain = payoffs[:, k] - payoffs[current, k]
        loss = at_j[current][None, :] - at_j[:, None]
        # the next vertex is the first row to overtake: least loss a unit of gain
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where((gain > 0) & (loss > 0), loss / gain, np.inf)
        following = ratio.argmin(axis=0)
        live = np.isfinite(ratio[following, np.arange(len(k))])
        k, current, following = k[live], current[live], following[live]
        if len(k):
            yield k, current, following
        current = following


def _answers(
    payoffs: NDArray[Any],
    j: int,
    k: NDArray[Any],
    lower: NDArray[Any],
    upper: NDArray[Any],
) -> int | None:
    """The first place where player 1 is indifferent between j and k, which are its best
    responses, for some mixture of the rows `lower` and `upper`."""
    first = payoffs[lower, j] - payoffs[lower, k]
    second = payoffs[upper, k] - payoffs[upper, j]
    places = np.flatnonzero(np.sign(first) * np.sign(second) > 0)
    if len(places) == 0:
        return None
    # weights on `lower` and `upper` that make j and k equal
    weight_lower = np.abs(second[places])[:, None]
    weight_upper = np.abs(first[places])[:, None]
    values = weight_lower * payoffs[lower[places]] + weight_upper * payoffs[upper[places]]
    best = values.max(axis=1) == values[:, j]
    hits = places[best]
    return int(hits[0]) if len(hits) else None
