"""The mix whose least payoff against several columns is largest, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.solvers._commitment.data import largest, narrowed
from gtlearn.solvers._linear.program import LinearProgram, solve


@dataclass(frozen=True)
class Least:
    """An optimum of max_x min_t p_t x, with x in the simplex and r_k x <= 0 for all k.

    For every i, sum_t weights_t p_ti - sum_k multipliers_k r_ki <= value, where the weights sum
    to one; both are integers over `denominator`.
    """

    mix: list[Fraction]
    value: Fraction
    weights: list[int]
    multipliers: list[int]
    denominator: int


def maximise_least(payoffs: NDArray[Any], region: NDArray[Any] | None = None) -> Least:
    """Maximise the least of several payoffs over the mixes in a region.

    Args:
        payoffs: integers, one payoff a row, shape (t, m).
        region: integers, one constraint r x <= 0 a row, shape (k, m); the whole simplex if None.

    Raises:
        Infeasible: if the region is empty.
        LimitReached: at a limit.
    """
    t, m = payoffs.shape
    table = payoffs.astype(object)
    floor = int(table.min()) - 1  # every payoff is positive above it, and so is their minimum
    unit = 1 << largest(table - floor).bit_length()  # keeps the last column as large as the rest
    limits = np.zeros((0, m), dtype=object) if region is None else region.astype(object)
    rows = np.vstack([floor - table, limits, np.ones((1, m), dtype=object)])
    last = np.zeros((rows.shape[0], 1), dtype=object)
    last[:t] = unit
    objective = np.zeros(m + 1, dtype=np.int64)
    objective[m] = 1
    bounds = np.zeros(rows.shape[0], dtype=np.int64)
    bounds[-1] = 1
    program = LinearProgram(
        objective, narrowed(np.hstack([rows, last])), bounds, (rows.shape[0] - 1,)
    )
    optimum = solve(program)
    dual = [v * unit for v in optimum.dual[:-1]]
    return Least(
        [Fraction(v, optimum.primal_denominator) for v in optimum.primal[:m]],
        Fraction(*optimum.value(program)) * unit + floor,
        dual[:t],
        dual[t:],
        optimum.dual_denominator,
    )
