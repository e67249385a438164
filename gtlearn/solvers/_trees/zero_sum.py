"""Zero-sum trees: one exact equilibrium by the linear program of the sequence form."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.solvers._linear.equitable import Classes, equitable_classes, first_of
from gtlearn.solvers._linear.highs import highs_program, run_to_basis, silent_highs
from gtlearn.solvers._linear.sparse_system import factors
from gtlearn.solvers._trees.form import Plan, SequenceForm, best_response, payoff_of
from gtlearn.solvers._trees.program import constraints

_LADDER: tuple[dict[str, Any], ...] = (
    {},
    {"solver": "ipm", "run_crossover": "on"},
    {"presolve": "off"},
    {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
)


@dataclass(frozen=True)
class SequenceProgram:
    """Max q_0, where x is a plan of player 0 and q_h what player 1 leaves it at information set h.

    Columns are x, then q; rows one a sequence of player 1, then one a set of player 0 (0: the
    start). Source: von Stengel (1996), Efficient computation of behavior strategies, Theorem 3.5.
    """

    matrix: Any
    bounds: NDArray[np.int64]
    plan: int  # columns of x
    equal: int  # the first row that holds with equality

    def smaller(self) -> tuple[SequenceProgram, Classes] | None:
        """The program with one row and one column for those that are alike, which come in the same
        order; None where hardly any are."""
        m, n = self.matrix.shape
        rows, columns = np.zeros(m, dtype=np.int64), np.zeros(n, dtype=np.int64)
        rows[self.equal :], rows[self.equal] = 1, 2
        columns[self.plan :], columns[self.plan] = 1, 2
        classes = equitable_classes(self.matrix, rows, columns)
        if classes is None:
            return None
        classes = Classes(_in_order(classes.rows), _in_order(classes.columns))
        plan = int(classes.columns[self.plan])
        equal = int(classes.rows[self.equal])
        bounds = self.bounds[first_of(classes.rows)]
        return SequenceProgram(classes.quotient(self.matrix), bounds, plan, equal), classes


def _in_order(classes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same classes, numbered in the order of their first members."""
    number = np.argsort(np.argsort(first_of(classes)))
    return number[classes]


def program_of(form: SequenceForm) -> SequenceProgram:
    """The program, from the payoffs of player 0."""
    from scipy.sparse import block_array, csr_array

    own, other = form.sequences
    plans = constraints(own), constraints(other)
    payoffs = form.matrices[0].T
    blocks = [[-payoffs, plans[1].T], [plans[0], None]]
    matrix = csr_array(block_array(blocks, format="csr"))
    bounds = np.zeros(matrix.shape[0], dtype=np.int64)
    bounds[other.size] = 1
    return SequenceProgram(matrix, bounds, own.size, other.size)


def program_seconds(form: SequenceForm) -> float:
    """About how long the program takes, from above."""
    size = sum(own.size for own in form.sequences)
    return 1e-6 * size * math.sqrt(size)


def optimal_plans(form: SequenceForm) -> tuple[Plan, Plan] | None:
    """Plans of both players that are best responses to each other; None where none is proven.

    Raises:
        LimitReached: at a limit.
    """
    whole = program_of(form)
    fewer = whole.smaller()
    for program, classes in (fewer, (whole, None)) if fewer else ((whole, None),):
        for options in _LADDER:
            basis = _basis(program, options)
            plans = None if basis is None else _plans_at(program, *basis)
            if plans is not None and classes is not None:
                plans = _of_classes(whole, classes, plans)
            if plans is not None and are_equilibrium(form, plans):
                return plans
    return None


def _of_classes(
    whole: SequenceProgram, classes: Classes, plans: tuple[Plan, Plan]
) -> tuple[Plan, Plan]:
    """The plans of the whole program: what a class of rows has is shared among them."""
    (x, low), (y, bottom) = plans
    sizes = np.bincount(classes.rows)[: len(y)].tolist()
    common = math.lcm(*sizes)
    shares = [value * (common // size) for value, size in zip(y, sizes, strict=True)]
    first = [x[k] for k in classes.columns[: whole.plan].tolist()]
    second = [shares[k] for k in classes.rows[: whole.equal].tolist()]
    return (first, low), (second, bottom * common)


def are_equilibrium(form: SequenceForm, plans: tuple[Plan, Plan]) -> bool:
    """Whether plans are such that no player gains by deviating."""
    if any(min(numerators) < 0 for numerators, _ in plans):
        return False
    return all(
        best_response(form, player, plans[1 - player]).value == payoff_of(form, player, plans)
        for player in (0, 1)
    )


def _basis(
    program: SequenceProgram, options: dict[str, Any]
) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Basic columns and tight rows of HiGHS's optimum."""
    m, n = program.matrix.shape
    scale = np.maximum(np.abs(program.matrix).max(axis=1).toarray().ravel(), 1)
    values = program.matrix.astype(np.float64).multiply(1.0 / scale[:, None]).tocsr()
    costs = np.zeros(n)
    costs[program.plan] = -1.0
    columns = np.zeros(n), np.full(n, np.inf)
    columns[0][program.plan :] = -np.inf
    lower, upper = np.full(m, -np.inf), np.zeros(m)
    lower[program.equal :] = upper[program.equal :] = program.bounds[program.equal :]
    entries = (values.indptr, values.indices, values.data)
    solver = silent_highs(limits.seconds_left(), **options)
    solver.passModel(highs_program(costs, entries, columns, (lower, upper)))
    return run_to_basis(solver)


def _plans_at(
    program: SequenceProgram,
    columns: NDArray[np.int64],
    rows: NDArray[np.int64],
) -> tuple[Plan, Plan] | None:
    """Both players' plans at a basis: the primal and the dual solution."""
    if len(columns) != len(rows):
        return None
    square = program.matrix[rows][:, columns]
    factored = factors(square)
    if factored is None:
        return None
    primal = factored.solve(program.bounds[rows])
    costs = (columns == program.plan).astype(np.int64)
    dual = factored.solve_transposed(costs)
    if primal is None or dual is None:
        return None
    x, y = [0] * program.plan, [0] * program.equal
    for j, value in zip(columns.tolist(), primal[0], strict=True):
        if j < program.plan:
            x[j] = value
    for i, value in zip(rows.tolist(), dual[0], strict=True):
        if i < program.equal:
            y[i] = value
    return (x, primal[1]), (y, dual[1])
