"""The mixed-integer program DOBSS for Bayesian Stackelberg games (Paruchuri et al. 2008).

Per type, z_ij is the probability that the leader plays i and the type answers j, q_j says whether
it answers j, and a is what it earns. HiGHS solves it in floats; only the responses are taken from
it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from gtlearn import limits
from gtlearn.solvers._commitment.bayesian_view import BayesianView
from gtlearn.solvers._linear.highs import compressed, highs_program, silent_highs

SHARE = 0.8  # of the time left for the search itself, which it may overrun


def dobss(view: BayesianView) -> tuple[tuple[int, ...] | None, Fraction | None]:
    """The responses that the program finds, and its float bound on the leader's payoff.

    Returns:
        One action index a type (None where no commitment was found in time), and the bound in the
        game's integers (None where there is none).
    """
    import highspy

    exponent = max(t.leader_exponent for t in view.types)
    left = limits.seconds_left()
    seconds = None if left is None else left * SHARE
    solver = silent_highs(seconds, mip_rel_gap=0.0, mip_abs_gap=1e-9)
    solver.passModel(_model(view, exponent))
    solver.run()
    info = solver.getInfo()
    bound = None
    if np.isfinite(info.mip_dual_bound):
        least = sum(t.least for t in view.types)
        bound = Fraction(-info.mip_dual_bound) * (1 << exponent) + least
    values = np.array(solver.getSolution().col_value)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None, bound
    profile, place = [], 0
    for m, n in (game.shape for game in view.types):
        place += n * m
        profile.append(int(values[place : place + n].argmax()))
        place += n + 1
    return tuple(profile), bound


def _model(view: BayesianView, exponent: int) -> Any:
    """The program. Columns of each type: z (j, i), q (j), a. Rows: those of each type, then that
    all types face the same mix as the first one."""
    entries, costs, whole, bounds = [], [], [], []
    row = column = 0
    same = sum(2 + 3 * game.shape[1] for game in view.types)
    first = np.arange(view.types[0].leader.size)
    for game in view.types:
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
