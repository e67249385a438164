"""Every equilibrium of a two-player game: extreme points, maximal Nash subsets, components."""

from __future__ import annotations

import time
from dataclasses import replace

from gtlearn.errors import CertificateError
from gtlearn.games import NormalFormGame
from gtlearn.solvers.dummies import also_with_dummies
from gtlearn.solvers.nash.certified import certified
from gtlearn.solvers.nash.components import connected_components, nash_subsets
from gtlearn.solvers.nash.extreme import ExtremeEquilibria, extreme_equilibria
from gtlearn.solvers.nash.players import require_two_players
from gtlearn.solvers.nash.single import one_equilibrium
from gtlearn.solvers.solution import (
    MEMORY_LIMIT,
    OK,
    TIME_LIMIT,
    NashEquilibrium,
    Progress,
    Solution,
)

METHOD = "vertex enumeration"
SEARCH_SHARE = 0.7  # of the time limit; the rest is for certificates


@also_with_dummies
def all_equilibria(
    game: NormalFormGame, *, time_limit: float | None = None, progress: Progress | None = None
) -> Solution:
    """Every extreme Nash equilibrium, with the maximal Nash subsets and components they span.

    Each Nash equilibrium is a convex combination within one maximal Nash subset (Avis, Rosenberg,
    Savani & von Stengel 2010); a component's index is +1 or -1 where it is a single regular
    equilibrium, and the indices of all components add up to 1 (Shapley 1974).

    Args:
        game: a two-player game, degenerate or not; further players may have one action each.
        time_limit: seconds after which to return what was found, with `complete` False.
        progress: told what is being done.

    Raises:
        InputError: if more than two players have a choice.

    >>> from gtlearn import games
    >>> bos = games.normal_form([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    >>> [[str(p) for p in e.strategies[0]] for e in all_equilibria(bos)]
    [['1', '0'], ['0', '1'], ['2/3', '1/3']]
    """
    require_two_players(game)
    start = time.monotonic()
    deadline = None if time_limit is None else start + time_limit
    share = None if time_limit is None else SEARCH_SHARE * time_limit
    extreme = extreme_equilibria(game, time_limit=share, progress=progress)
    solutions = _certified_in_time(game, extreme, deadline)
    if len(solutions) < len(extreme.pairs):
        extreme = extreme.first(len(solutions))
    if not solutions and not extreme.complete:
        return _at_least_one(game, extreme, start, time_limit)
    components = connected_components(extreme.pairs)
    isolated = {component[0] for component in components if len(component) == 1}
    if extreme.complete:
        solutions = [
            replace(e, index=extreme.indices[k]) if k in isolated else e
            for k, e in enumerate(solutions)
        ]
    return Solution(
        game=game,
        concept="nash",
        method=METHOD,
        solutions=tuple(solutions),
        status=_status(extreme),
        complete=extreme.complete,
        seconds=time.monotonic() - start,
        components=tuple(map(tuple, components)),
        component_indices=_component_indices(extreme.indices, components, extreme.complete),
        subsets=nash_subsets(extreme, components),
        notes=_notes(game, extreme.stopped, len(solutions)),
    )


def _certified_in_time(
    game: NormalFormGame, extreme: ExtremeEquilibria, deadline: float | None
) -> list[NashEquilibrium]:
    """The extreme equilibria with their certificates, as many as the time allows, one at least."""
    solutions: list[NashEquilibrium] = []
    for row, column in extreme.pairs:
        if solutions and deadline is not None and time.monotonic() > deadline:
            break
        equilibrium = certified(game, (extreme.rows[row], extreme.columns[column]))
        if equilibrium is None:
            raise CertificateError(
                f"an equilibrium of {game.name!r} failed exact verification; please report it"
            )
        solutions.append(equilibrium)
    return solutions


def _at_least_one(
    game: NormalFormGame, extreme: ExtremeEquilibria, start: float, time_limit: float | None
) -> Solution:
    """Where the enumeration was stopped before it met an equilibrium: one found otherwise."""
    left = None if time_limit is None else max(1.0, start + time_limit - time.monotonic())
    single = one_equilibrium(game, time_limit=left)
    return replace(
        single,
        method=f"{METHOD}, then {single.method}",
        status=_status(extreme),
        complete=False,
        seconds=time.monotonic() - start,
        notes=_notes(game, extreme.stopped, len(single)),
    )


def _status(extreme: ExtremeEquilibria) -> str:
    if extreme.complete:
        return OK
    return MEMORY_LIMIT if "memory" in extreme.stopped else TIME_LIMIT


def _component_indices(
    indices: list[int], components: list[list[int]], complete: bool
) -> tuple[int, ...] | None:
    if not complete:
        return None
    return tuple(sum(indices[k] for k in component) for component in components)


def _notes(game: NormalFormGame, stopped: str, count: int) -> tuple[str, ...]:
    notes = [game.number_note] if game.number_note else []
    if stopped:
        notes.append(
            f"stopped at {stopped}: the equilibria found ({count}) may not be all; "
            "a smaller game or a higher --time-limit finds all"
        )
    return tuple(notes)
