"""Equilibria on supports where the conditions are linear in each of at most two mixtures.

Where two players mix, each is indifferent by a condition that is linear in the other's mixture, so
that these mixtures lie in two polytopes. That another player loses nothing is a condition that is
linear in each of the two. Where one mixes there is one polytope, and all conditions are linear.
Where a third earns the same by all that it plays, whatever the others do, its mixture is fixed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.games import NormalFormGame
from gtlearn.solvers._linear.extreme_points import (
    Weights,
    extreme_points,
    middle,
    probabilities,
)
from gtlearn.solvers._multiplayer.classes import SupportProfile
from gtlearn.solvers.outcomes import BilinearCondition, Continuum, Strategy

_Profile = tuple[Strategy, ...]
_Objects = NDArray[Any]  # integers of any length
# By player, action, and 1, or -1 for the opposite: what the player loses at actions of two others.
_Conditions = dict[tuple[int, int, int], _Objects]

_MOST_FACES = 12  # extreme points of which all subsets are looked at
_MOST_CONDITIONS = 8  # of which combinations are looked for
_SAMPLES = 40  # mixtures at which a continuum is looked for


def equilibria_on(
    game: NormalFormGame, supports: SupportProfile
) -> list[_Profile] | Continuum | None:
    """All equilibria that play exactly some supports.

    Args:
        game: the game.
        supports: at least one player mixes; no action is dominated on them.

    Returns:
        Those equilibria where they are finitely many, or the continuum; None where neither is
        known.

    Raises:
        LimitReached: at a limit.
    """
    mixers = [k for k, own in enumerate(supports) if len(own) > 1]
    if len(mixers) <= 2:
        return _Support(game, supports, {}).solve()
    if len(mixers) == 3:
        for player in mixers:
            if _is_indifferent(game, supports, player):
                return _with_third(game, supports, player)
    return None


def continuum_through(
    game: NormalFormGame, supports: SupportProfile, profile: _Profile
) -> Continuum | None:
    """A continuum on supports, if a player may mix otherwise while the others do as in a profile.

    Args:
        profile: an equilibrium that plays exactly these supports.
    """
    weights = {
        k: _integers([profile[k][a] for a in own]) for k, own in enumerate(supports) if len(own) > 1
    }
    for player in weights:
        fixed = {k: own for k, own in weights.items() if k != player}
        result = _Support(game, supports, fixed).solve()
        if isinstance(result, Continuum):
            return result
    return None


def _is_indifferent(game: NormalFormGame, supports: SupportProfile, player: int) -> bool:
    """Whether a player earns the same by all that it plays, whatever the others play."""
    own = np.moveaxis(game.payoffs[player].numerators[np.ix_(*supports)], player, 0)
    return bool((own == own[:1]).all())


def _with_third(game: NormalFormGame, supports: SupportProfile, player: int) -> Continuum | None:
    """A continuum of three who mix, of whom one is indifferent."""
    size = len(supports[player])
    for weights in _mixtures([tuple(map(int, row)) for row in np.eye(size, dtype=int)]):
        result = _Support(game, supports, {player: weights}).solve()
        if isinstance(result, Continuum):
            return result
        for profile in result or []:
            continuum = continuum_through(game, supports, profile)
            if continuum is not None:
                return continuum
    return None


@dataclass(frozen=True)
class _Cone:
    """Mixtures of a player up to scale, by conditions on them and by their extreme points."""

    equal: tuple[tuple[int, ...], ...]
    at_least: tuple[tuple[int, ...], ...]
    points: tuple[Weights, ...]

    @staticmethod
    def of(size: int, equal: Sequence[Any], at_least: Sequence[Any]) -> _Cone:
        same = tuple(dict.fromkeys(tuple(map(int, row)) for row in equal))
        more = tuple(dict.fromkeys(tuple(map(int, row)) for row in at_least))
        return _Cone(same, more, tuple(extreme_points(size, same, more)))

    def cut(self, equal: Sequence[Any], at_least: Sequence[Any]) -> _Cone:
        """With more conditions."""
        size = len(self.points[0])
        return _Cone.of(size, [*self.equal, *equal], [*self.at_least, *at_least])

    @property
    def plays_all(self) -> bool:
        """Whether it holds a mixture of all actions."""
        return bool(self.points) and all(map(any, zip(*self.points, strict=True)))

    def two_mixtures(self) -> tuple[Weights, Weights]:
        """Two that play all actions; there are several extreme points."""
        inner = middle(self.points)
        return inner, middle([inner, self.points[0]])


@dataclass(frozen=True, eq=False)
class _Piece:
    """Equilibria whose mixtures lie in two cones, by the conditions on both that matter there."""

    left: _Cone
    right: _Cone
    tight: _Conditions

    @property
    def is_one(self) -> bool:
        return len(self.left.points) == len(self.right.points) == 1 and not self.tight


class _Support:
    """The conditions on the mixtures of two players, while all others play as they do.

    Args:
        game: the game.
        supports: what is played.
        fixed: the mixtures of those who mix besides the two.
    """

    def __init__(
        self, game: NormalFormGame, supports: SupportProfile, fixed: Mapping[int, Weights]
    ) -> None:
        self.game, self.supports, self.fixed = game, supports, fixed
        free = [k for k, own in enumerate(supports) if len(own) > 1 and k not in fixed]
        alone = [k for k in range(game.num_players) if k not in free]
        self.pair = sorted([*free, *alone][:2])  # one who does not mix is as good as any

    def losses(self, player: int) -> tuple[list[_Objects], list[_Objects]]:
        """What a player loses by other actions than the first that it plays, at the actions of the
        two: by others that it plays, then by those that it does not."""
        own = self.supports[player]
        cut = [list(actions) for actions in self.supports]
        cut[player] = [*own, *self._rest(player)]
        earned = self.game.payoffs[player].numerators[np.ix_(*cut)].astype(object)
        for k in range(len(self.supports)):
            if k != player and (k not in self.pair or k in self.fixed):
                weights = np.array(self.fixed.get(k, (1,)), dtype=object)
                earned = np.expand_dims(np.moveaxis(earned, k, -1) @ weights, k)
        by_action = np.moveaxis(earned, player, 0)
        shape = [1 if k == player else len(self._played(k)) for k in self.pair]
        lost = [(by_action[0] - row).reshape(shape) for row in by_action[1:]]
        return lost[: len(own) - 1], lost[len(own) - 1 :]

    def _played(self, player: int) -> Sequence[int]:
        """The actions among which a player is free to mix."""
        return self.supports[player][:1] if player in self.fixed else self.supports[player]

    def _rest(self, player: int) -> list[int]:
        """The actions that a player does not play."""
        return [a for a in range(self.game.shape[player]) if a not in self.supports[player]]

    def solve(self) -> list[_Profile] | Continuum | None:
        """See `equilibria_on`."""
        first, second = self.pair
        same, more = self.losses(second)
        left = _Cone.of(len(self._played(first)), [m[:, 0] for m in same], [m[:, 0] for m in more])
        same, more = self.losses(first)
        right = _Cone.of(len(self._played(second)), [m[0] for m in same], [m[0] for m in more])
        pieces = self._pieces(left, right, self._conditions())
        if pieces is None:
            return None
        if all(piece.is_one for piece in pieces):
            profiles = [self._profile(p.left.points[0], p.right.points[0]) for p in pieces]
            return list(dict.fromkeys(profiles))
        return self._infinite(pieces[0]) if len(pieces) == 1 else None

    def _conditions(self) -> _Conditions:
        """Those on both mixtures; that some combination is 0 are two."""
        out: _Conditions = {}
        for player in range(self.game.num_players):
            if player not in self.pair:
                same, more = self.losses(player)
                for action, matrix in zip(self.supports[player][1:], same, strict=True):
                    out[player, action, 1], out[player, action, -1] = matrix, -matrix
                for action, matrix in zip(self._rest(player), more, strict=True):
                    out[player, action, 1] = matrix
        return out

    def _pieces(self, left: _Cone, right: _Cone, conditions: _Conditions) -> list[_Piece] | None:
        """The equilibria whose mixtures lie in two cones; None where there are too many faces."""
        if not left.plays_all or not right.plays_all:
            return []
        rows, columns = (np.array(c.points, dtype=object) for c in (left, right))
        values = {name: rows @ matrix @ columns.T for name, matrix in conditions.items()}
        for at, matrix in _nowhere_positive(conditions, values):
            if at.any():
                return self._on_faces(left, right, conditions, at == 0, matrix)
        tight = {name: conditions[name] for name, at in values.items() if (at < 0).any()}
        if tight and len(rows) == 1:
            cut = right.cut([], [rows[0] @ matrix for matrix in tight.values()])
            return self._pieces(left, cut, {})
        if tight and len(columns) == 1:
            cut = left.cut([], [matrix @ columns[0] for matrix in tight.values()])
            return self._pieces(cut, right, {})
        return [_Piece(left, right, tight)]

    def _on_faces(
        self,
        left: _Cone,
        right: _Cone,
        conditions: _Conditions,
        zero: NDArray[np.bool_],
        matrix: _Objects,
    ) -> list[_Piece] | None:
        """Where a condition is nowhere more than 0, it holds on pairs of faces on which it is 0."""
        if len(zero) > _MOST_FACES:
            return None
        pairs: dict[tuple[tuple[int, ...], tuple[int, ...]], None] = {}
        for size in range(1, len(zero) + 1):
            for chosen in combinations(range(len(zero)), size):
                columns = np.flatnonzero(zero[list(chosen)].all(axis=0))
                closed = np.flatnonzero(zero[:, columns].all(axis=1))
                if len(columns):
                    pairs[tuple(closed.tolist()), tuple(columns.tolist())] = None
        pieces: list[_Piece] = []
        for over, across in pairs:
            x = [np.array(left.points[k], dtype=object) for k in over]
            y = [np.array(right.points[k], dtype=object) for k in across]
            faces = left.cut([matrix @ v for v in y], []), right.cut([v @ matrix for v in x], [])
            more = self._pieces(*faces, conditions)
            if more is None:
                return None
            pieces += more
        return pieces

    def _infinite(self, piece: _Piece) -> Continuum | None:
        left, right = piece.left, piece.right
        if not piece.tight:
            x, y = middle(left.points), middle(right.points)
            if len(left.points) > 1:
                return self._continuum(piece, (x, y), (left.two_mixtures()[1], y))
            return self._continuum(piece, (x, y), (x, right.two_mixtures()[1]))
        for x in filter(all, _mixtures(left.points)):
            rows = [np.array(x, dtype=object) @ m for m in piece.tight.values()]
            cut = right.cut([], rows)
            if cut.plays_all and len(cut.points) > 1:
                one, two = cut.two_mixtures()
                return self._continuum(piece, (x, one), (x, two))
        for y in filter(all, _mixtures(right.points)):
            cut = left.cut([], [m @ np.array(y, dtype=object) for m in piece.tight.values()])
            if cut.plays_all and len(cut.points) > 1:
                one, two = cut.two_mixtures()
                return self._continuum(piece, (one, y), (two, y))
        return None

    def _continuum(
        self, piece: _Piece, one: tuple[Weights, Weights], two: tuple[Weights, Weights]
    ) -> Continuum:
        segment = self._profile(*one), self._profile(*two)
        if self.fixed:
            return Continuum(self.supports, segment)
        points = dict(zip(self.pair, (piece.left.points, piece.right.points), strict=True))
        within = tuple(
            tuple(self._strategy(k, w) for w in points.get(k, ((1,),)))
            for k in range(self.game.num_players)
        )
        conditions = []
        rows, columns = (
            np.array(list(map(probabilities, c.points)), dtype=object)
            for c in (piece.left, piece.right)
        )
        for (player, action, _), matrix in piece.tight.items():
            losses = rows @ matrix @ columns.T / Fraction(self.game.payoffs[player].denominator)
            table = tuple(map(tuple, losses.tolist()))
            conditions.append(BilinearCondition(player, action, table))
        return Continuum(self.supports, segment, within, tuple(conditions))

    def _profile(self, x: Weights, y: Weights) -> _Profile:
        free = dict(zip(self.pair, (x, y), strict=True))
        mixtures = {**free, **self.fixed}
        return tuple(self._strategy(k, mixtures.get(k, (1,))) for k in range(self.game.num_players))

    def _strategy(self, player: int, weights: Weights) -> Strategy:
        out = [Fraction(0)] * self.game.shape[player]
        for action, p in zip(self.supports[player], probabilities(weights), strict=True):
            out[action] = p
        return tuple(out)


def _nowhere_positive(
    conditions: _Conditions, values: _Conditions
) -> Iterator[tuple[_Objects, _Objects]]:
    """A combination of conditions that is nowhere more than 0: at pairs of points, and as a matrix.
    Where they are linear there is one if they hold nowhere (Farkas)."""
    limiting = [name for name, at in values.items() if (at < 0).any()]
    if not limiting or len(limiting) > _MOST_CONDITIONS:
        return
    at_most = -np.stack([values[name].ravel() for name in limiting], axis=1)
    weights = extreme_points(len(limiting), [], at_most)
    if weights:
        total = np.array(middle(weights), dtype=object)
        over, under = (np.stack([all_[name] for name in limiting]) for all_ in (values, conditions))
        yield np.tensordot(total, over, 1), np.tensordot(total, under, 1)


def _integers(values: Sequence[Any]) -> Weights:
    whole = np.lcm.reduce([int(Fraction(v).denominator) for v in values], dtype=object)
    return tuple(int(Fraction(v) * whole) for v in values)


def _mixtures(points: Sequence[Weights]) -> Iterator[Weights]:
    """The middle of some points, and mixtures that are nearer to some of them."""
    inner = middle(points)
    yield inner
    count = 1
    for times in (1, 3, 9, 27):
        for size in (1, 2):
            for chosen in combinations(points, size):
                yield middle([inner, *chosen * times])
                count += 1
                if count >= _SAMPLES:
                    return
