"""The equilibria at the ends of Lemke-Howson paths, from one start label or from every one."""

from __future__ import annotations

import time

from gtlearn import child, limits
from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame
from gtlearn.limits import OK, LimitReached
from gtlearn.progress import Progress, heard_by, tell
from gtlearn.solvers._nash.certified import (
    certain,
    checking_seconds,
    from_support,
    require_two_players,
)
from gtlearn.solvers._nash.lemke_howson import exact_path
from gtlearn.solvers.dummies import also_with_dummies
from gtlearn.solvers.solution import NashEquilibrium, Solution, Strategy

METHOD = "Lemke-Howson from every label"


@also_with_dummies
def every_label(
    game: NormalFormGame,
    *,
    time_limit: float | None = None,
    memory_limit: float | None = None,
    progress: Progress | None = None,
) -> Solution:
    """The distinct equilibria that exact lexicographic paths reach, over all m + n start labels.

    They need not be all equilibria of the game (Shapley 1974, figure 3), so `complete` is False.

    Args:
        game: a two-player game; further players may have one action each.
        time_limit: seconds after which to return what was found.
        memory_limit: bytes by which the process may grow, to the same effect.
        progress: told which label is followed.

    Raises:
        InputError: if more than two players have a choice.

    >>> from gtlearn import games
    >>> [str(e.strategies[0][0]) for e in every_label(games.load("battle_of_the_sexes"))]
    ['1', '0']
    """
    require_two_players(game)
    start = time.monotonic()
    found: dict[tuple[Strategy, ...], NashEquilibrium] = {}
    status, count = OK, sum(game.shape)
    notes = [game.number_note] if game.number_note else []
    notes.append("Lemke-Howson paths need not reach every equilibrium")
    try:
        with limits.limited(time_limit, memory_limit), heard_by(progress):
            for label in range(count):
                tell(label / count, f"start label {label}")
                equilibrium = path_equilibrium(game, label)
                found.setdefault(equilibrium.strategies, equilibrium)
    except LimitReached as reached:
        status = reached.status
        notes.append(f"{reached}: not every start label was followed")
    return Solution(
        game=game,
        concept="nash",
        method=METHOD,
        solutions=tuple(found.values()),
        status=status,
        seconds=time.monotonic() - start,
        notes=tuple(notes),
    )


def path_equilibrium(game: NormalFormGame, label: int) -> NashEquilibrium:
    """The equilibrium at the end of the exact lexicographic Lemke-Howson path of one label.

    Args:
        game: a two-player game; further players may have one action each.
        label: 0..m-1 for player 0's actions, m..m+n-1 for player 1's.

    Raises:
        InputError: if there is no such label.
        LimitReached: at a limit.
    """
    m, n = game.shape
    if not 0 <= label < m + n:
        raise InputError(f"{label} is no start label of a {m}x{n} game; use 0 to {m + n - 1}")
    x, y = exact_path(game.payoffs[0].numerators, game.payoffs[1].numerators, label)
    seconds = checking_seconds(game, sum(map(bool, (*x, *y))), max(sum(x), sum(y)).bit_length())
    return child.bounded(_end, game, x, y, seconds=seconds)


def _end(game: NormalFormGame, x: list[int], y: list[int]) -> NashEquilibrium:
    strategies = (from_support(len(w), range(len(w)), w, sum(w)) for w in (x, y))
    return certain(game, tuple(strategies))
