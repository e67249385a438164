"""Every equilibrium of a two-player game: extreme points, maximal Nash subsets, components."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import replace

from gtlearn import limits
from gtlearn.errors import CertificateError
from gtlearn.games import NormalFormGame
from gtlearn.limits import Interrupted, LimitReached
from gtlearn.progress import Progress, heard_by
from gtlearn.solvers.nash.certified import certified
from gtlearn.solvers.nash.components import connected_components, nash_subsets
from gtlearn.solvers.nash.extreme import ExtremeEquilibria, extreme_equilibria, numbered
from gtlearn.solvers.nash.players import require_two_players
from gtlearn.solvers.nash.pure import certified_pure_equilibria
from gtlearn.solvers.nash.single import one_equilibrium
from gtlearn.solvers.solution import NashEquilibrium, NashSubset, Solution, Strategy

METHOD = "vertex enumeration"
PURE = 0.5  # the share of a limit that pure equilibria may take
REST = 0.4  # the share that is kept for certificates, and for one equilibrium where none was met
LAST = 0.1  # the share that is kept for subsets and components


def all_equilibria(
    game: NormalFormGame,
    *,
    time_limit: float | None = None,
    memory_limit: float | None = None,
    progress: Progress | None = None,
) -> Solution:
    """Every extreme Nash equilibrium, with the maximal Nash subsets and components they span.

    Each Nash equilibrium is a convex combination within one maximal Nash subset (Avis, Rosenberg,
    Savani & von Stengel 2010); a component's index is +1 or -1 where it is a single regular
    equilibrium, and the indices of all components add up to 1 (Shapley 1974).

    Args:
        game: a two-player game, degenerate or not.
        time_limit: seconds after which to return what was found, with `complete` False: the pure
            equilibria first of all, and those that the enumeration met.
        memory_limit: bytes by which the process may grow, to the same effect.
        progress: told what is being done.

    Raises:
        InputError: if the game does not have two players, or a limit is no positive number.

    >>> from gtlearn import games
    >>> bos = games.normal_form([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    >>> [[str(p) for p in e.strategies[0]] for e in all_equilibria(bos)]
    [['1', '0'], ['0', '1'], ['2/3', '1/3']]
    """
    require_two_players(game)
    start = time.monotonic()
    with limits.limited(time_limit, memory_limit), heard_by(progress):
        solution = _enumerated(game)
    return replace(solution, seconds=time.monotonic() - start)


def _enumerated(game: NormalFormGame) -> Solution:
    pure: dict[tuple[int, ...], NashEquilibrium] = {}
    mixed: list[NashEquilibrium] = []
    try:
        if limits.patience() < math.inf:  # else they are found with all others
            _look_for_pure(game, pure)
        with limits.keeping(0.0, REST):
            extreme = extreme_equilibria(game)
        with limits.keeping(0.0, LAST):
            mixed.extend(_certified(game, extreme, pure))
        if extreme.stopped is None:
            return _complete(game, extreme, mixed)
        reached = extreme.stopped
    except LimitReached as limit:
        reached = limit
    return _cut_short(game, [*pure.values(), *mixed], reached)


def _look_for_pure(game: NormalFormGame, found: dict[tuple[int, ...], NashEquilibrium]) -> None:
    """Pure equilibria, as many as a share of the limits allows."""
    try:
        with limits.keeping(0.0, 1 - PURE):
            found.update(certified_pure_equilibria(game))
    except Interrupted:
        raise
    except LimitReached:
        return


def _certified(
    game: NormalFormGame,
    extreme: ExtremeEquilibria,
    pure: dict[tuple[int, ...], NashEquilibrium],
) -> Iterator[NashEquilibrium]:
    """The extreme equilibria in their order; those that are known are taken out of `pure`."""
    actions = [
        [_action(s) for s in side] if pure else [] for side in (extreme.rows, extreme.columns)
    ]
    for row, column in extreme.pairs:
        limits.check()
        known = pure.pop((actions[0][row], actions[1][column]), None) if pure else None
        equilibrium = known or certified(game, (extreme.rows[row], extreme.columns[column]))
        if equilibrium is None:
            raise CertificateError(
                f"an equilibrium of {game.name!r} failed exact verification; please report it"
            )
        yield equilibrium


def _action(strategy: Strategy) -> int:
    """The action that a pure strategy plays, -1 for a mixed one."""
    limits.check()
    return next((i for i, p in enumerate(strategy) if p == 1), -1)


def _complete(
    game: NormalFormGame, extreme: ExtremeEquilibria, equilibria: list[NashEquilibrium]
) -> Solution:
    """All equilibria, their components and indices."""
    components = connected_components(extreme.pairs)
    isolated = {component[0] for component in components if len(component) == 1}
    return Solution(
        game=game,
        concept="nash",
        method=METHOD,
        solutions=tuple(
            replace(e, index=extreme.indices[k]) if k in isolated else e
            for k, e in enumerate(equilibria)
        ),
        complete=True,
        components=tuple(map(tuple, components)),
        component_indices=tuple(sum(extreme.indices[k] for k in c) for c in components),
        subsets=nash_subsets(extreme, components),
        notes=(game.number_note,) if game.number_note else (),
    )


def _cut_short(
    game: NormalFormGame, equilibria: list[NashEquilibrium], reached: LimitReached
) -> Solution:
    """What was found when a limit ended the search; where that is nothing, one equilibrium."""
    notes = (game.number_note,) if game.number_note else ()
    if not equilibria:
        single = one_equilibrium(game)
        return replace(
            single,
            method=f"{METHOD}, then {single.method}",
            status=reached.status,
            complete=False,
            notes=(*notes, _note(reached, len(single))),
        )
    components, subsets = _sets(equilibria)
    return Solution(
        game=game,
        concept="nash",
        method=METHOD,
        solutions=tuple(equilibria),
        status=reached.status,
        components=components,
        subsets=subsets,
        notes=(*notes, _note(reached, len(equilibria))),
    )


def _sets(
    equilibria: list[NashEquilibrium],
) -> tuple[tuple[tuple[int, ...], ...] | None, tuple[NashSubset, ...] | None]:
    """The components and subsets that some equilibria form, None where that takes too long."""
    try:
        extreme = numbered([e.strategies for e in equilibria])
        components = connected_components(extreme.pairs)
        return tuple(map(tuple, components)), nash_subsets(extreme, components)
    except LimitReached:
        return None, None


def _note(reached: LimitReached, count: int) -> str:
    return (
        f"{reached}: the equilibria found ({count}) may not be all; a smaller game or a higher "
        "limit finds all"
    )
