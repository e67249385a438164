"""Programs of a Bayesian Stackelberg game that HiGHS solves in floats.

The linear relaxation bounds parts of the follower. Each type, taken alone, may answer with any
mixture of responses, each obeyed by its own part of the leader's mix. The parts of each type add up
to the same mix. The multipliers of obedience are all that is needed: they bound the game whatever
their rounding.

The mixed-integer program DOBSS (Paruchuri et al. 2008) finds responses. Per type, z_ij is the
probability that the leader plays i and the type answers j, q_j says whether it answers j, and a is
what it earns. Only the responses are taken from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.solvers._commitment.data import LeaderPayoffs
from gtlearn.solvers._linear.highs import compressed, highs_program, silent_highs

MAX_NONZEROS = 1_500_000  # beyond, the relaxation costs more than it saves
SHARE = 0.8  # of the time left for the search itself, which it may overrun


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
    solver.passModel(_relaxation(leader, follower))
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


def _relaxation(leader: list[NDArray[np.float64]], follower: list[NDArray[np.float64]]) -> object:
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


def dobss(types: Sequence[LeaderPayoffs]) -> tuple[tuple[int, ...] | None, Fraction | None]:
    """The responses that the program finds, and its float bound on the leader's payoff.

    Returns:
        One action index a type (None where no commitment was found in time), and the bound in the
        game's integers (None where there is none).
    """
    import highspy

    exponent = max(t.leader_exponent for t in types)
    left = limits.seconds_left()
    seconds = None if left is None else left * SHARE
    solver = silent_highs(seconds, mip_rel_gap=0.0, mip_abs_gap=1e-9)
    solver.passModel(_mixed_integer(types, exponent))
    solver.run()
    info = solver.getInfo()
    bound = None
    if np.isfinite(info.mip_dual_bound):
        least = sum(t.least for t in types)
        bound = Fraction(-info.mip_dual_bound) * (1 << exponent) + least
    values = np.array(solver.getSolution().col_value)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None, bound
    profile, place = [], 0
    for m, n in (game.shape for game in types):
        place += n * m
        profile.append(int(values[place : place + n].argmax()))
        place += n + 1
    return tuple(profile), bound


def _mixed_integer(types: Sequence[LeaderPayoffs], exponent: int) -> Any:
    """The program. Columns of each type: z (j, i), q (j), a. Rows: those of each type, then that
    all types face the same mix as the first one."""
    entries, costs, whole, bounds = [], [], [], []
    row = column = 0
    same = sum(2 + 3 * game.shape[1] for game in types)
    first = np.arange(types[0].leader.size)
    for game in types:
        m, n = game.shape
        leader = np.ldexp(game.leader_floats, game.leader_exponent - exponent)
        low = game.follower_floats.min()
        pays = (game.follower_floats - low) / max(np.ptp(game.follower_floats), 1e-300)
        z, q = slice(0, n * m), slice(n * m, n * m + n)
        block = np.zeros((3 * n + 2, n * m + n + 1))
        block[0, z] = block[1, q] = 1.0
        block[2 : n + 2, z], block[2 : n + 2, q] = np.kron(np.eye(n), np.ones(m)), -np.eye(n)
        # 0 <= a - sum_i B_ij x_i and, plus q_j, <= 1, where x_i = sum_h z_ih
        block[n + 2 :, z], block[n + 2 :, -1] = -np.tile(pays.T, (2, n)), 1.0
        block[2 * n + 2 :, q] = np.eye(n)
        place = np.nonzero(block)
        entries.append((row + place[0], column + place[1], block[place]))
        if column:
            cells = np.arange(n * m)
            entries.append((same + cells % m, column + cells, np.ones(len(cells))))
            entries.append((same + first % m, first, -np.ones(len(first))))
            same += m
        row, column = row + 3 * n + 2, column + n * m + n + 1
        costs += [-leader.T.ravel(), np.zeros(n + 1)]
        whole += [np.zeros(n * m), np.ones(n), np.zeros(1)]
        lower, upper = (1.0, 1.0, 0.0, 0.0, -np.inf), (1.0, 1.0, 0.0, np.inf, 1.0)
        bounds.append(np.repeat([lower, upper], (1, 1, n, n, n), axis=1))
    bounds.append(np.zeros((2, same - row)))
    rows, columns, values = (np.concatenate(part) for part in zip(*entries, strict=True))
    return highs_program(
        np.concatenate(costs),
        compressed(rows, columns, values, same),
        (np.zeros(column), np.ones(column)),
        tuple(np.concatenate(bounds, axis=1)),
        np.concatenate(whole).astype(bool),
    )
