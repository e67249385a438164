"""Pure Nash equilibria by best responses."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gtlearn import child, limits
from gtlearn.games import NormalFormGame
from gtlearn.games.given import of_games
from gtlearn.limits import OK, LimitReached
from gtlearn.progress import Progress, heard_by, tell
from gtlearn.solvers._dominance.solvable import dominance_solution
from gtlearn.solvers._nash.certified import certain
from gtlearn.solvers.outcomes import NashEquilibrium, Strategy, pure
from gtlearn.solvers.solution import Solution

BEST_RESPONSES = "pure best responses"


@of_games(NormalFormGame)
def pure_equilibria(
    game: NormalFormGame, *, time_limit: float | None = None, memory_limit: float | None = None
) -> list[tuple[int, ...]]:
    """Every pure Nash equilibrium of an n-player game, as action indices, in row-major order.

    A profile is one where each player's action is a best response to the others' (Nash 1951).

    Args:
        game: the game.
        time_limit: in seconds.
        memory_limit: bytes by which the process may grow.

    Raises:
        LimitReached: if a limit does not suffice.

    >>> from gtlearn import games
    >>> pure_equilibria(games.normal_form([[3, 0], [5, 1]], [[3, 5], [0, 1]]))
    [(1, 1)]
    """
    with limits.limited(time_limit, memory_limit):
        profiles = np.argwhere(_equilibrium_mask(game)).tolist()
    return [tuple(profile) for profile in profiles]


@of_games(NormalFormGame)
def every_pure(
    game: NormalFormGame,
    *,
    time_limit: float | None = None,
    memory_limit: float | None = None,
    progress: Progress | None = None,
) -> Solution:
    """Every pure Nash equilibrium of an n-player game as a Solution, each with its certificate.

    `complete` is True only where there is no mixed one either, since iterated strict dominance
    leaves one profile.

    Args:
        game: the game.
        time_limit: seconds after which to return what was found.
        memory_limit: bytes by which the process may grow, to the same effect.
        progress: told what is being done.

    Raises:
        InputError: if a limit is no positive number.

    >>> from gtlearn import games
    >>> [str(e.payoffs[0]) for e in every_pure(games.load("battle_of_the_sexes"))]
    ['2', '1']
    """
    start = time.monotonic()
    equilibria: list[NashEquilibrium] = []
    status, complete = OK, False
    notes = [game.number_note] if game.number_note else []
    try:
        with limits.limited(time_limit, memory_limit), heard_by(progress):
            tell(None, BEST_RESPONSES)
            equilibria.extend(equilibrium for _, equilibrium in certified_pure_equilibria(game))
            complete = bool(equilibria) and dominance_solution(game) is not None
            if not complete:
                what = "these are all" if equilibria else "there is none"
                notes.append(f"{what} in pure strategies; mixed ones were not looked for")
    except LimitReached as reached:
        status = reached.status
        notes.append(f"{reached}: there may be more in pure strategies; {reached.more}")
    return Solution(
        game=game,
        concept="nash",
        method=BEST_RESPONSES,
        solutions=tuple(equilibria),
        status=status,
        complete=complete,
        seconds=time.monotonic() - start,
        notes=tuple(notes),
    )


def first_pure_equilibrium(game: NormalFormGame) -> tuple[int, ...] | None:
    """The first pure Nash equilibrium in row-major order, or None.

    Raises:
        LimitReached: at a limit.
    """
    stable = _equilibrium_mask(game)
    place = int(stable.argmax())
    if not stable.flat[place]:
        return None
    return tuple(int(a) for a in np.unravel_index(place, game.shape))


def first_certified_pure_equilibrium(game: NormalFormGame) -> NashEquilibrium | None:
    """The same equilibrium with its certificate.

    Raises:
        LimitReached: at a limit, unless this costs next to nothing.
    """
    with limits.sparing(searching_seconds(game)):
        profile = first_pure_equilibrium(game)
        if profile is None:
            return None
        return certain(game, [pure(size, a) for size, a in zip(game.shape, profile, strict=True)])


def certified_pure_equilibria(
    game: NormalFormGame,
) -> Iterator[tuple[tuple[int, ...], NashEquilibrium]]:
    """Each pure equilibrium in row-major order: its actions, and the equilibrium, certified.

    Raises:
        LimitReached: at a limit.
    """
    known: list[dict[int, Strategy]] = [{} for _ in game.shape]
    for place in np.flatnonzero(_equilibrium_mask(game)):  # not listed, for there may be millions
        limits.check()
        profile = tuple(int(a) for a in np.unravel_index(place, game.shape))
        strategies = []
        for size, action, vectors in zip(game.shape, profile, known, strict=True):
            if action not in vectors:
                vectors[action] = pure(size, action)
            strategies.append(vectors[action])
        yield profile, certain(game, strategies)


def searching_seconds(game: NormalFormGame) -> float:
    """About how long it takes to look at every profile."""
    long = any(tensor.numerators.dtype == object for tensor in game.payoffs)
    return len(game.payoffs) * game.payoffs[0].numerators.size * (2e-7 if long else 1e-8)


def _equilibrium_mask(game: NormalFormGame) -> NDArray[np.bool_]:
    if limits.patience() == math.inf:
        return _stable(game)
    return child.bounded(_stable, game, seconds=searching_seconds(game))


def _stable(game: NormalFormGame) -> NDArray[np.bool_]:
    """At which profiles each player's action is a best response."""
    stable = np.ones(game.shape, dtype=bool)
    for player, tensor in enumerate(game.payoffs):
        stable &= tensor.numerators == tensor.numerators.max(axis=player, keepdims=True)
    return stable
