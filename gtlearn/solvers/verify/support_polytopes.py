"""Equilibria of n players on supports where at most two mix, from the vertices of polytopes.

A player who mixes is indifferent, and one who does not loses nothing by other actions: conditions
that are linear in each mixture. Vertices are found by trying which conditions are tight.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import chain, combinations
from math import comb
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from gtlearn.games import NormalFormGame
from gtlearn.limits import check
from gtlearn.solvers.verify.report import Unproven

_Vector = tuple[Fraction, ...]
_Profile = tuple[_Vector, ...]
_Supports = tuple[tuple[int, ...], ...]
_Objects = NDArray[Any]

_MOST = 50_000  # sets of tight conditions that are tried
_MOST_FACES = 12  # vertices of which all subsets are looked at


@dataclass(frozen=True)
class Polytope:
    """Mixtures of so many actions for which some rows are 0 and others are at least 0."""

    size: int
    equal: tuple[tuple[Any, ...], ...] = ()
    at_least: tuple[tuple[Any, ...], ...] = ()

    def cut(self, equal: Sequence[Any] = (), at_least: Sequence[Any] = ()) -> Polytope:
        """With more rows."""
        return replace(
            self,
            equal=(*self.equal, *map(tuple, equal)),
            at_least=(*self.at_least, *map(tuple, at_least)),
        )

    @cached_property
    def vertices(self) -> list[_Vector]:
        """All of them.

        Raises:
            Unproven: if there are too many sets of conditions to try.
        """
        unit = [tuple(int(k == a) for k in range(self.size)) for a in range(self.size)]
        bounds = list(dict.fromkeys([*unit, *self.at_least]))
        fixed = [(1,) * self.size, *self.equal]
        free = self.size - _matrix(fixed).rank()
        if comb(len(bounds), free) > _MOST:
            raise Unproven("there are too many conditions on a mixture to find all its vertices")
        points: dict[_Vector, None] = {}
        for tight in combinations(bounds, free):
            check()
            rows = _matrix([*fixed, *tight], [1] + [0] * (len(self.equal) + free))
            reduced, rank = rows.rref()
            if rank != self.size or any(reduced[k, k] != 1 for k in range(self.size)):
                continue  # not one point
            point = [reduced[k, self.size] for k in range(self.size)]
            if all(
                sum(c * p for c, p in zip(map(_exact, row), point, strict=True)) >= 0
                for row in bounds
            ):
                points[tuple(Fraction(int(p.p), int(p.q)) for p in point)] = None
        return list(points)

    @property
    def plays_all(self) -> bool:
        """Whether one of the mixtures plays all actions."""
        return bool(self.vertices) and all(map(any, zip(*self.vertices, strict=True)))


def _exact(value: Any) -> Any:
    value = Fraction(value)
    return flint.fmpq(value.numerator, value.denominator)


def _matrix(rows: Sequence[Sequence[Any]], right: Sequence[int] | None = None) -> Any:
    """The rows, with a last column where it is given."""
    whole = [[*row, *([] if right is None else [right[k]])] for k, row in enumerate(rows)]
    entries = [_exact(v) for v in chain.from_iterable(whole)]
    return flint.fmpq_mat(len(whole), len(whole[0]), entries)


@dataclass(frozen=True, eq=False)
class Piece:
    """Equilibria of two who mix, in two polytopes.

    Attributes:
        left, right: the mixtures.
        tight: conditions on both that do not hold everywhere there, by player and action: what that
            loses, in the payoffs' numerators, for each action of the one and of the other.
    """

    left: Polytope
    right: Polytope
    tight: Mapping[tuple[int, int], _Objects]

    @property
    def is_one(self) -> bool:
        """Whether it is one profile."""
        return len(self.left.vertices) == len(self.right.vertices) == 1 and not self.tight


class Support:
    """The equilibria that play some actions.

    Args:
        game: the game.
        supports: what is played; at most two players play several actions.

    Raises:
        Unproven: if more players mix.
    """

    def __init__(self, game: NormalFormGame, supports: _Supports) -> None:
        self.game, self.supports = game, supports
        mix = sorted(range(game.num_players), key=lambda k: (len(supports[k]) == 1, k))
        if len(supports[mix[2]]) > 1:
            raise Unproven("more than two players mix")
        self.pair = min(mix[:2]), max(mix[:2])  # of one action where fewer mix

    def pieces(self) -> list[Piece]:
        """Pieces that hold all of them.

        Raises:
            Unproven: if there is too much to look at.
        """
        polytopes = []
        for own, other in (self.pair, self.pair[::-1]):
            played = [self._loss(other, a).ravel() for a in self.supports[other][1:]]
            rest = [self._loss(other, a).ravel() for a in self._others(other)]
            polytopes.append(Polytope(len(self.supports[own])).cut(played, rest))
        others = (k for k in range(self.game.num_players) if k not in self.pair)
        conditions = {(k, a): self._loss(k, a) for k in others for a in self._others(k)}
        return _pieces(polytopes[0], polytopes[1], conditions)

    def profile(self, x: _Vector, y: _Vector) -> _Profile:
        """The profile of two mixtures."""
        mixtures = dict(zip(self.pair, (x, y), strict=True))
        return tuple(
            self.strategy(k, mixtures.get(k, (Fraction(1),))) for k in range(len(self.supports))
        )

    def strategy(self, player: int, mixture: _Vector) -> _Vector:
        """A mixture of what a player plays, as a strategy."""
        strategy = [Fraction(0)] * self.game.shape[player]
        for action, p in zip(self.supports[player], mixture, strict=True):
            strategy[action] = p
        return tuple(strategy)

    def _others(self, player: int) -> list[int]:
        return [a for a in range(self.game.shape[player]) if a not in self.supports[player]]

    def _loss(self, player: int, action: int) -> _Objects:
        """What a player loses by an action instead of the first that it plays."""
        cut: list[Any] = [list(own) for own in self.supports]
        cut[player] = [self.supports[player][0], action]
        own = np.moveaxis(self.game.payoffs[player].numerators[np.ix_(*cut)], player, 0)
        shape = [1 if k == player else len(self.supports[k]) for k in self.pair]
        lost: _Objects = (own[0].astype(object) - own[1]).reshape(shape)
        return lost


def _pieces(
    left: Polytope, right: Polytope, conditions: Mapping[tuple[int, int], _Objects]
) -> list[Piece]:
    if not left.plays_all or not right.plays_all:
        return []
    rows, columns = (np.array(p.vertices, dtype=object) for p in (left, right))
    values = {name: rows @ matrix @ columns.T for name, matrix in conditions.items()}
    for at, matrix in _nowhere_positive(conditions, values):
        if (at < 0).any():
            return _where_zero(left, right, conditions, at, matrix)
    tight = {name: conditions[name] for name, at in values.items() if (at < 0).any()}
    if tight and len(rows) == 1:
        return _pieces(left, right.cut(at_least=[rows[0] @ m for m in tight.values()]), {})
    if tight and len(columns) == 1:
        return _pieces(left.cut(at_least=[m @ columns[0] for m in tight.values()]), right, {})
    return [Piece(left, right, tight)]


def _nowhere_positive(
    conditions: Mapping[tuple[int, int], _Objects], values: Mapping[tuple[int, int], _Objects]
) -> Iterator[tuple[_Objects, _Objects]]:
    """Mixtures of conditions that are nowhere more than 0, at the vertices and as a matrix."""
    limiting = [name for name, at in values.items() if (at < 0).any()]
    rows = zip(*(-values[name].ravel() for name in limiting), strict=True)
    for mixture in Polytope(len(limiting)).cut(at_least=list(rows)).vertices if limiting else ():
        pairs = list(zip(limiting, mixture, strict=True))
        at = sum(p * values[name] for name, p in pairs)
        yield np.asarray(at), np.asarray(sum(p * conditions[name] for name, p in pairs))


def _where_zero(
    left: Polytope,
    right: Polytope,
    conditions: Mapping[tuple[int, int], _Objects],
    at: _Objects,
    matrix: _Objects,
) -> list[Piece]:
    """A condition that is nowhere more than 0 holds where it is 0 at all vertices of the two faces
    on which the mixtures lie."""
    if len(at) > _MOST_FACES:
        raise Unproven("a polytope has too many faces")
    faces = set()
    for size in range(1, len(at) + 1):
        for chosen in combinations(range(len(at)), size):
            columns = frozenset(j for j in range(at.shape[1]) if not any(at[i, j] for i in chosen))
            if columns:
                whole = [i for i in range(len(at)) if not any(at[i, j] for j in columns)]
                faces.add((frozenset(whole), columns))
    pieces = []
    for over, across in faces:
        x = [np.array(left.vertices[i], dtype=object) for i in over]
        y = [np.array(right.vertices[j], dtype=object) for j in across]
        cut = left.cut([matrix @ v for v in y]), right.cut([v @ matrix for v in x])
        pieces += _pieces(*cut, conditions)
    return pieces
