"""A log that a list of equilibria of n players is complete, replayed in integers.

Supports are looked at one by one. One is closed if, against all that the others play, some action
is at least as good as one of the support, and somewhere better: then the latter is not played. Else
the log divides the mixtures on the support into regions: products of simplices, one a player, given
by their vertices. What an action earns is linear in each other player's mixture, so that over a
region it is largest and smallest at products of vertices. Where all that is played earns the same,
"the equations" hold. A region is closed if

- an action earns more than a played one at all products of vertices ("dominated"),
- a combination of the equations has one sign there ("linear"),
- another action earns more than those played, up to such a combination ("inequality"),
- bounds below coordinates of solutions of the equations leave nothing ("empty"), or
- all complex solutions on the support are known ("count"; see `counted_roots`), or
- there is at most one solution, and an equilibrium of the list is inside ("root"), or it is one in
  exact numbers that does not play all actions of the support ("boundary").

Else it is made smaller by such bounds ("shrink"), or divided along an edge ("split"). Combinations
are found here, in floats, and rounded; that they do what they should is seen in integers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame
from gtlearn.games.numbers import to_fraction
from gtlearn.limits import check
from gtlearn.solvers.enclosures import Enclosure
from gtlearn.solvers.outcomes import NashEquilibrium
from gtlearn.solvers.verify.counted_roots import CountedRoots
from gtlearn.solvers.verify.form import index, items
from gtlearn.solvers.verify.region_bounds import Combined, Region, SupportShape
from gtlearn.solvers.verify.support_polytopes import Support

_CUT = 31, 64  # where an edge is divided
_GRID = 2**16  # bounds are so many parts of one

_Supports = tuple[tuple[int, ...], ...]
_Objects = NDArray[Any]  # integers of any length


def missing_on_supports(
    game: NormalFormGame,
    equilibria: Sequence[NashEquilibrium],
    log: Mapping[str, Any],
    besides: Collection[_Supports] = (),
) -> list[str]:
    """Whether a list lacks an equilibrium, by a log.

    Args:
        game: it alone is believed.
        equilibria: the list, each verified on its own.
        log: its "supports" hold a pair each: the actions that each player plays, and the entries of
            the regions in preorder.
        besides: supports on which there may be others.

    Raises:
        InputError: if the log does not prove that the list is complete.
        LimitReached: at a limit.
    """
    trees = _trees(game, log)
    listed: dict[_Supports, list[NashEquilibrium]] = {}
    for equilibrium in equilibria:
        listed.setdefault(_supports_of(equilibrium), []).append(equilibrium)
    for supports in product(*map(_subsets, game.shape)):
        check()
        if supports in besides:
            continue
        own = listed.get(supports, [])
        if all(len(s) == 1 for s in supports):
            if not own and _is_pure_equilibrium(game, supports):
                return [f"the pure equilibrium {_named(game, supports)} is not listed"]
        elif list(map(list, trees.get(supports, []))) == [["polytopes"]]:
            absent = _missing_in_polytopes(game, supports, own)
            if absent:
                return absent
        elif supports in trees:
            _Replay(game, supports, own).run(trees[supports])
        elif not _is_dominated(game, supports):
            raise InputError(f"the log says nothing of the supports {_named(game, supports)}")
    return []


def _subsets(size: int) -> list[tuple[int, ...]]:
    return [s for k in range(1, size + 1) for s in combinations(range(size), k)]


def _named(game: NormalFormGame, supports: _Supports) -> str:
    parts = zip(game.actions, supports, strict=True)
    return " / ".join("+".join(actions[a] for a in support) for actions, support in parts)


def _trees(game: NormalFormGame, log: Mapping[str, Any]) -> dict[_Supports, list[Any]]:
    trees: dict[_Supports, list[Any]] = {}
    for pair in items(log.get("supports"), "the supports of the proof"):
        stated, entries = items(pair, "supports of the proof")
        parts = zip(items(stated, "supports"), game.shape, strict=True)
        supports = tuple(
            tuple(index(a, size, "an action") for a in items(s, "a support")) for s, size in parts
        )
        trees[supports] = list(items(entries, "the regions of the proof"))
    return trees


def _supports_of(equilibrium: NashEquilibrium) -> _Supports:
    return tuple(
        tuple(a for a, p in enumerate(s) if isinstance(p, Enclosure) or p)
        for s in equilibrium.strategies
    )


def _missing_in_polytopes(
    game: NormalFormGame, supports: _Supports, listed: Sequence[NashEquilibrium]
) -> list[str]:
    """Equilibria on a support on which at most two mix, that are not listed."""
    support = Support(game, supports)
    known = {equilibrium.strategies for equilibrium in listed}
    for piece in support.pieces():
        if not piece.is_one:
            raise InputError(
                f"there may be infinitely many equilibria on the supports {_named(game, supports)}"
            )
        if support.profile(piece.left.vertices[0], piece.right.vertices[0]) not in known:
            return [f"an equilibrium on the supports {_named(game, supports)} is not listed"]
    return []


def _integers(game: NormalFormGame, player: int) -> _Objects:
    return game.payoffs[player].numerators.astype(object)


def _is_pure_equilibrium(game: NormalFormGame, supports: _Supports) -> bool:
    profile = tuple(s[0] for s in supports)
    for player in range(game.num_players):
        others = tuple(slice(None) if k == player else a for k, a in enumerate(profile))
        earned = game.payoffs[player].numerators[others]
        if earned.max() > earned[profile[player]]:
            return False
    return True


def _is_dominated(game: NormalFormGame, supports: _Supports) -> bool:
    """Whether an action is at least as good as one that is played, and somewhere better."""
    for player, size in enumerate(game.shape):
        cut = [list(s) for s in supports]
        cut[player] = list(range(size))
        earned = np.moveaxis(game.payoffs[player].numerators[np.ix_(*cut)], player, 0)
        earned = earned.reshape(size, -1)
        for worse in supports[player]:
            at_least = (earned >= earned[worse]).all(axis=1)
            better = (earned > earned[worse]).any(axis=1)
            if (at_least & better).any():
                return True
    return False


class _Replay:
    """The regions of one support.

    Args:
        game: the game.
        supports: what is played, by at least two players more than one action.
        listed: the equilibria of the list with these supports.
    """

    def __init__(
        self, game: NormalFormGame, supports: _Supports, listed: Sequence[NashEquilibrium]
    ) -> None:
        self.supports, self.listed = supports, listed
        arrays = [game.payoffs[k].numerators for k in range(game.num_players)]
        largest = max(int(a.max()) - int(a.min()) for a in arrays) or 1
        self.shape = SupportShape([len(s) for s in supports], largest)
        self.sizes, self.mixers = self.shape.sizes, self.shape.mixers
        self.payoffs = []
        for player, actions in enumerate(game.shape):
            own = supports[player]
            cut = [list(s) for s in supports]
            cut[player] = [*own, *(a for a in range(actions) if a not in own)]
            self.payoffs.append(np.moveaxis(_integers(game, player)[np.ix_(*cut)], player, 0))

    def run(self, entries: Sequence[Any]) -> None:
        """Closes all regions by the entries.

        Raises:
            InputError: if one of them does not do what it says, or they are too few or too many.
        """
        units = [1] * len(self.sizes)
        waiting = [self._region([np.eye(k, dtype=object) for k in self.sizes], units)]
        for entry in entries:
            check()
            if not waiting:
                raise InputError("the proof has more regions than there are")
            kind, *given = items(entry, "a region of the proof")
            steps: dict[str, Callable[..., list[Region]]] = {
                "dominated": self._dominated,
                "linear": self._linear,
                "inequality": self._inequality,
                "empty": self._empty,
                "root": self._root,
                "boundary": self._boundary,
                "count": self._count,
                "shrink": self._shrink,
                "split": self._split,
            }
            step = steps.get(kind) if isinstance(kind, str) else None
            if step is None:
                raise InputError(f"the proof leaves a region on {self.supports} open")
            waiting += step(waiting.pop(), *given)
        if waiting:
            raise InputError("the proof has fewer regions than there are")

    def _region(self, vertices: list[_Objects], units: list[int]) -> Region:
        gains = []
        for player, payoffs in enumerate(self.payoffs):
            earned = payoffs
            others = [k for k in range(len(self.sizes)) if k != player]
            for place, k in enumerate(others, start=1):
                earned = np.moveaxis(np.moveaxis(earned, place, -1) @ vertices[k].T, -1, place)
            earned = np.expand_dims(earned[1:] - earned[:1], 1 + player)
            shape = (len(earned), *self.sizes)
            gains.append(np.broadcast_to(earned, shape).reshape(len(earned), -1))
        return Region(gains, vertices, units)

    def _refuse(self, what: str) -> InputError:
        return InputError(f"the proof of the supports {self.supports} fails: {what}")

    def _dominated(self, region: Region, player: Any, action: Any, worse: Any) -> list[Region]:
        gains = region.gains[self._player(player)]
        rows = [np.zeros(gains.shape[1], dtype=object), *gains]
        place = index(worse, self.sizes[player], "an action that is played")
        if min(rows[index(action, len(rows), "an action")] - rows[place]) <= 0:
            raise self._refuse("an action is not better everywhere")
        return []

    def _player(self, player: Any) -> int:
        return index(player, len(self.sizes), "a player")

    def _linear(self, region: Region, equation: Any) -> list[Region]:
        values = Combined(self.shape, region).values
        index(equation, len(values), "an equation")
        if all(min(row) <= 0 <= max(row) for row in values):
            raise self._refuse("a combination of equations has no sign")
        return []

    def _inequality(self, region: Region, player: Any, action: Any) -> list[Region]:
        combined, player = Combined(self.shape, region), self._player(player)
        gains = region.gains[player]
        place = index(action, len(gains) + 1, "an action")
        if place < self.sizes[player]:
            raise self._refuse("an action that is played is no other")
        if min(combined.without_slope(gains[place - 1], player)) <= 0:
            raise self._refuse("another action is not better at solutions")
        return []

    def _bounds(self, region: Region, stated: Any) -> list[list[int]]:
        """Bounds below the coordinates of solutions, which are proven."""
        pairs = zip(items(stated, "the bounds"), self.sizes, strict=True)
        bounds = []
        for own, size in pairs:
            row = [index(b, _GRID * 2, "a bound") for b in items(own, "bounds")]
            if len(row) != size:
                raise InputError("there is not one bound for each vertex")
            bounds.append(row)
        combined = Combined(self.shape, region)
        for player, row in enumerate(bounds):
            for vertex, bound in enumerate(row):
                if bound and combined.lower(player, vertex) < Fraction(bound, _GRID):
                    raise self._refuse("a bound does not hold")
        return bounds

    def _empty(self, region: Region, stated: Any) -> list[Region]:
        if all(sum(row) <= _GRID for row in self._bounds(region, stated)):
            raise self._refuse("the bounds leave a region")
        return []

    def _shrink(self, region: Region, stated: Any) -> list[Region]:
        vertices, units = list(region.vertices), list(region.units)
        for player, row in enumerate(self._bounds(region, stated)):
            left = _GRID - sum(row)
            if left < 0:
                raise self._refuse("the bounds leave nothing")
            matrix = np.array([row] * len(row), dtype=object) + left * np.eye(
                len(row), dtype=object
            )
            vertices[player] = matrix @ vertices[player]
            units[player] *= _GRID
        return [self._region(*_reduced(vertices, units))]

    def _split(self, region: Region, player: Any, one: Any, other: Any) -> list[Region]:
        player = self._player(player)
        one, other = (index(v, self.sizes[player], "a vertex") for v in (one, other))
        if one == other:
            raise self._refuse("an edge has one end")
        halves = []
        part, whole = _CUT
        for moved in (one, other):  # the last is taken first, and comes first in the log
            own = region.vertices[player] * whole
            own[moved] = region.vertices[player][one] * part
            own[moved] += region.vertices[player][other] * (whole - part)
            vertices, units = list(region.vertices), list(region.units)
            vertices[player] = own
            units[player] *= whole
            halves.append(self._region(*_reduced(vertices, units)))
        return halves

    def _root(self, region: Region, number: Any) -> list[Region]:
        if not Combined(self.shape, region).has_one_solution():
            raise self._refuse("there may be several solutions in a region")
        equilibria = [e for e in self.listed if self._is_inside(region, e)]
        del number  # which of them it is
        if not equilibria:
            raise self._refuse("the equilibrium in a region is not listed")
        return []

    def _boundary(self, region: Region, stated: Any) -> list[Region]:
        if not Combined(self.shape, region).has_one_solution():
            raise self._refuse("there may be several solutions in a region")
        mixtures = []
        for own, size in zip(items(stated, "a profile"), self.sizes, strict=True):
            mixtures.append([to_fraction(p) for p in items(own, "a mixture")])
            if len(mixtures[-1]) != size or sum(mixtures[-1]) != 1 or min(mixtures[-1]) < 0:
                raise self._refuse("a mixture is none of the actions that are played")
        if all(map(all, mixtures)):
            raise self._refuse("a profile plays all actions of the support")
        still = [(p, [Fraction(0)] * len(p)) for p in mixtures]
        if not all(self._holds(region, k, *still[k]) for k in self.mixers):
            raise self._refuse("a profile is not in its region")
        for player, payoffs in enumerate(self.payoffs):
            earned = payoffs
            for k in range(len(self.sizes) - 1, -1, -1):
                if k != player:  # the player's own axis is the first
                    place = k + 1 if k < player else k
                    own = np.array(mixtures[k], dtype=object)
                    earned = np.moveaxis(earned, place, -1) @ own
            if any(v != earned[0] for v in earned[: self.sizes[player]]):
                raise self._refuse("a profile is no solution")
        return []

    def _count(self, region: Region, stated: Any) -> list[Region]:
        del region  # all solutions on the support are known
        CountedRoots(self.payoffs, self.sizes).run(stated, self.supports, self.listed)
        return []

    def _is_inside(self, region: Region, equilibrium: NashEquilibrium) -> bool:
        for player in self.mixers:
            own = [equilibrium.strategies[player][a] for a in self.supports[player]]
            middle = [p.mid if isinstance(p, Enclosure) else Fraction(p) for p in own]
            radius = [p.radius if isinstance(p, Enclosure) else Fraction(0) for p in own]
            if not self._holds(region, player, middle, radius):
                return False
        return True

    def _holds(
        self, region: Region, player: int, middle: list[Fraction], radius: list[Fraction]
    ) -> bool:
        """Whether mixtures of a player, up to a radius, are in a region."""
        matrix = flint.fmpq_mat(flint.fmpz_mat(region.vertices[player].T.tolist()))
        if matrix.det() == 0:
            return False
        inverse = matrix.inv()
        for i in range(len(middle)):
            row = [inverse[i, j] for j in range(len(middle))]
            low = sum(c * _exact(m) for c, m in zip(row, middle, strict=True))
            low -= sum(abs(c) * _exact(r) for c, r in zip(row, radius, strict=True))
            if low < 0:
                return False
        return True


def _exact(value: Fraction) -> Any:
    return flint.fmpq(value.numerator, value.denominator)


def _reduced(vertices: list[_Objects], units: list[int]) -> tuple[list[_Objects], list[int]]:
    """The same without common factors."""
    out, shorter = [], []
    for own, unit in zip(vertices, units, strict=True):
        common = math.gcd(unit, *own.ravel().tolist())
        out.append(own // common)
        shorter.append(unit // common)
    return out, shorter
