"""Supports that are closed by counting all complex solutions of their indifference conditions.

Theorem. Let player i play n_i actions, and let B > 0 be the multihomogeneous Bezout number
(`homotopy.number_of_roots`) of the conditions f, which are linear in each other player's mixture.
If f has B regular solutions in the product of projective spaces of the mixtures, it has no other
solution there: none at infinity, none that is singular, and no continuum.

Proof. Let z be another solution, and V the systems of these degrees that vanish at z; f is one of
them. All conditions of player i in V vanish exactly on B_i, where the others' mixtures are z's,
since hyperplanes through z in the Segre embedding separate it from other points. Outside of B_i
they have no common zero, so that each condition of a general system g in V lowers the dimension by
one (Bertini). Outside all B_i the zeros of g are therefore finitely many. On B_i without z, of
dimension n_i - 1, no condition of the others' sum of (n_j - 1) vanishes identically, and that is at
least n_i - 1, as B > 0. So g has finitely many zeros, and so has f + e g for all but finitely
many e. For e near 0 it has B solutions near the regular ones of f, and z besides. But a system with
finitely many zeros has B, counted with multiplicity (Fulton 1984, Intersection Theory, Example
8.4.2; Shafarevich 1994, Basic Algebraic Geometry 1, section IV.2.1): a contradiction.

A solution is a vector a player, of which a chosen coordinate is one. That a polydisc holds exactly
one solution, and that it is regular, is proven by a contraction: with x its centre, r the radii of
its coordinates and any matrix C, y - C f(y) is a contraction of it into itself if in each row
|C f(x)| + (|1 - C f'(x)| + |C| |f' - f'(x)|) r < r (Krawczyk 1969). Floats decide where that holds
with a margin far above their rounding; the log has all centres and radii, with which it is
replayed in integers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.solvers._multiplayer.classes import SupportClass, SupportProfile
from gtlearn.solvers._multiplayer.frontier import LogEntry
from gtlearn.solvers._multiplayer.homotopy import Paths, number_of_roots
from gtlearn.solvers.enclosures import Enclosure
from gtlearn.solvers.outcomes import NashEquilibrium

_Floats = NDArray[np.float64]
_Complex = NDArray[np.complex128]

PLACES = 44  # centres and radii are multiples of 2^-44
_LEAST = 2.0**-38  # the radius, at least
_MOST_PATHS = 3_000  # of a support
_SEEDS = 2  # starts, the second where the ends of the first are too few
_ALMOST = 0.9  # of the bound, for which a second start is tried
_TOGETHER = 1024  # paths that are followed together
_ROUNDING = 1e-13  # of the sum of all terms' sizes: a hundred operations in a row round off less
_WIDER = 5.0  # than a step of Newton's method is the radius
_MARGIN = 2.0  # by which derivatives could change more: `verify` takes |re| + |im| for sizes


@dataclass(frozen=True)
class Counted:
    """All solutions on a support.

    Attributes:
        entry: of the log: for each solution and each player the coordinate that is one, the radius
            and the other coordinates, as multiples of 2^-`PLACES`.
        near: solutions that may be equilibria: for each player the vector, which coordinate is one,
            and the radius of the others.
    """

    entry: LogEntry
    near: list[tuple[tuple[_Floats, int, float], ...]]

    def mixtures(self, number: int) -> list[_Floats]:
        """The probabilities of a solution that may be an equilibrium."""
        return [vector / vector.sum() for vector, _, _ in self.near[number]]

    def holds(self, number: int, equilibrium: NashEquilibrium) -> bool:
        """Whether an equilibrium of the support is in the polydisc of a solution."""
        for strategy, (vector, unit, radius) in zip(
            equilibrium.strategies, self.near[number], strict=True
        ):
            played = [_bounds(p) for p in strategy if isinstance(p, Enclosure) or p]
            least, most = played[unit]
            for k, ((lower, upper), middle) in enumerate(zip(played, vector.tolist(), strict=True)):
                low, high = Fraction(middle - radius), Fraction(middle + radius)
                if k != unit and not (low < lower / most and upper / least < high):
                    return False
        return True


def _bounds(probability: Any) -> tuple[Fraction, Fraction]:
    if isinstance(probability, Enclosure):
        return probability.lower, probability.upper
    return Fraction(probability), Fraction(probability)


def played_in(equilibrium: NashEquilibrium) -> SupportProfile:
    """The supports of an equilibrium."""
    return tuple(
        tuple(a for a, p in enumerate(strategy) if isinstance(p, Enclosure) or p)
        for strategy in equilibrium.strategies
    )


def is_possible(sizes: Sequence[int]) -> bool:
    """Whether three players or more mix, and there are solutions, but not too many."""
    return sum(size > 1 for size in sizes) > 2 and 0 < number_of_roots(sizes) <= _MOST_PATHS


def is_quick(sizes: Sequence[int]) -> bool:
    """Whether to follow all paths takes less time than to look at some thousands of regions."""
    mixers = sum(size > 1 for size in sizes)
    regions = 3 * (sum(sizes) - len(sizes)) * prod(sizes)
    return number_of_roots(sizes) * mixers**2 < regions


def counted(supports: SupportClass) -> Iterator[tuple[int, Counted]]:
    """The supports of a class whose solutions are as many as the bound, by their places.

    Raises:
        LimitReached: at a limit.
    """
    bound = number_of_roots(supports.sizes)
    if not is_possible(supports.sizes):
        return
    gains = [(u[:, 1:] - u[:, :1]) / supports.range for u in supports.restricted]
    solutions = _Solutions(supports, gains)
    every = [Paths(supports.sizes, seed) for seed in range(_SEEDS)]
    together = max(_TOGETHER // bound, 1)
    for begin in range(0, supports.count, together):
        places = list(range(begin, min(begin + together, supports.count)))
        known: dict[int, _Complex] = {}
        closed = False
        for paths in every:
            ends = paths.ends([gains[k][places, : supports.sizes[k] - 1] for k in paths.mixers])
            again = []
            for place, ended in zip(places, ends, strict=True):
                limits.check()
                known[place] = np.concatenate([known[place], ended]) if place in known else ended
                if len(known[place]) + 1 < _ALMOST * bound:
                    continue
                proven = solutions.proven(place, paths, known[place])
                if len(proven) == bound:
                    closed = True
                    yield place, solutions.read(place, paths, proven)
                elif len(proven) + 1 >= _ALMOST * bound:
                    again.append(place)
            places = again
            if not places:
                break
        if not closed:  # as in games with ties
            return


@dataclass(frozen=True, eq=False)
class _Polydiscs:
    """Some polydiscs of a support.

    Attributes:
        centres: (polydiscs, coordinates of all who mix).
        radii: the same, 0 where the coordinate is one.
    """

    centres: _Complex
    radii: _Floats

    def __len__(self) -> int:
        return len(self.centres)

    def __getitem__(self, which: Any) -> _Polydiscs:
        return _Polydiscs(self.centres[which], self.radii[which])

    @property
    def sizes(self) -> _Complex:
        """The largest size of each coordinate in the polydiscs."""
        return np.asarray(np.abs(self.centres) + self.radii, dtype=complex)


class _Solutions:
    """Proofs that polydiscs hold solutions.

    Args:
        supports: the class.
        gains: for each place what each action but the first earns beyond the first, divided by the
            range of payoffs.
    """

    def __init__(self, supports: SupportClass, gains: list[_Floats]) -> None:
        self.supports, self.gains, self.sizes = supports, gains, supports.sizes

    def proven(self, place: int, paths: Paths, ends: _Complex) -> _Polydiscs:
        """Disjoint polydiscs with one solution each."""
        free = _free(paths, ends)
        system = self._system(place, paths, len(ends))
        points = ends.copy()
        with np.errstate(all="ignore"):
            for _ in range(2):
                values, slopes = _evaluated(paths, system, points, free)
                step = _product(_inverse(slopes), values)
                old = np.take_along_axis(points, free, axis=1)
                new = np.round((old - step) * 2.0**PLACES) / 2.0**PLACES
                np.put_along_axis(points, free, new, axis=1)
            every = _Polydiscs(points, self._radii(paths, system, points, free))
        every = every[np.isfinite(points).all(axis=1) & np.isfinite(every.radii).all(axis=1)]
        chosen: list[int] = []
        for k in range(len(every)):
            if _are_apart(paths, every[k], every[chosen]):
                chosen.append(k)
        return every[chosen]

    def _radii(
        self, paths: Paths, system: list[_Complex], points: _Complex, free: NDArray[np.int64]
    ) -> _Floats:
        """Radii of polydiscs around points that hold one solution; infinite where none is proven.

        Sums of absolute values bound how much derivatives change in a polydisc, and the rounding.
        """
        values, slopes = _evaluated(paths, system, points, free)
        absolute = [np.abs(s).astype(complex) for s in system]
        inverse = _inverse(slopes)
        sizes = np.abs(inverse)
        terms, flat = _evaluated(paths, absolute, np.abs(points).astype(complex), free)
        step = np.abs(_product(inverse, values)) + _ROUNDING * _product(sizes, terms.real)
        radius = np.maximum(_WIDER * step.max(axis=1, keepdims=True), _LEAST)
        radius = np.ceil(radius * 2.0**PLACES) / 2.0**PLACES
        radii = np.zeros(points.shape)
        np.put_along_axis(radii, free, np.broadcast_to(radius, free.shape), axis=1)
        _, wider = _evaluated(paths, absolute, _Polydiscs(points, radii).sizes, free)
        rest = np.abs(np.eye(paths.unknowns) - inverse @ slopes)
        rest = rest + sizes @ (wider - flat + _ROUNDING * wider).real
        bound = step + _MARGIN * rest.sum(axis=2) * radius
        radii[~(bound < 0.99 * radius).all(axis=1)] = np.inf
        return radii

    def _system(self, place: int, paths: Paths, count: int) -> list[_Complex]:
        conditions = [self.gains[k][place, : self.sizes[k] - 1] for k in paths.mixers]
        return [np.broadcast_to(c.astype(complex), (count, *c.shape)) for c in conditions]

    def read(self, place: int, paths: Paths, every: _Polydiscs) -> Counted:
        """All solutions on a support, and which of them may be equilibria."""
        near = []
        for number in np.flatnonzero(self._may_be(place, paths, every)).tolist():
            vectors = [(np.ones(1), 0, 0.0) for _ in self.sizes]
            for k, own in paths.coordinates.items():
                radii = every.radii[number, own]
                unit, widest = int((radii == 0).argmax()), float(radii.max())
                vectors[k] = every.centres[number, own].real, unit, widest
            near.append(self.supports.by_player(place, vectors))
        stated = tuple(
            self.supports.by_player(place, _stated(paths, len(self.sizes), every[number]))
            for number in range(len(every))
        )
        return Counted(("count", stated), near)

    def _may_be(self, place: int, paths: Paths, every: _Polydiscs) -> NDArray[np.bool_]:
        """Which polydiscs may hold positive vectors at which no other action earns more."""
        outside = (np.abs(every.centres.imag) > every.radii) | (every.centres.real < -every.radii)
        may: NDArray[np.bool_] = np.logical_not(outside.any(axis=1))
        which = np.flatnonzero(may)
        points = every[which]
        for player, gains in enumerate(self.gains):
            others = gains[place, self.sizes[player] - 1 :]
            if not len(others) or not len(which):
                continue
            value = _earned(paths, others, points.centres).real
            most = _earned(paths, np.abs(others), points.sizes).real
            usual = _earned(paths, np.abs(others), np.abs(points.centres)).real
            may[which] &= ~(value > most - usual + _ROUNDING * most).any(axis=1)
        return may


def _free(paths: Paths, points: _Complex) -> NDArray[np.int64]:
    """The coordinates that are unknown: all but those that are one."""
    columns = np.broadcast_to(np.arange(points.shape[1]), points.shape)
    mask = np.ones(points.shape, dtype=bool)
    for own in paths.coordinates.values():
        one = own.start + np.abs(points[:, own]).argmax(axis=1)
        points[np.arange(len(points)), one] = 1  # up to rounding it is
        mask[np.arange(len(points)), one] = False
    return columns[mask].reshape(len(points), paths.unknowns)


def _evaluated(
    paths: Paths, system: list[_Complex], points: _Complex, free: NDArray[np.int64]
) -> tuple[_Complex, _Complex]:
    """The conditions, and their derivatives by the unknowns."""
    mixtures = {k: points[:, own] for k, own in paths.coordinates.items()}
    values, slopes = paths.contracted(system, mixtures)
    return values, np.take_along_axis(slopes, free[:, None, :], axis=2)


def _are_apart(paths: Paths, one: _Polydiscs, others: _Polydiscs) -> bool:
    """Whether a polydisc holds no point of some others, up to factors of the players' vectors."""
    apart = np.zeros(len(others), dtype=bool)
    for own in paths.coordinates.values():
        x, y = one.centres[own], others.centres[:, own]
        r, s = one.radii[own], others.radii[:, own]
        unit = int((r == 0).argmax())
        way = np.abs(y - x * y[:, unit, None])
        least = s + (np.abs(x) + r) * s[:, unit, None] + r * np.abs(y[:, unit, None])
        apart |= (way > least * (1 + 1e-9) + 1e-14).any(axis=1)
    return bool(apart.all())


