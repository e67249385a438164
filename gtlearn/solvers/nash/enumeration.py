"""Every equilibrium of a two-player game: extreme points, maximal Nash subsets, components."""

from __future__ import annotations

import time

from gtlearn.errors import CertificateError
from gtlearn.games import NormalFormGame
from gtlearn.solvers.nash.certified import certified
from gtlearn.solvers.nash.components import connected_components, nash_subsets
from gtlearn.solvers.nash.extreme import Progress, extreme_equilibria
from gtlearn.solvers.nash.players import require_two_players
from gtlearn.solvers.solution import OK, TIME_LIMIT, NashEquilibrium, Solution

METHOD = "vertex enumeration"


def all_equilibria(
    game: NormalFormGame, *, time_limit: float | None = None, progress: Progress | None = None
) -> Solution:
    """Every extreme Nash equilibrium, with the maximal Nash subsets and components they span.

    Each Nash equilibrium is a convex combination within one maximal Nash subset (Avis, Rosenberg,
    Savani & von Stengel 2010); a component's index is +1 or -1 where it is a single regular
    equilibrium, and the indices of all components add up to 1 (Shapley 1974).

    Args:
        game: a two-player game, degenerate or not.
        time_limit: seconds after which to return what was found, with `complete` False.
        progress: told what is being done.

    Raises:
        InputError: if the game does not have two players.

    >>> from gtlearn import games
    >>> bos = games.normal_form([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    >>> [[str(p) for p in e.strategies[0]] for e in all_equilibria(bos)]
    [['1', '0'], ['0', '1'], ['2/3', '1/3']]
    """
    require_two_players(game)
    start = time.perf_counter()
    extreme = extreme_equilibria(game, time_limit=time_limit, progress=progress)
    components = connected_components(extreme.pairs)
    subsets = nash_subsets(extreme, components)
    isolated = {component[0] for component in components if len(component) == 1}
    solutions = []
    for k, (row, column) in enumerate(extreme.pairs):
        index = extreme.indices[k] if k in isolated and extreme.complete else None
        equilibrium = certified(game, (extreme.rows[row], extreme.columns[column]), index)
        if equilibrium is None:
            raise CertificateError(
                f"an equilibrium of {game.name!r} failed exact verification; please report it"
            )
        solutions.append(equilibrium)
    return Solution(
        game=game,
        concept="nash",
        method=METHOD,
        solutions=tuple(solutions),
        status=OK if extreme.complete else TIME_LIMIT,
        complete=extreme.complete,
        seconds=time.perf_counter() - start,
        components=tuple(map(tuple, components)),
        component_indices=_component_indices(extreme.indices, components, extreme.complete),
        subsets=subsets,
        notes=_notes(game, extreme.stopped, solutions),
    )


def _component_indices(
    indices: list[int], components: list[list[int]], complete: bool
) -> tuple[int, ...] | None:
    if not complete:
        return None
    return tuple(sum(indices[k] for k in component) for component in components)


def _notes(game: NormalFormGame, stopped: str, found: list[NashEquilibrium]) -> tuple[str, ...]:
    notes = [game.number_note] if game.number_note else []
    if stopped:
        notes.append(
            f"stopped at {stopped}: {len(found)} equilibria were found and there may be more; "
            "raise --time-limit to find the rest"
        )
    return tuple(notes)
