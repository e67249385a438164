"""One Nash equilibrium of a tree in behaviour strategies: which method runs."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Any

from gtlearn import child, limits
from gtlearn.errors import InputError, option
from gtlearn.games import ExtensiveGame
from gtlearn.games.reduction import MAX_REDUCED_PROFILES
from gtlearn.limits import OK, LimitReached, TimeLimitReached
from gtlearn.progress import Progress, heard_by, tell
from gtlearn.solvers._nash.pure import BEST_RESPONSES
from gtlearn.solvers._one_shot.nash import solve_nash as solve_normal_form
from gtlearn.solvers._trees.approximate import approximate_plans
from gtlearn.solvers._trees.extreme_plans import extreme_equilibria
from gtlearn.solvers._trees.form import Plan, SequenceForm, behaviour_of, form_of, num_plans
from gtlearn.solvers._trees.from_plans import behaviour_of_mixture
from gtlearn.solvers._trees.in_plans import IN_PLANS
from gtlearn.solvers._trees.supports import plans_on_supports
from gtlearn.solvers._trees.unique import uniqueness_of_plans
from gtlearn.solvers._trees.zero_sum import optimal_plans, program_seconds
from gtlearn.solvers.enclosures import exact_row
from gtlearn.solvers.outcomes import RATIONAL, Certificate, NashEquilibrium, Table
from gtlearn.solvers.solution import Solution
from gtlearn.solvers.verify.tree_values import regrets_and_payoffs

PROGRAM, SUPPORTS, DISCOUNTED = "sequence-form", "supports", "dcfr"
PLANS, PURE = "reduced", "pure"
_METHODS = {
    PROGRAM: "linear program of the sequence form",
    SUPPORTS: "linear programs on the supports of regret minimisation (DCFR)",
    DISCOUNTED: "discounted regret minimisation (DCFR)",
    PLANS: "reduced normal form",
    PURE: BEST_RESPONSES,
}
_MEDIUM = 5_000  # sequences of a player from which the linear program may be given up
_TRIED = 6.0  # times as long as it usually takes, after which it is
_LARGE = 40_000  # from which it is not even tried
_LARGEST = 500_000  # from which programs on supports are not tried either
_LISTED = 500  # profiles of plans up to which all equilibria of constant sum are listed in plans
_FEW = 10_000  # profiles of plans up to which the reduced normal form is solved first
_SMALL = 200  # of a player up to which it is always looked whether there are other equilibria
_DRAWN = 5.0  # times as long as the linear program takes that at most
_SHARE = 0.4  # of a limit that is kept for the approximation
_CERTIFIED = 5e-6  # seconds a node that the certificate takes
_ALONE = (
    "there is no other equilibrium in realisation plans; a strategy may differ where its own plan "
    "does not go"
)
_OTHERS = "there are other equilibria; there are too many plans for a list of them"
_MIXTURES = (
    "every equilibrium is, in realisation plans, a mixture of these, player by player; a strategy "
    "may differ where its own plan does not go"
)
_OPEN = "whether there are others is not known"


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
    reduced normal form, whose equilibrium is then played in behaviour strategies (Kuhn 1953); large
    games of either kind on the supports that regret minimisation finds. All equilibria, pure ones,
    and those of players without perfect recall, are listed in plans.

    Raises:
        InputError: if the method is unknown or does not fit.
    """
    if method is not None and method not in _METHODS:
        raise InputError(f"{method!r} is no method for a tree; use {' or '.join(_METHODS)}")
    plans_only = find == "all" or select is not None or arithmetic == "float" or method == PURE
    if find == "all" and method is None and select is None and arithmetic == "exact":
        plans_only = not _has_too_many_plans(game)
    if plans_only or game.num_players != 2 or not game.has_perfect_recall:
        if method in (PROGRAM, SUPPORTS, DISCOUNTED):
            raise InputError(
                f"{option('method', method)} finds one equilibrium of two players with perfect "
                "recall; leave it out"
            )
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
        return _one(game, method, find == "all")