def _earned(paths: Paths, others: _Floats, points: Any) -> _Complex:
    """What other actions earn beyond the first that is played, at vectors."""
    earned = np.broadcast_to(others.astype(complex), (len(points), *others.shape))
    for k in range(others.ndim - 2, -1, -1):
        if others.shape[1 + k] == 1:
            earned = earned.take(0, axis=2 + k)
        else:
            vector = points[:, paths.coordinates[k]]
            earned = (earned * vector.reshape(len(points), 1, *[1] * k, -1)).sum(axis=2 + k)
    return earned


def _stated(paths: Paths, players: int, one: _Polydiscs) -> list[tuple[Any, ...]]:
    """A polydisc in integers."""
    stated: list[tuple[Any, ...]] = [(0, 0, ())] * players
    for k, own in paths.coordinates.items():
        unit = int((one.radii[own] == 0).argmax())
        radius = int(one.radii[own].max() * 2**PLACES)
        others = np.delete(one.centres[own], unit) * 2.0**PLACES
        stated[k] = unit, radius, _pairs(others)
    return stated


def _pairs(coordinates: _Complex) -> tuple[tuple[int, int], ...]:
    return tuple((int(z.real), int(z.imag)) for z in coordinates.tolist())


def _product(matrices: Any, vectors: Any) -> Any:
    return (matrices @ vectors[:, :, None])[:, :, 0]


def _inverse(slopes: _Complex) -> _Complex:
    """The inverses; not numbers where a matrix is singular."""
    usable: Any = np.isfinite(slopes).all(axis=(1, 2))
    usable &= np.linalg.slogdet(np.where(usable[:, None, None], slopes, 0)).sign != 0
    every = usable[:, None, None]
    inverse: NDArray[Any] = np.linalg.inv(np.where(every, slopes, np.eye(slopes.shape[1])))
    return np.where(every, inverse, np.nan)
