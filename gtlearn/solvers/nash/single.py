"""One certified equilibrium of a two-player game, by the cheapest method that finds one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame
from gtlearn.solvers.dummies import also_with_dummies
from gtlearn.solvers.linear.threads import one_blas_thread
from gtlearn.solvers.nash.barrier import STRIDES, Supports, barrier_supports
from gtlearn.solvers.nash.certified import certified
from gtlearn.solvers.nash.lemke_howson import float_path, unit_payoffs
from gtlearn.solvers.nash.players import require_two_players
from gtlearn.solvers.nash.pure import first_pure_equilibrium
from gtlearn.solvers.nash.small_supports import two_by_two_supports
from gtlearn.solvers.nash.start_labels import path_equilibrium
from gtlearn.solvers.nash.supports import equilibrium_on_supports
from gtlearn.solvers.solution import OK, TIME_LIMIT, NashEquilibrium, Progress, Solution, pure

PURE = "pure best responses"
SMALL = "two-by-two supports"
LEMKE_HOWSON = "Lemke-Howson"
BARRIER = "log-barrier path"

SMALL_GAME = 12  # up to this many actions a player the exact Lemke-Howson path is instant
ROUNDS = 12  # of path following before the exact path, which always ends, takes over
PIVOTS = 2  # of the first float path, a label; doubled each round
LABELS = 8  # start labels a round
BARRIER_PATHS = 16


@dataclass(frozen=True)
class _Search:
    game: NormalFormGame
    deadline: float | None

    def late(self) -> bool:
        return self.deadline is not None and time.monotonic() > self.deadline


@also_with_dummies
def one_equilibrium(
    game: NormalFormGame,
    *,
    method: str | None = None,
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Solution:
    """One exact Nash equilibrium; `Solution.method` names the method that found it.

    Zero-sum games are solved by their linear program. For others, in this order: pure best
    responses, short Lemke-Howson paths from several labels, supports of two actions, log-barrier
    paths, long Lemke-Howson paths, and at last the exact lexicographic Lemke-Howson path, which
    always ends at an equilibrium.

    Args:
        game: a two-player game; further players may have one action each.
        method: "pure", "zero-sum", "small-supports", "lemke-howson" or "barrier" to run only that.
        time_limit: seconds after which to give up, with no solution and `complete` False.
        progress: told what is being done.

    Raises:
        InputError: if more than two players have a choice or the method is unknown.

    >>> from gtlearn import games
    >>> pennies = games.normal_form([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    >>> one_equilibrium(pennies)[0].payoffs
    (Fraction(0, 1), Fraction(0, 1))
    """
    require_two_players(game)
    if method == "zero-sum" or (method is None and game.is_zero_sum):
        from gtlearn.solvers.zero_sum import zero_sum

        return zero_sum(game, time_limit=time_limit)
    start = time.monotonic()
    deadline = None if time_limit is None else start + time_limit
    search = _Search(game, deadline)
    chosen = _chosen(game, method)
    found: NashEquilibrium | None = None
    name = ""
    for name, attempt in chosen:
        if progress:
            progress(None, name)
        found = attempt(search)
        if found is not None or search.late():
            break
    notes = [game.number_note] if game.number_note else []
    if found is None:
        late = search.late()
        notes.append(
            f"the time limit of {time_limit} s passed before an equilibrium was found"
            if late
            else f"{name} found no equilibrium; drop --method to try every method"
        )
    return Solution(
        game=game,
        concept="nash",
        method=name,
        solutions=() if found is None else (found,),
        status=TIME_LIMIT if found is None and search.late() else OK,
        complete=False,
        seconds=time.monotonic() - start,
        notes=tuple(notes),
    )


Attempt = Callable[[_Search], NashEquilibrium | None]


def _chosen(game: NormalFormGame, method: str | None) -> list[tuple[str, Attempt]]:
    named: dict[str, tuple[str, Attempt]] = {
        "pure": (PURE, _pure),
        "small-supports": (SMALL, _small),
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


def _pure(search: _Search) -> NashEquilibrium | None:
    found = first_pure_equilibrium(search.game)
    if found is None:
        return None
    sizes = zip(search.game.shape, found, strict=True)
    return certified(search.game, [pure(size, action) for size, action in sizes])


def _small(search: _Search) -> NashEquilibrium | None:
    first, second = (tensor.numerators for tensor in search.game.payoffs)
    if object in (first.dtype, second.dtype):
        return None
    supports = two_by_two_supports(first, second)
    return None if supports is None else equilibrium_on_supports(search.game, *supports)


def _short_paths(search: _Search) -> NashEquilibrium | None:
    """Float paths from several labels, none of them long."""
    m, n = search.game.shape
    return _paths(search, rounds=1, pivots=max(m + n, 100))


def _lemke_howson(search: _Search) -> NashEquilibrium | None:
    """Float paths with growing budgets in small numbers, then the exact path."""
    if max(search.game.shape) > SMALL_GAME:
        m, n = search.game.shape
        found = _paths(search, rounds=ROUNDS, pivots=PIVOTS * (m + n))
        if found is not None or search.late():
            return found
    return path_equilibrium(search.game, 0, search.deadline)


def _barrier(search: _Search) -> NashEquilibrium | None:
    """Log-barrier paths: from the centre first, then from random weights."""
    generator = np.random.default_rng(0)
    row_payoffs, column_payoffs = unit_payoffs(search.game)

    def guess(k: int) -> Supports | None:
        stride, weights = STRIDES[k % len(STRIDES)], generator if k >= len(STRIDES) else None
        return barrier_supports(row_payoffs, column_payoffs, weights, search.deadline, stride)

    return _first_certified(search, guess, BARRIER_PATHS)


def _paths(search: _Search, *, rounds: int, pivots: int) -> NashEquilibrium | None:
    """Lemke-Howson paths, whose budget of pivots doubles each round."""
    row_payoffs, column_payoffs = unit_payoffs(search.game)
    labels = _spread_labels(sum(search.game.shape))

    def guess(k: int) -> Supports | None:
        budget = pivots << (k // LABELS)
        return float_path(row_payoffs, column_payoffs, next(labels), budget, search.deadline)

    return _first_certified(search, guess, rounds * LABELS)


def _first_certified(
    search: _Search, guess: Callable[[int], Supports | None], count: int
) -> NashEquilibrium | None:
    """The first of `count` guesses at supports that is an equilibrium."""
    with one_blas_thread():
        for k in range(count):
            supports = guess(k)
            if search.late():
                return None
            if supports is not None:
                found = equilibrium_on_supports(search.game, *supports)
                if found is not None:
                    return found
    return None


def _spread_labels(count: int) -> Iterator[int]:
    """All labels again and again, in an order that visits both players evenly."""
    generator = np.random.default_rng(0)
    while True:
        yield from generator.permutation(count).tolist()
