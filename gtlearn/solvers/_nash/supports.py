"""The exact equilibrium on given supports."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import child, limits
from gtlearn.games import NormalFormGame
from gtlearn.solvers._linear.algebra import solve_integer_system
from gtlearn.solvers._linear.cost import solution_bits, solving_seconds
from gtlearn.solvers._linear.program import Infeasible, LinearProgram, integer_rows, solve
from gtlearn.solvers._nash.certified import certified, checking_seconds, from_support
from gtlearn.solvers.solution import NashEquilibrium, Strategy


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
