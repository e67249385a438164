"""Branch and bound over the mixtures on given supports: where can an equilibrium be?

A region is a product of simplices, one a player, inside the simplices of mixtures. Payoff
differences are linear in each player's mixture, so that over a region they are largest and smallest
at products of vertices. Floats decide only where the margin is far above their rounding; what they
claim is kept in a log that is replayed in integers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from math import prod
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.solvers._multiplayer.classes import SupportClass
from gtlearn.solvers._multiplayer.frontier import Log, LogEntry, Regions, joined

_Floats = NDArray[np.float64]

_MARGIN = 1e-10  # of the range of payoffs: thousands of sums of doubles round off less
_CUT = 31 / 64  # where an edge is divided: off the middle, where equilibria often lie
_GRID = 2.0**-16  # of which lower bounds of coordinates are multiples
_CACHED = 2**19  # doubles that are looked at together
_WILD = 1e7  # an entry of the inverse of derivatives that are singular, but for the noise
_UNBOUNDED = 1e20
_SHRUNK = 0.5  # of its volume that a region keeps, below which it is not divided at once
_INSIDE = 1e-9  # a root's coordinates in a region, at least


@dataclass(frozen=True)
class Root:
    """Mixtures against which all that is played earns the same.

    Attributes:
        mixtures: by floats.
        number: of the equilibrium that they are; None where they are none.
        boundary: they in exact numbers, if these do not play all actions of the support.
    """

    mixtures: list[_Floats]
    number: int | None = None
    boundary: tuple[tuple[Fraction, ...], ...] | None = None


RootNear = Callable[[int, list[_Floats]], Root | None]


class RegionSearch:
    """Looks at the supports of one class.

    Args:
        supports: in which at least two players mix.
        log: where it is written why regions are closed.
        root: called with a support and a start, for the root near it; None where none is near, or
            it may or may not be an equilibrium.
        budget: how many regions of a support are looked at before it stays open.
    """

    def __init__(self, supports: SupportClass, log: Log, root: RootNear, budget: int) -> None:
        self.supports, self.log, self.root, self.budget = supports, log, root, budget
        self.sizes, self.players = supports.sizes, range(len(supports.sizes))
        self.mixers = [k for k in self.players if self.sizes[k] > 1]
        self.equations = [(k, a) for k in self.mixers for a in range(1, self.sizes[k])]
        first: dict[int, slice] = {}
        for k in self.mixers:
            start = min(q for q, (player, _) in enumerate(self.equations) if player == k)
            first[k] = slice(start, start + self.sizes[k] - 1)
        self.of = first  # the equations, and the unknowns, of each player
        self.looked = np.zeros(supports.count, dtype=np.int64)
        self.roots = log.new(supports.count)  # the number of each support's whole region

    @cached_property
    def noise(self) -> _Floats:
        """For each support what is added to derivatives: by player what `verify` adds."""
        every = np.random.default_rng(0).standard_normal((len(self.equations),) * 2)
        patterns, which = np.unique(self.supports.players, axis=0, return_inverse=True)
        arrays = []
        for places in np.argsort(patterns, axis=1).tolist():
            own = {
                k: [q for q, (place, _) in enumerate(self.equations) if place == k] for k in places
            }
            array = np.empty_like(every)
            order = [q for place in places for q in own[place]]
            array[np.ix_(order, order)] = every
            arrays.append(array)
        return np.array(arrays)[which.reshape(-1)]

    def run(self) -> set[int]:
        """Closes all regions; the supports that stay open.

        Raises:
            LimitReached: at a limit.
        """
        opened: set[int] = set()
        waiting = [self._whole()]
        while waiting:
            limits.check()
            regions = self._next(waiting)
            np.add.at(self.looked, regions.support, 1)
            tired = self.looked[regions.support] > self.budget
            for number in regions.number[tired].tolist():
                self.log.entries[number] = ("open",)
            opened.update(regions.support[tired].tolist())
            waiting += self._looked_at(regions[~tired] if tired.any() else regions)
        return opened

    def _next(self, waiting: list[Regions]) -> Regions:
        """Takes the last regions of a list."""
        parts: list[Regions] = []
        room = max(_CACHED // (len(self.equations) * prod(self.sizes)), 64)
        while waiting and room:
            part = waiting.pop()
            if len(part) > room:
                waiting.append(part[: len(part) - room])
                part = part[len(part) - room :]
            parts.append(part)
            room -= len(part)
        return joined(parts) if len(parts) > 1 else parts[0]

    def preorder(self, support: int) -> Iterator[LogEntry]:
        """The log of a support that is closed, by player and not by place."""
        waiting = [int(self.roots[support])]
        players = self.supports.players[support].tolist()
        while waiting:
            entry = self.log.entries[waiting.pop()]
            assert entry is not None  # the search has ended
            kind, *given = entry
            if kind in ("dominated", "inequality", "split"):
                given[0] = players[given[0]]
            elif kind in ("shrink", "empty", "boundary"):
                given[0] = self.supports.by_player(support, given[0])
            below = {"shrink": 1, "split": 2}.get(kind, 0)
            end = len(given) - below
            yield (kind, *given[:end])
            waiting.extend(reversed(given[end:]))

    def _whole(self) -> Regions:
        scale = self.supports.range
        gains = [(u[:, 1:] - u[:, :1]) / scale for u in self.supports.restricted]
        count = self.supports.count
        vertices = [np.broadcast_to(np.eye(k), (count, k, k)).copy() for k in self.sizes]
        return Regions(gains, vertices, np.arange(count), self.roots)

    def _looked_at(self, regions: Regions) -> list[Regions]:
        """What of the regions is not closed."""
        if len(regions):
            regions = self._without_dominated(regions)
        if not len(regions):
            return []
        inverse = self._inverse(regions)
        values, errors = self._coordinates(regions, inverse)
        wild = np.abs(inverse).max(axis=(1, 2)) > _WILD
        for test in (self._linear, self._inequalities):
            keep = test(regions, values, errors)
            errors = np.where(wild[:, None], _UNBOUNDED, errors)  # only signs can be replayed
            if not keep.all():
                regions, values, errors = regions[keep], values[keep], errors[keep]
                wild = wild[keep]
            if not len(regions):
                return []
        bounds, contracts = self._bounds(values, errors)
        keep = self._not_empty(regions, bounds)
        keep &= ~self._with_root(regions, contracts & keep)
        return self._smaller(regions[keep], [b[keep] for b in bounds])

    def _without_dominated(self, regions: Regions) -> Regions:
        """Those in which no action is better than one that is played everywhere."""
        keep = np.ones(len(regions), dtype=bool)
        for player, gains in enumerate(regions.gains):
            if not gains.shape[1]:
                continue  # it has one action
            flat = gains.reshape(*gains.shape[:2], -1)
            flat = np.concatenate([np.zeros_like(flat[:, :1]), flat], axis=1)
            for worse in range(self.sizes[player]):
                least = (flat - flat[:, worse : worse + 1]).min(axis=2)
                best = least.argmax(axis=1)
                for place in np.flatnonzero(keep & (least.max(axis=1) > _MARGIN)).tolist():
                    entry = ("dominated", player, int(best[place]), worse)
                    self.log.entries[regions.number[place]] = entry
                    keep[place] = False
        return regions[keep]

    def _slopes(self, gains: _Floats, player: int) -> _Floats:
        """How gains (regions, actions, others' vertices) of a player change with the coordinates of
        each other player but the first, at the centre."""
        slopes = np.zeros((*gains.shape[:2], len(self.equations)))
        for other in self.mixers:
            if other != player:
                axes = tuple(2 + k for k in self.players if k != other)
                values = gains.mean(axis=axes)
                slopes[:, :, self.of[other]] = values[:, :, 1:] - values[:, :, :1]
        return slopes

    def _inverse(self, regions: Regions) -> _Floats:
        """About the inverse of the derivatives of the equations at the centre."""
        slopes = np.concatenate(
            [self._slopes(regions.gains[k][:, : self.sizes[k] - 1], k) for k in self.mixers],
            axis=1,
        )
        size = np.maximum(np.abs(slopes).max(axis=(1, 2), keepdims=True), 1e-3)
        noise = self.noise[regions.support]  # for singular ones
        return np.linalg.inv(slopes + 1e-12 * size * noise)

    def _coordinates(self, regions: Regions, inverse: _Floats) -> tuple[_Floats, _Floats]:
        """The inverse times the equations at products of vertices, about the difference to the
        root's coordinates: (regions, equations, vertices); and a bound on its rounding."""
        values = np.concatenate(
            [
                np.broadcast_to(
                    regions.gains[k][:, : self.sizes[k] - 1],
                    (len(regions), self.sizes[k] - 1, *self.sizes),
                )
                for k in self.mixers
            ],
            axis=1,
        )
        flat = values.reshape(len(regions), len(self.equations), -1)
        return inverse @ flat, _MARGIN * np.abs(inverse).sum(axis=2)

    def _linear(self, regions: Regions, values: _Floats, errors: _Floats) -> NDArray[np.bool_]:
        """Whether no combination of the equations has one sign."""
        sign = np.maximum(values.min(axis=2), -values.max(axis=2)) - errors
        closed = sign.max(axis=1) > 0
        which = sign.argmax(axis=1)
        for place in np.flatnonzero(closed).tolist():
            self.log.entries[regions.number[place]] = ("linear", int(which[place]))
        keep: NDArray[np.bool_] = ~closed
        return keep

    def _inequalities(
        self, regions: Regions, values: _Floats, errors: _Floats
    ) -> NDArray[np.bool_]:
        """Whether at roots in the region no other action earns more than what is played."""
        keep = np.ones(len(regions), dtype=bool)
        for player, gains in enumerate(regions.gains):
            others = gains[:, self.sizes[player] - 1 :]
            if not others.shape[1]:
                continue
            slopes = self._slopes(others, player)
            shape = (*others.shape[:2], *self.sizes)
            at = np.broadcast_to(others, shape).reshape(*shape[:2], -1) - slopes @ values
            rounding = (np.abs(slopes) @ errors[:, :, None])[:, :, 0] + _MARGIN
            sign = at.min(axis=2) - rounding
            for place in np.flatnonzero(keep & (sign.max(axis=1) > 0)).tolist():
                action = self.sizes[player] + int(sign[place].argmax())
                self.log.entries[regions.number[place]] = ("inequality", player, action)
                keep[place] = False
        return keep

    def _bounds(self, values: _Floats, errors: _Floats) -> tuple[list[_Floats], NDArray[np.bool_]]:
        """Lower bounds of the coordinates of roots, and whether there is at most one root."""
        count = len(values)
        rest = _last(values).reshape(len(self.equations), *self.sizes, count)
        for equation, (player, vertex) in enumerate(self.equations):
            at: Any = (equation, *[slice(None)] * player, vertex)
            rest[at] -= 1  # a root's coordinate is what is left, with the other sign
        bounds = [np.zeros((count, k)) for k in self.sizes]
        changes = np.zeros((count, len(self.sizes), len(self.sizes)))
        for player in self.mixers:
            size = self.sizes[player]
            own, error = rest[self.of[player]], errors.T[self.of[player]]
            error = np.concatenate([error.sum(axis=0, keepdims=True), error])
            own = np.concatenate([-own.sum(axis=0, keepdims=True), own])
            low = -own.reshape(size, -1, count).max(axis=1) - error - _GRID
            low[0] += 1
            bounds[player] = np.floor(np.clip(low.T, 0, 1 + _GRID) / _GRID)
            for other in self.mixers:
                most = _spread(own, 1 + other).reshape(size, -1, count).max(axis=1)
                changes[:, player, other] = (most + 2 * error).sum(axis=0) / 2
        powers = changes
        for _ in range(6):
            powers = np.minimum(powers @ powers, 1e30)
        return bounds, powers.sum(axis=2).max(axis=1) < 1

    def _not_empty(self, regions: Regions, bounds: list[_Floats]) -> NDArray[np.bool_]:
        keep = np.ones(len(regions), dtype=bool)
        sums = np.stack([b.sum(axis=1) for b in bounds], axis=1) * _GRID
        for place in np.flatnonzero((sums > 1).any(axis=1)).tolist():
            self.log.entries[regions.number[place]] = ("empty", _listed(bounds, place))
            keep[place] = False
        return keep

    def _with_root(self, regions: Regions, unique: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which regions hold one equilibrium, and no other root."""
        closed = np.zeros(len(regions), dtype=bool)
        for place in np.flatnonzero(unique).tolist():
            corners = [v[place] for v in regions.vertices]
            near = self.root(int(regions.support[place]), [c.mean(axis=0) for c in corners])
            if near is None:
                continue
            if near.boundary is not None:
                if all(map(_holds, corners, near.boundary)):
                    mixtures = tuple(tuple(map(str, own)) for own in near.boundary)
                    self.log.entries[regions.number[place]] = ("boundary", mixtures)
                    closed[place] = True
            elif near.number is not None:
                pairs = zip(corners, near.mixtures, strict=True)
                if min(np.linalg.solve(c.T, x).min() for c, x in pairs) > _INSIDE:
                    self.log.entries[regions.number[place]] = ("root", near.number)
                    closed[place] = True
        return closed

    def _smaller(self, regions: Regions, bounds: list[_Floats]) -> list[Regions]:
        """What is left of regions by the bounds, divided where that is most of it."""
        if not len(regions):
            return []
        left = [1 - b.sum(axis=1) * _GRID for b in bounds]
        volume = np.prod(left, axis=0)
        useful = np.stack([b.any(axis=1) for b in bounds], axis=1).any(axis=1)
        number = regions.number.copy()
        number[useful] = self.log.new(int(useful.sum()))
        for place in np.flatnonzero(useful).tolist():
            entry = ("shrink", _listed(bounds, place), int(number[place]))
            self.log.entries[regions.number[place]] = entry
        regions = replace(regions, number=number)
        for player in self.mixers:
            regions.shrunk(player, bounds[player] * _GRID)
        whole = volume < _SHRUNK
        halves = [] if whole.all() else self._split(regions[~whole])
        return [part for part in (regions[whole], *halves) if len(part)]

    def _split(self, regions: Regions) -> list[Regions]:
        """Both parts of each region, divided along the edge that changes the equations most."""
        edges = [
            (player, *pair)
            for player in self.mixers
            for pair in combinations(range(self.sizes[player]), 2)
        ]
        effects = np.zeros((len(edges), len(regions)))
        for k in self.mixers:
            gains = _last(regions.gains[k][:, : self.sizes[k] - 1])
            for place, (player, one, other) in enumerate(edges):
                if k != player:
                    change = gains.take(one, axis=1 + player) - gains.take(other, axis=1 + player)
                    largest = np.abs(change).reshape(-1, len(regions)).max(axis=0)
                    np.maximum(effects[place], largest, out=effects[place])
        chosen = effects.argmax(axis=0)
        parts = []
        for place, (player, one, other) in enumerate(edges):
            which = np.flatnonzero(chosen == place)
            if not len(which):
                continue
            picked = regions[which]
            halves = [
                picked.halved(player, *ends, part, self.log.new(len(which)))
                for ends, part in (((other, one), 1 - _CUT), ((one, other), _CUT))
            ]
            for number, first, second in zip(
                picked.number.tolist(), *(half.number.tolist() for half in halves), strict=True
            ):
                self.log.entries[number] = ("split", player, one, other, first, second)
            parts += halves
        return parts


def _last(values: _Floats) -> _Floats:
    """A copy with the first axis last, along which numpy is quickest."""
    out: _Floats = np.moveaxis(values, 0, -1).copy()
    return out


def _spread(values: _Floats, axis: int) -> _Floats:
    """By how much values differ along an axis."""
    if values.shape[axis] == 2:
        out: _Floats = np.abs(values.take(0, axis=axis) - values.take(1, axis=axis))
        return out
    spread: _Floats = values.max(axis=axis) - values.min(axis=axis)
    return spread


def _holds(corners: _Floats, mixture: Sequence[Fraction]) -> bool:
    """Whether a mixture is one of some corners; these are rounded only where they are not 0."""
    matrix = fmpq_mat(len(mixture), len(mixture), [_exact(c) for c in corners.T.ravel().tolist()])
    if matrix.det() == 0:
        return False
    point = fmpq_mat(len(mixture), 1, [_exact(p) for p in mixture])
    return all(weight >= 0 for weight in matrix.solve(point).entries())


def _exact(value: float | Fraction) -> fmpq:
    return fmpq(*value.as_integer_ratio())


def _listed(bounds: list[_Floats], place: int) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(map(int, b[place].tolist())) for b in bounds)
