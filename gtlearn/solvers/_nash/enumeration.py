"""Every equilibrium of a two-player game: extreme points, maximal Nash subsets, components."""

from __future__ import annotations

import math
import time
from contextlib import nullcontext, suppress
from dataclasses import replace

from gtlearn import limits
from gtlearn.games import NormalFormGame
from gtlearn.games.given import of_games
from gtlearn.limits import Interrupted, LimitReached
from gtlearn.progress import Progress, heard_by
from gtlearn.solvers._linear.threads import one_blas_thread
from gtlearn.solvers._nash.certified import certain, require_two_players
from gtlearn.solvers._nash.components import connected_components, nash_subsets
from gtlearn.solvers._nash.extreme import Search, numbered
from gtlearn.solvers._nash.labels import LabelPair
from gtlearn.solvers._nash.pure import certified_pure_equilibria
from gtlearn.solvers._nash.single import one_equilibrium
from gtlearn.solvers.dummies import also_with_dummies
from gtlearn.solvers.outcomes import NashEquilibrium, NashSubset, Strategy
from gtlearn.solvers.solution import Solution

_METHOD = "vertex enumeration"
_PURE = 0.5  # the share of a limit that pure equilibria may take
REST = 0.25  # the share kept for one equilibrium where none was met, and for the last certificates
LAST = 0.3  # the share of that for subsets and components
THREADS_WAIT = 9  # actions of each player from which batches are large enough to wake threads


@of_games(NormalFormGame)
@also_with_dummies
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
        game: a two-player game, degenerate or not; further players may have one action each.
        time_limit: seconds after which to return what was found, with `complete` False: the pure
            equilibria first of all, and those that the enumeration met.
        memory_limit: bytes by which the process may grow, to the same effect.
        progress: told what is being done.

    Raises:
        InputError: if more than two players have a choice, or a limit is no positive number.

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
    known = _Known(game)
    try:
        if limits.patience() < math.inf:  # else they are found with all others
            _look_for_pure(game, known.pure)
        _explore(game, known)
        with limits.keeping(0.0, LAST):
            known.certify_fresh()
        return _complete(game, known)
    except LimitReached as reached:
        with limits.finishing():
            return _cut_short(game, known, reached)


class _Known:
    """The equilibria found so far, each with its certificate.

    Attributes:
        search: what finds them all.
        pure: the pure ones that were found before.
        certified: those that the search met.
    """

    def __init__(self, game: NormalFormGame) -> None:
        self.game = game
        self.search = Search(game)
        self.pure: dict[tuple[int, ...], NashEquilibrium] = {}
        self.certified: dict[LabelPair, NashEquilibrium] = {}

    def certify_fresh(self) -> None:
        """Certifies what the search met since it was looked at last.

        Raises:
            LimitReached: at a limit; what was not certified then stays fresh.
        """
        fresh = self.search.matches.fresh
        while fresh:
            limits.check()
            profile = self.search.profile(fresh[-1])
            equilibrium = self._known(profile) or certain(self.game, profile)
            self.certified[fresh.pop()] = equilibrium

    def _known(self, profile: tuple[Strategy, ...]) -> NashEquilibrium | None:
        """The equilibrium, taken out of the pure ones, if it is one of those found before."""
        if not self.pure:
            return None
        return self.pure.pop(tuple(map(_action, profile)), None)


def _explore(game: NormalFormGame, known: _Known) -> None:
    """Searches for all equilibria, and certifies each as it is met."""
    many = min(game.shape) >= THREADS_WAIT
    with limits.keeping(0.0, REST), one_blas_thread() if many else nullcontext():
        for _ in known.search.run():
            known.certify_fresh()


def _look_for_pure(game: NormalFormGame, known: dict[tuple[int, ...], NashEquilibrium]) -> None:
    """Pure equilibria, as many as a share of the limits allows."""
    try:
        with limits.keeping(0.0, 1 - _PURE):
            known.update(certified_pure_equilibria(game))
    except Interrupted:
        raise
    except LimitReached:
        return


def _action(strategy: Strategy) -> int:
    """The action that a pure strategy plays, -1 for a mixed one."""
    limits.check()
    return next((i for i, p in enumerate(strategy) if p == 1), -1)


def _complete(game: NormalFormGame, known: _Known) -> Solution:
    """All equilibria, their components and indices."""
    extreme = known.search.all()
    components = connected_components(extreme.pairs)
    isolated = {component[0] for component in components if len(component) == 1}
    equilibria = [known.certified[key] for key in extreme.keys]
    return Solution(
        game=game,
        concept="nash",
        method=_METHOD,
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


def _cut_short(game: NormalFormGame, known: _Known, reached: LimitReached) -> Solution:
    """What was found when a limit ended the search; where that is nothing, one equilibrium."""
    with suppress(LimitReached), limits.keeping(0.0, LAST):
        known.certify_fresh()
    equilibria = [*known.pure.values(), *known.certified.values()]
    notes = (game.number_note,) if game.number_note else ()
    if not equilibria:
        single = one_equilibrium(game)
        return replace(
            single,
            method=f"{_METHOD}, then {single.method}",
            status=reached.status,
            complete=False,
            notes=(*notes, _note(reached, len(single))),
        )
    components, subsets = _sets(equilibria)
    return Solution(
        game=game,
        concept="nash",
        method=_METHOD,
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
    return f"{reached}: the equilibria found ({count}) may not be all; to find all, {reached.more}"
