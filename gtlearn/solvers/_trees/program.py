"""Linear programs over a plan of one player and what the other can earn against it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.games.kinds.extensive import Sequences
from gtlearn.solvers._linear.highs import highs_program, silent_highs
from gtlearn.solvers._linear.sparse_system import Factors, factors
from gtlearn.solvers._trees.form import Plan, SequenceForm
from gtlearn.solvers._trees.treeplex import Floats

Indices = NDArray[np.int64]


class ResponseProgram:
    """Plans y of one player, and values q of the other's information sets that bound its responses.

    Columns are y >= 0, then q; rows are E' q - A y >= 0, one a sequence of the responder, then
    F y = (1, 0, ..., 0), one for the start and one an information set of the planner. E and F are
    the players' constraints, A is what the responder is paid. Then q_0 is at least what it earns
    by a best response, and where a row holds with equality, so that its sequence is worth as much.
    Source: von Stengel (1996), Efficient computation of behavior strategies, Theorem 3.5.

    Args:
        form: the game, whose entries are small.
        responder: who responds.
        support: the sequences that the plan may use, with those that lead to them; all unless
            given.

    Attributes:
        form, responder, support: as given.
        matrix: the rows and columns, a scipy sparse matrix of int64.
        right: (rows,), what they are compared with.
        plan: how many columns are of the plan.
        equal: the first row that holds with equality.
    """

    def __init__(self, form: SequenceForm, responder: int, support: Indices | None = None) -> None:
        from scipy.sparse import block_array, csr_array

        own, other = form.sequences[responder], form.sequences[1 - responder]
        payoffs, plans = form.rows_of(responder), constraints(other)
        if support is None:
            support = np.arange(other.size)
        else:
            reached = np.concatenate([[True], np.isin(other.before, support)])
            payoffs, plans = payoffs[:, support], plans[np.flatnonzero(reached)][:, support]
        blocks = [[-payoffs, constraints(own).T], [plans, None]]
        self.form, self.responder, self.support = form, responder, support
        self.matrix = csr_array(block_array(blocks, format="csr"))
        self.plan, self.equal = len(support), own.size
        self.right = np.zeros(self.matrix.shape[0], dtype=np.int64)
        self.right[own.size] = 1

    def scales(self) -> Floats:
        """(rows,), the largest size of an entry of each row."""
        sizes: Floats = np.maximum(np.abs(self.matrix).max(axis=1).toarray().ravel(), 1)
        return sizes.astype(np.float64)

    def highs(self, costs: Floats, **options: Any) -> Any:
        """HiGHS, to minimise costs, with rows scaled to a largest entry of one."""
        m, n = self.matrix.shape
        scales = self.scales()
        values = self.matrix.astype(np.float64).multiply(1.0 / scales[:, None]).tocsr()
        columns = np.zeros(n), np.full(n, np.inf)
        columns[0][self.plan :] = -np.inf
        lower = self.right / scales
        upper = np.where(np.arange(m) < self.equal, np.inf, lower)
        solver = silent_highs(limits.seconds_left(), **options)
        entries = (values.indptr, values.indices, values.data)
        solver.passModel(highs_program(costs, entries, columns, (lower, upper)))
        return solver

    def factored(self, columns: Indices, rows: Indices) -> Factors | None:
        """The tight rows by the basic columns; None where that is singular or not square."""
        if len(columns) != len(rows):
            return None
        return factors(self.matrix[rows][:, columns])

    def plan_at(self, factored: Factors, columns: Indices, rows: Indices) -> Plan | None:
        """The plan at a basis, whose probabilities may be negative.

        Raises:
            LimitReached: at a limit.
        """
        primal = factored.solve(self.right[rows])
        if primal is None:
            return None
        plan = [0] * self.form.sequences[1 - self.responder].size
        for j, value in zip(columns.tolist(), primal[0], strict=True):
            if j < self.plan:
                plan[self.support[j]] = value
        return plan, primal[1]


def constraints(own: Sequences) -> Any:
    """E with E x = (1, 0, ..., 0) for plans x: one row for the start, then one a set."""
    from scipy.sparse import csr_array

    rows = np.concatenate([[0], 1 + own.set_of, 1 + np.arange(own.num_sets)])
    columns = np.concatenate([np.arange(own.size), own.before])
    entries = np.concatenate([np.ones(own.size), -np.ones(own.num_sets)]).astype(np.int64)
    return csr_array((entries, (rows, columns)), shape=(own.num_sets + 1, own.size))
