"""The linear relaxation of a Bayesian Stackelberg game, for bounds on parts of its follower.

Each type, taken alone, may answer with any mixture of responses, each obeyed by its own part of the
leader's mix. The parts of each type add up to the same mix. The multipliers of obedience are all
that is needed: they bound the game whatever their rounding.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.solvers._linear.highs import compressed, highs_program, silent_highs

MAX_NONZEROS = 1_500_000  # beyond, the relaxation costs more than it saves


def relaxed_multipliers(
    leader: list[NDArray[np.float64]], follower: list[NDArray[np.float64]]
) -> list[NDArray[np.float64]]:
    """Float multipliers (n, n) of each type; zeros where the program is too large or too slow.

    Args:
        leader: for each type, the leader's weighted payoffs by response, shape (n, m).
        follower: for each type, the follower's payoffs by response, shape (n, m).
    """
    zeros = no_multipliers(leader)
    if nonzeros(leader) > MAX_NONZEROS or not leader:
        return zeros
    import highspy

    solver = silent_highs(limits.seconds_left())
    solver.passModel(_model(leader, follower))
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return zeros
    dual = np.abs(np.array(solver.getSolution().row_dual))
    out, place = [], 0
    for n in map(len, zeros):
        out.append(dual[place : place + n * n].reshape(n, n))
        np.fill_diagonal(out[-1], 0.0)
        place += n * n
    return out


def no_multipliers(leader: list[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """Zeros in the form of `relaxed_multipliers`."""
    return [np.zeros((len(table), len(table))) for table in leader]


def nonzeros(leader: list[NDArray[np.float64]]) -> int:
    """How many entries the program has at most."""
    return sum(len(table) * table.size for table in leader)


def _model(leader: list[NDArray[np.float64]], follower: list[NDArray[np.float64]]) -> object:
    """Columns: each type's parts (j, i), then the mix. Rows: obedience (j, k), then the sums."""
    m = leader[0].shape[1]
    parts = sum(table.size for table in leader)
    rows, columns, values = [], [], []
    row, column = 0, 0
    for table in follower:
        n = table.shape[0]
        gains = table[:, None, :] - table[None, :, :]  # (j, k, i): by obeying j rather than k
        j, k, i = np.nonzero(gains)
        rows.append(row + j * n + k)
        columns.append(column + j * m + i)
        values.append(gains[j, k, i])
        row, column = row + n * n, column + n * m
    obedience, column = row, 0
    for table in leader:
        n = table.shape[0]
        rows.append(np.concatenate([row + np.tile(np.arange(m), n), row + np.arange(m)]))
        columns.append(np.concatenate([column + np.arange(n * m), parts + np.arange(m)]))
        values.append(np.concatenate([np.ones(n * m), -np.ones(m)]))
        row, column = row + m, column + n * m
    rows.append(np.full(m, row))
    columns.append(parts + np.arange(m))
    values.append(np.ones(m))
    lower, upper = np.zeros(row + 1), np.zeros(row + 1)
    upper[:obedience] = np.inf
    lower[row] = upper[row] = 1.0
    costs = -np.concatenate([*(t.ravel() for t in leader), np.zeros(m)])
    entries = compressed(
        np.concatenate(rows), np.concatenate(columns), np.concatenate(values), row + 1
    )
    between = np.zeros(parts + m), np.full(parts + m, np.inf)
    return highs_program(costs, entries, between, (lower, upper))
