"""Nash equilibria of iterated and Markov games: one entry to all methods."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

from gtlearn.errors import InputError, option
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.games.numbers import short_number
from gtlearn.limits import OK, LimitReached, limited
from gtlearn.progress import Progress, heard_by
from gtlearn.solvers._markov import mixed, stationary, zero_sum
from gtlearn.solvers._markov.certified import SUBGAME_PERFECT, is_exact
from gtlearn.solvers._markov.stage_games import (
    BACKWARD_INDUCTION,
    subgame_perfect_equilibrium,
)
from gtlearn.solvers._nash.selection import CRITERIA, ENTROPY, WELFARE, score
from gtlearn.solvers.outcomes import NashEquilibrium, weakest
from gtlearn.solvers.solution import Solution

FINDS = ("one", "all")
FEW_TABLES = 1_000  # of opponents; with more, tracing is faster than trying all of them


@dataclass(frozen=True)
class _Task:
    """What was asked for.

    Attributes:
        game: the game as it was given.
        markov: the same as a Markov game.
        select: the criterion of the equilibrium that is wanted, None for any.
    """

    game: IteratedGame | MarkovGame
    markov: MarkovGame
    select: str | None


@dataclass(frozen=True)
class _Result:
    """What a method comes to; `complete` where it is proven to be all.

    An empty list comes with a reason, or with the limit that was reached.
    """

    method: str
    equilibria: tuple[NashEquilibrium, ...]
    reached: LimitReached | None = None
    complete: bool = False
    notes: tuple[str, ...] = ()


def solve_nash(
    game: IteratedGame | MarkovGame,
    *,
    find: str = "one",
    select: str | None = None,
    method: str | None = None,
    time_limit: float | None = None,
    memory_limit: float | None = None,
    progress: Progress | None = None,
) -> Solution:
    """Nash equilibria in tables: no player gains by any deviation, whatever it makes of the past.

    One equilibrium is found by backward induction where there is a horizon. Without one: in
    zero-sum games by Pollatschek and Avi-Itzhak's iteration, in iterated games by repeating a
    stage equilibrium, else by trying all deterministic tables, or else by logarithmic tracing,
    whose equilibria are exact, in boxes, or approximate, as their certificates say. All of them
    are the equilibria in deterministic tables that do not see the time.

    Args:
        game: an iterated or a Markov game.
        find: "one", or "all" in deterministic tables.
        select: the best by "welfare" or "fairness": with a horizon, the stage equilibrium at every
            step (there also by "entropy"); else among the equilibria in deterministic tables and,
            in iterated games, the repeated stage equilibria. Of equals, one that is subgame
            perfect.
        method: forces one: "backward-induction", "shapley" or "pollatschek-avi-itzhak" (zero-sum),
            "stage-equilibrium" (iterated), "enumeration" or "tracing".
        time_limit: seconds after which to return what was found.
        memory_limit: bytes by which the process may grow, with the same outcome.
        progress: told what is being done.

    Raises:
        InputError: if an option is unknown, or the method does not fit the game.

    >>> from gtlearn import games
    >>> game = games.iterated("prisoners_dilemma", discount="9/10")
    >>> cooperation = solve_nash(game, select="welfare")[0]  # grim trigger
    >>> cooperation.payoffs, [str(row[0]) for row in cooperation.strategies[0]]
    ((Fraction(30, 1), Fraction(30, 1)), ['1', '1', '0', '0', '0'])
    """
    _check(find, select, method)
    start = time.monotonic()
    with limited(time_limit, memory_limit), heard_by(progress):
        task = _Task(game, as_markov(game), select)
        result = _chosen(task, find, method)(task)
    notes = [task.markov.number_note, *_accuracy(result), *result.notes]
    if result.reached is not None:
        notes.append(f"{result.reached} before the search was over")
    return Solution(
        game=game,
        concept="nash",
        method=result.method,
        solutions=result.equilibria,
        status=OK if result.reached is None else result.reached.status,
        complete=result.complete,
        arithmetic=weakest(e.certificate.arithmetic for e in result.equilibria),
        seconds=time.monotonic() - start,
        notes=tuple(note for note in notes if note),
    )


_Method = Callable[[_Task], _Result]


def _check(find: str, select: str | None, method: str | None) -> None:
    if find not in FINDS:
        raise InputError(f"{find!r} is no find; use one of {', '.join(FINDS)}")
    if select is not None and select not in CRITERIA:
        raise InputError(f"{select!r} is no way to select; use {', '.join(CRITERIA)}")
    if method is not None and method not in _METHODS:
        raise InputError(
            f"{method!r} is no method for Nash equilibria of iterated and Markov games; use "
            f"{', '.join(_METHODS)}"
        )
    if find == "all" and method not in (None, "enumeration"):
        raise InputError(
            f"method {method!r} does not find all equilibria; use enumeration with find 'all'"
        )


def _chosen(task: _Task, find: str, method: str | None) -> _Method:
    """The method for the task."""
    if find == "all":
        return _all_deterministic if task.select is None else _best
    if method is not None:
        return _METHODS[method]
    if task.markov.horizon is not None:
        return _backward_induction
    if zero_sum.is_constant_sum(task.markov):
        return _zero_sum
    if task.select is not None:
        return _best
    return _any_stationary


def _backward_induction(task: _Task) -> _Result:
    game = task.markov
    if game.horizon is None:
        raise InputError(f"{game.name} has no horizon, so there is no last step to begin with")
    result = _one(
        BACKWARD_INDUCTION,
        partial(subgame_perfect_equilibrium, game, select=task.select),
        NO_PURE_STAGE,
    )
    if zero_sum.is_constant_sum(game):
        bounded = tuple(zero_sum.with_bounds(equilibrium) for equilibrium in result.equilibria)
        return replace(result, equilibria=bounded)
    return result


def _one(method: str, search: Callable[[], NashEquilibrium | None], none: str) -> _Result:
    """What a search for one equilibrium comes to; `none` says why it has not come to any."""
    try:
        equilibrium = search()
    except LimitReached as error:
        return _Result(method, (), error)
    return _Result(method, (equilibrium,)) if equilibrium else _Result(method, (), notes=(none,))


def _zero_sum(task: _Task, method: str = zero_sum.NEWTON) -> _Result:
    """In a zero-sum game all equilibria are worth the same, so none is to be selected."""
    game = task.markov
    if game.horizon is not None or not zero_sum.is_constant_sum(game):
        raise InputError(
            f"{game.name} is no zero-sum game without a horizon; drop {option('method')}"
        )
    equilibrium, reached = zero_sum.discounted_zero_sum(game, newton=method == zero_sum.NEWTON)
    return _Result(method, () if equilibrium is None else (equilibrium,), reached)


def _repetition(task: _Task) -> _Result:
    if not isinstance(task.game, IteratedGame):
        raise InputError(
            f"{task.game.name} is no iterated game, so it has no stage equilibrium to repeat"
        )
    repeated = partial(stationary.repeated_stage_equilibrium, task.game, select=task.select)
    return _one(stationary.REPETITION, repeated, NO_PURE_STAGE)


def _enumerated(task: _Task) -> tuple[list[NashEquilibrium], LimitReached | None]:
    """The equilibria in deterministic tables, and the limit that ended the search."""
    equilibria: list[NashEquilibrium] = []
    try:
        for equilibrium in stationary.deterministic_equilibria(task.markov):
            equilibria.append(equilibrium)
    except LimitReached as error:
        return equilibria, error
    return equilibria, None


def _all_deterministic(task: _Task) -> _Result:
    equilibria, reached = _enumerated(task)
    perfect = sum(e.certificate.evidence[SUBGAME_PERFECT] for e in equilibria)
    if reached is None:
        note = (
            f"deterministic tables that do not see the time have no other equilibrium; {perfect} "
            f"of the {len(equilibria)} {'is' if perfect == 1 else 'are'} subgame perfect, and "
            "equilibria in other strategies are not listed"
        )
    else:
        note = f"{len(equilibria)} equilibria in deterministic tables were found; there may be more"
    if reached is None and not equilibria:
        note = (
            "no equilibrium is in deterministic tables that do not see the time, and only those "
            "are listed; ask for one equilibrium to look further"
        )
    return _Result(stationary.ENUMERATION, tuple(equilibria), reached, reached is None, (note,))


def _enumeration(task: _Task) -> _Result:
    """One equilibrium in deterministic tables: a subgame-perfect one where there is one."""
    if task.select is not None:
        return _best(task)
    everything = _all_deterministic(task)
    perfect = [e for e in everything.equilibria if e.certificate.evidence[SUBGAME_PERFECT]]
    chosen = (perfect or list(everything.equilibria))[:1]
    notes = () if chosen else everything.notes
    reached = None if chosen else everything.reached
    return _Result(everything.method, tuple(chosen), reached, notes=notes)


def _best(task: _Task) -> _Result:
    """The best of the equilibria in deterministic tables and the repeated stage equilibria."""
    select = task.select or WELFARE
    if select == ENTROPY:
        raise InputError(
            "equilibria of games without a horizon are not selected by entropy; use welfare or "
            "fairness"
        )
    candidates: list[NashEquilibrium] = []
    reached, notes, method = None, [], f"{stationary.ENUMERATION}, best {select}"
    if isinstance(task.game, IteratedGame):
        repeated = _repetition(task)
        candidates += repeated.equilibria
        reached = repeated.reached
    refusal = stationary.too_many_tables(task.markov)
    if refusal and candidates:
        notes.append(f"best of the repeated stage equilibria only: {refusal}")
        method = f"{stationary.REPETITION}, best {select}"
    elif reached is None:
        enumerated, reached = _enumerated(task)
        candidates += enumerated
    if not candidates and reached is None:
        notes.append(
            "no equilibrium is in deterministic tables, so there is none to select from; drop "
            f"{option('select')} to search for a mixed one"
        )

    def preferred(equilibrium: NashEquilibrium) -> tuple[object, ...]:
        return score(equilibrium.payoffs, select), equilibrium.certificate.evidence[SUBGAME_PERFECT]

    best = (max(candidates, key=preferred),) if candidates else ()
    return _Result(method, best, reached, notes=tuple(notes))


def _tracing(task: _Task) -> _Result:
    game = task.markov
    if game.horizon is not None:
        raise InputError(f"{game.name} has a horizon; use backward-induction")
    if task.select is not None:
        drop = f"{option('select')} or {option('method')}"
        raise InputError(f"{mixed.TRACING} finds one equilibrium, so drop {drop}")
    try:
        traced = mixed.mixed_equilibrium(game)
    except LimitReached as error:
        return _Result(mixed.TRACING, (), error)
    if traced is None:
        return _Result(mixed.TRACING, (), notes=(NONE_TRACED,))
    equilibrium, reason = traced
    notes = (f"no box is proven to hold an exact equilibrium, since {reason}",) if reason else ()
    return _Result(mixed.TRACING, (equilibrium,), notes=notes)


def _any_stationary(task: _Task) -> _Result:
    """Repetition if the game is iterated, then deterministic tables if they are few, then mixed."""
    if isinstance(task.game, IteratedGame):
        result = _repetition(task)
        if result.equilibria or result.reached:
            return result
    if not stationary.too_many_tables(task.markov, FEW_TABLES):
        result = _enumeration(task)
        if result.equilibria or result.reached:
            return result
    return _tracing(task)


def _accuracy(result: _Result) -> list[str]:
    """Says how far an approximate equilibrium is from one, or the bounds on the value apart."""
    out = []
    for k, equilibrium in enumerate(result.equilibria):
        evidence = equilibrium.certificate.evidence
        if is_exact(equilibrium):
            continue
        if "lower" in evidence:
            apart = _about(evidence["upper"] - evidence["lower"])
            proven = f"the proven bounds on the value are {apart} apart"
        else:
            gain = _about(max(evidence["regrets"]))
            proven = f"no player gains more than {gain} by deviating, which is proven"
        out.append(f"solution {k} is approximate: {proven}")
    return out


def _about(value: Fraction) -> str:
    try:
        return f"about {float(value):.2g}"
    except OverflowError:
        return short_number(value)


NO_PURE_STAGE = (
    "a stage game has no pure equilibrium, and mixed ones of three or more players are not "
    "computed here; this does not prove that the game has none"
)
NONE_TRACED = (
    "no equilibrium was found; there is one (Fink 1964), but no path that was followed led to it"
)

_METHODS: dict[str, _Method] = {
    "backward-induction": _backward_induction,
    "pollatschek-avi-itzhak": _zero_sum,
    "shapley": partial(_zero_sum, method=zero_sum.SHAPLEY),
    "stage-equilibrium": _repetition,
    "enumeration": _enumeration,
    "tracing": _tracing,
}
