"""All isolated Nash equilibria of n players, with a proof that there are no others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.errors import InputError, option
from gtlearn.games import NormalFormGame
from gtlearn.limits import OK, LimitReached
from gtlearn.progress import Progress, heard_by, tell
from gtlearn.solvers._multiplayer.classes import (
    SupportClass,
    SupportProfile,
    count_of_supports,
    float_payoffs,
    support_classes,
)
from gtlearn.solvers._multiplayer.counted import counted, is_possible, is_quick, played_in
from gtlearn.solvers._multiplayer.frontier import Log, LogEntry
from gtlearn.solvers._multiplayer.linear_supports import continuum_through, equilibria_on
from gtlearn.solvers._multiplayer.regions import RegionSearch
from gtlearn.solvers._multiplayer.roots import (
    TIE,
    Candidates,
    certified_root,
    index_of,
    largest_gain,
)
from gtlearn.solvers._multiplayer.shared_work import each
from gtlearn.solvers._multiplayer.singular import rational_equilibria
from gtlearn.solvers._nash.certified import certain
from gtlearn.solvers.outcomes import Continuum, NashEquilibrium, weakest
from gtlearn.solvers.solution import Solution

BRANCH_AND_BOUND = "branch and bound on supports"
MAX_SUPPORTS = 200_000
# Regions of a support, after which it stays open: at each turn, and where it cannot be counted
_BUDGETS = 1_000, 12_000, 40_000, 200_000
_SAMPLED = 50  # supports that stay open, on which an equilibrium is looked for
_AGAIN = 30  # supports that are left, of which so many more regions are looked at

_Floats = NDArray[np.float64]


@dataclass
class Enumeration:
    """What is known of a game's equilibria so far.

    Attributes:
        game: more than two players choose.
        equilibria: those that are certified.
        continua: what is known of supports on which there are infinitely many.
        opened: the supports in which there may be others.
        trees: for each support that had to be divided, the entries of its log in preorder.
        workers: how many processes share the classes of supports.
    """

    game: NormalFormGame
    equilibria: list[NashEquilibrium] = field(default_factory=list)
    continua: list[Continuum] = field(default_factory=list)
    opened: list[SupportProfile] = field(default_factory=list)
    trees: dict[SupportProfile, list[LogEntry]] = field(default_factory=dict)
    workers: int = 1
    _hard: int = 0  # supports that are left
    _samples: int = 0  # supports on which an equilibrium was looked for

    def run(self) -> None:
        """Looks at all supports.

        Raises:
            InputError: if there are too many, or payoffs are longer than 53 bits.
            LimitReached: at a limit.
        """
        count = count_of_supports(self.game.shape)
        if count > MAX_SUPPORTS:
            raise InputError(
                f"{self.game.name!r} has {count} supports, of which at most {MAX_SUPPORTS} are "
                f"looked at; ask for one equilibrium with {option('find', 'one')}, or for pure "
                f"ones with {option('method', 'pure')}"
            )
        left = self._each(Enumeration._look_at, self._mixed())
        solid: list[SupportClass] = []
        for rest in left:
            free = rest.indifferent()
            self._settle(rest.chosen(np.flatnonzero(free)))
            solid += [] if free.all() else [rest.chosen(np.flatnonzero(~free))]
        for step in (
            Enumeration._count_quickly,
            Enumeration._search_longer,
            Enumeration._count,
            Enumeration._search_again,
        ):
            solid = self._each(step, solid)
            self._hard = sum(supports.count for supports in solid)
        for supports in solid:
            self._settle(supports)

    def _each(self, step: _Step, classes: Iterable[SupportClass]) -> list[SupportClass]:
        """What a step leaves open of each class."""
        if self.workers == 1:
            return [rest for supports in classes for rest in step(self, supports)]
        left: list[SupportClass] = []
        for part, rest in each(partial(self._part, step), classes, self.workers):
            self._add(part.equilibria)
            self.opened += part.opened
            self.trees.update(part.trees)
            left += rest
        return left

    def _part(self, step: _Step, supports: SupportClass) -> tuple[Enumeration, list[SupportClass]]:
        """What a step finds in one class, and what it leaves open."""
        part = Enumeration(self.game, list(self.equilibria), _hard=self._hard)
        rest = step(part, supports)
        del part.equilibria[: len(self.equilibria)]
        return part, rest

    def _mixed(self) -> Iterator[SupportClass]:
        """Looks at the classes in which at most one player mixes, and yields the others."""
        for supports in self._classes():
            if sum(size > 1 for size in supports.sizes) > 1:
                yield supports
            else:
                self._look_at(supports)

    def first(self, most: int | None = None) -> NashEquilibrium | None:
        """The first that is met, if any.

        Args:
            most: how many supports are looked at, unless all are.

        Raises:
            InputError: if payoffs are longer than 53 bits.
            LimitReached: at a limit.
        """
        for supports in self._classes(most):
            self._look_at(supports)
            if self.equilibria:
                return self.equilibria[0]
        return None

    def _classes(self, most: int | None = None) -> Iterator[SupportClass]:
        payoffs = float_payoffs(self.game)
        if payoffs is None:
            raise InputError(
                f"a payoff of {self.game.name!r} has more than 53 bits over the common "
                "denominator, for which mixed equilibria of more than two players are not "
                f"computed; round the payoffs, or use {option('method', 'pure')}"
            )
        looked = 0
        for every in support_classes(payoffs):
            limits.check()
            looked += every.count
            if most is not None and looked > most:
                return
            supports = every.chosen(every.undominated())
            if supports.count:
                tell(None, f"supports of {' x '.join(map(str, supports.sizes))} actions")
                yield supports

    def _settle(self, supports: SupportClass) -> None:
        """Decides by linear conditions what can be, and leaves the others open."""
        for own in map(supports.supports, range(supports.count)):
            known = equilibria_on(self.game, own)
            if known is None:
                self._sample(supports, own)
            elif isinstance(known, Continuum):
                self.continua.append(known)
            else:
                self.trees[own] = [("polytopes",)]
                self._add(certain(self.game, profile) for profile in known)

    def _sample(self, supports: SupportClass, own: SupportProfile) -> None:
        """Looks for an equilibrium on a support that stays open, and for a continuum by it."""
        sample: NashEquilibrium | None = None
        self._samples += 1
        if self._samples <= _SAMPLED:
            payoffs = [p / supports.range for p in supports.payoffs]
            for equilibrium in rational_equilibria(self.game, payoffs, own):
                continuum = continuum_through(self.game, own, equilibrium.strategies)
                if continuum is not None:
                    self.continua.append(continuum)
                    return
                sample = sample or equilibrium
        self.opened.append(own)
        self._add([] if sample is None else [sample])

    def _look_at(self, supports: SupportClass) -> list[SupportClass]:
        """Keeps the equilibria that are found, and returns supports with more regions left."""
        mixers = sum(size > 1 for size in supports.sizes)
        if mixers == 0:
            for k in range(supports.count):
                self._keep(supports, k, [np.ones(1) for _ in supports.sizes])
        elif mixers == 1:  # what it plays pays the same: else one action would dominate
            self._settle(supports)
        else:
            return self._search(supports, _BUDGETS[0])
        return []

    def _search(self, supports: SupportClass, budget: int) -> list[SupportClass]:
        candidates, log = Candidates(supports), Log()
        search = RegionSearch(supports, log, candidates.near, budget)
        opened = search.run()
        for place in range(supports.count):
            own = supports.supports(place)
            for root in candidates.of(place):
                self._keep(supports, place, root)
            if place not in opened:
                self.trees[own] = list(search.preorder(place))
        return [supports.chosen(np.array(sorted(opened)))] if opened else []

    def _count_quickly(self, supports: SupportClass) -> list[SupportClass]:
        return self._count(supports) if is_quick(supports.sizes) else [supports]

    def _search_longer(self, supports: SupportClass) -> list[SupportClass]:
        return [supports] if is_quick(supports.sizes) else self._search(supports, _BUDGETS[1])

    def _search_again(self, supports: SupportClass) -> list[SupportClass]:
        if self._hard > _AGAIN:
            return [supports]
        return self._search(supports, _BUDGETS[2 if is_possible(supports.sizes) else 3])

    def _count(self, supports: SupportClass) -> list[SupportClass]:
        """Closes supports by the number of their complex solutions, and returns the others."""
        left = np.ones(supports.count, dtype=bool)
        for place, every in counted(supports):
            own = supports.supports(place)
            listed = [e for e in self.equilibria if played_in(e) == own]
            closed = True
            for number in range(len(every.near)):
                if any(every.holds(number, equilibrium) for equilibrium in listed):
                    continue
                equilibrium = self._certified(supports, place, every.mixtures(number))
                if equilibrium is None or not every.holds(number, equilibrium):
                    closed = False
                else:
                    self._add([equilibrium])
            if closed:
                self.trees[own] = [every.entry]
                left[place] = False
        return [supports.chosen(np.flatnonzero(left))] if left.any() else []

    def _keep(self, supports: SupportClass, place: int, near: Sequence[_Floats]) -> None:
        """Certifies an equilibrium that is not known; where that fails its support stays open."""
        equilibrium = self._certified(supports, place, near)
        if equilibrium is None:
            self.opened.append(supports.supports(place))
        else:
            self._add([equilibrium])

    def _certified(
        self, supports: SupportClass, place: int, near: Sequence[_Floats]
    ) -> NashEquilibrium | None:
        own = supports.supports(place)
        equilibrium = certified_root(self.game, own, near)
        if equilibrium is None:
            return None
        if largest_gain(supports.payoffs, own, near) < -TIE * supports.range:  # else not isolated
            played = [p[np.ix_(*own)] for p in supports.payoffs]
            equilibrium = replace(equilibrium, index=index_of(played, near))
        return equilibrium

    def _add(self, equilibria: Iterable[NashEquilibrium]) -> None:
        known = {equilibrium.strategies for equilibrium in self.equilibria}
        self.equilibria += (e for e in equilibria if e.strategies not in known)


_Step = Callable[[Enumeration, SupportClass], list[SupportClass]]


def all_equilibria(
    game: NormalFormGame, *, workers: int = 1, progress: Progress | None = None
) -> Solution:
    """All isolated Nash equilibria of a game in which more than two players choose.

    Each support is looked at unless an action dominates one of its own there (Porter, Nudelman &
    Shoham 2008). `complete` says that there is no other equilibrium: each support is divided into
    regions until each has none, or exactly one, which is certified. Else `open_supports` lists the
    supports in which there may be others, such as those that hold infinitely many. Several workers
    share the supports, with the same answer.

    Raises:
        InputError: if there are too many supports, or payoffs are too long.
    """
    start, work, status = time.monotonic(), Enumeration(game, workers=workers), OK
    notes = [game.number_note] if game.number_note else []
    with heard_by(progress):
        try:
            work.run()
        except LimitReached as reached:
            status = reached.status
            notes.append(f"{reached}: not all supports were looked at; {reached.more}")
    if work.opened:
        notes.append(
            f"supports that may hold other equilibria, infinitely many or hardly isolated ones: "
            f"{len(work.opened)}; JSON lists them"
        )
    equilibria = sorted(work.equilibria, key=_order)
    return Solution(
        game=game,
        concept="nash",
        method=BRANCH_AND_BOUND,
        solutions=tuple(equilibria),
        status=status,
        complete=status == OK and not work.opened and not work.continua,
        arithmetic=weakest(e.certificate.arithmetic for e in equilibria),
        seconds=time.monotonic() - start,
        open_supports=tuple(sorted(work.opened)) if status == OK else None,
        continua=tuple(sorted(work.continua, key=lambda continuum: continuum.supports)),
        notes=tuple(notes),
    )


def _order(equilibrium: NashEquilibrium) -> tuple[Any, ...]:
    """Pure ones first, then by what is played."""
    supports = [[k for k, p in enumerate(s) if _is_played(p)] for s in equilibrium.strategies]
    return sum(map(len, supports)), supports, [list(map(float, s)) for s in equilibrium.strategies]


def _is_played(probability: Any) -> bool:
    return float(probability) > 0
