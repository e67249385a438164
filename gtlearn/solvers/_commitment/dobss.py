"""The mixed-integer program DOBSS for Bayesian Stackelberg games (Paruchuri et al. 2008).

Per type, z_ij is the probability that the leader plays i and the type answers j, q_j says whether
it answers j, and a is what it earns. HiGHS solves it in floats; only the responses are taken from
it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from gtlearn import limits
from gtlearn.solvers._commitment.data import Bimatrix
from gtlearn.solvers._commitment.relaxation import set_entries
from gtlearn.solvers._linear.highs import silent_highs

if TYPE_CHECKING:
    from gtlearn.solvers._commitment.bayesian import BayesianView

SHARE = 0.8  # of the time left for the search itself, which it may overrun


def dobss(view: BayesianView) -> tuple[tuple[int, ...] | None, Fraction | None]:
    """The responses that the program finds, and its float bound on the leader's payoff.

    Returns:
        One action index a type (None where no commitment was found in time), and the bound in the
        game's integers (None where there is none).
    """
    import highspy

    exponent = max(t.leader_exponent for t in view.types)
    model = _Model(view, exponent)
    left = limits.seconds_left()
    seconds = None if left is None else left * SHARE
    solver = silent_highs(seconds, mip_rel_gap=0.0, mip_abs_gap=1e-9)
    solver.passModel(model.build())
    solver.run()
    info = solver.getInfo()
    bound = None
    if np.isfinite(info.mip_dual_bound):
        least = sum(t.least for t in view.types)
        bound = Fraction(-info.mip_dual_bound) * (1 << exponent) + least
    values = np.array(solver.getSolution().col_value)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None, bound
    profile = tuple(int(values[q].argmax()) for q in model.choices)
    return profile, bound


class _Model:
    """Collects the program's columns and rows type by type."""

    def __init__(self, view: BayesianView, exponent: int) -> None:
        self.types = view.types
        self.exponent = exponent
        self.m = view.types[0].shape[0]
        self.columns = 0
        self.rows = 0
        self.choices: list[slice] = []
        self._parts: list[int] = []
        self._entries: list[tuple[Any, Any, Any]] = []
        self._sides: list[tuple[Any, Any]] = []
        self._costs: list[Any] = []
        self._lower: list[Any] = []
        self._upper: list[Any] = []
        self._whole: list[Any] = []

    def build(self) -> object:
        """The HighsLp with all types."""
        import highspy

        for game in self.types:
            self._add_type(game)
        for start, game in zip(self._parts[1:], self.types[1:], strict=True):
            self._same_mix(start, game.shape[1])
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self.columns, self.rows
        lp.col_cost_ = np.concatenate(self._costs)
        lp.col_lower_, lp.col_upper_ = np.concatenate(self._lower), np.concatenate(self._upper)
        lp.row_lower_ = np.concatenate([lower for lower, _ in self._sides])
        lp.row_upper_ = np.concatenate([upper for _, upper in self._sides])
        whole = np.concatenate(self._whole)
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(w)] for w in whole]
        rows, columns, values = (np.concatenate(part) for part in zip(*self._entries, strict=True))
        set_entries(lp, rows, columns, values)
        return lp

    def _add_type(self, game: Bimatrix) -> None:
        """Columns z (j, i), q (j), a; the rows that bind them."""
        m, n = game.shape
        leader = np.ldexp(game.leader_floats, game.leader_exponent - self.exponent)
        low = game.follower_floats.min()
        pays = (game.follower_floats - low) / max(np.ptp(game.follower_floats), 1e-300)
        z, q, a = self.columns, self.columns + n * m, self.columns + n * m + n
        self._parts.append(z)
        self.choices.append(slice(q, a))
        self._costs.append(np.concatenate([-leader.T.ravel(), np.zeros(n + 1)]))
        self._lower.append(np.zeros(n * m + n + 1))
        self._upper.append(np.ones(n * m + n + 1))
        self._whole.append(np.concatenate([np.zeros(n * m), np.ones(n), [0]]))
        self.columns = a + 1
        cells = np.arange(n * m)
        answer = cells // m
        self._add_rows(1, np.zeros(n * m, dtype=int), z + cells, np.ones(n * m), (1.0, 1.0))
        self._add_rows(1, np.zeros(n, dtype=int), q + np.arange(n), np.ones(n), (1.0, 1.0))
        # sum_i z_ij = q_j: all probability goes to the chosen response
        self._add_rows(
            n,
            np.concatenate([answer, np.arange(n)]),
            np.concatenate([z + cells, q + np.arange(n)]),
            np.concatenate([np.ones(n * m), -np.ones(n)]),
            (0.0, 0.0),
        )
        # 0 <= a - sum_i B_ij x_i and, plus q_j, <= 1, where x_i = sum_h z_ih
        rows = np.repeat(np.arange(n), n * m)
        mixed = np.tile(z + cells, n)
        weights = -pays.T[rows, np.tile(cells % m, n)]
        own = np.arange(n)
        earning = (np.concatenate([rows, own]), np.concatenate([mixed, np.full(n, a)]))
        self._add_rows(n, *earning, np.concatenate([weights, np.ones(n)]), (0.0, np.inf))
        self._add_rows(
            n,
            np.concatenate([earning[0], own]),
            np.concatenate([earning[1], q + own]),
            np.concatenate([weights, np.ones(2 * n)]),
            (-np.inf, 1.0),
        )

    def _same_mix(self, start: int, n: int) -> None:
        """The type whose parts begin at `start` faces the same mix as the first type."""
        m, first = self.m, self.types[0].shape[1]
        mine, base = np.arange(n * m), np.arange(first * m)
        self._add_rows(
            m,
            np.concatenate([mine % m, base % m]),
            np.concatenate([start + mine, self._parts[0] + base]),
            np.concatenate([np.ones(n * m), -np.ones(first * m)]),
            (0.0, 0.0),
        )

    def _add_rows(
        self, count: int, rows: Any, columns: Any, values: Any, sides: tuple[float, float]
    ) -> None:
        self._entries.append((self.rows + rows, columns, values))
        self._sides.append((np.full(count, sides[0]), np.full(count, sides[1])))
        self.rows += count
