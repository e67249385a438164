"""How far plans of a tree of constant sum are from the optimal ones, exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.solvers._linear.highs import highs_program, run_to_basis, silent_highs
from gtlearn.solvers._linear.sparse_system import Factors, Scaled, exact_product, factors
from gtlearn.solvers._trees.form import Plan, SequenceForm, behaviour_of, plan_of
from gtlearn.solvers._trees.optimal_face import OptimalFace
from gtlearn.solvers.outcomes import Table

_LIMB = 30  # bits of the right-hand side that are solved for at once


def nearest_tables(
    form: SequenceForm, tables: tuple[Table, Table], known: tuple[Table, Table]
) -> tuple[Fraction, tuple[Table, Table]] | None:
    """An equilibrium that is nearest to strategies, and how far it is.

    The distance of two plans of a player is the largest difference between their probabilities of
    a sequence of own moves; that of two profiles is the larger one of both players'. Optimal plans
    of a game of constant sum are interchangeable, so that there is one program a player.

    Args:
        form: the game, of constant sum, whose entries are small.
        tables: the strategies.
        known: an equilibrium.

    Returns:
        The distance and the equilibrium, None where no proven one was found.

    Raises:
        LimitReached: at a limit.
    """
    first, second = (plan_of(own, t) for own, t in zip(form.sequences, known, strict=True))
    nearest: list[Plan] = []
    distances: list[Fraction] = []
    for player in (0, 1):
        face = OptimalFace(form, player, (first, second))
        plan = plan_of(form.sequences[player], tables[player])
        closest = _DistanceProgram(face, plan).nearest()
        if closest is None:
            return None
        distances.append(closest[0])
        nearest.append(closest[1])
    pair = nearest[0], nearest[1]
    return max(distances), (behaviour_of(form, 0, pair), behaviour_of(form, 1, pair))


@dataclass(frozen=True)
class _Bounds:
    """Which rows have a lower and which an upper bound: 1 for these, 0 for others."""

    lower: NDArray[np.int64]
    upper: NDArray[np.int64]


class _DistanceProgram:
    """The least t that differences to a plan do not exceed, over the optimal plans.

    Columns are those of the optimal plans, then t. Rows are theirs, then x_j - t <= a_j and
    x_j + t >= a_j for each sequence that an optimal plan may use, and t >= a_j for the others.

    Args:
        face: the optimal plans.
        plan: a.
    """

    def __init__(self, face: OptimalFace, plan: Plan) -> None:
        from scipy.sparse import block_array, csr_array, eye_array

        self._face, self._plan = face, plan
        program = face.program
        m, n = program.matrix.shape
        k = program.plan
        chosen = csr_array((np.ones(k, dtype=np.int64), (np.arange(k), np.arange(k))), shape=(k, n))
        ones = csr_array(np.ones((k, 1), dtype=np.int64))
        blocks = [
            [program.matrix, None],
            [chosen, -ones],
            [chosen, ones],
            [None, eye_array(1, dtype=np.int64)],
        ]
        self._matrix = csr_array(block_array(blocks, format="csr"))
        tops, low = plan
        own = [tops[j] for j in program.support.tolist()]
        used = set(program.support.tolist())
        unused = max((top for j, top in enumerate(tops) if j not in used), default=0)
        right = [value * low for value in program.right.tolist()]
        self._right: Scaled = [*right, *own, *own, unused], low
        lower, upper = np.ones(m + 2 * k + 1, dtype=np.int64), np.zeros(m + 2 * k + 1)
        upper[program.equal : m + k] = 1
        upper[face.tight] = 1
        lower[m : m + k] = 0
        self._bounds = _Bounds(lower, upper.astype(np.int64))

    def nearest(self) -> tuple[Fraction, Plan] | None:
        """The distance and an optimal plan at that distance; None where none is proven."""
        basis = run_to_basis(self._highs())
        if basis is None or len(basis[0]) != len(basis[1]):
            return None
        columns, rows = basis
        factored = factors(self._matrix[rows][:, columns])
        if factored is None:
            return None
        plan = self._plan_at(factored, columns, rows)
        bound = self._bound_at(factored, columns, rows)
        if plan is None or bound is None or not self._face.holds(plan):
            return None
        pairs = zip(plan[0], self._plan[0], strict=True)
        gaps = (abs(p * self._plan[1] - a * plan[1]) for p, a in pairs)
        distance = Fraction(max(gaps), plan[1] * self._plan[1])
        return (distance, plan) if distance == bound else None

    def _highs(self) -> Any:
        n = self._matrix.shape[1]
        scale = np.maximum(np.abs(self._matrix).max(axis=1).toarray().ravel(), 1)
        values = self._matrix.astype(np.float64).multiply(1.0 / scale[:, None]).tocsr()
        right = np.array([top / self._right[1] for top in self._right[0]]) / scale
        lower = np.where(self._bounds.lower, right, -np.inf)
        upper = np.where(self._bounds.upper, right, np.inf)
        costs = np.zeros(n)
        costs[-1] = 1.0
        low = np.zeros(n)
        low[self._face.program.plan : -1] = -np.inf
        solver = silent_highs(limits.seconds_left())
        entries = (values.indptr, values.indices, values.data)
        solver.passModel(highs_program(costs, entries, (low, np.full(n, np.inf)), (lower, upper)))
        return solver

    def _plan_at(
        self, factored: Factors, columns: NDArray[np.int64], rows: NDArray[np.int64]
    ) -> Plan | None:
        """The plan of a basis: its long right-hand side is solved for piece by piece."""
        rest, low = [self._right[0][i] for i in rows.tolist()], self._right[1]
        parts, shift = [], 0
        while any(rest):
            piece = np.array([value & ((1 << _LIMB) - 1) for value in rest], dtype=np.int64)
            part = factored.solve(piece)
            if part is None:
                return None
            parts.append((part, shift))
            rest, shift = [value >> _LIMB for value in rest], shift + _LIMB
        common = math.lcm(*(bottom for (_, bottom), _ in parts))
        program = self._face.program
        plan = [0] * len(self._plan[0])
        for (tops, bottom), shift in parts:
            factor = (common // bottom) << shift
            for j, top in zip(columns.tolist(), tops, strict=True):
                if j < program.plan:
                    plan[program.support[j]] += top * factor
        return plan, common * low

    def _bound_at(
        self, factored: Factors, columns: NDArray[np.int64], rows: NDArray[np.int64]
    ) -> Fraction | None:
        """What no distance is below, by the dual solution of a basis; None where it has none."""
        n = self._matrix.shape[1]
        dual = factored.solve_transposed((columns == n - 1).astype(np.int64))
        if dual is None:
            return None
        prices = [0] * self._matrix.shape[0]
        for i, value in zip(rows.tolist(), dual[0], strict=True):
            if (value > 0 and not self._bounds.lower[i]) or (
                value < 0 and not self._bounds.upper[i]
            ):
                return None
            prices[i] = value
        paid = exact_product(self._matrix.T.tocsr(), prices)
        paid[-1] -= dual[1]
        plan = self._face.program.plan
        if max(paid[:plan]) > 0 or any(paid[plan:-1]) or paid[-1] > 0:
            return None
        total = sum(p * b for p, b in zip(prices, self._right[0], strict=True) if p)
        return Fraction(total, dual[1] * self._right[1])
