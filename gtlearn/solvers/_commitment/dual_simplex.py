"""The dual simplex method in floats for one region's linear program, with an early stop.

The program max c x, x D_k >= 0 for every k, x in the simplex, starts at the vertex of the largest
c_i, which is dual feasible. From there the objective only falls, so that most regions are given
up after a few pivots: as soon as they cannot reach the best commitment known. What is returned is
a proposal (a basis, or multipliers that bound the region); exact arithmetic decides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits

OPTIMAL, CUT, INFEASIBLE, STALLED = "optimal", "cut", "infeasible", "stalled"
MOST_PIVOTS = 50  # a row and column
_ZERO = 1e-9  # entries of programs scaled to one below this count as zero
_RAY = 2.0  # how far below the cutoff an empty region's multipliers push the bound


@dataclass(frozen=True)
class Proposal:
    """How the method ended on one region.

    Attributes:
        status: "optimal", "cut" (cannot reach the cutoff), "infeasible" or "stalled".
        bound: an upper bound of the objective by `multipliers`.
        multipliers: one a constraint k, nonnegative, shape (n,).
        columns: the basic actions of the leader (the support of the vertex).
        tight: the nonbasic constraints, one fewer than columns.
        point: the vertex, shape (m,); meaningful where the status is "optimal".
    """

    status: str
    bound: float
    multipliers: NDArray[np.float64]
    columns: NDArray[np.int64]
    tight: NDArray[np.int64]
    point: NDArray[np.float64]


def maximise(
    objective: NDArray[np.float64],
    margins: NDArray[np.float64],
    cutoff: float = -np.inf,
) -> Proposal:
    """Maximise objective x over the simplex where margins x >= 0, or stop below `cutoff`.

    Args:
        objective: shape (m,), entries of size at most about one.
        margins: one constraint a row, shape (n, m), scaled likewise.
        cutoff: stop once the objective is proven to be below it.

    Raises:
        LimitReached: at a limit.
    """
    limits.require(3 * margins.nbytes)
    dictionary = _Dictionary(objective, margins)
    for _ in range(MOST_PIVOTS * sum(margins.shape)):
        limits.check()
        if dictionary.table[0, 0] < cutoff:
            return dictionary.proposal(CUT)
        row = int(dictionary.table[1:, 0].argmin()) + 1
        if dictionary.table[row, 0] >= -_ZERO:
            return dictionary.proposal(OPTIMAL)
        column = dictionary.entering(row)
        if column is None:
            return dictionary.farkas(row, cutoff)
        dictionary.pivot(row, column)
    return dictionary.proposal(STALLED)


class _Dictionary:
    """Basic variables and the objective as affine functions of the nonbasic ones.

    Row 0 is the objective, column 0 the constants. Variables 0..m-1 are the probabilities, m + k
    is the slack of constraint k. The first basic probability keeps an empty column (label -1).
    """

    def __init__(self, objective: NDArray[np.float64], margins: NDArray[np.float64]) -> None:
        n, m = margins.shape
        start = int(objective.argmax())
        self.size = m
        self.constraints = n
        table = np.empty((n + 2, m + 1))
        table[0, 0], table[0, 1:] = objective[start], objective - objective[start]
        table[1, 0], table[1, 1:] = 1.0, -1.0
        table[1, 1 + start] = 0.0
        table[2:, 0] = margins[:, start]
        np.subtract(margins, margins[:, start : start + 1], out=table[2:, 1:])
        self.table = table
        self.basic = np.concatenate([[start], np.arange(m, m + n)])
        self.nonbasic = np.arange(m)
        self.nonbasic[start] = -1
        self._buffer = np.empty_like(table)

    def entering(self, row: int) -> int | None:
        """The column of the smallest dual ratio, the largest pivot among ties; None if none."""
        entries = self.table[row, 1:]
        candidates = np.flatnonzero(entries > _ZERO)
        if candidates.size == 0:
            return None
        pivots = entries[candidates]
        ratios = -self.table[0, 1:][candidates] / pivots
        ties = ratios <= ratios.min() + 1e-12
        return int(candidates[ties][pivots[ties].argmax()]) + 1

    def pivot(self, row: int, column: int) -> None:
        """Exchanges the basic variable of `row` with the nonbasic one of `column`."""
        table = self.table
        pivot = table[row, column]
        fresh = table[row] / -pivot
        fresh[column] = 1.0 / pivot
        weights = table[:, column].copy()
        table[:, column] = 0.0
        np.multiply(weights[:, None], fresh[None, :], out=self._buffer)
        table += self._buffer
        table[row] = fresh
        np.minimum(table[0, 1:], 0.0, out=table[0, 1:])
        entering, leaving = self.nonbasic[column - 1], self.basic[row - 1]
        self.nonbasic[column - 1], self.basic[row - 1] = leaving, entering

    def proposal(self, status: str) -> Proposal:
        """The current vertex, basis and multipliers."""
        m = self.size
        slack = np.flatnonzero(self.nonbasic >= m)
        multipliers = np.zeros(self.constraints)
        multipliers[self.nonbasic[slack] - m] = -self.table[0, 1:][slack]
        chosen = self.basic < m
        point = np.zeros(m)
        point[self.basic[chosen]] = self.table[1:, 0][chosen]
        return Proposal(
            status,
            float(self.table[0, 0]),
            multipliers,
            np.sort(self.basic[chosen]),
            np.sort(self.nonbasic[slack] - m),
            point,
        )

    def farkas(self, row: int, cutoff: float) -> Proposal:
        """The region is empty: `row` shows it, and pushes the bound below any cutoff."""
        proposal = self.proposal(INFEASIBLE)
        m = self.size
        ray = np.zeros(self.constraints)
        slack = np.flatnonzero(self.nonbasic >= m)
        ray[self.nonbasic[slack] - m] = np.maximum(-self.table[row, 1:][slack], 0.0)
        if self.basic[row - 1] >= m:
            ray[self.basic[row - 1] - m] += 1.0
        target = max(cutoff, -1.0) - _RAY  # objectives lie in [-1, 1]
        length = max(proposal.bound - target, 0.0) / -self.table[row, 0]
        return Proposal(
            INFEASIBLE,
            target,
            proposal.multipliers + length * ray,
            proposal.columns,
            proposal.tight,
            proposal.point,
        )