def _has_too_many_plans(game: ExtensiveGame) -> bool:
    """Whether a game of constant sum has too large a reduced normal form: then what is said of all
    equilibria is whether there is one."""
    if not game.is_constant_sum or not game.has_perfect_recall:
        return False
    return math.prod(num_plans(game.sequences(k)) for k in (0, 1)) > _LISTED


def _one(game: ExtensiveGame, method: str | None, others: bool) -> Solution:
    """One equilibrium, and whether there are `others`, where that is asked or quickly known."""
    start = time.monotonic()
    form = form_of(game)
    if method in (PROGRAM, SUPPORTS):
        _require_programs(form, method)
    notes = [game.number_note] if game.number_note else []
    solutions: tuple[NashEquilibrium, ...] = ()
    seconds = _CERTIFIED * game.num_nodes
    used, tables, reached = _first_exact(form, method, seconds, notes)
    try:
        if tables is not None:
            with limits.sparing(seconds), limits.finishing():
                solutions = (_certified(game, tables),)
    except LimitReached as later:
        reached = later
    status = OK if reached is None else reached.status
    if reached is not None and solutions:
        notes.append(f"{reached}, so that the best approximation by then is shown")
    elif reached is not None:
        notes.append(f"{reached} before anything was certified; {reached.more}")
    alone = False
    if others or max(own.size for own in form.sequences) <= _SMALL:
        solutions, alone, reached_later = _with_uniqueness(form, solutions)
        if reached_later is not None and others:
            status = reached_later.status
            notes.append(f"{reached_later} before it was known whether there are others")
        elif others and solutions and not alone and solutions[0].certificate.verified:
            said = "unique_plans" in solutions[0].certificate.evidence
            every = extreme_equilibria(form, exact_row(solutions[0].payoffs))
            if every:
                alone, solutions = True, tuple(_certified(game, tables) for tables in every)
            notes.append(_MIXTURES if every else _OTHERS if said else _OPEN)
        elif alone:
            notes.append(_ALONE)
    return Solution(
        game=game,
        concept="nash",
        method=_METHODS[used],
        solutions=solutions,
        status=status,
        complete=alone,
        seconds=time.monotonic() - start,
        notes=tuple(notes),
    )


def _with_uniqueness(
    form: SequenceForm, solutions: tuple[NashEquilibrium, ...]
) -> tuple[tuple[NashEquilibrium, ...], bool, LimitReached | None]:
    """Adds to an exact equilibrium of constant sum whether its plans are the only optimal ones;
    also whether both are, and the limit that left it open."""
    fits = form.game.is_constant_sum and form.is_small
    if not fits or not solutions or not solutions[0].certificate.verified:
        return solutions, False, None
    (known,) = solutions
    try:
        seconds = _DRAWN * program_seconds(form)
        asked = form, known.strategies, known.payoffs
        evidence = child.bounded(uniqueness_of_plans, *asked, seconds=seconds)
    except LimitReached as reached:
        return solutions, False, reached
    if evidence is None:
        return solutions, False, None
    proof = known.certificate
    proof = replace(proof, evidence={**proof.evidence, **evidence})
    return (replace(known, certificate=proof),), all(evidence["unique_plans"]), None


def _require_programs(form: SequenceForm, method: str) -> None:
    if method == PROGRAM and not form.game.is_constant_sum:
        raise InputError(
            f"{option('method', method)} needs payoffs of a constant sum; leave it out"
        )
    if not form.is_small:
        raise InputError(
            f"the payoffs of {form.game.name} have too many digits for {option('method', method)}; "
            "leave it out"
        )


def _methods_for(form: SequenceForm) -> list[str]:
    """The methods that are tried one after another until one is exact."""
    if not form.is_small:
        return [PLANS, DISCOUNTED]
    size = max(own.size for own in form.sequences)
    if size >= _LARGEST:
        return [DISCOUNTED]
    if form.game.is_constant_sum:
        return [PROGRAM, SUPPORTS] if size < _LARGE else [SUPPORTS]
    profiles = math.prod(map(num_plans, form.sequences))
    if profiles <= _FEW:
        return [PLANS, DISCOUNTED]
    return [SUPPORTS, PLANS] if profiles <= MAX_REDUCED_PROFILES else [SUPPORTS]


