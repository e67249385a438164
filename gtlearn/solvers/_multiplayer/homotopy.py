"""All complex solutions of the indifference conditions of a support, by homotopy continuation.

Each condition of a player is linear in the mixture of each other player. A system of products of
linear forms, one form for each other player, has as many solutions as the bound of Bezout for such
systems (`number_of_roots`), and all are known: each equation is assigned to a player whose form is
zero. From each of them a path leads to at most one solution of the conditions, and for almost all
complex factors of the start every isolated solution is met (Morgan & Sommese 1987, A homotopy for
solving general polynomial systems that respects m-homogeneous structures; Li 1997, Numerical
solution of multivariate polynomial systems by homotopy continuation methods, section 3). Floats
only find solutions here; `counted` proves them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from math import comb, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits

_Complex = NDArray[np.complex128]

_TOGETHER = 1024  # paths that are followed together
_FIRST, _LEAST, _MOST = 0.05, 1e-7, 0.25  # steps
_CORRECTIONS = 3e-2, 1e-3  # by how much each may move a point, of its size
_LONGER = 1.3  # what a step grows by
_STEPS = 2_000  # of a path at most


def number_of_roots(sizes: Sequence[int]) -> int:
    """How many isolated solutions the conditions have at most, counted with multiplicity.

    It is the coefficient of the product of z_j^(n_j - 1) in the product over all players i of
    (the sum of z_j over j other than i)^(n_i - 1) (McKelvey & McLennan 1997, The maximal number of
    regular totally mixed Nash equilibria, section 2).

    Args:
        sizes: how many actions n_i each player plays.
    """
    degrees = [size - 1 for size in sizes]
    left = {tuple(degrees): 1}
    for player, degree in enumerate(degrees):
        following: dict[tuple[int, ...], int] = {}
        for room, ways in left.items():
            for parts in _compositions(
                degree, [0 if k == player else r for k, r in enumerate(room)]
            ):
                rest = tuple(r - p for r, p in zip(room, parts, strict=True))
                following[rest] = following.get(rest, 0) + ways * _multinomial(parts)
        left = following
    return sum(left.values())


def _compositions(total: int, room: Sequence[int]) -> Iterator[tuple[int, ...]]:
    if not room:
        if total == 0:
            yield ()
        return
    for part in range(min(total, room[0]) + 1):
        for rest in _compositions(total - part, room[1:]):
            yield (part, *rest)


def _multinomial(parts: Sequence[int]) -> int:
    ways, total = 1, 0
    for part in parts:
        total += part
        ways *= comb(total, part)
    return ways


class Paths:
    """Paths to the solutions on supports of given sizes.

    Args:
        sizes: how many actions each player plays.
        seed: of the start.
    """

    def __init__(self, sizes: Sequence[int], seed: int) -> None:
        self.sizes = tuple(sizes)
        self.mixers = [k for k, size in enumerate(sizes) if size > 1]
        random = np.random.default_rng(seed)

        def draw(*shape: int) -> _Complex:
            return random.standard_normal(shape) + 1j * random.standard_normal(shape)

        # coordinates of the projective space of each mixture, in which no solution is at infinity
        self.charts = {k: np.linalg.qr(draw(sizes[k], sizes[k]))[0] for k in self.mixers}
        self.forms = {
            (i, j): draw(sizes[i] - 1, sizes[j]) for i in self.mixers for j in self.mixers if i != j
        }
        self.factor = np.exp(2j * np.pi * random.random())
        begins = np.cumsum([0, *(sizes[k] - 1 for k in self.mixers)]).tolist()
        self.of = {k: slice(*begins[n : n + 2]) for n, k in enumerate(self.mixers)}
        self.unknowns = begins[-1]
        begins = np.cumsum([0, *(sizes[k] for k in self.mixers)]).tolist()
        self.coordinates = {k: slice(*begins[n : n + 2]) for n, k in enumerate(self.mixers)}

    @cached_property
    def starts(self) -> _Complex:
        """The solutions of the start system: (solutions, unknowns)."""
        equations = [(k, e) for k in self.mixers for e in range(self.sizes[k] - 1)]
        known: dict[tuple[int, tuple[tuple[int, int], ...]], _Complex] = {}
        rows = []
        for assigned in self._assignments(equations, {k: self.sizes[k] - 1 for k in self.mixers}):
            row = []
            for k in self.mixers:
                own = tuple(e for e, to in zip(equations, assigned, strict=True) if to == k)
                if (k, own) not in known:
                    forms = np.array([self.forms[i, k][e] for i, e in own])
                    known[k, own] = np.linalg.solve(forms[:, 1:], -forms[:, 0])
                row.append(known[k, own])
            rows.append(np.concatenate(row))
        return np.array(rows)

    def _assignments(
        self, equations: Sequence[tuple[int, int]], room: dict[int, int]
    ) -> Iterator[tuple[int, ...]]:
        if not equations:
            yield ()
            return
        for k in self.mixers:
            if k != equations[0][0] and room[k]:
                rest = {**room, k: room[k] - 1}
                for others in self._assignments(equations[1:], rest):
                    yield (k, *others)

    @cached_property
    def _start_system(self) -> list[_Complex]:
        """For each player who mixes the products of forms, as the coefficients of a system."""
        out = []
        for i in self.mixers:
            product = np.ones((self.sizes[i] - 1, *[1] * len(self.sizes)), dtype=complex)
            for j in self.mixers:
                if j != i:
                    shape = [self.sizes[i] - 1, *[1] * len(self.sizes)]
                    shape[1 + j] = self.sizes[j]
                    product = product * self.forms[i, j].reshape(shape)
            out.append(self.factor * product)
        return out

    def ends(self, gains: Sequence[NDArray[np.float64]]) -> list[_Complex]:
        """For each support the ends of all paths, as vectors of the players who mix, of each of
        which the largest coordinate is one: (paths that end, all coordinates).

        Args:
            gains: for each player who mixes (supports, actions - 1, others' actions): what each
                action but the first earns beyond the first, its own axis of length one.

        Raises:
            LimitReached: at a limit.
        """
        system = []
        for i, coefficients in zip(self.mixers, gains, strict=True):
            moved = coefficients.astype(complex)
            for j in self.mixers:
                if j != i:
                    moved = np.moveaxis(np.moveaxis(moved, 2 + j, -1) @ self.charts[j], -1, 2 + j)
            scale = np.abs(moved).reshape(*moved.shape[:2], -1).max(axis=2)
            scale[scale == 0] = 1
            system.append(moved / scale.reshape(*scale.shape, *[1] * len(self.sizes)))
        count, starts = len(gains[0]), self.starts
        out: list[list[_Complex]] = [[] for _ in range(count)]
        every = np.arange(count * len(starts))
        for begin in range(0, len(every), _TOGETHER):
            support, start = np.divmod(every[begin : begin + _TOGETHER], len(starts))
            points, arrived = self._followed([s[support] for s in system], starts[start])
            for k in np.unique(support).tolist():
                out[k].append(self._mixtures(points[arrived & (support == k)]))
        return [np.concatenate(parts) for parts in out]

    def _mixtures(self, points: _Complex) -> _Complex:
        parts = []
        for k in self.mixers:
            own = _with_one(points[:, self.of[k]]) @ self.charts[k].T
            largest = np.abs(own).argmax(axis=1)[:, None]
            parts.append(own / np.take_along_axis(own, largest, axis=1))
        mixtures: _Complex = np.concatenate(parts, axis=1)
        return mixtures[np.isfinite(mixtures).all(axis=1)]

    def _followed(
        self, target: list[_Complex], points: _Complex
    ) -> tuple[_Complex, NDArray[np.bool_]]:
        """Where the paths end, and which of them do."""
        count = len(points)
        out, arrived = points.copy(), np.zeros(count, dtype=bool)
        path = np.arange(count)
        change = [t - s for t, s in zip(target, self._start_system, strict=True)]
        time, step = np.zeros(count), np.full(count, _FIRST)
        last, last_slope, gap = points.copy(), np.zeros_like(points), np.zeros(count)
        slope = self._slope(change, time, points)
        for _ in range(_STEPS):
            limits.check()
            length = np.minimum(step, 1 - time)
            guess = _predicted(points, slope, last, last_slope, length, gap)
            near, good = self._corrected(change, time + length, guess)
            moved = np.flatnonzero(good)
            last[moved], last_slope[moved], gap[moved] = points[moved], slope[moved], length[moved]
            points[moved] = near[moved]
            time[moved] += length[moved]
            step = np.where(good, np.minimum(step * _LONGER, _MOST), length / 2)
            ended = time >= 1 - 1e-15
            gone = ended | (step < _LEAST)
            if gone.any():
                out[path[ended]] = points[ended]
                arrived[path[ended]] = True
                keep = ~gone
                path, points, time, step = path[keep], points[keep], time[keep], step[keep]
                last, last_slope, gap = last[keep], last_slope[keep], gap[keep]
                slope, good = slope[keep], good[keep]
                change = [c[keep] for c in change]
            if not len(path):
                break
            again = np.flatnonzero(good)
            if len(again):
                slope[again] = self._slope([c[again] for c in change], time[again], points[again])
        return out, arrived

    def _corrected(
        self, change: list[_Complex], time: NDArray[np.float64], points: _Complex
    ) -> tuple[_Complex, NDArray[np.bool_]]:
        good = np.ones(len(points), dtype=bool)
        system = self._system(change, time)
        for most in _CORRECTIONS:
            values, slopes = self.evaluated(system, points)
            step = _solved(slopes, values)
            points = points - step
            good &= np.abs(step).max(axis=1) < most * (1 + np.abs(points).max(axis=1))
        return points, good

    def _system(self, change: list[_Complex], time: NDArray[np.float64]) -> list[_Complex]:
        dims = [1] * (1 + len(self.sizes))
        return [
            s + time.reshape(-1, *dims) * c for s, c in zip(self._start_system, change, strict=True)
        ]

    def _slope(
        self, change: list[_Complex], time: NDArray[np.float64], points: _Complex
    ) -> _Complex:
        """How points of paths move with time."""
        _, slopes = self.evaluated(self._system(change, time), points)
        return -_solved(slopes, self.evaluated(change, points)[0])

    def evaluated(self, system: list[_Complex], points: _Complex) -> tuple[_Complex, _Complex]:
        """The equations (points, equations) and their derivatives at points."""
        mixtures = {k: _with_one(points[:, self.of[k]]) for k in self.mixers}
        values, slopes = self.contracted(system, mixtures)
        return values, slopes[:, :, self._not_first]

    @cached_property
    def _not_first(self) -> NDArray[np.int64]:
        return np.concatenate([np.arange(o.start + 1, o.stop) for o in self.coordinates.values()])

    def contracted(
        self, system: list[_Complex], mixtures: dict[int, _Complex]
    ) -> tuple[_Complex, _Complex]:
        """The equations at vectors, one a player who mixes (points, equations), and their
        derivatives by all coordinates (points, equations, coordinates)."""
        count = len(system[0])
        values = np.empty((count, self.unknowns), dtype=complex)
        width = sum(self.sizes[k] for k in self.mixers)
        slopes = np.zeros((count, self.unknowns, width), dtype=complex)
        for i, coefficients in zip(self.mixers, system, strict=True):
            others = [j for j in self.mixers if j != i]
            flat = coefficients.reshape(count, -1, *(self.sizes[j] for j in others))
            for place, j in enumerate(others):
                rest = flat
                for k in range(len(others) - 1, -1, -1):
                    if k != place:
                        rest = _contracted(rest, 2 + k, mixtures[others[k]])
                slopes[:, self.of[i], self.coordinates[j]] = rest
                if place == 0:
                    values[:, self.of[i]] = _contracted(rest, 2, mixtures[j])
        return values, slopes


def _with_one(points: _Complex) -> _Complex:
    return np.concatenate([np.ones((len(points), 1), dtype=complex), points], axis=1)


def _contracted(values: _Complex, axis: int, mixture: _Complex) -> _Complex:
    shape = values.shape
    out: NDArray[Any]
    if axis == values.ndim - 1:
        out = values.reshape(shape[0], -1, shape[axis]) @ mixture[:, :, None]
    else:
        rows = prod(shape[1:axis])
        out = mixture[:, None, None, :] @ values.reshape(shape[0], rows, shape[axis], -1)
    contracted: _Complex = out.reshape(*shape[:axis], *shape[axis + 1 :])
    return contracted


def _solved(matrices: _Complex, values: _Complex) -> _Complex:
    try:
        solution = np.linalg.solve(matrices, values[:, :, None])
    except np.linalg.LinAlgError:
        noise = 1e-14 * np.random.default_rng(0).standard_normal(matrices.shape[1:])
        solution = np.linalg.solve(matrices + noise, values[:, :, None])
    return np.asarray(solution[:, :, 0], dtype=np.complex128)


def _predicted(
    points: _Complex,
    slope: _Complex,
    last: _Complex,
    last_slope: _Complex,
    length: NDArray[np.float64],
    gap: NDArray[np.float64],
) -> _Complex:
    """The cubic through two points with their slopes, further on; the tangent at first."""
    h, g = length[:, None], np.where(gap > 0, gap, 1.0)[:, None]
    chord = (points - last) / g
    second = (2 * slope + last_slope - 3 * chord) / g
    third = (slope + last_slope - 2 * chord) / g**2
    cubic = second * h**2 + third * h**3
    step: _Complex = points + slope * h + np.where(gap[:, None] > 0, cubic, 0)
    return step
