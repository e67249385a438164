"""One Nash equilibrium of a tree in behaviour strategies: which method runs."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from gtlearn import child, limits
from gtlearn.errors import InputError, option
from gtlearn.games import ExtensiveGame
from gtlearn.limits import OK, LimitReached
from gtlearn.progress import Progress, heard_by, tell
from gtlearn.solvers._nash.pure import BEST_RESPONSES
from gtlearn.solvers._one_shot.nash import solve_nash as solve_normal_form
from gtlearn.solvers._trees.approximate import approximate_plans
from gtlearn.solvers._trees.form import Plan, SequenceForm, behaviour_of, form_of
from gtlearn.solvers._trees.from_plans import behaviour_of_mixture
from gtlearn.solvers._trees.in_plans import IN_PLANS
from gtlearn.solvers._trees.zero_sum import optimal_plans, program_seconds
from gtlearn.solvers.outcomes import RATIONAL, Certificate, NashEquilibrium, Table
from gtlearn.solvers.solution import Solution
from gtlearn.solvers.verify.tree_values import regrets_and_payoffs

PROGRAM, DISCOUNTED, PLANS, PURE = "sequence-form", "dcfr", "reduced", "pure"
_METHODS = {
    PROGRAM: "linear program of the sequence form",
    DISCOUNTED: "discounted regret minimisation (DCFR)",
    PLANS: "reduced normal form",
    PURE: BEST_RESPONSES,
}
_LARGE = 40_000  # sequences of a player from which the linear program is not even tried
_SHARE = 0.4  # of a limit that is kept for the approximation
_CERTIFIED = 5e-6  # seconds a node that the certificate takes


def solve_nash(
    game: ExtensiveGame,
    *,
    find: str = "one",
    select: str | None = None,
    arithmetic: str = "exact",
    method: str | None = None,
    progress: Progress | None = None,
) -> Solution:
    """A Nash equilibrium of a tree; see `solvers.solve`.

    Two players whose payoffs have a constant sum are solved in the sequence form, others in the
    reduced normal form, whose equilibrium is then played in behaviour strategies (Kuhn 1953). All
    equilibria, pure ones, and those of players without perfect recall, are listed in plans.

    Raises:
        InputError: if the method is unknown or does not fit.
    """
    if method is not None and method not in _METHODS:
        raise InputError(f"{method!r} is no method for a tree; use {' or '.join(_METHODS)}")
    plans_only = find == "all" or select is not None or arithmetic == "float" or method == PURE
    if plans_only or game.num_players != 2 or not game.has_perfect_recall:
        if method in (PROGRAM, DISCOUNTED):
            raise InputError(
                f"{option('method', method)} finds one equilibrium of two players with perfect "
                "recall; leave it out"
            )
        if method != PURE:
            _require_two_with_a_choice(game)
        solution = solve_normal_form(
            game.reduced(),
            find=find,
            select=select,
            arithmetic=arithmetic,
            method=method if method == PURE else None,
            progress=progress,
        )
        return replace(solution, notes=(*solution.notes, IN_PLANS))
    with heard_by(progress):
        return _one(game, method)


def _require_two_with_a_choice(game: ExtensiveGame) -> None:
    """Refuses a tree before its reduced normal form, which may be large, is made in vain.

    Raises:
        InputError: if three players or more have a choice.
    """
    choosing = sum(any(len(known.actions) > 1 for known in own) for own in game.sets)
    if choosing > 2:
        raise InputError(
            f"{choosing} players of {game.name!r} have a choice, and Nash equilibria are computed "
            f"where two have; use {option('method', PURE)}, or "
            f"{option('concept', ['subgame-perfect', 'correlated'])}"
        )


def _one(game: ExtensiveGame, method: str | None) -> Solution:
    start = time.monotonic()
    chosen = method or (PROGRAM if game.is_constant_sum else PLANS)
    if chosen == PROGRAM and not game.is_constant_sum:
        raise InputError(
            f"{option('method', PROGRAM)} needs payoffs of a constant sum; leave it out"
        )
    form = form_of(game)
    if method is None and max(own.size for own in form.sequences) > _LARGE:
        chosen = DISCOUNTED
    notes = [game.number_note] if game.number_note else []
    status, tables, seconds = OK, None, _CERTIFIED * game.num_nodes
    try:
        with limits.keeping(seconds, 0.0 if method else _SHARE):
            tell(None, _METHODS[chosen])
            tables = _tables(form, chosen)
    except LimitReached as reached:
        status = reached.status
        notes.append(f"{reached}, so that the best approximation by then is shown")
    except InputError as error:  # the reduced normal form is too large
        if method is not None:
            raise
        notes.append(f"{error}; an approximation is shown")
    solutions: tuple[NashEquilibrium, ...] = ()
    try:
        if tables is None and method in (None, DISCOUNTED):
            chosen = DISCOUNTED
            tell(None, _METHODS[chosen])
            with limits.keeping(seconds):
                tables = _of_plans(form, approximate_plans(form))
        if tables is not None:
            with limits.sparing(seconds), limits.finishing():
                solutions = (_certified(game, tables),)
    except LimitReached as reached:
        status = reached.status
        notes.append(f"{reached} before anything was certified; {reached.more}")
    return Solution(
        game=game,
        concept="nash",
        method=_METHODS[chosen],
        solutions=solutions,
        status=status,
        seconds=time.monotonic() - start,
        notes=tuple(notes),
    )


def _tables(form: SequenceForm, method: str) -> tuple[Table, Table] | None:
    """Both behaviour strategies by an exact method; None where it finds none."""
    if method == DISCOUNTED:
        return None
    if method == PROGRAM and form.is_small:
        plans = child.bounded(optimal_plans, form, seconds=program_seconds(form))
        return None if plans is None else _of_plans(form, plans)
    return behaviour_of_mixture(form)


def exact_tables(form: SequenceForm) -> tuple[Table, Table]:
    """Both behaviour strategies of one exact equilibrium.

    Raises:
        InputError: if the payoffs have no constant sum and the reduced normal form is too large, or
            no method finds an equilibrium.
        LimitReached: at a limit.
    """
    tables = _tables(form, PROGRAM if form.game.is_constant_sum else PLANS)
    if tables is None:
        raise InputError(f"no exact equilibrium of {form.game.name} was found")
    return tables


def _of_plans(form: SequenceForm, plans: tuple[Plan, Plan]) -> tuple[Table, Table]:
    return behaviour_of(form, 0, plans), behaviour_of(form, 1, plans)


def _certified(game: ExtensiveGame, tables: tuple[Table, ...]) -> NashEquilibrium:
    regrets, payoffs = regrets_and_payoffs(game, tables)
    exact = not any(regrets)
    evidence: dict[str, Any] = {"regrets": regrets}
    if game.is_zero_sum and exact:
        evidence["value"] = payoffs[0]
    return NashEquilibrium(tables, payoffs, Certificate("nash", RATIONAL, exact, evidence))
