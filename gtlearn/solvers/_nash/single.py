"""One certified equilibrium of a two-player game, by the cheapest method that finds one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np

from gtlearn import child, limits
from gtlearn.errors import InputError, option
from gtlearn.games import NormalFormGame
from gtlearn.games.given import of_games
from gtlearn.limits import OK, LimitReached
from gtlearn.progress import Progress, heard_by, tell
from gtlearn.solvers._dominance.solvable import dominance_solution
from gtlearn.solvers._linear.threads import load_blas, one_blas_thread
from gtlearn.solvers._nash.barrier import (
    STRIDES,
    Supports,
    barrier_supports,
    random_weights,
    system_seconds,
)
from gtlearn.solvers._nash.certified import require_two_players
from gtlearn.solvers._nash.lemke_howson import (
    float_path,
    path_equilibrium,
    unit_payoffs,
    writing_seconds,
)
from gtlearn.solvers._nash.pure import BEST_RESPONSES, first_certified_pure_equilibrium
from gtlearn.solvers._nash.supports import equilibrium_on_supports, two_by_two_supports
from gtlearn.solvers.dummies import also_with_dummies
from gtlearn.solvers.outcomes import NashEquilibrium
from gtlearn.solvers.solution import Solution

_SMALL = "two-by-two supports"
LEMKE_HOWSON = "Lemke-Howson"
BARRIER = "log-barrier path"

SMALL_GAME = 12  # up to this many actions a player the exact Lemke-Howson path is instant
_ROUNDS = 12  # of path following before the exact path, which always ends, takes over
PIVOTS = 2  # of the first float path, a label; doubled each round
LABELS = 8  # start labels a round
BARRIER_PATHS = 100  # more than half of them are lost in the hardest games


@of_games(NormalFormGame)
@also_with_dummies
def one_equilibrium(
    game: NormalFormGame,
    *,
    method: str | None = None,
    time_limit: float | None = None,
    memory_limit: float | None = None,
    progress: Progress | None = None,
) -> Solution:
    """One exact Nash equilibrium; `Solution.method` names the method that found it.

    Zero-sum games are solved by their linear program. For others, in this order: pure best
    responses, short Lemke-Howson paths from several labels, supports of two actions, log-barrier
    paths, long Lemke-Howson paths, and at last the exact lexicographic Lemke-Howson path, which
    always ends at an equilibrium.

    `complete` says that there is no other: it is proven so where the optimal strategies of a
    zero-sum game are unique, and where iterated strict dominance leaves one profile.

    Args:
        game: a two-player game; further players may have one action each, and any where the
            method is "pure".
        method: "pure", "zero-sum", "small-supports", "lemke-howson" or "barrier" to run only that.
        time_limit: seconds after which to give up, with no solution.
        memory_limit: bytes by which the process may grow, to the same effect.
        progress: told what is being done.

    Raises:
        InputError: if more than two players have a choice, the method is unknown, or a limit is
            no positive number.

    >>> from gtlearn import games
    >>> pennies = games.normal_form([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    >>> one_equilibrium(pennies)[0].payoffs
    (Fraction(0, 1), Fraction(0, 1))
    """
    if method != "pure":
        require_two_players(game)
    with limits.limited(time_limit, memory_limit), heard_by(progress):
        if method == "zero-sum" or (method is None and game.is_constant_sum):
            from gtlearn.solvers._nash.zero_sum import zero_sum

            return zero_sum(game)
        return _tried(game, _chosen(game, method))


Attempt = Callable[[NormalFormGame], NashEquilibrium | None]


def _tried(game: NormalFormGame, attempts: list[tuple[str, Attempt]]) -> Solution:
    """The equilibrium that the first successful attempt finds."""
    start = time.monotonic()
    equilibrium: NashEquilibrium | None = None
    name, status = "", OK
    notes = [game.number_note] if game.number_note else []
    try:
        for name, attempt in attempts:
            tell(None, name)
            equilibrium = attempt(game)
            if equilibrium is not None:
                break
        else:
            notes.append(f"{name} found no equilibrium; drop {option('method')} to try all methods")
    except LimitReached as reached:
        status = reached.status
        notes.append(f"{reached}: no equilibrium was found by then; to find one, {reached.more}")
    return Solution(
        game=game,
        concept="nash",
        method=name,
        solutions=() if equilibrium is None else (equilibrium,),
        status=status,
        complete=equilibrium is not None
        and name == BEST_RESPONSES
        and dominance_solution(game) is not None,
        seconds=time.monotonic() - start,
        notes=tuple(notes),
    )


def _chosen(game: NormalFormGame, method: str | None) -> list[tuple[str, Attempt]]:
    named: dict[str, tuple[str, Attempt]] = {
        "pure": (BEST_RESPONSES, first_certified_pure_equilibrium),
        "small-supports": (_SMALL, _small),
        "lemke-howson": (LEMKE_HOWSON, _lemke_howson),
        "barrier": (BARRIER, _barrier),
    }
    if method is not None:
        if method not in named:
            raise InputError(
                f"{method!r} is no method for one Nash equilibrium; use zero-sum, "
                f"{', '.join(named)}"
            )
        return [named[method]]
    if max(game.shape) <= SMALL_GAME:  # the exact path is instant, and floats cost an import
        return [named["pure"], named["lemke-howson"]]
    return [
        named["pure"],
        (LEMKE_HOWSON, _short_paths),
        named["small-supports"],
        named["barrier"],
        named["lemke-howson"],
    ]


def _small(game: NormalFormGame) -> NashEquilibrium | None:
    first, second = (tensor.numerators for tensor in game.payoffs)
    if object in (first.dtype, second.dtype):
        return None
    supports = child.bounded(two_by_two_supports, first, second, seconds=2e-8 * first.size)
    return None if supports is None else equilibrium_on_supports(game, *supports)


def _short_paths(game: NormalFormGame) -> NashEquilibrium | None:
    """Float paths from several labels, none of them long."""
    m, n = game.shape
    return _paths(game, rounds=1, pivots=max(m + n, 100))


def _lemke_howson(game: NormalFormGame) -> NashEquilibrium | None:
    """Float paths with growing budgets in small numbers, then the exact path."""
    if max(game.shape) > SMALL_GAME:
        m, n = game.shape
        equilibrium = _paths(game, rounds=_ROUNDS, pivots=PIVOTS * (m + n))
        if equilibrium is not None:
            return equilibrium
    return path_equilibrium(game, 0)


def _barrier(game: NormalFormGame) -> NashEquilibrium | None:
    """Log-barrier paths: from the centre first, then from random weights."""
    load_blas()
    seconds = writing_seconds(game) + system_seconds(*game.shape)
    return child.bounded(_barrier_end, game, seconds=seconds)


def _barrier_end(game: NormalFormGame) -> NashEquilibrium | None:
    generator = np.random.default_rng(0)
    payoffs = unit_payoffs(game)

    def guess(k: int) -> Supports | None:
        weights = None
        if k >= len(STRIDES):
            m, n = game.shape
            weights = random_weights(m, generator), random_weights(n, generator)
        return barrier_supports(*payoffs, weights, STRIDES[k % len(STRIDES)])

    return _first_certified(game, guess, BARRIER_PATHS)


def _paths(game: NormalFormGame, *, rounds: int, pivots: int) -> NashEquilibrium | None:
    """Lemke-Howson paths, whose budget of pivots doubles each round."""
    load_blas()
    return child.bounded(_path_end, game, rounds, pivots, seconds=writing_seconds(game))


def _path_end(game: NormalFormGame, rounds: int, pivots: int) -> NashEquilibrium | None:
    payoffs = unit_payoffs(game)
    labels = _spread_labels(sum(game.shape))

    def guess(k: int) -> Supports | None:
        return float_path(*payoffs, next(labels), pivots << (k // LABELS))

    return _first_certified(game, guess, rounds * LABELS)


def _first_certified(
    game: NormalFormGame, guess: Callable[[int], Supports | None], count: int
) -> NashEquilibrium | None:
    """The first of `count` guesses at supports that is an equilibrium."""
    with one_blas_thread():
        for k in range(count):
            supports = guess(k)
            if supports is not None:
                equilibrium = equilibrium_on_supports(game, *supports)
                if equilibrium is not None:
                    return equilibrium
    return None


def _spread_labels(count: int) -> Iterator[int]:
    """All labels again and again, in an order that visits both players evenly."""
    generator = np.random.default_rng(0)
    while True:
        yield from generator.permutation(count).tolist()