def _first_exact(
    form: SequenceForm, method: str | None, seconds: float, notes: list[str]
) -> tuple[str, tuple[Table, Table] | None, LimitReached | None]:
    """The strategies of the first method that finds an exact equilibrium, else an approximation.

    Args:
        form: the game.
        method: the only method, or None for those that suit the game.
        seconds: to be left for the certificate.
        notes: to which is added what a reader should know.

    Returns:
        The method that found them, the strategies, and the limit that left an approximation.

    Raises:
        InputError: if the only method refuses the game.
    """
    methods = [method] if method else _methods_for(form)
    used, best = methods[0], None
    last: LimitReached | None = None
    for chosen in methods:
        tell(None, _METHODS[chosen])
        share = 0.0 if chosen in (SUPPORTS, methods[-1]) else _SHARE
        try:
            with limits.keeping(seconds, share):
                tables, exact, reached = _tables(form, chosen, alone=method is not None)
        except LimitReached as error:
            tables, exact, reached = None, False, error
        except InputError as error:  # the reduced normal form is too large
            if method is not None:
                raise
            notes.append(f"{error}; an approximation is shown")
            continue
        if reached is not None:
            last = reached
        if tables is not None:
            used, best = chosen if exact else DISCOUNTED, tables
            if exact:
                return used, best, None
            if reached is not None:
                break
    return used, best, last


def _tables(
    form: SequenceForm, method: str, alone: bool = False
) -> tuple[tuple[Table, Table] | None, bool, LimitReached | None]:
    """Both behaviour strategies by a method, None where it finds none; whether they are an
    equilibrium; and the limit, if any, that made them an approximation.

    Args:
        form: the game.
        method: its name.
        alone: whether no other method is to be tried.
    """
    if method == DISCOUNTED:
        return _of_plans(form, approximate_plans(form)), False, None
    if method == SUPPORTS:
        result = plans_on_supports(form)
        return _of_plans(form, result.plans), result.exact, result.reached
    if method == PROGRAM:
        plans = _plans_of_program(form, given_up=not alone)
        tables = None if plans is None else _of_plans(form, plans)
    else:
        tables = behaviour_of_mixture(form)
    return tables, tables is not None, None


def _plans_of_program(form: SequenceForm, given_up: bool) -> tuple[Plan, Plan] | None:
    """The plans of the linear program; None where it finds none, or is given up as it takes too
    long for a large game."""
    seconds = program_seconds(form)
    if not given_up or max(own.size for own in form.sequences) < _MEDIUM:
        return child.bounded(optimal_plans, form, seconds=seconds)
    try:
        with limits.limited(_TRIED * seconds):
            return child.bounded(optimal_plans, form, seconds=seconds)
    except TimeLimitReached:
        limits.check()  # that was the user's limit
        return None


def exact_tables(form: SequenceForm) -> tuple[Table, Table]:
    """Both behaviour strategies of one exact equilibrium.

    Raises:
        InputError: if no method finds an equilibrium, or the reduced normal form is too large.
        LimitReached: at a limit.
    """
    for method in _methods_for(form):
        if method != DISCOUNTED:
            tables, exact, reached = _tables(form, method)
            if reached is not None:
                raise reached
            if exact and tables is not None:
                return tables
    raise InputError(f"no exact equilibrium of {form.game.name} was found")


def _of_plans(form: SequenceForm, plans: tuple[Plan, Plan]) -> tuple[Table, Table]:
    return behaviour_of(form, 0, plans), behaviour_of(form, 1, plans)


def _certified(game: ExtensiveGame, tables: tuple[Table, ...]) -> NashEquilibrium:
    regrets, payoffs = regrets_and_payoffs(game, tables)
    exact = not any(regrets)
    evidence: dict[str, Any] = {"regrets": regrets}
    if game.is_zero_sum and exact:
        evidence["value"] = payoffs[0]
    return NashEquilibrium(tables, payoffs, Certificate("nash", RATIONAL, exact, evidence))
