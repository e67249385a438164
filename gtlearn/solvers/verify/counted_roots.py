"""Whether a support has no other solutions than those that a log counts, in integers.

The conditions of a support, that each player earns the same by all that it plays, are linear in the
mixture of each other player. In the product of projective spaces they have at most as many regular
solutions as their multihomogeneous Bezout number; and if that is positive and they have as many,
they have no other solution at all (`gtlearn/solvers/_multiplayer/counted.py` has the proof). So it
is enough to see that

- the log has as many polydiscs as that number, and no two of them share a point,
- each of them holds exactly one solution, which is regular, and
- each of these is no equilibrium, or it is one of the list.

A polydisc has, for each player, a coordinate that is one, the others' centres, and a radius r. With
x the centre and any matrix C, y - C f(y) is a contraction of it into itself if in each row
|C f(x)| + (|1 - C f'(x)| + |C| |f' - f'(x)|) r < r, where |f' - f'(x)| bounds how much derivatives
change in it (Krawczyk 1969). The sizes of complex numbers are bounded by |re| + |im|. C is found
here, in floats, and rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError
from gtlearn.limits import check
from gtlearn.solvers.enclosures import Enclosure
from gtlearn.solvers.outcomes import NashEquilibrium
from gtlearn.solvers.verify.form import index, items

_UNIT = 2**44  # of which centres and radii are parts
_BITS = 60  # of the matrix C
_LONGEST = 2**80  # of a centre

_Objects = NDArray[Any]  # integers of any length
_Vectors = dict[int, "_Complex"]


def most_solutions(sizes: Sequence[int]) -> int:
    """The multihomogeneous Bezout number of the conditions: in how many ways each player can be
    given one condition of another player for each of its actions but one.

    Args:
        sizes: how many actions each player plays.
    """
    degrees = tuple(size - 1 for size in sizes)
    owners = [k for k, degree in enumerate(degrees) for _ in range(degree)]

    @cache
    def ways(place: int, room: tuple[int, ...]) -> int:
        if place == len(owners):
            return 1
        total = 0
        for k, left in enumerate(room):
            if left and k != owners[place]:
                total += ways(place + 1, (*room[:k], left - 1, *room[k + 1 :]))
        return total

    return ways(0, degrees)


@dataclass(frozen=True, eq=False)
class _Complex:
    """Arrays of Gaussian integers."""

    real: _Objects
    imag: _Objects

    def __mul__(self, other: _Complex) -> _Complex:
        return _Complex(
            self.real * other.real - self.imag * other.imag,
            self.real * other.imag + self.imag * other.real,
        )

    def __sub__(self, other: _Complex) -> _Complex:
        return _Complex(self.real - other.real, self.imag - other.imag)

    def __getitem__(self, which: Any) -> _Complex:
        return _Complex(self.real[which], self.imag[which])

    def along(self, vector: _Complex) -> _Complex:
        """The products with a vector over the last axis."""
        return _Complex(
            self.real @ vector.real - self.imag @ vector.imag,
            self.real @ vector.imag + self.imag @ vector.real,
        )

    @property
    def size(self) -> _Objects:
        """At least the absolute values."""
        return np.abs(self.real) + np.abs(self.imag)


@dataclass(frozen=True, eq=False)
class _Polydisc:
    """What is stated of a solution.

    Attributes:
        units: for each player which coordinate is one.
        radii: for each player the radius of the others, in units of 2^-44.
        centre: for each player the coordinates, in these units.
    """

    units: tuple[int, ...]
    radii: tuple[int, ...]
    centre: tuple[_Complex, ...]

    def widths(self, player: int) -> _Objects:
        """The radius of each coordinate of a player."""
        out = np.full(len(self.centre[player].real), self.radii[player], dtype=object)
        out[self.units[player]] = 0
        return out


class CountedRoots:
    """The solutions of one support.

    Args:
        payoffs: for each player in integers, its own axis first; the actions that are played come
            first there, and the other axes hold no others.
        sizes: how many actions each player plays.
    """

    def __init__(self, payoffs: Sequence[_Objects], sizes: Sequence[int]) -> None:
        self.sizes = list(sizes)
        self.players = range(len(self.sizes))
        self.mixers = [k for k in self.players if self.sizes[k] > 1]
        self.gains = []  # the own axis first, then those of the others
        self.range = max(int(p.max()) - int(p.min()) for p in payoffs) or 1
        for own in payoffs:
            self.gains.append(own[1:] - own[:1])

    def run(self, stated: Any, supports: Any, listed: Sequence[NashEquilibrium]) -> None:
        """Checks the polydiscs of an entry of the log.

        Args:
            stated: the polydiscs.
            supports: the actions that are played.
            listed: the equilibria of the list that play them.

        Raises:
            InputError: if they do not prove that no other equilibrium plays them.
        """
        every = [self._read(one) for one in items(stated, "the solutions of a support")]
        most = most_solutions(self.sizes)
        if most == 0 or len(every) != most:
            raise InputError(
                f"the proof of the supports {supports} has {len(every)} solutions of {most}"
            )
        for number, one in enumerate(every):
            check()
            if not self._holds_one(one):
                raise InputError(f"a polydisc of the supports {supports} holds no proven solution")
            if not self._are_apart(one, every[:number]):
                raise InputError(f"two polydiscs of the supports {supports} may share a solution")
            if self._may_be(one) and not any(self._has(one, supports, e) for e in listed):
                raise InputError(f"a solution on the supports {supports} is not listed")

    def _read(self, one: Any) -> _Polydisc:
        units, radii, centre = [], [], []
        parts = items(one, "a polydisc")
        if len(parts) != len(self.sizes):
            raise InputError("a polydisc has not one part for each player")
        for part, size in zip(parts, self.sizes, strict=True):
            unit, radius, others = items(part, "a part of a polydisc")
            units.append(index(unit, size, "a coordinate"))
            radii.append(_integer(radius))
            pairs = [
                tuple(map(_integer, items(p, "a coordinate"))) for p in items(others, "a centre")
            ]
            if len(pairs) != size - 1 or any(len(p) != 2 for p in pairs):
                raise InputError("a centre has not all coordinates")
            if (radii[-1] <= 0) != (size == 1):
                raise InputError("a radius is not positive")
            pairs.insert(units[-1], (_UNIT, 0))
            both = np.array(pairs, dtype=object)
            centre.append(_Complex(both[:, 0], both[:, 1]))
        return _Polydisc(tuple(units), tuple(radii), tuple(centre))

    def _contracted(self, tensor: _Objects, vectors: Sequence[Any], keep: int, own: int) -> Any:
        """A player's gains against the vectors of the others but one: (gains, its actions)."""
        out: Any = tensor
        if isinstance(vectors[0], _Complex):
            out = _Complex(tensor, tensor * 0)
        others = [k for k in self.players if k != own]
        for place in range(len(others) - 1, -1, -1):
            k = others[place]
            if k != keep:
                if isinstance(out, _Complex):
                    out = _Complex(
                        np.moveaxis(out.real, 1 + place, -1), np.moveaxis(out.imag, 1 + place, -1)
                    ).along(vectors[k])
                else:
                    out = np.moveaxis(out, 1 + place, -1) @ vectors[k]
        return out

    def _slopes(self, vectors: Sequence[Any], units: Sequence[int], bounds: bool) -> Any:
        """The derivatives of the conditions by all unknowns, times `_UNIT` to the power of the
        number of other players but one."""
        rows: list[list[Any]] = []
        for i in self.mixers:
            tensor = self.gains[i][: self.sizes[i] - 1]
            tensor = np.abs(tensor) if bounds else tensor
            row: list[Any] = []
            for j in self.mixers:
                if j == i:
                    zero = np.zeros((self.sizes[i] - 1, self.sizes[i] - 1), dtype=object)
                    row.append(zero if bounds else _Complex(zero, zero))
                    continue
                block = self._contracted(tensor, vectors, j, i)
                free = [a for a in range(self.sizes[j]) if a != units[j]]
                row.append(block[:, free])
            rows.append(row)
        if bounds:
            return np.block(rows)
        return _Complex(
            np.block([[b.real for b in row] for row in rows]),
            np.block([[b.imag for b in row] for row in rows]),
        )

    def _holds_one(self, one: _Polydisc) -> bool:
        """Whether a polydisc holds exactly one solution."""
        power = len(self.sizes) - 2
        values = [
            self._contracted(self.gains[i][: self.sizes[i] - 1], one.centre, -1, i)
            for i in self.mixers
        ]
        value = _Complex(
            np.concatenate([v.real for v in values]), np.concatenate([v.imag for v in values])
        )
        slopes = self._slopes(one.centre, one.units, False)
        unit = _UNIT**power * self.range  # of the derivatives, in parts of the range
        matrix = _floats(slopes.real, unit) + 1j * _floats(slopes.imag, unit)
        try:
            inverse = np.linalg.inv(matrix)
        except np.linalg.LinAlgError:
            return False
        if not np.isfinite(inverse).all():
            return False
        scaled = _Complex(_rounded(inverse.real), _rounded(inverse.imag))  # 2^_BITS C
        small = [c.size for c in one.centre]
        wide = [c + one.widths(k) for k, c in enumerate(small)]
        change = self._slopes(wide, one.units, True) - self._slopes(small, one.units, True)
        whole = unit << _BITS
        step = scaled.along(value).size  # |C f(x)|, times whole and _UNIT
        near = _product(scaled, slopes)
        eye = np.zeros(near.real.shape, dtype=object)
        np.fill_diagonal(eye, whole)
        rest = (_Complex(near.real - eye, near.imag)).size + scaled.size @ change  # times whole
        radii = np.array(
            [one.radii[k] for k in self.mixers for _ in range(self.sizes[k] - 1)], dtype=object
        )
        bound = step + rest @ radii
        return all(b < r * whole for b, r in zip(bound.tolist(), radii.tolist(), strict=True))

    def _are_apart(self, one: _Polydisc, others: Sequence[_Polydisc]) -> bool:
        """Whether no vectors of a polydisc and of one of others are the same up to factors."""
        if not others:
            return True
        apart = np.zeros(len(others), dtype=bool)
        for k in self.mixers:
            x, r, unit = one.centre[k], one.widths(k), one.units[k]
            y = _Complex(
                np.array([other.centre[k].real for other in others], dtype=object),
                np.array([other.centre[k].imag for other in others], dtype=object),
            )
            s = np.array([other.widths(k) for other in others], dtype=object)
            # y_a - x_a y_unit, where x_unit is one, times _UNIT^2
            at_unit = y[:, unit, None]
            way = _Complex(y.real * _UNIT, y.imag * _UNIT) - x * at_unit
            least = s * _UNIT + (x.size + r) * s[:, unit, None] + r * at_unit.size
            apart |= (np.maximum(np.abs(way.real), np.abs(way.imag)) > least).any(axis=1)
        return bool(apart.all())

    def _may_be(self, one: _Polydisc) -> bool:
        """Whether a polydisc may hold positive vectors at which no other action earns more."""
        for k in self.mixers:
            own, widths = one.centre[k], one.widths(k)
            if (np.abs(own.imag) > widths).any() or (own.real < -widths).any():
                return False
        small = [c.size for c in one.centre]
        wide = [c + one.widths(k) for k, c in enumerate(small)]
        for player in self.players:
            others = self.gains[player][self.sizes[player] - 1 :]
            if len(others):
                value = self._contracted(others, one.centre, -1, player).real
                most = self._contracted(np.abs(others), wide, -1, player)
                usual = self._contracted(np.abs(others), small, -1, player)
                if (value > most - usual).any():
                    return False
        return True

    def _has(self, one: _Polydisc, supports: Any, equilibrium: NashEquilibrium) -> bool:
        """Whether an equilibrium is in a polydisc."""
        for k in self.mixers:
            played = [equilibrium.strategies[k][a] for a in supports[k]]
            low = [p.lower if isinstance(p, Enclosure) else Fraction(p) for p in played]
            high = [p.upper if isinstance(p, Enclosure) else Fraction(p) for p in played]
            unit, radius = one.units[k], one.radii[k]
            for a in range(self.sizes[k]):
                if a != unit:
                    middle = int(one.centre[k].real[a])
                    room = radius - abs(int(one.centre[k].imag[a]))
                    least, most = Fraction(middle - room, _UNIT), Fraction(middle + room, _UNIT)
                    if not (least <= low[a] / high[unit] and high[a] / low[unit] <= most):
                        return False
        return True


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _LONGEST:
        raise InputError("a number of a polydisc is no integer of at most 80 bits")
    return value


def _floats(values: _Objects, unit: int) -> NDArray[np.float64]:
    flat = [float(Fraction(int(v), unit)) for v in values.ravel()]
    return np.array(flat).reshape(values.shape)


def _rounded(values: NDArray[np.float64]) -> _Objects:
    flat = [round(Fraction(v) * 2**_BITS) for v in values.ravel().tolist()]
    return np.array(flat, dtype=object).reshape(values.shape)


def _product(one: _Complex, other: _Complex) -> _Complex:
    return _Complex(
        one.real @ other.real - one.imag @ other.imag,
        one.real @ other.imag + one.imag @ other.real,
    )
