"""Zero-sum trees: one exact equilibrium by the linear program of the sequence form."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gtlearn.solvers._trees.form import Plan, SequenceForm, best_response, payoff_of
from gtlearn.solvers._trees.program import Indices, ResponseProgram

LARGE = 5_000  # sequences from which the interior-point method is faster
INTERIOR_POINT: dict[str, Any] = {"solver": "ipm", "run_crossover": "on"}
_LADDER: tuple[dict[str, Any], ...] = (
    {},
    INTERIOR_POINT,
    {"presolve": "off"},
    {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
)


def program_seconds(form: SequenceForm) -> float:
    """About how long the program takes, from above."""
    size = sum(own.size for own in form.sequences)
    return 1e-6 * size * math.sqrt(size)


def optimal_plans(form: SequenceForm) -> tuple[Plan, Plan] | None:
    """Plans of both players that are best responses to each other; None where none is proven.

    Player 0's is the one against which player 1 earns the least, player 1's is the dual solution.

    Raises:
        LimitReached: at a limit.
    """
    program = ResponseProgram(form, responder=1)
    ladder = _LADDER
    if max(own.size for own in form.sequences) >= LARGE:
        ladder = (_LADDER[1], _LADDER[0], *_LADDER[2:])
    for options in ladder:
        basis = program.basis(program.value_costs(), **options)
        plans = None if basis is None else _plans_at(program, *basis)
        if plans is not None and are_equilibrium(form, plans):
            return plans
    return None


def are_equilibrium(form: SequenceForm, plans: tuple[Plan, Plan]) -> bool:
    """Whether plans are such that no player gains by deviating."""
    if any(min(numerators) < 0 for numerators, _ in plans):
        return False
    return all(
        best_response(form, player, plans[1 - player]).value == payoff_of(form, player, plans)
        for player in (0, 1)
    )


def _plans_at(
    program: ResponseProgram, columns: Indices, rows: Indices
) -> tuple[Plan, Plan] | None:
    """Both players' plans at a basis: the primal and the dual solution."""
    factored = program.factored(columns, rows)
    if factored is None:
        return None
    planned = program.plan_at(factored, columns, rows)
    dual = factored.solve_transposed((columns == program.plan).astype(np.int64))
    if planned is None or dual is None:
        return None
    response = [0] * program.equal
    for i, value in zip(rows.tolist(), dual[0], strict=True):
        if i < program.equal:
            response[i] = value
    return planned, (response, dual[1])
