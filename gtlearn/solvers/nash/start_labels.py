"""The equilibria at the ends of Lemke-Howson paths, from one start label or from every one."""

from __future__ import annotations

import time

from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame
from gtlearn.solvers.dummies import also_with_dummies
from gtlearn.solvers.nash.certified import certified, from_support
from gtlearn.solvers.nash.lemke_howson import exact_path
from gtlearn.solvers.nash.players import require_two_players
from gtlearn.solvers.solution import OK, TIME_LIMIT, NashEquilibrium, Progress, Solution, Strategy

METHOD = "Lemke-Howson from every label"


@also_with_dummies
def every_label(
    game: NormalFormGame, *, time_limit: float | None = None, progress: Progress | None = None
) -> Solution:
    """The distinct equilibria that exact lexicographic paths reach, over all m + n start labels.

    They need not be all equilibria of the game (Shapley 1974, figure 3), so `complete` is False.

    Args:
        game: a two-player game; further players may have one action each.
        time_limit: seconds after which to return what was found.
        progress: told which label is followed.

    Raises:
        InputError: if more than two players have a choice.

    >>> from gtlearn import games
    >>> [str(e.strategies[0][0]) for e in every_label(games.load("battle_of_the_sexes"))]
    ['1', '0']
    """
    require_two_players(game)
    start = time.monotonic()
    deadline = None if time_limit is None else start + time_limit
    found: dict[tuple[Strategy, ...], NashEquilibrium] = {}
    status, count = OK, sum(game.shape)
    for label in range(count):
        if progress:
            progress(label / count, f"start label {label}")
        equilibrium = path_equilibrium(game, label, deadline)
        if equilibrium is None:
            status = TIME_LIMIT
            break
        found.setdefault(equilibrium.strategies, equilibrium)
    notes = [game.number_note] if game.number_note else []
    notes.append("Lemke-Howson paths need not reach every equilibrium")
    if status == TIME_LIMIT:
        notes.append(f"the time limit of {time_limit} s passed before every label was followed")
    return Solution(
        game=game,
        concept="nash",
        method=METHOD,
        solutions=tuple(found.values()),
        status=status,
        seconds=time.monotonic() - start,
        notes=tuple(notes),
    )


def path_equilibrium(
    game: NormalFormGame, label: int, deadline: float | None = None
) -> NashEquilibrium | None:
    """The equilibrium at the end of the exact lexicographic Lemke-Howson path of one label.

    Args:
        game: a two-player game; further players may have one action each.
        label: 0..m-1 for player 0's actions, m..m+n-1 for player 1's.
        deadline: a `time.monotonic()` moment to give up at (then None is returned).

    Raises:
        InputError: if there is no such label.
    """
    m, n = game.shape
    if not 0 <= label < m + n:
        raise InputError(f"{label} is no start label of a {m}x{n} game; use 0 to {m + n - 1}")
    ended = exact_path(game.payoffs[0].numerators, game.payoffs[1].numerators, label, deadline)
    if ended is None:
        return None
    x, y = ended
    strategies = from_support(m, range(m), x, sum(x)), from_support(n, range(n), y, sum(y))
    return certified(game, strategies)
